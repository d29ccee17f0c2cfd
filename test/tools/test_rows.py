# SPDX-License-Identifier: MIT
"""Rows: medians over rounds with intervals, INVALID for any bad round, marks, and curves of all rounds."""

import unittest
from dataclasses import replace

from comparison.intervals import Interval
from comparison.plan import Measurement, ceiling_of
from comparison.rows import Results
from samples import ACCOUNT, MEASUREMENT, COST, SAMPLE, SCENARIO, WINDOW, result, with_rate

THREADS = Measurement(SCENARIO, "threads")
CEILING = ceiling_of(SCENARIO)
MEASUREMENTS = [MEASUREMENT, THREADS, CEILING]


class Rows(unittest.TestCase):
    def setUp(self) -> None:
        self.results = Results(shared_core=False)

    def add_rates(self, measurement: Measurement, *rates: float) -> None:
        for number, rate in enumerate(rates, 1):
            self.results.add(measurement, number, with_rate(rate))

    def test_figures_are_medians_with_their_intervals(self) -> None:
        self.add_rates(MEASUREMENT, 300.0, 100.0, 110.0)
        row = self.results.table(SCENARIO, MEASUREMENTS)[0]
        figures = row.figures()
        self.assertEqual(figures["requests_per_second"], Interval(110.0, 100.0, 300.0, 3))
        self.assertAlmostEqual(figures["cpu_us_per_request"].median, 5.0)
        self.assertAlmostEqual(figures["user_us_per_request"].median, 2.0)
        self.assertAlmostEqual(figures["system_us_per_request"].median, 3.0)
        self.assertAlmostEqual(figures["voluntary_switches_per_request"].median, 0.1)
        self.assertAlmostEqual(figures["involuntary_switches_per_request"].median, 0.01)
        self.assertEqual(figures["service_p99_9_us"].median, 400.0)

    def test_missing_measurements_have_no_figure(self) -> None:
        self.results.add(MEASUREMENT, 1, replace(SAMPLE, cross_check=None))
        self.results.add(MEASUREMENT, 2, replace(SAMPLE, load=replace(result(), connect=replace(result().connect, p99=None))))
        figures = self.results.row(MEASUREMENT).figures()
        self.assertNotIn("wrk_requests_per_second", figures)
        self.assertNotIn("connect_p99_us", figures)
        self.assertIn("connect_max_us", figures)

    def test_the_order_is_that_of_the_cells(self) -> None:
        for measurement in (CEILING, THREADS, MEASUREMENT):
            self.results.add(measurement, 1, SAMPLE)
        self.assertEqual([row.mode for row in self.results.table(SCENARIO, MEASUREMENTS)], ["epoll", "threads", "reference"])

    def test_one_bad_round_makes_the_row_invalid(self) -> None:
        for number, accepted in enumerate((16, 3, 16), 1):
            self.results.add(MEASUREMENT, number, replace(SAMPLE, account=replace(ACCOUNT, accepted=accepted)))
        row = self.results.row(MEASUREMENT)
        self.assertFalse(row.valid)
        self.assertIn("round 2", row.reasons[0])
        self.assertEqual([check.name for check in row.checks if not check.passed], ["every connection accepted"])

    def test_a_row_without_samples_is_not_valid(self) -> None:
        self.assertFalse(self.results.row(MEASUREMENT).valid)
        self.assertEqual(self.results.row(MEASUREMENT).figures(), {})
        self.assertEqual(self.results.row(MEASUREMENT).curve("service"), [])

    def test_a_ratio_is_taken_round_by_round(self) -> None:
        self.add_rates(MEASUREMENT, 100.0, 200.0, 300.0)
        self.add_rates(THREADS, 50.0, 100.0, 150.0)
        ratio = self.results.row(THREADS).relative_to(self.results.row(MEASUREMENT))["requests_per_second"]
        self.assertEqual((ratio.ratio, ratio.low, ratio.high), (0.5, 0.5, 0.5))
        self.assertFalse(ratio.difference_shown, "the intervals of the medians overlap")

    def test_an_invalid_row_has_no_ratio(self) -> None:
        self.add_rates(MEASUREMENT, 100.0)
        self.results.fail(THREADS, "round 1", "ended")
        self.assertEqual(self.results.row(THREADS).relative_to(self.results.row(MEASUREMENT)), {})

    def test_a_curve_is_the_median_where_all_rounds_have_a_point(self) -> None:
        for number, middle in enumerate((10.0, 30.0, 20.0), 1):
            curve = [(50.0, middle), (100.0, 90.0)] + ([(99.0, 80.0)] if number == 1 else [])
            self.results.add(MEASUREMENT, number, replace(SAMPLE, load=replace(result(), curves={"service": curve})))
        self.assertEqual(self.results.row(MEASUREMENT).curve("service"), [(50.0, 20.0), (100.0, 90.0)])

    def test_capacities_are_those_of_valid_rows(self) -> None:
        self.add_rates(MEASUREMENT, 100.0, 120.0, 110.0)
        self.results.fail(THREADS, "round 1", "ended")
        self.assertEqual(self.results.capacities([MEASUREMENT, THREADS]), {"epoll": {SCENARIO: 110.0}})


class Marks(unittest.TestCase):
    def setUp(self) -> None:
        self.results = Results(shared_core=False)

    def test_a_row_near_the_ceiling(self) -> None:
        self.results.add(MEASUREMENT, 1, with_rate(960.0))
        self.results.add(CEILING, 1, with_rate(1000.0))
        epoll, _, reference = self.results.table(SCENARIO, MEASUREMENTS)
        self.assertIn("96% of what the do-nothing server", epoll.marks[0])
        self.assertEqual(reference.marks, [])

    def test_an_invalid_ceiling_is_none(self) -> None:
        self.results.add(MEASUREMENT, 1, with_rate(960.0))
        self.results.add(CEILING, 1, replace(with_rate(1000.0), cost=replace(COST, requests=0)))
        self.assertEqual(self.results.table(SCENARIO, MEASUREMENTS)[0].marks, [])

    def test_one_disturbed_round(self) -> None:
        self.results.add(MEASUREMENT, 1, SAMPLE)
        self.results.add(MEASUREMENT, 2, replace(SAMPLE, window=replace(WINDOW, foreign_share=0.5)))
        marks = self.results.table(SCENARIO, MEASUREMENTS)[0].marks
        self.assertEqual(marks, ["disturbed: other processes took up to 50% of a core in a round"])

    def test_a_shared_core_marks_every_row(self) -> None:
        self.results = Results(shared_core=True)
        for measurement in MEASUREMENTS:
            self.results.add(measurement, 1, SAMPLE)
        for row in self.results.table(SCENARIO, MEASUREMENTS):
            self.assertIn("shared core", row.marks[0])


if __name__ == "__main__":
    unittest.main()
