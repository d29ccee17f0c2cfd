# SPDX-License-Identifier: MIT
"""Comparison with a baseline: better, worse, no difference shown, not comparable, and refused."""

from __future__ import annotations

import copy
import json
import unittest
from typing import Optional

from baseline_samples import document, figure, row, row_of, scenario, set_figure
from comparison import baseline
from comparison.errors import CannotRun
from comparison.report import markdown


def written(found: baseline.Comparison) -> str:
    return markdown.render({"baseline": json.loads(json.dumps(found.data()))})


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.old = document()
        self.new = copy.deepcopy(self.old)

    def compared(self) -> baseline.Comparison:
        return baseline.compare(self.old, self.new)

    def finding(self, mode: str = "epoll") -> str:
        return next(found.finding for found in self.compared().rows if found.key.mode == mode)

    def figure_finding(self, name: str, mode: str = "epoll") -> tuple[str, Optional[str]]:
        found = next(found for found in self.compared().rows if found.key.mode == mode)
        one = next(one for one in found.figures if one.figure == name)
        return one.finding, one.reason


class Figures(Case):
    def test_the_same_document_shows_no_difference(self) -> None:
        found = self.compared()
        self.assertEqual({one.finding for one in found.rows}, {"no difference shown"})
        self.assertEqual(found.exit_code, 0)
        self.assertEqual(found.changes, [])

    def test_higher_is_better_for_requests_and_lower_for_times(self) -> None:
        for name, up, down in (
            ("requests_per_second", "better", "worse"),
            ("service_p99_us", "worse", "better"),
            ("cpu_us_per_request", "worse", "better"),
        ):
            for factor, expected in ((1.2, up), (0.8, down)):
                with self.subTest(name=name, factor=factor):
                    self.new = copy.deepcopy(self.old)
                    before = row_of(self.old, "epoll")["figures"][name]["median"]
                    set_figure(self.new, "epoll", name, figure(factor * before))
                    self.assertEqual(self.figure_finding(name), (expected, None))
                    self.assertEqual(self.finding(), expected)
                    self.assertEqual(self.compared().exit_code, 4 if expected == "worse" else 0)

    def test_cpu_times_of_a_slower_machine_are_brought_to_the_speed_of_the_baseline(self) -> None:
        self.old["speed"] = {"median_us_per_request": 4.7}
        self.new["speed"] = {"median_us_per_request": 6.1}
        set_figure(self.new, "epoll", "cpu_us_per_request", figure(5.0 * 6.1 / 4.7))
        self.assertEqual(self.figure_finding("cpu_us_per_request")[0], "no difference shown")
        set_figure(self.new, "epoll", "cpu_us_per_request", figure(5.0))
        self.assertEqual(self.figure_finding("cpu_us_per_request")[0], "better")
        for nothing in ({}, None, {"median_us_per_request": None}, {"median_us_per_request": 0}):
            self.new["speed"] = nothing
            self.assertEqual(self.figure_finding("cpu_us_per_request")[0], "no difference shown", nothing)

    def test_no_difference_is_shown_when_the_intervals_overlap(self) -> None:
        set_figure(self.new, "epoll", "cpu_us_per_request", figure(6.0, width=0.2))
        finding = self.figure_finding("cpu_us_per_request")
        self.assertEqual(finding, ("no difference shown", "the intervals overlap"))

    def test_no_difference_is_shown_within_the_tolerance(self) -> None:
        for name in ("requests_per_second", "cpu_us_per_request"):
            set_figure(self.old, "epoll", name, figure(100.0, width=0.001))
            for median, expected in ((101.9, "no difference shown"), (97.0, None), (103.0, None)):
                set_figure(self.new, "epoll", name, figure(median, width=0.001))
                found = self.figure_finding(name)
                self.assertEqual(found, (expected, "within 2%") if expected else (found[0], None))
                self.assertEqual(found[0] == "no difference shown", bool(expected))

    def test_no_difference_is_shown_by_two_rounds(self) -> None:
        set_figure(self.new, "epoll", "requests_per_second", figure(10.0, rounds=2))
        finding = self.figure_finding("requests_per_second")
        self.assertEqual(finding, ("no difference shown", "fewer than 3 rounds"))

    def test_one_worse_figure_makes_the_row_worse(self) -> None:
        faster = row("epoll", rate=200_000.0, cpu=9.0)
        self.new = document(scenario([faster, row("threads"), row("reference")]))
        self.assertEqual(self.finding(), "worse")
        self.assertEqual(self.finding("threads"), "no difference shown")

    def test_a_figure_that_one_side_lacks_is_not_comparable(self) -> None:
        set_figure(self.new, "epoll", "cpu_us_per_request", None)
        self.assertEqual(self.figure_finding("cpu_us_per_request"), ("not comparable", "not measured now"))
        for nothing in (None, {}, {**figure(1.0), "median": None}, {**figure(1.0), "low": float("nan")}):
            row_of(self.old, "threads")["figures"]["cpu_us_per_request"] = nothing
            finding = self.figure_finding("cpu_us_per_request", "threads")
            self.assertEqual(finding, ("not comparable", "not measured in the baseline"))
        self.assertEqual(self.compared().exit_code, 0)

    def test_zeros_have_no_ratio_and_no_crash(self) -> None:
        for median, expected in ((0.0, "no difference shown"), (5.0, "worse")):
            set_figure(self.old, "epoll", "cpu_us_per_request", figure(0.0))
            set_figure(self.new, "epoll", "cpu_us_per_request", figure(median))
            self.assertEqual(self.figure_finding("cpu_us_per_request")[0], expected)
            written(self.compared())

    def test_an_open_loop_is_compared_by_response_time(self) -> None:
        self.old = document(scenario([row("epoll")], rate=10_000))
        self.new = document(scenario([row("epoll", p99=900.0)], rate=10_000))
        names = [one.figure for one in self.compared().rows[0].figures]
        self.assertEqual(names, ["requests_per_second", "response_p99_us", "cpu_us_per_request"])
        self.assertEqual(self.figure_finding("response_p99_us")[0], "worse")

    def test_at_a_share_of_the_capacity_the_rate_itself_is_not_compared(self) -> None:
        self.old = document(scenario([{**row("epoll"), "rate": 45_000.0}], rate_share=0.5))
        self.new = document(scenario([{**row("epoll", rate=70_000.0), "rate": 35_000.0}], rate_share=0.5))
        names = [one.figure for one in self.compared().rows[0].figures]
        self.assertEqual(names, ["response_p99_us", "cpu_us_per_request"])
        self.assertEqual(self.finding(), "no difference shown")


class Rows(Case):
    def test_are_matched_by_all_their_settings(self) -> None:
        for name, value in (
            ("name", "close"),
            ("task", "sleep:100ms"),
            ("connections", 256),
            ("rate", 1000.0),
            ("rate_share", 0.5),
        ):
            with self.subTest(name):
                self.new = document(scenario([row("epoll")], **{name: value}))
                self.old = document(scenario([row("epoll")]))
                reasons = [one.reason for one in self.compared().rows]
                self.assertEqual(reasons, ["not in the baseline", "lost: the baseline has it"])

    def test_a_lost_row_is_worse(self) -> None:
        self.new["scenarios"][0]["rows"] = [row("epoll"), row("reference")]
        self.assertEqual(self.finding("threads"), "worse")
        self.assertEqual(self.compared().exit_code, 4)

    def test_a_row_that_became_invalid_is_worse_and_says_why(self) -> None:
        spoilt = {"valid": False, "invalid_reasons": ["round 2: 3 timeouts"], "figures": {}}
        row_of(self.new, "epoll").update(spoilt)
        found = self.compared()
        self.assertEqual(self.finding(), "worse")
        self.assertEqual(found.exit_code, 4)
        self.assertIn("INVALID now: round 2: 3 timeouts", written(found))

    def test_a_row_that_was_invalid_or_is_new_is_not_comparable(self) -> None:
        row_of(self.old, "epoll").update({"valid": False, "invalid_reasons": ["3 timeouts"]})
        self.new["scenarios"][0]["rows"].append(row("poll"))
        found = self.compared()
        self.assertEqual(self.finding(), "not comparable")
        self.assertEqual(self.finding("poll"), "not comparable")
        self.assertEqual(found.exit_code, 0)
        self.assertIn("INVALID in the baseline: 3 timeouts", written(found))

    def test_a_row_invalid_in_both_or_lost_after_it_was_is_not_worse(self) -> None:
        row_of(self.old, "epoll").update({"valid": False})
        row_of(self.new, "epoll").update({"valid": False})
        self.assertEqual(self.compared().exit_code, 0)
        self.new["scenarios"][0]["rows"] = [row("threads")]
        self.assertEqual(self.finding(), "not comparable")

    def test_the_reference_server_only_causes_a_warning(self) -> None:
        for rate in (1000.0, 200_000.0):
            set_figure(self.new, "reference", "requests_per_second", figure(rate))
            found = self.compared()
            self.assertEqual(found.exit_code, 0)
            self.assertIn("the reference server differs too", found.verdict())
            self.assertIn("of 2 rows", found.verdict())
        self.assertNotIn("reference server", baseline.compare(self.old, self.old).verdict())


class Machine(Case):
    def test_another_one_is_refused(self) -> None:
        for name in ("machine", "kernel", "cores"):
            with self.subTest(name):
                new = copy.deepcopy(self.old)
                new["environment"][name] = "other"
                with self.assertRaisesRegex(CannotRun, f"another machine.*{name}.*'other'"):
                    baseline.compare(self.old, new)
                del new["environment"][name]
                with self.assertRaisesRegex(CannotRun, f"the new comparison does not name its {name}"):
                    baseline.compare(self.old, new)

    def test_is_checked_before_the_measurement(self) -> None:
        baseline.expect_comparable(self.old, self.old["environment"])
        with self.assertRaisesRegex(CannotRun, "another machine"):
            baseline.expect_comparable(self.old, {**self.old["environment"], "kernel": "Linux 7"})

    def test_another_build_is_a_change_that_is_listed(self) -> None:
        self.new["environment"].update({"commit": "2222", "command": "tools/compare --seed=2"})
        self.new["settings"].update({"server": "majuscule --threads=16", "rounds": "5, seed 2"})
        found = self.compared()
        self.assertEqual([change.name for change in found.changes], ["server", "commit"])
        self.assertIn("commit: 1111 → 2222", written(found))


class Report(Case):
    def test_names_the_worse_figures_with_their_ratios(self) -> None:
        self.new = document(scenario([row("epoll", rate=60_000.0), row("threads"), row("reference")]))
        found = self.compared()
        self.assertEqual(
            found.verdict(),
            "of 2 rows against the baseline: 1 worse, 1 without a difference shown",
        )
        text = written(found)
        self.assertIn("90,000 → 60,000", text)
        self.assertIn("worse: requests/s ×0.67", text)
        self.assertIn("Keep-alive, 64 connections", text)

    def test_scenarios_of_one_title_stay_apart(self) -> None:
        self.old = document(scenario([row("epoll")]), scenario([row("epoll")], connections=256))
        text = written(baseline.compare(self.old, self.old))
        self.assertIn("### keep-alive, 64 connections", text)
        self.assertIn("### keep-alive, 256 connections", text)

    def test_data_survives_json(self) -> None:
        set_figure(self.new, "epoll", "requests_per_second", figure(10.0))
        data = json.loads(json.dumps(self.compared().data(), allow_nan=False))
        self.assertEqual(data["exit_code"], 4)
        first = data["rows"][0]
        self.assertEqual(first["key"]["mode"], "epoll")
        self.assertEqual(first["figures"][0]["finding"], "worse")


if __name__ == "__main__":
    unittest.main()
