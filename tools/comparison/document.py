# SPDX-License-Identifier: MIT
"""The results as one document ("format": 2). The JSON file has it, and every report is drawn from it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Optional

from comparison import verdicts
from comparison.footnotes import footnotes
from comparison.modes import Modes
from comparison.plan import REFERENCE, Measurement, Scenario
from comparison.reasons import Reasons
from comparison.rows import Results, Row

FORMAT = 2


def build(
    environment: dict[str, str],
    settings: dict[str, str],
    results: Results,
    measurements: list[Measurement],
    reasons: Reasons,
    modes: Modes,
    threads: int,
    partial: Optional[str] = None,
    rounds: int = 0,
) -> dict[str, Any]:
    """`measurements` in the order of the tables and of their rows. `partial`: why the comparison ended early; then
    every row has a mark with the number of its rounds, and rows without a round are left out."""
    if partial is not None:
        rows_of = map(results.row, measurements)
        measurements = [row.measurement for row in rows_of if row.samples or row.reasons]
    scenarios = list(dict.fromkeys(measurement.scenario for measurement in measurements))
    tables = [(scenario, results.table(scenario, measurements)) for scenario in scenarios]
    rows = [row for _, found in tables for row in found]
    if partial is not None:
        for row in rows:
            row.marks.insert(0, f"partial: {len(row.samples):,} of {rounds:,} rounds, the comparison ended early")
    plain = {row.measurement: _plain_row(row.measurement, results, measurements) for row in rows}
    return {
        "format": FORMAT,
        "partial": partial,
        "verdict": (f"PARTIAL ({partial}): " if partial is not None else "") + _verdict(rows),
        "invalid_rows": sum(not row.valid for row in rows),
        "modes": list(modes),
        "environment": environment,
        "settings": settings,
        "speed": results.speed.data(),
        "scenarios": [_scenario(scenario, found, plain, modes, threads) for scenario, found in tables],
        "capacity": _capacity(rows) if any(scenario.offer for scenario in scenarios) else [],
        "memory": reasons.memory,
        "system_calls": reasons.system_calls,
        "footnotes": footnotes(max((len(row.samples) for row in rows), default=0)) + results.notes + reasons.notes,
    }


def _verdict(rows: list[Row]) -> str:
    invalid = sum(not row.valid for row in rows)
    disturbed = sum(any(mark.startswith("disturbed") for mark in row.marks) for row in rows)
    warning = f"; {disturbed} of {len(rows)} were disturbed: measure again on a quiet machine" if disturbed else ""
    if invalid:
        return f"{invalid} of {len(rows)} rows INVALID: do not quote them{warning}"
    return f"all {len(rows)} rows passed every check{warning}"


def _plain_row(measurement: Measurement, results: Results, measurements: list[Measurement]) -> Optional[Row]:
    plain = verdicts.plain_measurement(measurement, measurements)
    return results.row(plain) if plain else None


def _scenario(
    scenario: Scenario, rows: list[Row], plain: dict[Measurement, Optional[Row]], modes: Modes, threads: int
) -> dict[str, Any]:
    offer = scenario.offer
    return {
        "name": scenario.kind.name,
        "title": scenario.title,
        "what": scenario.kind.what,
        "task": scenario.task.text,
        "task_every": scenario.kind.task_every,
        "connections": scenario.connections,
        "rate": offer.rate if offer else None,
        "rate_share": offer.share if offer else None,
        "bound_requests_per_second": scenario.task.bound(scenario.connections),
        "rows": [_row(row, rows[0], plain[row.measurement], modes, threads) for row in rows],
    }


def _row(row: Row, base: Row, plain: Optional[Row], modes: Modes, threads: int) -> dict[str, Any]:
    relative = row.relative_to(base) if row.mode != REFERENCE else {}
    return {
        "mode": row.mode,
        "reference": row.mode == REFERENCE,
        "rate": row.measurement.rate,
        "valid": row.valid,
        "invalid_reasons": row.reasons,
        "marks": row.marks,
        "checks": [asdict(check) for check in row.checks],
        "law": verdicts.of(row, plain, modes, threads) if row.valid and row.mode != REFERENCE else None,
        "figures": {name: asdict(figure) for name, figure in row.figures().items()},
        "relative": {name: {"to": base.mode, **asdict(ratio)} for name, ratio in relative.items()},
        "spectrum": {series: [list(point) for point in row.curve(series)] for series in ("service", "response")},
        "rounds": [_sample(sample) for sample in row.samples],
    }


def _sample(sample: Any) -> dict[str, Any]:
    data = asdict(sample)
    del data["load"]["curves"]
    return data


def _capacity(rows: list[Row]) -> list[dict[str, Any]]:
    return [
        {
            "mode": row.mode,
            "scenario": row.measurement.scenario.title,
            "requests_per_second": row.median("requests_per_second"),
        }
        for row in rows
        if row.valid and row.mode != REFERENCE and not row.measurement.scenario.offer
    ]
