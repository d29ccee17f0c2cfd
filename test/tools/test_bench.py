# SPDX-License-Identifier: MIT
"""The requests of the benchmarks, their ratios and their verdicts."""

import contextlib
import io
import sys
import unittest
from unittest import mock

from benchmarks import __main__ as benchmarks
from benchmarks import cpu_per_request, crowd, load_cpu, steady_ratio, wake_up
from comparison import conformance
from comparison.calibrator import Bracketed
from comparison.errors import Untrusted
from comparison.speed import Bracket, Calibration, Speed

SLOW, FAST = 6.1, 4.7  # microseconds a request of the reference server


class Crowd(unittest.TestCase):
    def test_an_http_client_asks_for_a_close_and_takes_any_date(self) -> None:
        message = crowd.HTTP.message(8000)
        self.assertTrue(message.endswith(b"\r\nConnection: close\r\n\r\n"), message)
        self.assertEqual(message.count(b"\r\n\r\n"), 1)
        answer = conformance.answer(b"Hello world", closing=True)
        other_day = answer.replace(b"Fri, 20 Nov 2026", b"Sat, 21 Nov 2026")
        self.assertTrue(crowd.HTTP.is_right(answer) and crowd.HTTP.is_right(other_day))
        self.assertFalse(crowd.HTTP.is_right(answer[:-1]))
        self.assertFalse(crowd.HTTP.is_right(b""))

    def test_a_raw_client_takes_the_message_and_nothing_more(self) -> None:
        self.assertTrue(crowd.RAW.is_right(b"Hello crowd"))
        self.assertFalse(crowd.RAW.is_right(b"Hello crowd!"))

    def test_the_wait_counts_from_the_connect_that_the_figure_names(self) -> None:
        for kind, seconds in ((crowd.RAW, 2.0), (crowd.HTTP, 2.5)):
            waited = crowd.Crowd(kind, first_connect=1.0, last_connect=1.5, last_answer=3.5)
            self.assertEqual(waited.waited_seconds, seconds)


class Question(unittest.TestCase):
    def test_names_its_baseline(self) -> None:
        self.assertIn("poll, CPU per request / do-nothing epoll", str(cpu_per_request.Question("poll", None, 1)))
        self.assertIn("/ do-nothing threads", str(cpu_per_request.Question("threads", None, 1)))
        self.assertIn("/ threads,", str(cpu_per_request.Question("pool", "threads", 1)))
        self.assertIn("16 pipelined", str(cpu_per_request.Question("epoll", None, 16)))


def at(us: float, before: float, after: float) -> Bracketed[float]:
    return Bracketed(us, Bracket(Calibration(0, 1, before / 1e6), Calibration(1, 1, after / 1e6)))


class SteadyRatio(unittest.TestCase):
    """On a machine that has two speeds, half of the loads at each."""

    SPEED = Speed(calibrations=[Calibration(0, 1, us / 1e6) for us in (SLOW, FAST, SLOW, FAST, FAST)])

    def ratio(self, work: float) -> steady_ratio.SteadyRatio:
        ours = [at(work * us, us, us) for us in (SLOW, FAST, SLOW, FAST, SLOW)]
        base = [at(us, us, us) for us in (FAST, SLOW, SLOW, FAST, FAST)]
        return steady_ratio.of(ours, base, self.SPEED)

    def test_equal_work_costs_the_same_at_any_machine_speed(self) -> None:
        for ratio in self.ratio(1.0).ratios:
            self.assertAlmostEqual(ratio, 1.0)
        self.assertGreater(max(self.ratio(1.0).raw), 1.29)

    def test_five_percent_more_is_five_percent_more(self) -> None:
        self.assertAlmostEqual(self.ratio(1.05).median, 1.05)

    def test_corrected_and_raw_are_printed(self) -> None:
        said = self.ratio(1.05).describe()
        self.assertIn("4.935 us / 4.700 us; the median of 5 interleaved rounds from 1.050 to 1.050; raw", said)
        self.assertIn("raw 1.050 from 0.809 to 1.363", said)

    def test_a_step_within_every_try_is_reported(self) -> None:
        self.assertEqual(steady_ratio.unsteady([at(5.0, 5.0, 5.1)]), "")
        self.assertIn("changed by up to 26%", steady_ratio.unsteady([at(5.0, 5.0, 5.1), at(5.0, SLOW, FAST)]))

    def test_a_load_without_calibrations_stays_raw(self) -> None:
        self.assertEqual(steady_ratio.corrected([Bracketed(5.0, None)], self.SPEED), [5.0])


class BesideWrk(unittest.TestCase):
    def test_each_run_is_compared_with_wrk_around_it(self) -> None:
        said = load_cpu.judge([at(6.1, 6.0, 6.2), at(4.7, 4.7, 4.7), at(6.6, 6.2, 6.0)], 1.15)
        self.assertIn("/ wrk, 64 keep-alive connections: 1.000 (", said)
        self.assertIn("from 1.000 to 1.082", said)
        self.assertTrue(said.endswith("PASS"), said)

    def test_a_run_of_wrk_that_failed_leaves_no_figure(self) -> None:
        with self.assertRaises(Untrusted):
            load_cpu.judge([Bracketed(6.1, None)], 1.15)


class WakeUp(unittest.TestCase):
    def test_the_table_is_corrected_and_the_raw_table_is_below(self) -> None:
        found = {100: {"select": [at(12.2, SLOW, SLOW)], "epoll": [at(9.4, FAST, FAST)]}, 10_000: {"select": [], "epoll": []}}
        lines = wake_up.table(found, SteadyRatio.SPEED).splitlines()
        self.assertEqual([line.split() for line in lines[3:5]], [["100", "9.40", "9.40"], ["10,000", "-", "-"]])
        self.assertIn("raw", lines[5])
        self.assertEqual(lines[6].split(), ["100", "12.20", "9.40"])


class Verdict(unittest.TestCase):
    def code(self, error: Exception) -> int:
        arguments = ["benchmarks", "idle-memory", "--mode=uring", "--majuscule=x"]
        said = io.StringIO()
        with (
            mock.patch.object(sys, "argv", arguments),
            mock.patch.dict(benchmarks._FIGURES, {"idle-memory": mock.Mock(side_effect=error)}),
            mock.patch.object(benchmarks.os, "sched_setaffinity"),
            contextlib.redirect_stdout(said),
        ):
            code = benchmarks.main()
        self.assertIn(f"not measured: {error}", said.getvalue())
        return code

    def test_a_mode_that_cannot_run_here_is_skipped_with_its_reason(self) -> None:
        self.assertEqual(self.code(Untrusted("exit code 1: majuscule: --mode=uring cannot run here: no")), 77)

    def test_a_missing_measurement_fails(self) -> None:
        self.assertEqual(self.code(Untrusted("exit code 1: majuscule: bind: address in use")), 1)


if __name__ == "__main__":
    unittest.main()
