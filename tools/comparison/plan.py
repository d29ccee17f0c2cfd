# SPDX-License-Identifier: MIT
"""What is measured, and in which order: every round visits all measurements once, shuffled anew."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Optional

from comparison import scenarios
from comparison.options import Options
from comparison.scenarios import Kind
from comparison.task import Task
from comparison.units import format_seconds

REFERENCE = "reference"  # stands where a mode's name does, for the do-nothing server
SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95)  # of a mode's own capacity, in a sweep
SAME_SHARES = (0.2, 0.5, 0.8, 0.95)  # of the smallest capacity, offered to all


@dataclass(frozen=True)
class Offer:
    """Of an open loop: so many requests/s, or that share of what the mode can serve."""

    rate: Optional[float] = None
    share: Optional[float] = None

    def __str__(self) -> str:
        if self.share is not None:
            return f"{self.share:.0%} of its capacity"
        return f"{self.rate:,.0f} requests/s offered"


@dataclass(frozen=True)
class Scenario:
    """`offer` None: a closed loop."""

    kind: Kind
    connections: int
    offer: Optional[Offer] = None

    @property
    def task(self) -> Task:
        return self.kind.task

    @property
    def title(self) -> str:
        return scenarios.title(self.kind, self.connections, str(self.offer) if self.offer else None)

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True)
class Measurement:
    """One row of one table, measured once a round. `rate`: what is offered to it."""

    scenario: Scenario
    mode: str
    rate: Optional[float] = None

    def __str__(self) -> str:
        return f"{self.mode}, {self.scenario}"


def closed_scenarios(options: Options) -> list[Scenario]:
    return [
        Scenario(kind, count) for kind in options.kinds for count in options.connections or list(kind.connections)
    ]


def open_scenarios(options: Options, capacities: dict[str, dict[Scenario, float]]) -> list[Scenario]:
    """The rates of the command line; in a sweep those that follow from what the modes served in a closed loop."""
    found = []
    for closed in closed_scenarios(options):
        offers = [Offer(rate=rate) for rate in options.rates]
        if options.sweep:
            able = [known[closed] for known in capacities.values() if closed in known]
            offers += [Offer(share=share) for share in SHARES]
            offers += [Offer(rate=float(round(share * min(able)))) for share in SAME_SHARES] if able else []
        found += [Scenario(closed.kind, closed.connections, offer) for offer in offers]
    return found


def ceiling_of(scenario: Scenario) -> Optional[Measurement]:
    """The reference server has no tasks: one ceiling serves all scenarios whose clients do the same. It keeps all
    connections, so it is none where each request has its own."""
    kind = scenario.kind
    if kind.close:
        return None
    plain = kind if kind.pipeline > 1 else scenarios.KINDS["keep-alive"]
    return Measurement(Scenario(plain, scenario.connections), REFERENCE)


def closed_measurements(options: Options) -> list[Measurement]:
    wanted = closed_scenarios(options)
    ceilings = dict.fromkeys(ceiling_of(scenario) for scenario in wanted if not scenario.task.seconds)
    measurements = [Measurement(scenario, mode) for scenario in wanted for mode in options.modes]
    return measurements + [ceiling for ceiling in ceilings if ceiling]


def open_measurements(options: Options, capacities: dict[str, dict[Scenario, float]]) -> list[Measurement]:
    measurements = []
    for scenario in open_scenarios(options, capacities):
        for mode in options.modes:
            measurements.append(Measurement(scenario, mode, _rate(scenario, capacities.get(mode, {}))))
    return [measurement for measurement in measurements if measurement.rate]


def _rate(scenario: Scenario, capacity: dict[Scenario, float]) -> Optional[float]:
    assert scenario.offer
    if scenario.offer.share is None:
        return scenario.offer.rate
    able = capacity.get(Scenario(scenario.kind, scenario.connections))
    return None if able is None else scenario.offer.share * able


def rounds(measurements: list[Measurement], count: int, seed: int) -> list[list[Measurement]]:
    chance = random.Random(seed)
    return [chance.sample(measurements, len(measurements)) for _ in range(count)]


def load_seconds(scenario: Scenario, asked: Optional[float]) -> float:
    """Several times the task's time, so that the requests unfinished at the end weigh little; longer for a
    crowd, whose connections take a while to stand when each needs a thread."""
    least = 8 * scenario.task.seconds if scenario.task.kind != "cpu" else 0.0
    if asked is not None:
        return max(asked, least)
    return max(0.6 if scenario.connections < 512 else 0.9, least)


def describe_loads(wanted: list[Scenario], asked: Optional[float]) -> str:
    each = dict.fromkeys(f"{format_seconds(load_seconds(one, asked))} ({one})" for one in wanted)
    return "; ".join(each)
