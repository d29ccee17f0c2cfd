# SPDX-License-Identifier: MIT
"""The report as Markdown whose tables can be read as text too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterable, Sequence

import jinja2

from comparison.report import numbers, reader
from comparison.report.columns import columns
from comparison.report.page import TITLE
from comparison.report.reader import Scenario

_FIGURES = {"requests/s": "{:,.0f}", "p99 us": "{:,.0f}", "CPU us/req": "{:.2f}"}


def render(document: dict[str, Any]) -> str:
    return _template().render(
        title=TITLE,
        document=document,
        scenarios=reader.scenarios(document),
        capacity=[
            [one["mode"], f"{one['requests_per_second']:,.0f}", one["scenario"]]
            for one in document.get("capacity") or []
        ],
        memory=[_memory(one) for one in document.get("memory") or []],
        calls=[_calls(one) for one in document.get("system_calls") or []],
        baseline_groups=baseline_groups(document.get("baseline") or {}),
    )


@lru_cache(maxsize=None)
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    made = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    made.globals.update(table=table, scenario_table=_scenario_table, whole=numbers.whole, sentence=numbers.sentence)
    return made.get_template("report.md.j2")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first and the last column are text, the others are numbers."""
    lines = [[str(cell).replace("|", "\\|") for cell in row] for row in [header, *rows]]
    widths = [max(3, *(len(line[i]) for line in lines)) for i in range(len(header))]
    last = len(header) - 1
    rule = ["-" * width if i in (0, last) else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    sides = ["<" if i in (0, last) else ">" for i in range(len(header))]
    padded = [[f"{cell:{side}{width}}" for cell, side, width in zip(line, sides, widths)] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in [padded[0], rule, *padded[1:]])


def _scenario_table(scenario: Scenario) -> str:
    shown = [column for column in columns(scenario) if column.kind != "marks"]
    rows = []
    for row in scenario.rows:
        labels = ([] if row.valid else ["INVALID"]) + row.labels
        rows.append([row.mode, *(str(column.cell(row) or "-") for column in shown), ", ".join(labels)])
    return table(["mode", *(column.short for column in shown), ""], rows)


def _memory(one: dict[str, Any]) -> list[str]:
    sizes = [one[f"{kind}_per_connection"] for kind in ("anonymous", "kernel")]
    return [one["mode"], *("not measured" if size is None else f"{size:,.0f}" for size in sizes), one["reason"] or ""]


def _calls(one: dict[str, Any]) -> list[str]:
    if one["per_request"] is None:
        return [one["mode"], "-", one["reason"]]
    named = [f"{name} {count:.2f}" for name, count in one["by_name"].items() if count >= 0.005]
    return [one["mode"], f"{one['per_request']:.2f}", ", ".join(named)]


@dataclass(frozen=True)
class BaselineRow:
    name: str
    cells: list[str]
    notes: list[str]


def baseline_groups(baseline: dict[str, Any]) -> list[tuple[str, list[BaselineRow]]]:
    """By title of the scenario, or by all that differs between scenarios of one title."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in baseline.get("rows") or []:
        groups.setdefault(tuple(value for name, value in row["key"].items() if name != "mode"), []).append(row)
    titles = [rows[0]["title"] for rows in groups.values()]
    found = []
    for title, rows in zip(titles, groups.values()):
        named = title if titles.count(title) == 1 else rows[0]["name"].partition(", ")[2]
        found.append((named, [_baseline_row(row) for row in rows]))
    return found


def _baseline_row(row: dict[str, Any]) -> BaselineRow:
    by_title = {figure["title"]: figure for figure in row["figures"]}
    cells = []
    for title, form in _FIGURES.items():
        old, new = (by_title.get(title, {}).get(name) for name in ("old", "new"))
        cells.append("-" if old is None or new is None else f"{form.format(old)} → {form.format(new)}")
    found = [
        f"{figure['finding']}: {figure['title']}" + ("" if figure["ratio"] is None else f" ×{figure['ratio']:.2f}")
        for figure in row["figures"]
        if figure["finding"] in ("better", "worse")
    ]
    notes = [row["reason"]] if row["reason"] else []
    notes += [f"{one['title']}: {one['reason']}" for one in row["figures"] if one["finding"] == "not comparable"]
    return BaselineRow(row["name"], [row["key"]["mode"], *cells, "; ".join(found) or row["finding"]], notes)
