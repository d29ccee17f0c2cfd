# SPDX-License-Identifier: MIT
"""Intervals: exact, deterministic, with the confidence that they state, and no difference without evidence."""

import math
import random
import statistics
import unittest

from comparison.intervals import (
    NO_DIFFERENCE,
    Interval,
    Ratio,
    confidence,
    format_ratio,
    interval_name,
    median_interval,
    ratio_interval,
)

NAN, INFINITE = math.nan, math.inf
BASE = [100.0, 101.0, 99.0, 100.5, 99.5]


class Median(unittest.TestCase):
    def test_one_round_is_its_own_interval(self) -> None:
        self.assertEqual(median_interval([7.0]), Interval(7.0, 7.0, 7.0, 1))

    def test_no_figure_without_finite_values(self) -> None:
        for values in ([], [NAN], [1.0, INFINITE], [1.0, NAN, 2.0]):
            self.assertIsNone(median_interval(values))

    def test_up_to_five_rounds_from_the_least_to_the_greatest(self) -> None:
        for count in range(2, 6):
            values = [10.0 * (i + 1) ** 2 for i in range(count)]
            found = median_interval(values[::-1])
            self.assertEqual(found, Interval(statistics.median(values), values[0], values[-1], count))

    def test_is_the_range_until_95_percent_leave_one_out(self) -> None:
        for count in range(2, 9):
            values = [float(i) for i in range(count)]
            self.assertEqual(median_interval(values), Interval((count - 1) / 2, 0.0, count - 1.0, count))
        self.assertEqual(median_interval([float(i) for i in range(9)]), Interval(4.0, 1.0, 7.0, 9))

    def test_more_rounds_leave_out_the_farthest(self) -> None:
        found = median_interval([1.0, 50.0, 51.0, 52.0, 53.0, 54.0, 55.0, 56.0, 1000.0])
        assert found
        self.assertGreater(found.low, 1.0)
        self.assertLess(found.high, 1000.0)

    def test_holds_the_true_median_with_its_confidence(self) -> None:
        chance = random.Random(2)
        for count, share in {3: 0.75, 4: 0.875, 5: 0.9375, 6: 0.969, 7: 0.984, 9: 0.961, 12: 0.961}.items():
            held = 0
            for _ in range(4000):
                found = median_interval([chance.lognormvariate(0.0, 0.5) for _ in range(count)])
                held += found is not None and found.low <= 1.0 <= found.high
            self.assertAlmostEqual(held / 4000, share, delta=0.025, msg=f"{count} rounds")


class Name(unittest.TestCase):
    def test_is_that_of_a_range_while_there_are_too_few_rounds_for_95_percent(self) -> None:
        self.assertEqual(interval_name(1), "one round")
        self.assertEqual(interval_name(3), "range of 3 rounds (holds the median in 75 %)")
        self.assertEqual(interval_name(5), "range of 5 rounds (holds the median in 94 %)")

    def test_says_95_percent_only_where_the_interval_holds_the_median_as_often(self) -> None:
        for rounds in range(1, 60):
            values = [float(i) for i in range(rounds)]
            found = median_interval(values)
            assert found
            held = confidence(rounds, int(found.low)) if rounds > 1 else 0.0
            self.assertEqual("95 %" in interval_name(rounds), held >= 0.95, f"{rounds} rounds")


class RatioOfMedians(unittest.TestCase):
    def test_of_a_row_to_itself_is_one(self) -> None:
        self.assertEqual(ratio_interval(BASE, BASE), Ratio(1.0, 1.0, 1.0, False))

    def test_is_the_median_of_the_rounds_ratios(self) -> None:
        found = ratio_interval([110.0, 210.0, 330.0], [100.0, 200.0, 300.0])
        self.assertEqual((found.ratio, found.low, found.high), (1.1, 1.05, 1.1))

    def test_disturbances_of_a_whole_round_cancel_out(self) -> None:
        drifting = [100.0, 80.0, 60.0, 90.0, 70.0]
        twice = [2 * value for value in drifting]
        self.assertEqual(ratio_interval(twice, drifting).low, 2.0)
        self.assertEqual(ratio_interval(twice, drifting).high, 2.0)
        not_paired = ratio_interval(twice, drifting[:-1])
        self.assertLess(not_paired.low or 0, 2.0)
        self.assertGreater(not_paired.high or 0, 2.0)

    def test_a_round_less_is_not_paired(self) -> None:
        found = ratio_interval([200.0, 204.0, 196.0], BASE)
        self.assertEqual(found, Ratio(2.0, 196.0 / 101.0, 204.0 / 99.0, True))

    def test_of_many_rounds_is_narrow(self) -> None:
        chance = random.Random(4)
        values, base = ([chance.uniform(9, 11) for _ in range(12)] for _ in range(2))
        found = ratio_interval([2 * value for value in values], base)
        self.assertTrue(found.difference_shown)
        self.assertTrue(1.7 < (found.low or 0) < 2.0 < (found.high or 0) < 2.3, found)

    def test_zeros_and_values_not_finite_have_no_ratio(self) -> None:
        for values, base in (
            ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]),
            ([1.0, 2.0, 3.0], [0.0, 1.0, 1.0]),
            ([1.0, NAN, 3.0], [1.0, 1.0, 1.0]),
            ([1.0, 2.0, 3.0], [1.0, INFINITE, 1.0]),
            ([1e308, 1e308, 1e308], [1e-300, 1e-300, 1e-300]),
            ([], [1.0]),
            ([1.0], []),
        ):
            self.assertEqual(ratio_interval(values, base), Ratio(None, None, None, False))
        self.assertEqual(ratio_interval([0.0, 0.0, 0.0], [1.0, 2.0, 3.0]).ratio, 0.0)


class Difference(unittest.TestCase):
    def test_is_shown_when_nothing_overlaps(self) -> None:
        for factor in (0.5, 2.0):
            self.assertTrue(ratio_interval([factor * value for value in BASE], BASE).difference_shown)

    def test_is_not_when_the_medians_intervals_overlap(self) -> None:
        drifting = [100.0, 80.0, 60.0, 90.0, 70.0]
        found = ratio_interval([1.1 * value for value in drifting], drifting)
        self.assertGreater(found.low or 0, 1.0)
        self.assertFalse(found.difference_shown)

    def test_is_not_when_the_intervals_touch(self) -> None:
        self.assertFalse(ratio_interval([101.0, 102.0, 103.0], [99.0, 100.0, 101.0]).difference_shown)

    def test_is_not_when_the_ratios_interval_holds_one(self) -> None:
        values = [1.0, 1.0] + 11 * [50.0]
        base = [30.0, 30.0] + [100.0, 100.0] + 9 * [30.0]
        own, other, found = median_interval(values), median_interval(base), ratio_interval(values, base)
        assert own and other
        self.assertFalse(own.overlaps(other))
        self.assertLess(found.low or 0, 1.0)
        self.assertFalse(found.difference_shown)

    def test_is_never_shown_by_fewer_than_three_rounds(self) -> None:
        self.assertFalse(ratio_interval([200.0], [100.0]).difference_shown)
        self.assertFalse(ratio_interval([200.0, 201.0], [100.0, 101.0]).difference_shown)
        self.assertFalse(ratio_interval([200.0, 201.0], [100.0, 101.0, 102.0]).difference_shown)
        self.assertTrue(ratio_interval([200.0, 201.0, 202.0], [100.0, 101.0, 102.0]).difference_shown)

    def test_is_rarely_shown_without_a_difference(self) -> None:
        chance = random.Random(6)
        for count, share in {3: 0.10, 5: 0.008}.items():
            shown = 0
            for _ in range(1500):
                values, base = ([chance.lognormvariate(0.0, 0.1) for _ in range(count)] for _ in range(2))
                shown += ratio_interval(values, base).difference_shown
            self.assertLess(shown / 1500, share + 0.03, f"{count} rounds")


class CorrectedDifference(unittest.TestCase):
    """Corrected figures are compared by the ratios of the rounds only."""

    DRIFTING = [100.0, 80.0, 60.0, 90.0, 70.0]

    def ratio(self, factors: list[float]) -> Ratio:
        return ratio_interval([f * value for f, value in zip(factors, self.DRIFTING)], self.DRIFTING, corrected=True)

    def test_is_shown_when_every_round_agrees(self) -> None:
        self.assertTrue(self.ratio([1.05, 1.03, 1.06, 1.07, 1.04]).difference_shown)
        self.assertTrue(self.ratio([0.95, 0.97, 0.94, 0.93, 0.96]).difference_shown)

    def test_is_not_when_one_round_disagrees(self) -> None:
        self.assertFalse(self.ratio([1.05, 1.03, 0.999, 1.07, 1.04]).difference_shown)

    def test_is_not_when_it_is_less_than_the_figures_resolve(self) -> None:
        self.assertFalse(self.ratio([1.019, 1.01, 1.015, 1.018, 1.03]).difference_shown)

    def test_of_fewer_than_five_rounds_needs_medians_that_lie_apart_too(self) -> None:
        base = [100.0, 80.0, 60.0]
        self.assertFalse(ratio_interval([1.1 * value for value in base], base, corrected=True).difference_shown)
        self.assertTrue(ratio_interval([2.0 * value for value in base], base, corrected=True).difference_shown)

    def test_is_rarely_shown_without_a_difference(self) -> None:
        chance = random.Random(8)
        for noise, share in {0.01: 0.005, 0.10: 0.0625}.items():
            shown = 0
            for _ in range(1500):
                values, base = ([chance.lognormvariate(0.0, noise) for _ in range(5)] for _ in range(2))
                shown += ratio_interval(values, base, corrected=True).difference_shown
            self.assertLess(shown / 1500, share + 0.02, f"noise {noise}")


class Text(unittest.TestCase):
    def test_of_the_base_itself(self) -> None:
        self.assertEqual(format_ratio(ratio_interval(BASE, BASE)), "1.00")

    def test_of_a_difference_with_the_width_of_its_farther_end(self) -> None:
        self.assertEqual(format_ratio(Ratio(1.42, 1.41, 1.45, True)), "1.42 ± 0.03")
        self.assertEqual(format_ratio(Ratio(1.42, 1.3866, 1.43, True)), "1.42 ± 0.04")

    def test_never_rounds_a_width_to_nothing(self) -> None:
        self.assertEqual(format_ratio(Ratio(2.0, 1.9999, 2.0, True)), "2.00 ± 0.01")
        self.assertEqual(format_ratio(Ratio(2.0, 2.0, 2.0, True)), "2.00 ± 0.00")

    def test_small_and_large_ones_keep_the_digits_that_count(self) -> None:
        self.assertEqual(format_ratio(Ratio(0.0123, 0.0121, 0.0124, True)), "0.0123 ± 0.0002")
        self.assertEqual(format_ratio(Ratio(0.6404, 0.63, 0.65, True)), "0.64 ± 0.02")
        self.assertEqual(format_ratio(Ratio(1234.5, 1200.0, 1250.0, True)), "1,234 ± 35")
        self.assertEqual(format_ratio(Ratio(0.0, 0.0, 0.0, True)), "0.00 ± 0.00")

    def test_without_a_difference_or_a_ratio(self) -> None:
        self.assertEqual(format_ratio(Ratio(1.02, 0.99, 1.05, False)), NO_DIFFERENCE)
        self.assertEqual(format_ratio(ratio_interval([1.0], [0.0])), "-")


if __name__ == "__main__":
    unittest.main()
