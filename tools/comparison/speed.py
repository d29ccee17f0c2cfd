# SPDX-License-Identifier: MIT
"""The speed of the machine during a run, and the correction of costs. Pure: the loads are in `calibrator`.

A virtual machine changes its speed by tens of percent for tens of seconds, since another machine uses the other
thread of the core, or the clock changes. A calibration is a short load on the reference server, whose requests always
do the same work: their cost is the speed of the machine at that moment. Two calibrations bracket each load, and its
cost is corrected to the median speed of the run.
"""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any, Optional

TOLERANCE = 0.03  # difference of two calibrations; on a steady machine neighbours differ by 1 to 2 %


@dataclass(frozen=True)
class Calibration:
    """`at`: seconds since the run began. The CPU time is of the reference server."""

    at: float
    requests: int
    cpu_seconds: float

    @property
    def us_per_request(self) -> float:
        return self.cpu_seconds * 1e6 / self.requests


@dataclass(frozen=True)
class Bracket:
    """The calibrations before and after a load."""

    before: Calibration
    after: Calibration

    @property
    def us_per_request(self) -> float:
        return (self.before.us_per_request + self.after.us_per_request) / 2

    @property
    def disagreement(self) -> float:
        """As a share of their mean."""
        return abs(self.after.us_per_request - self.before.us_per_request) / self.us_per_request

    @property
    def steady(self) -> bool:
        return self.disagreement <= TOLERANCE


@dataclass(frozen=True)
class Visit:
    """A load and its bracket. `kept`: not measured again."""

    mode: str
    scenario: str
    round: int
    bracket: Bracket
    kept: bool


@dataclass(frozen=True)
class Level:
    """A period of one speed, in seconds since the run began."""

    first: float
    last: float
    us_per_request: float


@dataclass
class Speed:
    """Of the machine over a run."""

    calibrations: list[Calibration] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # why calibrations failed
    began: str = ""  # when, with the zone

    @property
    def usual(self) -> Optional[float]:
        """The median calibration, in microseconds a request."""
        if not self.calibrations:
            return None
        return statistics.median(one.us_per_request for one in self.calibrations)

    def factor(self, bracket: Optional[Bracket]) -> float:
        """A cost times this factor is the cost at the median speed of the run."""
        usual = self.usual
        return usual / bracket.us_per_request if usual and bracket else 1.0

    def levels(self) -> list[Level]:
        """A new level begins where two calibrations in a row differ from the present one in the same direction: a
        single one is noise."""
        levels: list[list[Calibration]] = []
        for one, following in zip_longest(self.calibrations, self.calibrations[1:]):
            members = levels[-1] if levels else [one]
            present = statistics.median(member.us_per_request for member in members)
            away = _direction(one, present)
            if not levels or (away and following and _direction(following, present) == away):
                levels.append([one])
            elif not away:
                levels[-1].append(one)
        return [
            Level(some[0].at, some[-1].at, statistics.median(one.us_per_request for one in some)) for some in levels
        ]

    @property
    def variation(self) -> float:
        """How much slower the slowest level was than the fastest; without a step, of single calibrations."""
        levels = [level.us_per_request for level in self.levels()]
        costs = levels if len(levels) > 1 else [one.us_per_request for one in self.calibrations]
        return max(costs) / min(costs) - 1 if costs else 0.0

    def describe(self) -> str:
        usual = self.usual
        if usual is None:
            why = f" ({self.failures[0]})" if self.failures else ""
            return f"machine speed is not known: no calibration{why}; CPU times are not corrected"
        steps = len(self.levels()) - 1
        in_steps = {0: "without a step", 1: "in 1 step"}.get(steps, f"in {steps:,} steps")
        again = sum(not visit.kept for visit in self.visits)
        text = (
            f"machine speed varied by {self.variation:.1%} over the run, {in_steps};"
            f" {len(self.calibrations):,} calibrations, median {usual:.2f} us of the reference server a request"
        ).replace("%", " %")
        text += f"; measured again: {again:,}" if again else ""
        return text + (f"; failed calibrations: {len(self.failures):,} ({self.failures[0]})" if self.failures else "")

    def data(self) -> dict[str, Any]:
        """As the document has it."""
        return {
            "text": self.describe(),
            "began": self.began,
            "median_us_per_request": self.usual,
            "variation": self.variation,
            "levels": [asdict(level) for level in self.levels()],
            "calibrations": [{**asdict(one), "us_per_request": one.us_per_request} for one in self.calibrations],
            "visits": [_visit(visit) for visit in self.visits],
            "failures": self.failures,
        }


def _direction(one: Calibration, level: float) -> int:
    """1: slower than the level, -1: faster, 0: within the tolerance."""
    away = one.us_per_request / level - 1
    return 0 if abs(away) <= TOLERANCE else 1 if away > 0 else -1


def _visit(visit: Visit) -> dict[str, Any]:
    bracket = visit.bracket
    return {
        "mode": visit.mode,
        "scenario": visit.scenario,
        "round": visit.round,
        "at": (bracket.before.at + bracket.after.at) / 2,
        "us_per_request": bracket.us_per_request,
        "disagreement": bracket.disagreement,
        "kept": visit.kept,
    }


def corrected(cost: float, factor: float, burnt: float = 0.0) -> float:
    """`burnt`: the part of a task that burns CPU for a fixed time, at any speed."""
    fixed = min(cost, burnt)
    return fixed + (cost - fixed) * factor
