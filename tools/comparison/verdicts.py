# SPDX-License-Identifier: MIT
"""Compares a row with its bound: whether it reaches the bound, and else which limit it met instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from comparison import queueing
from comparison.bounds import Bound, bound_of
from comparison.checks import CLIENT_LIMIT, FOREIGN_LIMIT
from comparison.modes import Modes
from comparison.plan import Measurement, Scenario
from comparison.rows import Row

TOLERANCE = 0.05
SERVER_LIMIT = 0.90  # of its core; interrupts and the measurement itself take the rest


@dataclass(frozen=True)
class Evidence:
    """What was measured beside the rate; None: not known. Shares are of a core. `offered`: requests/s of an open
    loop. `clients`: how many were connected."""

    client_cpu_share: Optional[float] = None
    server_cpu_share: Optional[float] = None
    foreign_cpu_share: Optional[float] = None
    errors: int = 0
    offered: Optional[float] = None
    clients: Optional[int] = None
    service_p50_us: Optional[float] = None


def judge(bound: Bound, measured: float, evidence: Evidence = Evidence()) -> str:
    """`measured` in requests/s."""
    share = measured / bound.requests_per_second
    if share > 1 + TOLERANCE:
        return f"exceeds its bound: reaches {share:.2f} of it, so the bound or the count is wrong"
    if share >= 1 - TOLERANCE:
        return "reaches its bound"
    limits = " and ".join(_limits(bound, evidence)) or "not found"
    if evidence.offered is not None and evidence.offered < bound.requests_per_second:
        part = measured / evidence.offered
        if part >= 1 - TOLERANCE:
            return f"serves what was offered, {share:.2f} of its bound"
        return f"serves {part:.2f} of what was offered, which its bound allows; limit: {limits}"
    return f"stays below its bound: reaches {share:.2f} of it; limit: {limits}"


def _limits(bound: Bound, seen: Evidence) -> list[str]:
    client, server, foreign = seen.client_cpu_share, seen.server_cpu_share, seen.foreign_cpu_share
    found = []
    if seen.errors:
        found.append(f"errors ({seen.errors:,})")
    if seen.clients is not None and seen.clients < bound.places:
        found.append(f"clients ({seen.clients:,} connected, the bound has places for {bound.places:,})")
    if client is not None and client >= CLIENT_LIMIT:
        found.append(f"the client's CPU ({client:.0%})")
    if server is not None and server >= SERVER_LIMIT and not bound.spins:
        found.append(f"the server's CPU ({server:.0%})")
    if foreign is not None and foreign >= FOREIGN_LIMIT:
        found.append(f"other processes ({foreign:.0%} of a core)")
    if not found and bound.seconds is not None and seen.service_p50_us is not None:
        expected = bound.seconds * 1e6
        if seen.service_p50_us > (1 + TOLERANCE) * expected:  # no CPU was busy: timers and wake-ups came late
            found.append(f"late wake-ups (median {seen.service_p50_us:,.0f} us, the bound has {expected:,.0f})")
    return found


def of(row: Row, plain: Optional[Row], modes: Modes, threads: int) -> Optional[dict[str, Any]]:
    """For the document; None: no bound. `plain`: the row of the same mode and clients without a task. It has the CPU
    time of the server itself, not corrected, since the requests/s are not corrected either."""
    scenario, mode = row.measurement.scenario, modes.get(row.mode)
    rate = row.median("requests_per_second")
    if mode is None or rate is None:
        return None
    own = (plain.median("cpu_us_per_request_raw") if plain and plain.valid else None) or 0.0
    bound = bound_of(
        mode, scenario.task, scenario.kind.task_every, scenario.connections * scenario.kind.pipeline,
        threads if mode.has_blocking_pool else None, cores=1, own_cpu_seconds=own / 1e6,
    )
    if bound is None or not bound.requests_per_second:
        return None
    return {
        "name": bound.name,
        "requests_per_second": bound.requests_per_second,
        "share": rate / bound.requests_per_second,
        "verdict": "; ".join(filter(None, [judge(bound, rate, _evidence(row)), _wait(row, bound)])),
    }


def _evidence(row: Row) -> Evidence:
    last = row.samples[-1]
    shares = {name: row.median(name) for name in ("client_cpu_share", "server_cpu_share", "foreign_cpu_share")}
    return Evidence(
        **shares,
        errors=sum(sample.load.total_errors for sample in row.samples),
        offered=row.measurement.rate,
        clients=last.start.connections,
        service_p50_us=row.median("service_p50_us"),
    )


def _wait(row: Row, bound: Bound) -> Optional[str]:
    """The mean wait beside that of theory, for Poisson arrivals and a task of constant time: M/D/c and M/M/c."""
    rate, task, scenario = row.measurement.rate, row.measurement.scenario.task, row.measurement.scenario
    mean = row.median("response_mean_us")
    if rate is None or not task.seconds or scenario.kind.task_every != 1 or mean is None:
        return None
    if bound.places >= scenario.connections and task.kind == "sleep":
        return None  # each client has a place
    if rate * task.seconds >= bound.places:
        return f"the offered rate is more than {bound.places:,} places can serve: the wait grows without end"
    constant, random = (
        wait(rate, task.seconds, bound.places) * 1e3 for wait in (queueing.mdc_wait, queueing.mmc_wait)
    )
    waited = mean / 1e3 - task.seconds * 1e3
    return (
        f"mean wait {waited:,.2f} ms beside the task; M/D/{bound.places}: {constant:,.2f} ms,"
        f" M/M/{bound.places}: {random:,.2f} ms"
    )


def plain_measurement(measurement: Measurement, all_of_them: list[Measurement]) -> Optional[Measurement]:
    """The measurement of the same mode and number of clients whose requests have no task."""
    scenario = measurement.scenario
    if not scenario.task.seconds:
        return Measurement(Scenario(scenario.kind, scenario.connections), measurement.mode)
    for other in all_of_them:
        same = other.mode == measurement.mode and other.scenario.connections == scenario.connections
        plain = other.scenario.kind.name == "keep-alive" and not other.scenario.task.seconds
        if same and plain and not other.scenario.offer:
            return other
    return None
