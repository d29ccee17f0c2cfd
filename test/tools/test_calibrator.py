# SPDX-License-Identifier: MIT
"""Loads between calibrations: which calibrations are shared, and which loads are measured again."""

import json
import os
import shutil
import unittest
from pathlib import Path
from typing import Any, Iterator

from comparison.calibrator import Calibrator, calibrating, parse
from comparison.errors import Untrusted
from comparison.pinning import Pinning
from comparison.speed import Calibration, Speed


class Case(unittest.TestCase):
    """A clock that only loads and calibrations move, and calibrations whose cost the test sets."""

    def setUp(self) -> None:
        self.now = 0.0
        self.load_seconds = 1.0
        self.loads = 0
        self.speed = Speed()

    def calibrator(self, *costs: float, spare: int = 100) -> Calibrator:
        left: Iterator[float] = iter(costs)

        def calibrate() -> Calibration:
            self.now += 0.2
            us = next(left)
            if us <= 0:
                raise Untrusted("no answer")
            return Calibration(self.now, 1_000_000, us)

        made = Calibrator(calibrate, self.speed, lambda: self.now)
        made.allow_repeats(spare)
        return made

    def load(self) -> int:
        self.now += self.load_seconds
        self.loads += 1
        return self.loads


class Sharing(Case):
    def test_neighbours_share_a_calibration(self) -> None:
        calibrator = self.calibrator(5.0, 5.01, 5.02, 5.03)
        brackets = [calibrator.bracketed(self.load).bracket for _ in range(3)]
        self.assertEqual(len(self.speed.calibrations), 4)
        for one, following in zip(brackets, brackets[1:]):
            assert one and following
            self.assertIs(one.after, following.before)

    def test_an_old_one_is_not_shared(self) -> None:
        calibrator = self.calibrator(5.0, 5.0, 5.0, 5.0)
        calibrator.bracketed(self.load)
        self.now += 2.0
        calibrator.bracketed(self.load)
        self.assertEqual(len(self.speed.calibrations), 4)

    def test_one_that_failed_corrects_nothing_and_is_reported(self) -> None:
        calibrator = self.calibrator(5.0, 0.0, 5.0, 5.0)
        self.assertIsNone(calibrator.steadily(self.load).bracket)
        found = calibrator.steadily(self.load).bracket
        assert found
        self.assertEqual((found.before.us_per_request, found.after.us_per_request), (5.0, 5.0))
        self.assertEqual(self.speed.failures, ["no answer"])


class Again(Case):
    def test_a_steady_load_is_measured_once(self) -> None:
        found = self.calibrator(5.0, 5.1).steadily(self.load)
        self.assertEqual((found.value, found.again), (1, ()))

    def test_a_step_is_followed_by_another_try(self) -> None:
        found = self.calibrator(6.1, 4.7, 4.7).steadily(self.load)
        assert found.bracket
        self.assertEqual((found.value, found.bracket.us_per_request, len(found.again)), (2, 4.7, 1))

    def test_the_best_of_four_counts(self) -> None:
        found = self.calibrator(5.0, 6.0, 5.6, 4.0, 5.0).steadily(self.load)
        assert found.bracket
        self.assertEqual((self.loads, found.value), (4, 2))
        self.assertAlmostEqual(found.bracket.us_per_request, 5.8)
        self.assertEqual(len(found.again), 3)

    def test_an_uneven_load_is_measured_again(self) -> None:
        found = self.calibrator(*[5.0] * 9).steadily(self.load, uneven=lambda value: 3.0 if value == 1 else 0.5)
        self.assertEqual((found.value, len(found.again)), (2, 1))

    def test_the_evenest_counts_when_none_is_even(self) -> None:
        unevenness = {1: 9.0, 2: 4.0, 3: 2.0, 4: 5.0}
        found = self.calibrator(*[5.0] * 9).steadily(self.load, uneven=lambda value: unevenness[value])
        self.assertEqual((self.loads, found.value), (4, 3))

    def test_the_repeats_of_a_run_are_bounded(self) -> None:
        calibrator = self.calibrator(*(5.0 + i % 2 for i in range(20)), spare=3)
        for _ in range(4):
            calibrator.steadily(self.load)
        self.assertEqual(self.loads, 4 + 3)

    def test_an_invalid_load_is_never_repeated(self) -> None:
        found = self.calibrator(6.1, 4.7, 4.7).steadily(self.load, final=lambda value: value == 1)
        self.assertEqual((self.loads, found.value), (1, 1))

    def test_a_failed_load_is_never_repeated(self) -> None:
        def failing() -> int:
            self.loads += 1
            raise Untrusted("ended")

        with self.assertRaises(Untrusted):
            self.calibrator(6.1, 4.7).steadily(failing)
        self.assertEqual(self.loads, 1)


@unittest.skipUnless(shutil.which("taskset"), "taskset is not installed")
class WithoutAReference(unittest.TestCase):
    def test_loads_are_measured_and_not_corrected(self) -> None:
        core = min(os.sched_getaffinity(0))
        pinning = Pinning(core, core, core, shared=True, siblings=False)
        speed = Speed()
        with calibrating(Path("/bin/false"), Path("/bin/false"), pinning, speed) as calibrator:
            found = calibrator.steadily(lambda: 7)
        self.assertEqual((found.value, found.bracket, found.again), (7, None, ()))
        self.assertIn("not known: no calibration (the server ended by itself", speed.describe())


class Parse(unittest.TestCase):
    SAID: dict[str, Any] = {"requests": 900, "warmup_requests": 100, "errors": {"read": 0, "status": 0}}

    def test_all_requests_share_the_cost(self) -> None:
        found = parse(json.dumps(self.SAID), 7.0, 0.005)
        self.assertEqual((found.at, found.us_per_request), (7.0, 5.0))

    def test_errors_and_silence_are_no_calibration(self) -> None:
        for said in ({**self.SAID, "errors": {"read": 1}}, {**self.SAID, "requests": 0, "warmup_requests": 0}, {}, []):
            with self.assertRaises(Untrusted):
                parse(json.dumps(said), 7.0, 0.005)
        with self.assertRaises(Untrusted):
            parse("", 7.0, 0.005)


if __name__ == "__main__":
    unittest.main()
