# SPDX-License-Identifier: MIT
"""Rows of the tables: medians over the rounds, their spread, and what must be said beside them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Callable, Optional

from comparison import checks
from comparison.plan import Cell, Scenario, ceiling_cell
from comparison.sample import Sample


@dataclass(frozen=True)
class Figure:
    """Over the rounds."""

    median: float
    lowest: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, values: list[float]) -> Figure:
        return cls(statistics.median(values), min(values), max(values), len(values))


def _per_request(total: Callable[[Sample], float]) -> Callable[[Sample], float]:
    return lambda sample: total(sample) / max(1, sample.cost.requests)


FIGURES: dict[str, Callable[[Sample], float]] = {
    "requests_per_second": lambda sample: sample.wrk.requests_per_second,
    "wrk_p50_us": lambda sample: sample.wrk.p50,
    "wrk_p90_us": lambda sample: sample.wrk.p90,
    "wrk_p99_us": lambda sample: sample.wrk.p99,
    "wrk_max_us": lambda sample: sample.wrk.max,
    "cpu_us_per_request": _per_request(lambda sample: sample.cost.cpu_seconds * 1e6),
    "voluntary_switches_per_request": _per_request(lambda sample: sample.cost.voluntary_switches),
    "involuntary_switches_per_request": _per_request(lambda sample: sample.cost.involuntary_switches),
    "client_cpu_share": lambda sample: sample.window.client_share,
    "start_share": lambda sample: sample.start.seconds / sample.wrk.seconds,
    "foreign_cpu_share": lambda sample: sample.window.foreign_share,
    "threads": lambda sample: sample.threads,
    "peak_resident_bytes": lambda sample: sample.peak_resident,
}


@dataclass
class Row:
    """`reasons` not empty: INVALID. `marks`: true, and to be read with it. `figures` may be empty."""

    mode: str
    samples: list[Sample] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return not self.reasons

    @property
    def errors(self) -> int:
        return sum(sample.wrk.errors.total for sample in self.samples)

    @property
    def figures(self) -> dict[str, Figure]:
        if not self.samples:
            return {}
        return {name: Figure.of([take(sample) for sample in self.samples]) for name, take in FIGURES.items()}


class Results:
    """All samples and failures of the rounds, by cell."""

    def __init__(self, shared_core: bool) -> None:
        self._shared_core = shared_core
        self._rows: dict[Cell, Row] = {}

    def _row(self, cell: Cell) -> Row:
        return self._rows.setdefault(cell, Row(cell.mode))

    def add(self, cell: Cell, round_number: int, sample: Sample) -> list[str]:
        """The reasons not to believe it."""
        found = checks.reasons(sample, cell.scenario)
        row = self._row(cell)
        row.samples.append(sample)
        row.reasons += [f"round {round_number}: {reason}" for reason in found]
        return found

    def fail(self, cell: Cell, where: str, reason: str) -> None:
        self._row(cell).reasons.append(f"{where}: {reason}")

    def table(self, scenario: Scenario, modes: list[str]) -> list[Row]:
        """The rows of a scenario with their marks; the reference server's is last, where there is no task."""
        reference = self._rows.get(ceiling_cell(scenario))
        ceiling = None
        if reference and reference.valid and reference.samples:
            ceiling = reference.figures["requests_per_second"].median
        rows = [self._row(Cell(scenario, mode)) for mode in modes]
        for row in rows:
            row.marks = self._marks(row, scenario, ceiling)
        if reference and scenario.task.kind == "none":
            reference.marks = self._marks(reference, scenario, None)
            rows.append(reference)
        return rows

    def _marks(self, row: Row, scenario: Scenario, ceiling: Optional[float]) -> list[str]:
        marks = ["shared core: server and wrk took time from each other"] if self._shared_core else []
        if not row.samples:
            return marks
        figures = row.figures
        share, rate = figures["client_cpu_share"].median, figures["requests_per_second"].median
        found = [
            checks.served_few(row.samples[0], scenario),
            checks.client_bound(share, rate, ceiling),
            checks.slow_start(figures["start_share"].highest),
            checks.disturbed(figures["foreign_cpu_share"].highest),
        ]
        return marks + [mark for mark in found if mark]
