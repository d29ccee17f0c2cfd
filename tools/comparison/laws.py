# SPDX-License-Identifier: MIT
"""The law of each row: what theory says that it serves, whether it does, and how long requests should wait."""

from __future__ import annotations

from typing import Any, Optional

from comparison import models, queueing, theory
from comparison.law_verdict import Evidence, judge
from comparison.plan import Measurement, Scenario
from comparison.rows import Row


def of(row: Row, plain: Optional[Row], threads: int) -> Optional[dict[str, Any]]:
    """As the document has it. `plain`: the same mode and clients without a task, whose CPU time is the server's
    own, as it was when its requests/s were counted: neither is corrected."""
    measurement = row.measurement
    scenario = measurement.scenario
    if not row.samples:
        return None
    own = (plain.median("cpu_us_per_request_raw") if plain and plain.valid else None) or 0.0
    pool = threads if models.options(measurement.mode, threads) else None
    law = theory.law(
        measurement.mode, scenario.task, scenario.kind.task_every, scenario.connections * scenario.kind.pipeline, pool, 1,
        own_cpu_seconds=own / 1e6,
    )
    rate = row.median("requests_per_second")
    if law is None or rate is None or not law.requests_per_second:
        return None
    verdict = judge(law, rate, _evidence(row))
    return {
        "name": law.name,
        "requests_per_second": law.requests_per_second,
        "share": verdict.share,
        "verdict": "; ".join(filter(None, [verdict.text, _wait(row, law)])),
    }


def _evidence(row: Row) -> Evidence:
    sample = row.samples[-1]
    return Evidence(
        client_cpu_share=row.median("client_cpu_share"),
        server_cpu_share=row.median("server_cpu_share"),
        foreign_cpu_share=row.median("foreign_cpu_share"),
        errors=sum(sample.load.total_errors for sample in row.samples),
        offered=row.measurement.rate,
        clients=sample.start.connections,
        service_p50_us=row.median("service_p50_us"),
    )


def _wait(row: Row, law: theory.Law) -> Optional[str]:
    """Poisson arrivals at places that each take a constant time: M/D/c, and M/M/c beside it."""
    measurement, task = row.measurement, row.measurement.scenario.task
    mean = row.median("response_mean_us")
    if measurement.rate is None or not task.seconds or measurement.scenario.kind.task_every != 1 or mean is None:
        return None
    if law.places >= measurement.scenario.connections and task.kind == "sleep":
        return None  # each client has a place: nobody waits for one
    if measurement.rate * task.seconds >= law.places:
        return f"more than {law.places:,} places can serve is offered: the wait grows without end"
    constant, at_random = (
        wait(measurement.rate, task.seconds, law.places) * 1e3 for wait in (queueing.mdc_wait, queueing.mmc_wait)
    )
    waited = mean / 1e3 - task.seconds * 1e3
    return (
        f"mean wait {waited:,.2f} ms beside the task; M/D/{law.places} says {constant:,.2f} ms,"
        f" M/M/{law.places} {at_random:,.2f} ms"
    )


def plain_measurement(measurement: Measurement, measurements: list[Measurement]) -> Optional[Measurement]:
    """The one whose requests have no task and are the same otherwise, of the same mode and number of clients."""
    if not measurement.scenario.task.seconds:
        return Measurement(Scenario(measurement.scenario.kind, measurement.scenario.connections), measurement.mode)
    for other in measurements:
        scenario = other.scenario
        same = other.mode == measurement.mode and scenario.connections == measurement.scenario.connections
        if same and scenario.kind.name == "keep-alive" and not scenario.task.seconds and not scenario.offer:
            return other
    return None
