# SPDX-License-Identifier: MIT
"""The first table of the HTML report: every mode in every scenario at a glance; and the banner above all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from comparison.page.chart_style import Style
from comparison.page.html_rows import Group, Row, Scenario, scenarios
from comparison.page.html_tables import mode_cell
from comparison.page.html_text import NOTHING, count, escape, latency, number, size

Styles = dict[str, Style]


@dataclass(frozen=True)
class _Part:
    """Neighbouring columns under one heading."""

    title: str
    unit: str
    scenarios: tuple[Scenario, ...]


def banner(document: dict[str, Any]) -> str:
    """Says that the comparison was cut short, and names every INVALID row; nothing when there is neither."""
    return _partial(document) + _invalid(document)


def _partial(document: dict[str, Any]) -> str:
    why = document.get("partial")
    if why is None:
        return ""
    return f'<aside class="banner" role="alert"><b>PARTIAL</b> {escape(why)}: what was complete by then</aside>'


def _invalid(document: dict[str, Any]) -> str:
    found = [(scenario, row) for scenario in scenarios(document) for row in scenario.rows if not row.valid]
    if not found:
        return ""
    every = sum(len(scenario.rows) for scenario in scenarios(document))
    items = "".join(f"<li>{_named(scenario, row)}</li>" for scenario, row in found)
    plural = "row is" if len(found) == 1 else "rows are"
    title = f"{len(found):,} of {every:,} {plural} INVALID: do not quote"
    return f'<aside class="banner" role="alert"><b>{title}</b><ul>{items}</ul></aside>'


def _named(scenario: Scenario, row: Row) -> str:
    reasons = "; ".join(row.texts("invalid_reasons"))
    return f'<a href="#{row.anchor}">{escape(row.mode)}</a> in {escape(scenario.title)}: {escape(reasons)}'


def glance(document: dict[str, Any], found: list[Group], styles: Styles, references: list[str]) -> str:
    parts = [part for group in found for part in _parts(group)]
    if not parts:
        return ""
    columns = [(part, scenario) for part in parts for scenario in part.scenarios]
    heads = "".join(
        f'<th colspan="{len(part.scenarios)}" scope="colgroup" class="g">{escape(part.title)}'
        f"<small>{escape(part.unit)}</small></th>"
        for part in parts
    )
    tails = "".join(_tail(part, scenario) for part, scenario in columns)
    costs = _costs(document)
    heads += "".join(f'<th rowspan="2" scope="col">{escape(title)}</th>' for title in costs)
    rows = []
    for mode in styles:
        cells = "".join(_cell(part, scenario, mode) for part, scenario in columns)
        cells += "".join(f"<td>{values.get(mode, NOTHING)}</td>" for values in costs.values())
        kind = ' class="ref"' if mode in references else ""
        slot = styles[mode].slot
        rows.append(f'<tr data-s="{slot}"{kind}><th scope="row">{mode_cell(mode, styles)}</th>{cells}</tr>')
    head = f'<thead><tr><th rowspan="2" scope="col">mode</th>{heads}</tr><tr>{tails}</tr></thead>'
    return f'<div class="scroll"><table class="glance">{head}<tbody>{"".join(rows)}</tbody></table></div>'


def _parts(group: Group) -> list[_Part]:
    parts = []
    if group.closed:
        parts.append(_Part(group.title, "requests/s, by connections", tuple(group.closed)))
    for members in group.loads:
        at = (
            f", {members[0].connections:,.0f} connections"
            if len(group.loads) > 1 and members[0].connections
            else ""
        )
        parts.append(_Part(group.title + at, "p99 response, by load", tuple(members)))
    return parts


def _first(part: _Part, scenario: Scenario) -> str:
    return ' class="first"' if scenario is part.scenarios[0] else ""


def _tail(part: _Part, scenario: Scenario) -> str:
    link = f'<a href="#{scenario.anchor}">{escape(scenario.short)}</a>'
    return f'<th scope="col"{_first(part, scenario)}>{link}</th>'


def _cell(part: _Part, scenario: Scenario, mode: str) -> str:
    row = next((row for row in scenario.rows if row.mode == mode), None)
    names = ["first"] if scenario is part.scenarios[0] else []
    if row is None:
        text = NOTHING
    else:
        figure = row.figure("response_p99_us" if scenario.open else "requests_per_second")
        text = (
            NOTHING if figure is None else latency(figure.median) if scenario.open else count(figure.median)
        )
        if not row.valid:
            names.append("bad")
            text = f'<a href="#{row.anchor}" title="INVALID">{text if figure else "INVALID"}</a>'
    return f'<td class="{" ".join(names)}">{text}</td>' if names else f"<td>{text}</td>"


def _costs(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    memory = {
        str(entry.get("mode", "?")): size(value)
        for entry in document.get("memory") or []
        if (value := number(entry.get("anonymous_per_connection"))) is not None
    }
    calls = {
        str(entry.get("mode", "?")): f"{value:,.2f}"
        for entry in document.get("system_calls") or []
        if (value := number(entry.get("per_request"))) is not None
    }
    titles = {"memory a client": memory, "calls a request": calls}
    return {title: values for title, values in titles.items() if values}
