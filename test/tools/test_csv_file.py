# SPDX-License-Identifier: MIT
"""The CSV file, read by a parser of RFC 4180."""

import csv
import io
import unittest
from typing import Any

from comparison.report import csv_file
from report_document import document


def _read(comparison: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_file.rows(comparison), newline="")))


class CsvFile(unittest.TestCase):
    def test_has_a_line_for_each_row_of_each_scenario(self) -> None:
        comparison = document()
        wanted = [(one["name"], row["mode"]) for one in comparison["scenarios"] for row in one["rows"]]
        self.assertEqual([(line["scenario"], line["mode"]) for line in _read(comparison)], wanted)

    def test_numbers_come_back_as_they_were(self) -> None:
        comparison = document()
        row, line = comparison["scenarios"][0]["rows"][1], _read(comparison)[1]
        for name, figure in row["figures"].items():
            for end in ("median", "low", "high"):
                self.assertEqual(float(line[f"{name}_{end}"]), figure[end])
        self.assertEqual(float(line["relative_ratio"]), row["relative"]["requests_per_second"]["ratio"])
        self.assertEqual((line["connections"], line["rate"], line["task"]), ("16", "", "none"))

    def test_the_rate_of_an_open_loop_is_the_row_s_own(self) -> None:
        comparison = document()
        load = [line for line in _read(comparison) if line["scenario"] == "load"]
        self.assertEqual({line["rate_share"] for line in load}, {"0.2", "0.5", "0.7", "0.8", "0.95"})
        self.assertEqual(float(load[0]["rate"]), comparison["scenarios"][7]["rows"][0]["rate"])

    def test_a_row_without_figures_has_empty_fields_and_its_reason(self) -> None:
        line = next(line for line in _read(document()) if not line["requests_per_second_median"])
        self.assertEqual((line["mode"], line["valid"]), ("threads", "false"))
        self.assertIn("out of threads", line["invalid_reasons"])

    def test_quotes_commas_and_line_ends_survive(self) -> None:
        comparison = document()
        row = comparison["scenarios"][0]["rows"][0]
        row.update(mode='a "b", c', marks=["one\r\ntwo", "three"])
        line = _read(comparison)[0]
        self.assertEqual((line["mode"], line["marks"]), ('a "b", c', "one\r\ntwo | three"))

    def test_lines_end_in_carriage_return_and_line_feed(self) -> None:
        lines = csv_file.rows(document()).split("\r\n")
        self.assertEqual(lines[-1], "")
        self.assertFalse([line for line in lines if "\n" in line])

    def test_a_figure_that_is_new_gets_columns(self) -> None:
        comparison = document()
        comparison["scenarios"][0]["rows"][0]["figures"]["new_us"] = {"median": 1.5, "low": 1, "high": 2}
        self.assertEqual(_read(comparison)[0]["new_us_median"], "1.5")

    def test_a_document_without_scenarios_is_a_header(self) -> None:
        self.assertEqual(csv_file.rows({"format": 2}).count("\r\n"), 1)
        self.assertEqual(csv_file.rows({"scenarios": [{"rows": [{}]}]}).count("\r\n"), 2)


if __name__ == "__main__":
    unittest.main()
