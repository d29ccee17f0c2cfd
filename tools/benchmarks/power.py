# SPDX-License-Identifier: MIT
"""The power of tools/compare on this machine: a mode compared with itself must show no difference, and compared with
itself with 5 % more work a request it must show one. Ten comparisons of five rounds. The extra work is a task that
burns CPU for every K-th request. What the task adds is measured first, since it is more than it burns: it reads a
clock, and clients sleep meanwhile and must be woken."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from typing import Iterator, Optional

from comparison import plan
from comparison.bench import Bench
from comparison.calibrator import calibrating
from comparison.errors import Untrusted
from comparison.intervals import RESOLUTION, Ratio, interval_name, ratio_interval
from comparison.plan import Measurement, Scenario
from comparison.rounds import SPARE, visit
from comparison.rows import Results, Row
from comparison.scenarios import KINDS, Kind
from comparison.speed import Speed
from comparison.task import Task

CONNECTIONS = 64
MORE = 0.05
PILOT = 0.20  # share burnt in the runs that measure what the task adds
_TASK = Task.parse("cpu:5us")
_PILOT_ROUNDS = 5
_SHARE = 0.9  # of the comparisons that must come out right


@dataclass(frozen=True)
class Measurements:
    base: Measurement
    same: Measurement
    more: Measurement

    def __iter__(self) -> Iterator[Measurement]:
        return iter((self.base, self.same, self.more))

    @classmethod
    def of(cls, mode: str, every: int) -> Measurements:
        """Every `every`-th request has the task."""

        def measurement(kind: Kind) -> Measurement:
            return Measurement(Scenario(kind, CONNECTIONS), mode)

        plain = KINDS["keep-alive"]
        return cls(
            base=measurement(replace(plain, name="a", title="A")),
            same=measurement(replace(plain, name="itself", title="A again")),
            more=measurement(replace(plain, name="more", title="A, more work", task=_TASK, task_every=every)),
        )


@dataclass(frozen=True)
class Outcome:
    """One comparison with A. `invalid`: why there is no ratio."""

    base_us: Optional[float]
    us: Optional[float]
    ratio: Ratio
    raw: Ratio
    invalid: str = ""

    @classmethod
    def of(cls, row: Row, base: Row) -> Outcome:
        name, raw_name = "cpu_us_per_request", "cpu_us_per_request_raw"
        ratio = row.relative_to(base).get(name, Ratio(None, None, None, False))
        raw = ratio_interval(row.values(raw_name), base.values(raw_name))
        return cls(base.median(name), row.median(name), ratio, raw, (base.reasons + row.reasons + [""])[0])

    @property
    def near_one(self) -> bool:
        return self.ratio.ratio is not None and abs(self.ratio.ratio - 1) <= RESOLUTION

    @property
    def no_difference(self) -> bool:
        return self.ratio.ratio is not None and not self.ratio.difference_shown


@dataclass(frozen=True)
class Comparison:
    same: Outcome
    more: Outcome
    variation: float  # of the machine's speed meanwhile

    @classmethod
    def of(cls, results: Results, measurements: Measurements) -> Comparison:
        base = results.row(measurements.base)
        same, more = (Outcome.of(results.row(one), base) for one in (measurements.same, measurements.more))
        return cls(same, more, results.speed.variation)


def every_for(cost_us: float, more: float, task_us: float = _TASK.seconds * 1e6) -> int:
    """K: a task that adds `task_us` to every K-th request adds the share `more` to the mean cost."""
    return max(1, round(task_us / (more * cost_us)))


def added_us(pilot: Outcome, every: int) -> float:
    """Microseconds added by one task: at least what it burns."""
    share = (pilot.ratio.ratio or 1.0) - 1
    return max(_TASK.seconds * 1e6, share * (pilot.base_us or 0.0) * every)


def measure(bench: Bench, given: argparse.Namespace) -> str:
    """The table to print."""
    mode, rounds = given.mode, given.rounds
    bench = replace(bench, cross_checked=False)
    cost, every = _pilot(bench, mode)
    measurements = Measurements.of(mode, every)
    found = [
        Comparison.of(_compare(bench, list(measurements), rounds, seed), measurements)
        for seed in range(1, given.comparisons + 1)
    ]
    what = f"{mode}, {CONNECTIONS} keep-alive connections; more work: {_TASK.text} for every {every}-th request"
    return "\n".join([f"{what}, which adds {MORE:.0%} to {cost:.2f} us", *table(found, rounds)])


def _pilot(bench: Bench, mode: str) -> tuple[float, int]:
    """The cost of a request, and K. Raises Untrusted when a row is INVALID."""
    alone = Measurements.of(mode, every=1).base
    first = _compare(bench, [alone], rounds=1, seed=0).row(alone)
    cost = first.median("cpu_us_per_request")
    if not cost:
        raise Untrusted(f"{mode}: {'; '.join(first.reasons)}")
    measurements = Measurements.of(mode, every_for(cost, PILOT))
    results = _compare(bench, [measurements.base, measurements.more], _PILOT_ROUNDS, seed=0)
    pilot = Outcome.of(results.row(measurements.more), results.row(measurements.base))
    if pilot.ratio.ratio is None or not pilot.base_us:
        raise Untrusted(f"{mode}: {pilot.invalid}")
    task_us = added_us(pilot, measurements.more.scenario.kind.task_every)
    return pilot.base_us, every_for(pilot.base_us, MORE, task_us)


def _compare(bench: Bench, measurements: list[Measurement], rounds: int, seed: int) -> Results:
    speed = Speed()
    results = Results(bench.pinning.shared, speed)
    with calibrating(bench.reference, bench.client, bench.pinning, speed) as calibrator:
        calibrator.allow_repeats(round(SPARE * rounds * len(measurements)))
        for number, some in enumerate(plan.rounds(measurements, rounds, seed), 1):
            for measurement in some:
                visit(bench, measurement, number, seed, results, calibrator)
    return results


def table(found: list[Comparison], rounds: int) -> list[str]:
    """Two lines for each comparison, then the verdicts."""
    heads = f"{'':>3} {'A us':>7} {'beside':>14} {'us':>7}"
    lines = [f"{heads} {'ratio':>6}  {'(range)':<16} {'raw':>6}  {'(range)':<16}"]
    for number, one in enumerate(found, 1):
        lines.append(_line(number, "itself", one.same))
        lines.append(_line(number, f"{MORE:.0%} more work", one.more))
    varied = max((one.variation for one in found), default=0.0)
    lines.append(f"(range): {interval_name(rounds)}; machine speed varied by up to {varied:.1%} within a comparison")
    same = [one.same for one in found]
    lines.append(_verdict(f"A beside itself is within {RESOLUTION:.0%} of 1", [one.near_one for one in same]))
    lines.append(_verdict("A beside itself shows no difference", [one.no_difference for one in same]))
    shown = [one.more.ratio.difference_shown for one in found]
    lines.append(_verdict(f"A beside itself with {MORE:.0%} more work shows a difference", shown))
    return lines


def _line(number: int, beside: str, one: Outcome) -> str:
    if one.ratio.ratio is None or one.base_us is None or one.us is None:
        return f"{number:>3} {'':>7} {beside:>14} INVALID: {one.invalid or 'nothing was measured'}"
    verdict = "a difference" if one.ratio.difference_shown else "no difference shown"
    both = f"{_ratio(one.ratio)} {_ratio(one.raw)}"
    return f"{number:>3} {one.base_us:>7.3f} {beside:>14} {one.us:>7.3f} {both} {verdict}"


def _ratio(ratio: Ratio) -> str:
    if ratio.ratio is None:
        return f"{'-':>6}  {'':<16}"
    ends = f"({ratio.low:.3f} to {ratio.high:.3f})"
    return f"{ratio.ratio:>6.3f}  {ends:<16}"


def _verdict(what: str, right: list[bool]) -> str:
    wanted = round(_SHARE * len(right))
    verdict = "PASS" if sum(right) >= wanted else "FALLS SHORT"
    return f"{what}: {sum(right)} of {len(right)}, {wanted} wanted: {verdict}"
