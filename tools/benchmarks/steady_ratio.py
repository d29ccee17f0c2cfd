# SPDX-License-Identifier: MIT
"""The ratio of two costs, round by round: corrected for the speed of the machine, and raw."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Sequence

from comparison.calibrator import Bracketed
from comparison.speed import Speed

Costs = Sequence["Bracketed[float]"]  # microseconds a request, one a round


@dataclass(frozen=True)
class SteadyRatio:
    """One value a round. Costs are corrected."""

    costs: list[float]
    base: list[float]
    raw: list[float]

    @property
    def ratios(self) -> list[float]:
        return [cost / base for cost, base in zip(self.costs, self.base)]

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)

    def describe(self) -> str:
        return (
            f"{statistics.median(self.costs):.3f} us / {statistics.median(self.base):.3f} us; the median of"
            f" {len(self.raw)} interleaved rounds from {min(self.ratios):.3f} to {max(self.ratios):.3f}; raw"
            f" {statistics.median(self.raw):.3f} from {min(self.raw):.3f} to {max(self.raw):.3f}"
        )


def of(ours: Costs, base: Costs, speed: Speed) -> SteadyRatio:
    return SteadyRatio(
        costs=corrected(ours, speed),
        base=corrected(base, speed),
        raw=[cost.value / below.value for cost, below in zip(ours, base)],
    )


def corrected(costs: Costs, speed: Speed) -> list[float]:
    return [cost.value * speed.factor(cost.bracket) for cost in costs]


def unsteady(costs: Costs) -> str:
    """A mark when the machine changed its speed around a load on every try."""
    worst = max((cost.bracket.disagreement for cost in costs if cost.bracket and not cost.bracket.steady), default=0.0)
    return f"unsteady: the machine's speed changed by up to {worst:.0%} around a load" if worst else ""
