# SPDX-License-Identifier: MIT
"""What is measured, and in which order: every round visits all measurements once, in a new random order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Optional

from comparison import scenarios
from comparison.options import Options
from comparison.scenarios import Kind
from comparison.task import Task
from comparison.units import format_seconds

REFERENCE = "reference"  # in place of a mode, for the do-nothing server
SHARES = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95)  # of the capacity of each mode, in a sweep
SAME_SHARES = (0.2, 0.5, 0.8, 0.95)  # of the smallest capacity, offered to all modes
Capacities = dict[str, dict["Scenario", float]]  # requests/s by mode and closed loop


@dataclass(frozen=True)
class Offer:
    """The load of an open loop: requests/s, or a share of what the mode can serve."""

    rate: Optional[float] = None
    share: Optional[float] = None

    def __str__(self) -> str:
        return f"{self.rate:,.0f} requests/s offered" if self.share is None else f"{self.share:.0%} of its capacity"


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
    """One row of one table, measured once a round. `rate`: what is offered."""

    scenario: Scenario
    mode: str
    rate: Optional[float] = None

    def __str__(self) -> str:
        return f"{self.mode}, {self.scenario}"


def closed_scenarios(options: Options) -> list[Scenario]:
    return [Scenario(kind, count) for kind in options.kinds for count in options.connections or list(kind.connections)]


def open_scenarios(options: Options, capacities: Capacities) -> list[Scenario]:
    """With the rates of the command line; in a sweep with rates that follow from the capacities."""
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
    """The reference server has no tasks: one ceiling serves all scenarios whose clients do the same. It keeps its
    connections, so there is none where each request has its own."""
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


def open_measurements(options: Options, capacities: Capacities) -> list[Measurement]:
    found = [
        Measurement(scenario, mode, _rate(scenario, capacities.get(mode, {})))
        for scenario in open_scenarios(options, capacities)
        for mode in options.modes
    ]
    return [one for one in found if one.rate]


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
    """Several times the time of the task, so that requests unfinished at the end hardly count; longer for many
    connections, which take a while when each needs a thread."""
    least = 8 * scenario.task.seconds if scenario.task.kind != "cpu" else 0.0
    return max(asked if asked is not None else 0.6 if scenario.connections < 512 else 0.9, least)


def describe_loads(wanted: list[Scenario], asked: Optional[float]) -> str:
    return "; ".join(dict.fromkeys(f"{format_seconds(load_seconds(one, asked))} ({one})" for one in wanted))
