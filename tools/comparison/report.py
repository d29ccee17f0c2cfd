# SPDX-License-Identifier: MIT
"""The results as a document for people, and as data for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from comparison.footnotes import FOOTNOTES
from comparison.plan import REFERENCE, Scenario
from comparison.render import Block, Bullets, Heading, Paragraph, Table
from comparison.rows import Figure, Row
from comparison.units import format_seconds

_HEADER = [
    "mode",
    "requests/s",
    "wrk p50",
    "wrk p90",
    "wrk p99",
    "wrk max",
    "errors",
    "CPU us/req",
    "vol sw/req",
    "invol sw/req",
    "threads",
    "peak MiB",
    "",
]

@dataclass(frozen=True)
class Report:
    """All that is said in the end. `environment`: name and value."""

    environment: dict[str, str]
    settings: dict[str, Any]
    tables: list[tuple[Scenario, list[Row]]]

    @property
    def invalid(self) -> int:
        return sum(not row.valid for row in self._rows())

    def _rows(self) -> list[Row]:
        return [row for _, rows in self.tables for row in rows]

    def verdict(self) -> str:
        every = len(self._rows())
        disturbed = sum(any(mark.startswith("disturbed") for mark in row.marks) for row in self._rows())
        warning = ""
        if disturbed:
            warning = f"; {disturbed} of {every} were disturbed: measure again on a quiet machine"
        if self.invalid:
            return f"{self.invalid} of {every} rows INVALID: do not quote them{warning}"
        return f"all {every} rows passed every check{warning}"

    def blocks(self) -> list[Block]:
        environment = Bullets([f"{name}: {value}" for name, value in self.environment.items()])
        settings = Bullets([f"{name}: {value}" for name, value in self.settings.items()])
        tables = [block for scenario, rows in self.tables for block in _scenario(scenario, rows)]
        return [
            Heading("Majuscule: the models compared", 1),
            environment,
            settings,
            *tables,
            Heading("Reading the tables"),
            Bullets(FOOTNOTES),
            Paragraph(self.verdict() + "."),
        ]

    def data(self) -> dict[str, Any]:
        return {
            "format": 1,
            "verdict": self.verdict(),
            "environment": self.environment,
            "settings": self.settings,
            "scenarios": [_scenario_data(scenario, rows) for scenario, rows in self.tables],
            "footnotes": FOOTNOTES,
        }


def _scenario(scenario: Scenario, rows: list[Row]) -> list[Block]:
    blocks: list[Block] = [Heading(f"Keep-alive, {scenario}")]
    invalid = ", ".join(row.mode for row in rows if not row.valid)
    if invalid:
        blocks.append(Paragraph(f"INVALID rows in this table: {invalid}. The reasons stand below it."))
    bound = scenario.task.bound(scenario.connections)
    if bound:
        wait = format_seconds(scenario.task.seconds)
        blocks.append(
            Paragraph(
                f"Bound: {scenario.connections:,} connections / {wait} = {bound:,.0f} requests/s, for a model"
                " in which all clients wait at the same time."
            )
        )
    blocks.append(Table(_HEADER, [_cells(row) for row in rows]))
    notes = [f"{row.mode}: INVALID: {reason}" for row in rows for reason in row.reasons]
    notes += [f"{row.mode}: {mark}" for row in rows for mark in row.marks]
    if notes:
        blocks.append(Bullets(notes))
    return blocks


def _cells(row: Row) -> list[str]:
    figures = row.figures
    marks = [mark.partition(":")[0] for mark in row.marks]
    marks = marks if row.valid else ["INVALID", *marks]
    if not figures:
        return [row.mode, *["-"] * (len(_HEADER) - 2), ", ".join(marks)]
    return [
        row.mode,
        _spread(figures["requests_per_second"], "{:,.0f}"),
        *[_latency(figures[f"wrk_{name}_us"].median) for name in ("p50", "p90", "p99", "max")],
        f"{row.errors:,}",
        _spread(figures["cpu_us_per_request"], "{:.2f}"),
        f"{figures['voluntary_switches_per_request'].median:.3f}",
        f"{figures['involuntary_switches_per_request'].median:.3f}",
        f"{figures['threads'].highest:,.0f}",
        f"{figures['peak_resident_bytes'].highest / 2**20:.1f}",
        ", ".join(marks),
    ]


def _spread(figure: Figure, form: str) -> str:
    if figure.rounds == 1:
        return form.format(figure.median)
    farthest = max(figure.highest - figure.median, figure.median - figure.lowest)
    share = farthest / figure.median if figure.median else 0.0
    return f"{form.format(figure.median)} ±{share:.0%}"


def _latency(microseconds: float) -> str:
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:.2f} s"
    return f"{microseconds / 1e3:.2f} ms"


def _scenario_data(scenario: Scenario, rows: list[Row]) -> dict[str, Any]:
    return {
        "task": scenario.task.text,
        "connections": scenario.connections,
        "bound_requests_per_second": scenario.task.bound(scenario.connections),
        "rows": [_row_data(row) for row in rows],
    }


def _row_data(row: Row) -> dict[str, Any]:
    return {
        "mode": row.mode,
        "reference": row.mode == REFERENCE,
        "valid": row.valid,
        "invalid_reasons": row.reasons,
        "marks": row.marks,
        "errors": row.errors,
        "figures": {name: asdict(figure) for name, figure in row.figures.items()},
        "rounds": [asdict(sample) for sample in row.samples],
    }
