# SPDX-License-Identifier: MIT
"""A simulated machine that changes between two speeds, for tests of whole comparisons without waiting."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Callable, Iterable

from comparison import plan
from comparison.calibrator import Calibrator
from comparison.plan import Measurement
from comparison.rows import Results
from comparison.sample import Cost, Sample, Start
from comparison.speed import Calibration
from samples import SAMPLE, result

SLOW, FAST = 6.1, 4.7  # microseconds a request of a raw loop
_REQUESTS = 100_000


class Machine:
    """Stays at one speed for 6 to 25 s. Loads and calibrations see the speed of their time, and noise."""

    def __init__(self, seed: int, noise: float = 0.01) -> None:
        self._chance = random.Random(seed)
        self._noise = noise
        self.now = 0.0
        self._steps = [0.0]
        while self._steps[-1] < 1000:
            self._steps.append(self._steps[-1] + self._chance.uniform(6, 25))

    def _spend(self, seconds: float) -> float:
        """What a request of a raw loop costs meanwhile, in microseconds."""
        parts = [self.now + seconds * (i + 0.5) / 20 for i in range(20)]
        costs = [(SLOW, FAST)[sum(step <= at for step in self._steps) % 2] for at in parts]
        self.now += seconds
        return sum(costs) / len(costs) * self._chance.gauss(1, self._noise)

    def calibrate(self) -> Calibration:
        us = self._spend(0.25)
        return Calibration(self.now, _REQUESTS, us * _REQUESTS / 1e6)

    def load(self, work: float, burnt_us: float = 0.0) -> Sample:
        """`work`: as a share of the raw loop's; `burnt_us`: by a task, a request."""
        self._spend(0.5)
        us = work * self._spend(0.5) + burnt_us
        self._spend(0.4)
        seconds = us * _REQUESTS / 1e6
        return replace(
            SAMPLE,
            start=Start(0.2, None),
            account=None,
            cross_check=None,
            cost=Cost(_REQUESTS, 0.3 * seconds, 0.7 * seconds, 0, 0),
        )


def compared(machine: Machine, measurements: Iterable[Measurement], load: Callable[[Measurement], Sample], seed: int) -> Results:
    """Five rounds of all measurements, in the order of a comparison."""
    results = Results(shared_core=False)
    calibrator = Calibrator(machine.calibrate, results.speed, lambda: machine.now)
    calibrator.allow_repeats(5)
    for number, some in enumerate(plan.rounds(list(measurements), 5, seed), 1):
        for measurement in some:
            found = calibrator.steadily(lambda: load(measurement))
            busy = result(in_flight=measurement.scenario.connections)
            results.add(measurement, number, replace(found.value, bracket=found.bracket, load=busy))
    return results
