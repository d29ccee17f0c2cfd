# SPDX-License-Identifier: MIT
"""Rows: medians over rounds, INVALID for any bad round, marks, and what the report makes of them."""

import json
import unittest
from dataclasses import replace

from comparison import render
from comparison.plan import Cell, ceiling_cell
from comparison.report import Report
from comparison.rows import Figure, Results
from samples import ACCOUNT, COST, SAMPLE, SCENARIO, WINDOW, result

EPOLL = Cell(SCENARIO, "epoll")
THREADS = Cell(SCENARIO, "threads")
CEILING = ceiling_cell(SCENARIO)
MODES = ["epoll", "threads"]


def report_of(results: Results) -> Report:
    return Report({"machine": "here"}, {"rounds": 1}, [(SCENARIO, results.table(SCENARIO, MODES))])


class Rows(unittest.TestCase):
    def test_figures_are_medians_with_their_spread(self) -> None:
        results = Results(shared_core=False)
        for number, rate in enumerate((300.0, 100.0, 110.0), 1):
            results.add(EPOLL, number, replace(SAMPLE, wrk=result(rate=rate)))
        row = results.table(SCENARIO, MODES)[0]
        self.assertEqual(row.figures["requests_per_second"], Figure(110.0, 100.0, 300.0, 3))
        self.assertAlmostEqual(row.figures["cpu_us_per_request"].median, 5.0)
        self.assertAlmostEqual(row.figures["voluntary_switches_per_request"].median, 0.1)
        self.assertAlmostEqual(row.figures["involuntary_switches_per_request"].median, 0.01)

    def test_the_order_is_that_of_the_command_line_and_the_reference_is_last(self) -> None:
        results = Results(shared_core=False)
        for cell in (CEILING, THREADS, EPOLL):
            results.add(cell, 1, SAMPLE)
        modes = [row.mode for row in results.table(SCENARIO, MODES)]
        self.assertEqual(modes, ["epoll", "threads", "reference"])

    def test_one_bad_round_makes_the_row_invalid(self) -> None:
        results = Results(shared_core=False)
        results.add(EPOLL, 1, SAMPLE)
        results.add(EPOLL, 2, replace(SAMPLE, account=replace(ACCOUNT, accepted=3)))
        results.add(EPOLL, 3, SAMPLE)
        row = results.table(SCENARIO, MODES)[0]
        self.assertFalse(row.valid)
        self.assertIn("round 2", row.reasons[0])

    def test_a_row_near_the_ceiling_is_marked(self) -> None:
        results = Results(shared_core=False)
        results.add(EPOLL, 1, replace(SAMPLE, wrk=result(rate=960.0)))
        results.add(CEILING, 1, replace(SAMPLE, wrk=result(rate=1000.0)))
        epoll, _, reference = results.table(SCENARIO, MODES)
        self.assertIn("96% of what the do-nothing server", epoll.marks[0])
        self.assertEqual(reference.marks, [])

    def test_an_invalid_ceiling_is_none(self) -> None:
        results = Results(shared_core=False)
        results.add(EPOLL, 1, replace(SAMPLE, wrk=result(rate=960.0)))
        results.add(CEILING, 1, replace(SAMPLE, wrk=result(rate=1000.0), cost=replace(COST, requests=0)))
        self.assertEqual(results.table(SCENARIO, MODES)[0].marks, [])

    def test_one_disturbed_round_marks_the_row(self) -> None:
        results = Results(shared_core=False)
        results.add(EPOLL, 1, SAMPLE)
        results.add(EPOLL, 2, replace(SAMPLE, window=replace(WINDOW, foreign_share=0.5)))
        marks = results.table(SCENARIO, MODES)[0].marks
        self.assertEqual(marks, ["disturbed: others took up to 50% of a core in a round"])

    def test_a_shared_core_marks_every_row(self) -> None:
        results = Results(shared_core=True)
        for cell in (EPOLL, THREADS, CEILING):
            results.add(cell, 1, SAMPLE)
        for row in results.table(SCENARIO, MODES):
            self.assertIn("shared core", row.marks[0])


class ReportText(unittest.TestCase):
    def setUp(self) -> None:
        results = Results(shared_core=False)
        results.add(EPOLL, 1, SAMPLE)
        results.fail(THREADS, "round 1", "the server ended by itself")
        self.report = report_of(results)

    def test_an_invalid_row_is_said_at_the_top_of_its_table(self) -> None:
        for written in (render.text(self.report.blocks()), render.markdown(self.report.blocks())):
            self.assertLess(written.index("INVALID rows in this table: threads"), written.index("requests/s"))
            self.assertIn("threads: INVALID: round 1: the server ended by itself", written)
            self.assertIn("1 of 2 rows INVALID", written)

    def test_a_sound_report_says_so(self) -> None:
        results = Results(shared_core=False)
        results.add(EPOLL, 1, SAMPLE)
        results.add(THREADS, 1, SAMPLE)
        report = report_of(results)
        self.assertEqual(report.invalid, 0)
        self.assertNotIn("INVALID rows", render.text(report.blocks()))

    def test_data_has_every_round_and_survives_json(self) -> None:
        rows = json.loads(json.dumps(self.report.data()))["scenarios"][0]["rows"]
        self.assertEqual([row["valid"] for row in rows], [True, False])
        self.assertEqual(rows[0]["rounds"][0]["wrk"]["requests"], 1000)
        self.assertEqual(rows[1]["figures"], {})


    def test_a_spread_needs_more_than_one_round(self) -> None:
        self.assertNotIn("±", render.text(self.report.blocks()).partition("Reading")[0])
        results = Results(shared_core=False)
        for number, rate in enumerate((900.0, 1000.0, 1050.0), 1):
            results.add(EPOLL, number, replace(SAMPLE, wrk=result(rate=rate)))
        self.assertIn("1,000 ±10%", render.text(report_of(results).blocks()))


class Render(unittest.TestCase):
    TABLE = render.Table(["mode", "rate", ""], [["epoll", "1,000", ""], ["a|b", "9", "client-bound"]])

    def test_text_aligns_numbers_right(self) -> None:
        self.assertEqual(
            render.text([self.TABLE]).splitlines(),
            ["mode    rate", "-----  -----  ------------", "epoll  1,000", "a|b        9  client-bound"],
        )

    def test_markdown_escapes_bars(self) -> None:
        self.assertEqual(
            render.markdown([self.TABLE]).splitlines(),
            [
                "| mode | rate |  |",
                "| --- | ---: | --- |",
                "| epoll | 1,000 |  |",
                "| a\\|b | 9 | client-bound |",
            ],
        )


if __name__ == "__main__":
    unittest.main()
