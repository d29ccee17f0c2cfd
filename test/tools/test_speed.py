# SPDX-License-Identifier: MIT
"""The speed of the machine over a run: its steps, its text, and corrected costs."""

import random
import unittest

from comparison.speed import Bracket, Calibration, Speed, Visit, corrected


def calibration(us: float, at: float = 0.0) -> Calibration:
    return Calibration(at, 100_000, us / 10)


def speed(*costs: float) -> Speed:
    return Speed(calibrations=[calibration(us, float(i)) for i, us in enumerate(costs)])


class Brackets(unittest.TestCase):
    def test_a_cost_is_corrected_to_the_median_speed(self) -> None:
        run = speed(4.7, 4.7, 4.7, 6.1, 6.1)
        self.assertAlmostEqual(run.factor(Bracket(calibration(4.7), calibration(4.7))), 1.0)
        slow = run.factor(Bracket(calibration(6.1), calibration(6.1)))
        self.assertAlmostEqual(corrected(12.2, slow), 9.4)

    def test_a_bracket_counts_with_its_mean(self) -> None:
        self.assertAlmostEqual(speed(5.0).factor(Bracket(calibration(4.0), calibration(6.0))), 1.0)

    def test_without_a_bracket_a_cost_stays(self) -> None:
        self.assertEqual(speed(5.0).factor(None), 1.0)
        self.assertEqual(Speed().factor(Bracket(calibration(4.0), calibration(4.0))), 1.0)

    def test_what_a_task_burns_is_a_time_and_stays(self) -> None:
        self.assertAlmostEqual(corrected(1006.1, 4.7 / 6.1, burnt=1000.0), 1004.7)
        self.assertEqual(corrected(900.0, 0.5, burnt=1000.0), 900.0)

    def test_more_than_three_percent_apart_is_unsteady(self) -> None:
        self.assertTrue(Bracket(calibration(5.0), calibration(5.14)).steady)
        self.assertFalse(Bracket(calibration(5.0), calibration(5.16)).steady)
        self.assertFalse(Bracket(calibration(5.16), calibration(5.0)).steady)


class Steps(unittest.TestCase):
    def levels(self, *costs: float) -> list[float]:
        return [round(level.us_per_request, 2) for level in speed(*costs).levels()]

    def test_two_in_a_row_make_a_step(self) -> None:
        self.assertEqual(self.levels(6.1, 6.1, 6.1, 4.7, 4.7, 4.7, 6.1, 6.1), [6.1, 4.7, 6.1])

    def test_a_lone_one_is_noise(self) -> None:
        self.assertEqual(self.levels(5.0, 5.0, 6.5, 5.0, 3.5, 6.5, 5.0), [5.0])
        self.assertEqual(self.levels(5.0, 5.0, 5.0, 6.5), [5.0])

    def test_noise_of_one_percent_makes_none(self) -> None:
        chance = random.Random(3)
        self.assertEqual(len(self.levels(*(5 * chance.gauss(1, 0.01) for _ in range(70)))), 1)

    def test_a_level_has_its_time(self) -> None:
        found = speed(6.1, 6.1, 4.7, 4.7, 4.7).levels()
        self.assertEqual([(level.first, level.last) for level in found], [(0.0, 1.0), (2.0, 4.0)])

    def test_of_nothing_are_none(self) -> None:
        self.assertEqual(Speed().levels(), [])
        self.assertEqual(Speed().variation, 0.0)


class Words(unittest.TestCase):
    def test_say_how_much_and_in_how_many_steps(self) -> None:
        text = speed(6.1, 6.1, 6.1, 4.7, 4.7, 4.7, 6.1, 6.1).describe()
        self.assertIn("machine speed varied by 29.8 % over the run, in 2 steps; 8 calibrations", text)
        self.assertIn("in 1 step;", speed(6.1, 6.1, 4.7, 4.7).describe())
        self.assertIn("varied by 1.0 % over the run, without a step", speed(5.0, 5.05, 5.0).describe())

    def test_say_what_was_measured_again(self) -> None:
        run = speed(5.0, 5.0)
        bracket = Bracket(*run.calibrations)
        run.visits += [Visit("epoll", "Wait", 1, bracket, kept) for kept in (False, False, True)]
        self.assertIn("; measured again: 2", run.describe())

    def test_give_the_reason_for_missing_figures(self) -> None:
        text = Speed(failures=["no port"]).describe()
        self.assertIn("not known: no calibration (no port); CPU times are not corrected", text)
        self.assertIn("failed calibrations: 1 (no port)", Speed(speed(5.0).calibrations, [], ["no port"]).describe())

    def test_data_has_every_calibration_with_its_time(self) -> None:
        data = speed(6.1, 4.7).data()
        self.assertEqual([(one["at"], one["us_per_request"]) for one in data["calibrations"]], [(0.0, 6.1), (1.0, 4.7)])
        self.assertEqual(data["calibrations"][0]["requests"], 100_000)


if __name__ == "__main__":
    unittest.main()
