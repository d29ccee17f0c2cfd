# SPDX-License-Identifier: MIT
"""Rows of the tables: medians over the rounds with their intervals, and marks."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Callable, Optional

from comparison import checks
from comparison.intervals import Interval, Ratio, median_interval, ratio_interval
from comparison.load_client import PERCENTILES, Curve, Times
from comparison.plan import Measurement, Scenario, ceiling_of
from comparison.sample import Sample
from comparison.speed import Speed, corrected

Take = Callable[[Sample], Optional[float]]


def _per_request(total: Callable[[Sample], float]) -> Take:
    return lambda sample: total(sample) / max(1, sample.cost.requests)


def _time(series: Callable[[Sample], Times], name: str) -> Take:
    return lambda sample: getattr(series(sample), name)


def _of_wrk(name: str) -> Take:
    return lambda sample: getattr(sample.cross_check.result, name) if sample.cross_check else None


_cpu = _per_request(lambda sample: sample.cost.cpu_seconds * 1e6)


def _figures() -> dict[str, Take]:
    figures: dict[str, Take] = {
        "requests_per_second": lambda sample: sample.load.requests_per_second,
        "wrk_requests_per_second": _of_wrk("requests_per_second"),
    }
    for name in PERCENTILES.values():
        figures[f"service_{name}_us"] = _time(lambda sample: sample.load.service, name)
        figures[f"response_{name}_us"] = _time(lambda sample: sample.load.response, name)
    figures.update(
        service_mean_us=_time(lambda sample: sample.load.service, "mean"),
        response_mean_us=_time(lambda sample: sample.load.response, "mean"),
        connect_p99_us=_time(lambda sample: sample.load.connect, "p99"),
        connect_max_us=_time(lambda sample: sample.load.connect, "max"),
        first_byte_p99_us=_time(lambda sample: sample.load.first_byte, "p99"),
        lateness_p99_us=_time(lambda sample: sample.load.lateness, "p99"),
        wrk_p50_us=_of_wrk("p50"),
        wrk_p99_us=_of_wrk("p99"),
        wrk_max_us=_of_wrk("max"),
        cpu_us_per_request=_cpu,  # this and the next two: corrected by Row.values
        user_us_per_request=_per_request(lambda sample: sample.cost.user_seconds * 1e6),
        system_us_per_request=_per_request(lambda sample: sample.cost.system_seconds * 1e6),
        cpu_us_per_request_raw=_cpu,
        voluntary_switches_per_request=_per_request(lambda sample: sample.cost.voluntary_switches),
        involuntary_switches_per_request=_per_request(lambda sample: sample.cost.involuntary_switches),
        client_cpu_share=lambda sample: sample.load.client_cpu_share,
        server_cpu_share=lambda sample: sample.window.server_share,
        foreign_cpu_share=lambda sample: sample.window.foreign_share,
        threads=lambda sample: sample.threads,
        peak_resident_bytes=lambda sample: sample.peak_resident,
        listen_overflows=lambda sample: sample.listen_queue.overflows,
        errors=lambda sample: sample.load.total_errors,
    )
    return figures


FIGURES = _figures()
CORRECTED = ("cpu_us_per_request", "user_us_per_request", "system_us_per_request")
RELATIVE = ("requests_per_second", "service_p99_us", "response_p99_us", "cpu_us_per_request")


@dataclass
class Row:
    """`reasons` not empty: INVALID. `marks`: warnings. There may be no samples. `counts`: of the processor, for a
    request, from a load apart."""

    measurement: Measurement
    samples: list[Sample] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    checks: list[checks.Check] = field(default_factory=list)
    speed: Speed = field(default_factory=Speed)
    counts: dict[str, float] = field(default_factory=dict)

    @property
    def mode(self) -> str:
        return self.measurement.mode

    @property
    def valid(self) -> bool:
        return not self.reasons and bool(self.samples)

    def values(self, name: str) -> list[float]:
        """One a round; none unless every round has it."""
        taken = [FIGURES[name](sample) for sample in self.samples]
        if None in taken:
            return []
        values = [float(value) for value in taken if value is not None]
        if name in CORRECTED:
            return [value * self._factor(sample) for value, sample in zip(values, self.samples)]
        return values

    def _factor(self, sample: Sample) -> float:
        """The same factor for user and system time, so that they add up."""
        cost = _cpu(sample)
        return corrected(cost, self.speed.factor(sample.bracket), self._burnt_us()) / cost if cost else 1.0

    def _burnt_us(self) -> float:
        """CPU time that the task burns for a request: the same at any speed of the machine."""
        kind = self.measurement.scenario.kind
        return kind.task.seconds * 1e6 / kind.task_every if kind.task.kind == "cpu" else 0.0

    def figure(self, name: str) -> Optional[Interval]:
        return median_interval(self.values(name))

    def median(self, name: str) -> Optional[float]:
        figure = self.figure(name)
        return figure.median if figure else None

    def highest(self, name: str) -> float:
        return max(self.values(name), default=0.0)

    def figures(self) -> dict[str, Interval]:
        found = {name: self.figure(name) for name in FIGURES}
        found.update({name: median_interval([count]) for name, count in self.counts.items()})
        return {name: figure for name, figure in found.items() if figure}

    def relative_to(self, base: Row) -> dict[str, Ratio]:
        """Ratios round by round: both rows were measured in each."""
        if not self.valid or not base.valid:
            return {}
        return {
            name: ratio_interval(self.values(name), base.values(name), self._is_corrected(name, base))
            for name in RELATIVE
        }

    def _is_corrected(self, name: str, base: Row) -> bool:
        return name in CORRECTED and all(sample.bracket for sample in self.samples + base.samples)

    def curve(self, series: str) -> Curve:
        """The median over the rounds, at each percentile that all rounds have."""
        curves = [dict(sample.load.curves.get(series, [])) for sample in self.samples]
        if not curves:
            return []
        common = sorted(set.intersection(*(set(curve) for curve in curves)))
        return [(percentile, statistics.median(curve[percentile] for curve in curves)) for percentile in common]


class Results:
    """The samples and failures of all rounds, by measurement."""

    def __init__(self, shared_core: bool, speed: Optional[Speed] = None) -> None:
        self._shared_core = shared_core
        self.speed = speed or Speed()
        self.notes: list[str] = []  # for the footnotes
        self._rows: dict[Measurement, Row] = {}

    def row(self, measurement: Measurement) -> Row:
        return self._rows.setdefault(measurement, Row(measurement, speed=self.speed))

    def add(self, measurement: Measurement, round_number: int, sample: Sample) -> list[str]:
        """The reasons why the row is INVALID."""
        row = self.row(measurement)
        found = checks.of(sample, measurement)
        row.samples.append(sample)
        row.checks = _worst(row.checks, found)
        reasons = checks.reasons(sample, measurement)
        row.reasons += [f"round {round_number}: {reason}" for reason in reasons]
        return reasons

    def fail(self, measurement: Measurement, where: str, reason: str) -> None:
        self.row(measurement).reasons.append(f"{where}: {reason}")

    def capacities(self, measurements: list[Measurement]) -> dict[str, dict[Scenario, float]]:
        """Requests/s of each mode in the closed loops, from valid rows."""
        found: dict[str, dict[Scenario, float]] = {}
        for measurement in measurements:
            row = self.row(measurement)
            if row.valid:
                found.setdefault(measurement.mode, {})[measurement.scenario] = row.median("requests_per_second") or 0.0
        return found

    def table(self, scenario: Scenario, measurements: list[Measurement]) -> list[Row]:
        """The rows of a scenario with their marks, in the order of the measurements."""
        ceiling = self._ceiling(scenario)
        rows = [self.row(measurement) for measurement in measurements if measurement.scenario == scenario]
        for row in rows:
            row.marks = self._marks(row, ceiling if row.measurement != ceiling_of(scenario) else None)
        return rows

    def _ceiling(self, scenario: Scenario) -> Optional[float]:
        measurement = ceiling_of(scenario)
        reference = self._rows.get(measurement) if measurement else None
        return reference.median("requests_per_second") if reference and reference.valid else None

    def _marks(self, row: Row, ceiling: Optional[float]) -> list[str]:
        marks = ["shared core: server and client shared one core"] if self._shared_core else []
        if not row.samples:
            return marks
        rate = row.median("requests_per_second") or 0.0
        scenario = row.measurement.scenario
        found = [
            checks.served_few(row.samples[0], scenario),
            checks.client_bound(row.median("client_cpu_share") or 0.0, rate, None if scenario.offer else ceiling),
            *dict.fromkeys(checks.few_of_wrk(sample, scenario) for sample in row.samples),
            checks.slow_start(max(_start_share(sample) for sample in row.samples)),
            checks.disturbed(row.highest("foreign_cpu_share")),
            checks.unsteady(max(sample.bracket.disagreement if sample.bracket else 0.0 for sample in row.samples)),
            checks.throttled(max(sample.throttled for sample in row.samples)),
        ]
        return marks + [mark for mark in found if mark]


def _start_share(sample: Sample) -> float:
    """The share of the load that is not in the window, since connections were missing."""
    if sample.start.connections is None:
        return 0.0
    return max(0.0, sample.start.seconds - sample.start.expected) / sample.load.seconds


def _worst(before: list[checks.Check], now: list[checks.Check]) -> list[checks.Check]:
    """One of each name; a check that failed once has failed."""
    failed = {check.name: check for check in before if not check.passed}
    return [failed.get(check.name, check) for check in now]
