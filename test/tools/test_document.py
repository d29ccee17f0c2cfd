# SPDX-License-Identifier: MIT
"""From samples to the document, and from the document to every report."""

import json
import re
import unittest
from dataclasses import replace
from unittest import mock

from comparison import baseline, document
from comparison.intervals import NO_DIFFERENCE
from comparison.plan import Measurement, Offer, Scenario, ceiling_of
from comparison.reasons import Reasons
from comparison.report import csv_file, markdown, page as html_page, terminal
from comparison.rows import Results
from comparison.sample import Start
from comparison.scenarios import KINDS
from comparison.speed import Bracket, Calibration
from samples import MODES, MEASUREMENT, COST, SAMPLE, SCENARIO, result, with_rate

THREADS = Measurement(SCENARIO, "threads")
CEILING = ceiling_of(SCENARIO)
MEASUREMENTS = [MEASUREMENT, THREADS, CEILING]
MACHINE = {"machine": "here", "kernel": "Linux", "cores": "two"}
REASONS = Reasons(
    memory=[
        {
            "mode": "epoll",
            "points": [{"connections": 0, "anonymous": 1000, "kernel": 0}],
            "anonymous_per_connection": 330.0,
            "kernel_per_connection": None,
            "how": "pages",
            "reason": "the kernel does not say",
        }
    ],
    system_calls=[
        {"mode": "epoll", "per_request": 2.03, "by_name": {"recvfrom": 1.0}, "requests": 500, "reason": None},
        {"mode": "threads", "per_request": None, "by_name": {}, "requests": 0, "reason": "no strace"},
    ],
)


def document_of(results: Results, measurements: list[Measurement] = MEASUREMENTS, reasons: Reasons = REASONS) -> dict:
    return document.build(MACHINE, {"rounds": "3"}, results, measurements, reasons, MODES, threads=64)


def sound() -> Results:
    results = Results(shared_core=False)
    for number in (1, 2, 3):
        for measurement, rate in ((MEASUREMENT, 1000.0), (THREADS, 500.0), (CEILING, 2000.0)):
            results.add(measurement, number, with_rate(rate + number))
    return results


class Document(unittest.TestCase):
    def test_survives_json_and_has_every_round(self) -> None:
        found = json.loads(json.dumps(document_of(sound())))
        rows = found["scenarios"][0]["rows"]
        self.assertEqual(found["format"], 2)
        self.assertEqual([row["mode"] for row in rows], ["epoll", "threads", "reference"])
        self.assertEqual(len(rows[0]["rounds"]), 3)
        self.assertEqual(rows[0]["rounds"][0]["load"]["requests"], 1000)
        self.assertTrue(all(row["valid"] for row in rows))
        self.assertIn("all 3 rows passed every check", found["verdict"])

    def test_relates_each_row_to_the_first(self) -> None:
        rows = document_of(sound())["scenarios"][0]["rows"]
        ratio = rows[1]["relative"]["requests_per_second"]
        self.assertEqual((ratio["to"], round(ratio["ratio"], 2), ratio["difference_shown"]), ("epoll", 0.5, True))
        self.assertEqual(rows[2]["relative"], {}, "the reference is no competitor")

    def test_names_invalid_rows_and_counts_them(self) -> None:
        results = sound()
        results.fail(THREADS, "round 1", "the server ended by itself")
        found = document_of(results)
        self.assertEqual(found["invalid_rows"], 1)
        self.assertIn("1 of 3 rows INVALID", found["verdict"])
        self.assertEqual(found["scenarios"][0]["rows"][1]["invalid_reasons"], ["round 1: the server ended by itself"])

    def test_has_the_law_of_a_row(self) -> None:
        scenario = Scenario(KINDS["wait"], 100)
        measurement = Measurement(scenario, "sequential")
        results = Results(shared_core=False)
        results.add(measurement, 1, replace(with_rate(9.9), cross_check=None, start=Start(0.2, None), served_at_once=1))
        bound = document_of(results, [measurement])["scenarios"][0]["rows"][0]["law"]
        self.assertEqual((bound["name"], round(bound["requests_per_second"])), ("1/D", 10))
        self.assertIn("reaches its bound", bound["verdict"])

    def test_has_the_cost_of_a_request_from_similar_rows(self) -> None:
        results = Results(shared_core=False)
        piped = Measurement(Scenario(KINDS["pipelined"], 16), "epoll")
        results.add(MEASUREMENT, 1, with_rate(100_000.0))
        cheaper = replace(COST, user_seconds=0.0004, system_seconds=0.0003)
        results.add(piped, 1, replace(with_rate(1e6, 256), cross_check=None, cost=cheaper))
        found = document_of(results, [MEASUREMENT, piped])
        bounds = [scenario["rows"][0]["law"]["requests_per_second"] for scenario in found["scenarios"]]
        self.assertEqual([round(bound) for bound in bounds], [200_000, 1_000_000])

    def test_sets_theory_beside_the_wait_of_an_open_loop(self) -> None:
        scenario = Scenario(KINDS["wait"], 100, Offer(rate=50.0))
        measurement = Measurement(scenario, "sequential", 50.0)
        results = Results(shared_core=False)
        results.add(measurement, 1, replace(with_rate(50.0), cross_check=None, start=Start(0.2, None)))
        row = document_of(results, [measurement])["scenarios"][0]["rows"][0]
        self.assertEqual(row["rate"], 50.0)
        self.assertIn("the offered rate is more than 1 places can serve", row["law"]["verdict"])

    def test_partial_has_only_rows_with_figures(self) -> None:
        results = Results(shared_core=False)
        results.add(MEASUREMENT, 1, SAMPLE)
        results.fail(THREADS, "round 1", "the server ended by itself")
        found = document.build({}, {}, results, MEASUREMENTS, Reasons(), MODES, 64, "stopped by SIGINT after 2 of 9 loads", 3)
        rows = found["scenarios"][0]["rows"]
        self.assertEqual([row["mode"] for row in rows], ["epoll", "threads"])
        self.assertEqual(
            [row["marks"][0].partition(",")[0] for row in rows], ["partial: 1 of 3 rounds", "partial: 0 of 3 rounds"]
        )
        self.assertTrue(found["verdict"].startswith("PARTIAL (stopped by SIGINT after 2 of 9 loads): "))
        for text in (markdown.render(found), html_page.render(found)):
            self.assertIn("PARTIAL", text)
        self.assertIsNone(document_of(sound())["partial"])

    def test_has_capacities_only_beside_open_loops(self) -> None:
        self.assertEqual(document_of(sound())["capacity"], [])
        results = sound()
        opened = Measurement(Scenario(KINDS["keep-alive"], 16, Offer(share=0.5)), "epoll", 500.0)
        results.add(opened, 1, replace(with_rate(500.0), cross_check=None))
        found = document_of(results, [*MEASUREMENTS, opened])
        self.assertEqual([one["mode"] for one in found["capacity"]], ["epoll", "threads"])
        self.assertEqual(found["scenarios"][1]["rate_share"], 0.5)


class MachineSpeed(unittest.TestCase):
    def found(self) -> dict:
        results = sound()
        slow, fast = Calibration(0.0, 1000, 0.0061), Calibration(2.0, 1000, 0.0047)
        results.speed.calibrations += [slow, slow, fast, fast, fast]
        for measurement in MEASUREMENTS:
            row = results.row(measurement)
            row.samples = [replace(sample, bracket=Bracket(slow, slow)) for sample in row.samples]
        return json.loads(json.dumps(document_of(results)))

    def test_costs_are_there_corrected_and_raw(self) -> None:
        figures = self.found()["scenarios"][0]["rows"][0]["figures"]
        self.assertAlmostEqual(figures["cpu_us_per_request_raw"]["median"], 5.0)
        self.assertAlmostEqual(figures["cpu_us_per_request"]["median"], 5.0 * 4.7 / 6.1)

    def test_a_law_is_of_raw_costs_since_requests_are_counted_at_the_same_speed(self) -> None:
        bound = self.found()["scenarios"][0]["rows"][0]["law"]
        self.assertEqual((bound["name"], round(bound["requests_per_second"])), ("1/CPU", 200_000))

    def test_the_raw_calibrations_are_there_with_their_times(self) -> None:
        found = self.found()
        self.assertEqual([one["at"] for one in found["speed"]["calibrations"]], [0.0, 0.0, 2.0, 2.0, 2.0])
        self.assertEqual(found["scenarios"][0]["rows"][0]["rounds"][0]["bracket"]["after"]["cpu_seconds"], 0.0061)

    def test_every_text_shows_the_variation(self) -> None:
        found = self.found()
        for text in (markdown.render(found), terminal.render(found, [])):
            self.assertIn("Machine speed varied by 29.8 % over the run, in 1 step", text)
        self.assertIn("CPU raw", markdown.render(found))
        self.assertIn("Machine speed varied by 29.8 %", html_page.render(found))
        lines = csv_file.rows(found).splitlines()
        for name in ("cpu_us_per_request_median", "cpu_us_per_request_raw_median", "cpu_relative_ratio"):
            self.assertIn(name, lines[0].split(","))


class Footnotes(unittest.TestCase):
    def test_name_an_interval_by_the_number_of_rounds(self) -> None:
        for rounds, words in {
            1: "nothing, since there is one round",
            3: "the range of 3 rounds (holds the median in 75 %)",
            5: "the range of 5 rounds (holds the median in 94 %)",
            7: "the 95 % interval",
        }.items():
            results = Results(shared_core=False)
            for number in range(rounds):
                results.add(MEASUREMENT, number, with_rate(1000.0))
            text = " ".join(document_of(results)["footnotes"])
            self.assertIn(f"the farther end of {words}", text)
            self.assertEqual("95 %" in text, rounds >= 6)

    def test_do_not_call_the_reference_a_ceiling(self) -> None:
        (said,) = [note for note in document_of(sound())["footnotes"] if note.startswith("reference:")]
        self.assertIn("no ceiling", said)
        self.assertIn("yardstick of CPU time", said)


class Texts(unittest.TestCase):
    def texts(self, found: dict) -> list[str]:
        return [markdown.render(found), terminal.render(found, [])]

    def test_say_at_the_top_that_a_row_is_invalid(self) -> None:
        results = sound()
        results.fail(THREADS, "round 1", "the server ended by itself")
        for text in self.texts(document_of(results)):
            self.assertIn("threads: INVALID: round 1: the server ended by itself", text)
        report = markdown.render(document_of(results))
        self.assertLess(report.index("INVALID"), report.index("machine"))
        self.assertNotIn("INVALID", "".join(self.texts(document_of(sound()))))

    def test_show_a_row_that_was_never_measured(self) -> None:
        results = Results(shared_core=False)
        results.add(MEASUREMENT, 1, SAMPLE)
        results.fail(THREADS, "round 1", "does not listen")
        found = document_of(results)
        for text in self.texts(found):
            self.assertIn("does not listen", text)
        self.assertIn("does not listen", html_page.render(found))

    def test_report_missing_measurements_with_the_reason(self) -> None:
        for text in [markdown.render(document_of(sound())), html_page.render(document_of(sound()))]:
            self.assertIn("the kernel does not say", text)
            self.assertIn("no strace", text)

    def test_have_intervals_and_ratios(self) -> None:
        text = self.texts(document_of(sound()))[0]
        self.assertIn("1,002 ±0.10 %", text)
        self.assertIn("0.50 ±0.01", text)

    def test_say_when_no_difference_is_shown(self) -> None:
        results = Results(shared_core=False)
        for number in (1, 2, 3):
            results.add(MEASUREMENT, number, with_rate(1000.0 + number))
            results.add(THREADS, number, with_rate(1002.0 + number))
        self.assertIn(NO_DIFFERENCE, markdown.render(document_of(results)))
        self.assertIn("no diff.", terminal.render(document_of(results), []))

    def test_every_file_is_made_of_the_same_document(self) -> None:
        found = document_of(sound())
        self.assertIn("threads", csv_file.rows(found))
        self.assertIn("<html", html_page.render(found))
        self.assertEqual(baseline.compare(found, found).exit_code, 0)

    def test_a_worse_run_is_found_by_its_baseline(self) -> None:
        slower = Results(shared_core=False)
        for number in (1, 2, 3):
            for measurement in MEASUREMENTS:
                slower.add(measurement, number, with_rate(400.0 + number))
        self.assertEqual(baseline.compare(document_of(sound()), document_of(slower)).exit_code, baseline.SOME_WORSE)

    def test_missing_values_give_no_figure(self) -> None:
        results = Results(shared_core=False)
        silent = replace(result(), connect=replace(result().connect, p99=None))
        results.add(MEASUREMENT, 1, replace(SAMPLE, load=silent))
        row = document_of(results)["scenarios"][0]["rows"][0]
        self.assertNotIn("connect_p99_us", row["figures"])


class MarkdownTable(unittest.TestCase):
    def test_aligns_numbers_right_and_escapes_bars(self) -> None:
        self.assertEqual(
            markdown.table(["mode", "rate", ""], [["epoll", "1,000", ""], ["a|b", "9", "client-bound"]]).splitlines(),
            [
                "| mode  |  rate |              |",
                "| ----- | ----: | ------------ |",
                "| epoll | 1,000 |              |",
                "| a\\|b  |     9 | client-bound |",
            ],
        )


class Terminal(unittest.TestCase):
    FOUND = document_of(sound())

    def test_has_a_row_for_each_mode_and_the_files(self) -> None:
        text = terminal.render(self.FOUND, ["results/a.json"])
        for words in ("epoll", "threads", "reference", "CPU", "written: results/a.json", "All 3 rows passed"):
            self.assertIn(words, text)

    def test_is_one_screen(self) -> None:
        self.assertLessEqual(len(terminal.render(self.FOUND, ["a"] * 4).splitlines()), 24)

    def test_has_no_escapes_without_a_terminal(self) -> None:
        self.assertNotIn("\x1b", terminal.render(self.FOUND, []))

    def test_fits_the_terminal_and_has_colours_there(self) -> None:
        with mock.patch.object(terminal, "is_terminal", return_value=True), mock.patch.dict("os.environ", COLUMNS="60"):
            text = terminal.render(self.FOUND, [])
        self.assertIn("\x1b[", text)
        plain = re.sub("\x1b\\[[0-9;]*m", "", text)
        self.assertLessEqual(max(map(len, plain.splitlines())), 60)


if __name__ == "__main__":
    unittest.main()
