# SPDX-License-Identifier: MIT
"""The law of each row: what theory says that it serves, whether it does, and how long requests should wait."""

from __future__ import annotations

from typing import Any, Optional

from comparison import models, queueing, theory
from comparison.law_verdict import Evidence, judge
from comparison.plan import Cell, Scenario
from comparison.rows import Row


def of(row: Row, plain: Optional[Row], threads: int) -> Optional[dict[str, Any]]:
    """As the document has it. `plain`: the same mode and clients without a task, whose CPU time is the server's
    own, as it was when its requests/s were counted: neither is corrected."""
    cell = row.cell
    scenario = cell.scenario
    if not row.samples:
        return None
    own = (plain.median("cpu_us_per_request_raw") if plain and plain.valid else None) or 0.0
    pool = threads if models.options(cell.mode, threads) else None
    law = theory.law(
        cell.mode, scenario.task, scenario.kind.task_every, scenario.connections * scenario.kind.pipeline, pool, 1,
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
        offered=row.cell.rate,
        clients=sample.start.connections,
        service_p50_us=row.median("service_p50_us"),
    )


def _wait(row: Row, law: theory.Law) -> Optional[str]:
    """Poisson arrivals at places that each take a constant time: M/D/c, and M/M/c beside it."""
    cell, task = row.cell, row.cell.scenario.task
    mean = row.median("response_mean_us")
    if cell.rate is None or not task.seconds or cell.scenario.kind.task_every != 1 or mean is None:
        return None
    if law.places >= cell.scenario.connections and task.kind == "sleep":
        return None  # each client has a place: nobody waits for one
    if cell.rate * task.seconds >= law.places:
        return f"more than {law.places:,} places can serve is offered: the wait grows without end"
    constant, at_random = (
        wait(cell.rate, task.seconds, law.places) * 1e3 for wait in (queueing.mdc_wait, queueing.mmc_wait)
    )
    waited = mean / 1e3 - task.seconds * 1e3
    return (
        f"mean wait {waited:,.2f} ms beside the task; M/D/{law.places} says {constant:,.2f} ms,"
        f" M/M/{law.places} {at_random:,.2f} ms"
    )


def plain_cell(cell: Cell, cells: list[Cell]) -> Optional[Cell]:
    """The one whose requests have no task and are the same otherwise, of the same mode and number of clients."""
    if not cell.scenario.task.seconds:
        return Cell(Scenario(cell.scenario.kind, cell.scenario.connections), cell.mode)
    for other in cells:
        scenario = other.scenario
        same = other.mode == cell.mode and scenario.connections == cell.scenario.connections
        if same and scenario.kind.name == "keep-alive" and not scenario.task.seconds and not scenario.offer:
            return other
    return None
