# SPDX-License-Identifier: MIT
"""On a machine that changes between two speeds, corrected costs show equal modes as equal and 5 % more work as more; raw
costs do not. The machine is simulated, with a seed for each run."""

import unittest
from dataclasses import replace

from comparison.calibrator import Calibrator
from comparison.intervals import Ratio
from comparison.plan import Measurement, Scenario
from comparison.rows import Results, Row
from comparison.sample import Cost
from comparison.scenarios import KINDS, Kind
from comparison.speed import Calibration
from comparison.task import Task
from samples import SAMPLE
from two_speed_machine import FAST, Machine, compared

_SEEDS = range(10)
_A, _SAME, _MORE, _OTHER = (
    Measurement(Scenario(replace(KINDS["keep-alive"], name=name), 16), "epoll") for name in ("a", "same", "more", "other")
)
_WORK = {_A: 1.2, _SAME: 1.2, _MORE: 1.2 * 1.05, _OTHER: 8.0}


def run_of(seed: int) -> Results:
    machine = Machine(seed)
    return compared(machine, _WORK, lambda measurement: machine.load(_WORK[measurement]), seed)


def raw(row: Row) -> Row:
    return replace(row, samples=[replace(sample, bracket=None) for sample in row.samples])


class OnTwoLevels(unittest.TestCase):
    runs: list[Results]

    @classmethod
    def setUpClass(cls) -> None:
        cls.runs = [run_of(seed) for seed in _SEEDS]

    def ratios(self, measurement: Measurement, corrected: bool = True) -> list[Ratio]:
        look = (lambda row: row) if corrected else raw
        return [
            look(run.row(measurement)).relative_to(look(run.row(_A)))["cpu_us_per_request"] for run in self.runs
        ]

    def test_the_machine_changes_its_speed(self) -> None:
        self.assertTrue(all(run.speed.variation > 0.2 for run in self.runs))
        self.assertGreaterEqual(sum(len(run.speed.levels()) > 2 for run in self.runs), 5)

    def test_a_mode_costs_as_much_as_itself(self) -> None:
        ratios = self.ratios(_SAME)
        self.assertGreaterEqual(sum(abs((one.ratio or 0) - 1) <= 0.02 for one in ratios), 9, ratios)
        self.assertGreaterEqual(sum(not one.difference_shown for one in ratios), 9, ratios)

    def test_five_percent_more_work_is_shown(self) -> None:
        ratios = self.ratios(_MORE)
        self.assertGreaterEqual(sum(one.difference_shown for one in ratios), 9, ratios)
        for one in ratios:
            self.assertAlmostEqual(one.ratio or 0, 1.05, delta=0.03)

    def test_raw_costs_show_nothing(self) -> None:
        """A change of level between two rows of one round spreads their ratios, in some runs more than in others."""
        shown = sum(one.difference_shown for one in self.ratios(_MORE, corrected=False))
        self.assertLess(shown, 5)
        wide = [(one.high or 0) - (one.low or 0) for one in self.ratios(_SAME, corrected=False)]
        narrow = [(one.high or 0) - (one.low or 0) for one in self.ratios(_SAME)]
        self.assertGreater(sorted(wide)[5], 0.20)
        self.assertLess(max(narrow), 0.10)

    def test_user_and_system_time_add_up(self) -> None:
        for measurement in (_A, _MORE):
            row = self.runs[0].row(measurement)
            parts = zip(row.values("user_us_per_request"), row.values("system_us_per_request"))
            for both, whole in zip(parts, row.values("cpu_us_per_request")):
                self.assertAlmostEqual(sum(both), whole)

    def test_raw_figures_stay_beside_the_corrected_ones(self) -> None:
        row = self.runs[0].row(_A)
        self.assertEqual(row.values("cpu_us_per_request_raw"), raw(row).values("cpu_us_per_request"))
        self.assertNotEqual(row.values("cpu_us_per_request_raw"), row.values("cpu_us_per_request"))


class Tasks(unittest.TestCase):
    def test_what_a_task_burns_is_not_corrected(self) -> None:
        kind = Kind("cpu", "CPU", "", task=Task.parse("cpu:1ms"), task_every=10)
        results, machine = Results(shared_core=False), Machine(0)
        calibrator = Calibrator(machine.calibrate, results.speed, lambda: machine.now)
        burnt = replace(SAMPLE, cost=Cost(1000, 0.1, 0.0061, 0, 0))  # 100 us of task, 6.1 us of work a request
        found = calibrator.bracketed(lambda: burnt)
        measurement = Measurement(Scenario(kind, 16), "epoll")
        results.add(measurement, 1, replace(burnt, bracket=found.bracket))
        results.speed.calibrations += 3 * [Calibration(0.0, 100_000, FAST / 10)]
        (cost,) = results.row(measurement).values("cpu_us_per_request")
        assert found.bracket
        self.assertAlmostEqual(cost, 100 + 6.1 * FAST / found.bracket.us_per_request)


class Unsteady(unittest.TestCase):
    def test_a_row_whose_best_try_is_unsteady_is_marked(self) -> None:
        results = Results(shared_core=False)
        calibrator = Calibrator(iter([Calibration(0, 1, 5e-6), Calibration(0, 1, 6e-6)]).__next__, results.speed, lambda: 0.0)
        found = calibrator.steadily(lambda: SAMPLE)
        results.add(_A, 1, replace(SAMPLE, bracket=found.bracket))
        (row,) = results.table(_A.scenario, [_A])
        self.assertEqual(row.marks, ["unsteady: the machine's speed changed by up to 18% around a load"])
        self.assertTrue(row.valid)


if __name__ == "__main__":
    unittest.main()
