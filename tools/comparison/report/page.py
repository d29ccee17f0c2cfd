# SPDX-License-Identifier: MIT
"""The HTML report: one file that loads nothing, with a script that only shows values.

The same document gives the same bytes. The raw rounds are in the JSON file only.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Optional

import jinja2

from comparison.report import charts, figures, numbers, reader
from comparison.report.columns import Column, columns
from comparison.report.numbers import number
from comparison.report.reader import Figure, Group, Row, Scenario
from comparison.report.styles import styles

TITLE = "Majuscule: the models compared"
_TEMPLATES = Path(__file__).with_name("templates")
_PARTS = {
    "speed": "Machine speed",
    "capacity": "Capacity",
    "memory": "Memory",
    "system_calls": "System calls",
    "environment": "Conditions",
    "footnotes": "Footnotes",
}
# What HTML cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_RARE = 0.005  # calls a request: rarer ones are summed up


@dataclass(frozen=True)
class _GlancePart:
    """Neighbouring columns under one heading."""

    title: str
    unit: str
    scenarios: list[Scenario]


def render(document: dict[str, Any]) -> str:
    css, script = ((_TEMPLATES / f"report.{suffix}").read_text(encoding="utf-8") for suffix in ("css", "js"))
    groups = reader.groups(document)
    names, references = reader.modes(document)
    looks = styles(names, references, [str(name) for name in document.get("modes") or []])
    environment = dict(document.get("environment") or {})
    rows = [(scenario, row) for scenario in reader.scenarios(document) for row in scenario.rows]
    capacity = document.get("capacity") or []
    drawn: list[dict[str, Any]] = []

    def add_charts(plate: figures.Plate) -> int:
        """The index of the first one."""
        drawn.extend(charts.data(tab.chart) for tab in plate.tabs)
        return len(drawn) - len(plate.tabs)

    page = _environment().get_template("page.html.j2").render(
        title=TITLE,
        document=document,
        groups=groups,
        styles=looks,
        used=sorted(set(looks.values())),
        references=references,
        invalid=[(scenario, row) for scenario, row in rows if not row.valid],
        row_count=len(rows),
        lead=[environment[name] for name in ("machine", "kernel", "commit") if environment.get(name)],
        command=environment.pop("command", ""),
        environment=environment,
        parts={name: title for name, title in _PARTS.items() if document.get(name)},
        glance=[part for group in groups for part in _glance_parts(group)],
        costs=_costs(document),
        most_capacity=max([number(one.get("requests_per_second")) or 0.0 for one in capacity], default=0.0),
        css=css,
        script=script,
        policy=_policy(script),
        add_charts=add_charts,
        charts=lambda: drawn,
    )
    return _CONTROL.sub("\ufffd", page)


@lru_cache(maxsize=None)
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    made = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(
        nothing=numbers.NOTHING, number=number, count=numbers.count, whole=numbers.whole, size=numbers.size,
        sentence=lambda text: numbers.sentence(str(text)), svg=charts.svg, figures=figures, columns_of=columns,
        spans=_spans, most_of=_most_of, percent=_percent, figure=lambda value: Figure(value, value, value),
        glance_cell=_glance_cell, notes_of=_notes, checks_of=_checks, frequent=_frequent, calls_of=_calls,
    )
    return made


def _policy(script: str) -> str:
    """The page may load nothing, and run this script alone."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _spans(some: list[Column]) -> list[tuple[str, list[Column]]]:
    """Neighbours under one heading together; a column without a heading alone."""
    grouped = groupby(enumerate(some), key=lambda pair: pair[1].group or f"\0{pair[0]}")
    return [(group if group[0] != "\0" else "", [column for _, column in members]) for group, members in grouped]


def _most_of(scenario: Scenario) -> float:
    rates = [row.figure("requests_per_second") for row in scenario.rows if row.valid]
    return max([rate.high for rate in rates if rate], default=0.0)


def _percent(value: float, most: float) -> str:
    return f"{min(100.0, max(0.0, 100 * value / most)):.1f}%"


def _glance_parts(group: Group) -> list[_GlancePart]:
    parts = [_GlancePart(group.title, "requests/s, by connections", group.closed)] if group.closed else []
    for members in group.loads:
        told = len(group.loads) > 1 and members[0].connections
        at = f", {members[0].connections:,.0f} connections" if told else ""
        parts.append(_GlancePart(group.title + at, "p99 response, by load", members))
    return parts


def _glance_cell(scenario: Scenario, mode: str) -> tuple[Optional[Row], str]:
    row = next((row for row in scenario.rows if row.mode == mode), None)
    figure = row.figure("response_p99_us" if scenario.open else "requests_per_second") if row else None
    form = numbers.latency if scenario.open else numbers.count
    return row, form(figure.median) if figure else ""


def _costs(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    found = {}
    for title, part, name, form in (
        ("memory a client", "memory", "anonymous_per_connection", numbers.size),
        ("calls a request", "system_calls", "per_request", lambda value: f"{value:,.2f}"),
    ):
        values = {str(one.get("mode", "?")): number(one.get(name)) for one in document.get(part) or []}
        found[title] = {mode: form(value) for mode, value in values.items() if value is not None}
    return {title: values for title, values in found.items() if values}


def _notes(scenario: Scenario) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Title, CSS class, and each sentence with all its modes."""
    found = []
    for title, kind, said in (
        ("INVALID", "bad", lambda row: row.reasons),
        ("Against the bound of the model", "", lambda row: [row.bound] if row.bound else []),
        ("Marks", "", lambda row: row.texts("marks")),
    ):
        sentences: dict[str, list[str]] = {}
        for row in scenario.rows:
            for text in said(row):
                sentences.setdefault(text, []).append(row.mode)
        if sentences:
            found.append((title, kind, sentences))
    return found


def _checks(scenario: Scenario) -> tuple[list[str], list[tuple[str, dict[str, list[Any]]]], int, int]:
    """Names of the checks, the checks of each mode by name, how many passed, and how many there are."""
    every = [check for row in scenario.rows for check in row.data.get("checks") or []]
    rows = []
    for row in scenario.rows:
        by_name: dict[str, list[Any]] = {}
        for check in row.data.get("checks") or []:
            by_name.setdefault(str(check.get("name", "?")), []).append(check)
        rows += [(row.mode, by_name)] if by_name else []
    names = list(dict.fromkeys(str(check.get("name", "?")) for check in every))
    return names, rows, sum(bool(check.get("passed")) for check in every), len(every)


def _by_name(entry: dict[str, Any]) -> dict[str, float]:
    pairs = ((str(name), number(value)) for name, value in (entry.get("by_name") or {}).items())
    return {name: value for name, value in pairs if value is not None}


def _frequent(entries: list[dict[str, Any]]) -> list[str]:
    """The calls that some mode makes more than rarely, the most frequent first."""
    total: dict[str, float] = {}
    for entry in entries:
        for name, value in _by_name(entry).items():
            total[name] = total.get(name, 0.0) + value
    often = {name for entry in entries for name, value in _by_name(entry).items() if value >= _RARE}
    return sorted(often, key=lambda name: (-total[name], name))


def _calls(entry: dict[str, Any], names: list[str]) -> list[str]:
    """For each name, and for all others; empty: none."""
    by_name = _by_name(entry)
    values = [by_name.get(name, 0.0) for name in names]
    values.append(sum(value for name, value in by_name.items() if name not in names))
    return ["" if not value else f"{value:,.2f}" if value >= _RARE else "<0.01" for value in values]
