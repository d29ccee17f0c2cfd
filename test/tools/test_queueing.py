# SPDX-License-Identifier: MIT
"""Waits by queueing theory, against explicit sums, textbook values and a simulated queue."""

import heapq
import math
import random
import unittest
from typing import Callable

from comparison.queueing import erlang_c, mdc_wait, mmc_wait


def erlang_c_by_its_sum(load: float, places: int) -> float:
    last = load**places / math.factorial(places) * places / (places - load)
    return last / (sum(load**k / math.factorial(k) for k in range(places)) + last)


def simulated_waits(rate: float, service: Callable[[random.Random], float], places: int) -> list[float]:
    """Of 100,000 requests, in the order in which they come."""
    chance, now, waits = random.Random(7), 0.0, []
    free = [0.0] * places
    for _ in range(100_000):
        now += chance.expovariate(rate)
        begins = max(now, heapq.heappop(free))
        heapq.heappush(free, begins + service(chance))
        waits.append(begins - now)
    return waits


class Chance(unittest.TestCase):
    def test_is_the_explicit_sum(self) -> None:
        for places in range(1, 30):
            for use in (0.01, 0.3, 0.8, 0.99):
                load = use * places
                self.assertAlmostEqual(erlang_c(load, places), erlang_c_by_its_sum(load, places), places=10)

    def test_of_textbooks(self) -> None:
        self.assertAlmostEqual(erlang_c(0.7, 1), 0.7)  # one place: the share of time that it is occupied
        self.assertAlmostEqual(erlang_c(1.0, 2), 1 / 3)
        self.assertAlmostEqual(erlang_c(2.0, 3), 4 / 9)

    def test_stays_a_chance_with_thousands_of_places(self) -> None:
        for places in (1000, 10_000):
            for use in (0.0, 0.001, 0.5, 0.99, 0.999999):
                self.assertTrue(0 <= erlang_c(use * places, places) <= 1, (places, use))
        # Halfin and Whitt: (1 - utilization) times the root of the number of places is 1.
        self.assertAlmostEqual(erlang_c(9900.0, 10_000), 0.223, delta=0.005)

    def test_of_no_queue_is_refused(self) -> None:
        for load, places in ((1.0, 0), (-1.0, 1)):
            self.assertRaises(ValueError, erlang_c, load, places)


class MeanWait(unittest.TestCase):
    def test_of_one_place(self) -> None:
        self.assertAlmostEqual(mmc_wait(8.0, 0.1, 1), 0.8 * 0.1 / 0.2)
        self.assertAlmostEqual(mdc_wait(8.0, 0.1, 1), 0.8 * 0.1 / 0.2 / 2)  # Pollaczek and Khinchine

    def test_is_that_of_a_simulated_queue(self) -> None:
        for places, use in ((1, 0.6), (4, 0.8), (16, 0.9)):
            rate = use * places / 0.1
            exponential = simulated_waits(rate, lambda chance: chance.expovariate(10.0), places)
            constant = simulated_waits(rate, lambda chance: 0.1, places)
            expected = math.fsum(exponential) / len(exponential)
            self.assertAlmostEqual(mmc_wait(rate, 0.1, places) / expected, 1.0, delta=0.12)
            expected = math.fsum(constant) / len(constant)
            self.assertAlmostEqual(mdc_wait(rate, 0.1, places) / expected, 1.0, delta=0.12)

    def test_of_a_constant_time_is_between_half_and_all_of_that_of_a_random_one(self) -> None:
        for places in (1, 2, 64, 10_000):
            for use in (0.5, 0.9, 0.999):
                rate = use * places
                random_wait = mmc_wait(rate, 1.0, places)
                self.assertTrue(random_wait / 2 <= mdc_wait(rate, 1.0, places) <= random_wait, (places, use))

    def test_is_infinite_above_the_capacity(self) -> None:
        for wait in (mmc_wait, mdc_wait):
            self.assertEqual(wait(10.0, 0.1, 1), math.inf)
            self.assertEqual(wait(1000.0, 0.1, 64), math.inf)

    def test_is_none_without_requests_or_without_a_service_time(self) -> None:
        for wait in (mmc_wait, mdc_wait):
            self.assertEqual(wait(0.0, 0.1, 4), 0.0)
            self.assertEqual(wait(10.0, 0.0, 4), 0.0)


if __name__ == "__main__":
    unittest.main()
