# SPDX-License-Identifier: MIT
"""The benchmark of the comparison's resolution, on simulated machines: it can pass, and it can fail."""

import unittest

from benchmarks import power
from comparison.intervals import Ratio
from comparison.plan import Measurement
from comparison.rows import Results
from comparison.sample import Sample
from two_speed_machine import Machine, compared

_WORK = 1.05  # of a raw loop's 4.7 us
_EVERY = power.every_for(_WORK * 4.7, power.MORE)
MEASUREMENTS = power.Measurements.of("epoll", _EVERY)


def results(seed: int, noise: float, extra: float = 1.0) -> Results:
    """`extra`: the share of the work of the task that is really added."""
    machine = Machine(seed, noise)

    def load(measurement: Measurement) -> Sample:
        kind = measurement.scenario.kind
        burnt = kind.task.seconds * 1e6 / kind.task_every if kind.task.seconds else 0.0
        return machine.load(_WORK, extra * burnt)

    return compared(machine, [MEASUREMENTS.base, MEASUREMENTS.same, MEASUREMENTS.more], load, seed)


def verdicts(noise: float, extra: float = 1.0) -> list[str]:
    found = [power.Comparison.of(results(seed, noise, extra), MEASUREMENTS) for seed in range(10)]
    lines = power.table(found, rounds=5)
    return lines[-3:]


class Power(unittest.TestCase):
    def test_on_a_machine_of_two_speeds_equal_is_equal_and_more_is_more(self) -> None:
        for line in verdicts(noise=0.01):
            self.assertRegex(line, "(9|10) of 10, 9 wanted: PASS$")

    def test_noise_within_each_speed_is_seen(self) -> None:
        near, _, more = verdicts(noise=0.06)
        self.assertTrue(near.endswith("FALLS SHORT"), near)
        self.assertTrue(more.endswith("FALLS SHORT"), more)

    def test_extra_work_that_is_none_is_not_shown(self) -> None:
        more = verdicts(noise=0.01, extra=0.0)[-1]
        self.assertTrue(more.endswith("FALLS SHORT"), more)


class Table(unittest.TestCase):
    def test_has_two_lines_for_each_comparison_with_corrected_and_raw_ratios(self) -> None:
        lines = power.table([power.Comparison.of(results(1, 0.01), MEASUREMENTS)] * 2, rounds=5)
        self.assertEqual(len(lines), 1 + 2 * 2 + 4)
        self.assertIn("itself", lines[1])
        self.assertIn("no difference shown", lines[1])
        self.assertIn("5% more work", lines[2])
        self.assertIn("range of 5 rounds (holds the median in 94 %)", lines[5])

    def test_an_invalid_row_is_no_success(self) -> None:
        failed = results(1, 0.01)
        failed.fail(MEASUREMENTS.same, "round 2", "the server ended by itself")
        lines = power.table([power.Comparison.of(failed, MEASUREMENTS)], rounds=5)
        self.assertIn("INVALID: round 2: the server ended by itself", lines[1])
        self.assertIn("0 of 1, 1 wanted: FALLS SHORT", lines[-3])
        self.assertIn("0 of 1, 1 wanted: FALLS SHORT", lines[-2])
        self.assertIn("1 of 1, 1 wanted: PASS", lines[-1])


class ExtraWork(unittest.TestCase):
    TASK_US = MEASUREMENTS.more.scenario.task.seconds * 1e6

    def test_is_five_percent_of_a_request(self) -> None:
        for cost in (4.7, 6.1, 14.5):
            self.assertAlmostEqual(self.TASK_US / power.every_for(cost, 0.05) / cost, 0.05, delta=0.005)

    def pilot(self, ratio: float) -> power.Outcome:
        found = Ratio(ratio, ratio, ratio, True)
        return power.Outcome(base_us=5.0, us=5.0 * ratio, ratio=found, raw=found)

    def test_uses_the_measured_addition(self) -> None:
        every = power.every_for(5.0, power.PILOT)
        for added in (1.0, 1.3, 2.0):
            seen = self.pilot(1 + added * self.TASK_US / every / 5.0)
            task_us = power.added_us(seen, every)
            self.assertAlmostEqual(task_us, added * self.TASK_US)
            self.assertAlmostEqual(task_us / power.every_for(5.0, 0.05, task_us) / 5.0, 0.05, delta=0.002)

    def test_adds_no_less_than_it_burns(self) -> None:
        self.assertEqual(power.added_us(self.pilot(0.98), 5), self.TASK_US)

    def test_no_cell_is_another(self) -> None:
        self.assertEqual(len({MEASUREMENTS.base, MEASUREMENTS.same, MEASUREMENTS.more}), 3)


if __name__ == "__main__":
    unittest.main()
