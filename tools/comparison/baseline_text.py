# SPDX-License-Identifier: MIT
"""What came of comparing with a baseline, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comparison.render import Block, Bullets, Heading, Paragraph, Table

if TYPE_CHECKING:
    from comparison.baseline import Comparison, Finding, RowFinding

_HEADER = ["mode", "requests/s", "p99 us", "CPU us/req", ""]
_FORMS = {"requests/s": "{:,.0f}", "p99 us": "{:,.0f}", "CPU us/req": "{:.2f}"}


def blocks(comparison: Comparison) -> list[Block]:
    found: list[Block] = [Heading("Against the baseline"), Paragraph(comparison.verdict() + ".")]
    if comparison.changes:
        changes = [f"{change.name}: {change.old} → {change.new}" for change in comparison.changes]
        found += [Paragraph("Not the same in both:"), Bullets(changes)]
    for title, rows in _groups(comparison.rows).items():
        found += [Heading(title, 3), Table(_HEADER, [_cells(row) for row in rows])]
        notes = [f"{row.key}: {note}" for row in rows for note in _notes(row)]
        if notes:
            found.append(Bullets(notes))
    return found


def _groups(rows: list[RowFinding]) -> dict[str, list[RowFinding]]:
    """By the title of the scenario, or by all that tells it from another of the same title."""
    found: dict[tuple[object, ...], list[RowFinding]] = {}
    for row in rows:
        key = row.key
        same = (key.scenario, key.task, key.connections, key.rate, key.rate_share)
        found.setdefault(same, []).append(row)
    titles = [group[0].title for group in found.values()]
    return {
        group[0].title if titles.count(group[0].title) == 1 else str(group[0].key).partition(", ")[2]: group
        for group in found.values()
    }


def _cells(row: RowFinding) -> list[str]:
    by_title = {figure.title: figure for figure in row.figures}
    cells = [_pair(by_title[title]) if title in by_title else "-" for title in _HEADER[1:-1]]
    return [row.key.mode, *cells, _summary(row)]


def _pair(figure: Finding) -> str:
    if figure.old is None or figure.new is None:
        return "-"
    form = _FORMS[figure.title]
    return f"{form.format(figure.old)} → {form.format(figure.new)}"


def _summary(row: RowFinding) -> str:
    """The findings with the ratios they rest on."""
    told = [
        f"{figure.finding}: {figure.title}{_ratio(figure)}"
        for figure in row.figures
        if figure.finding in ("better", "worse")
    ]
    return "; ".join(told) or row.finding


def _ratio(figure: Finding) -> str:
    return "" if figure.ratio is None else f" ×{figure.ratio:.2f}"


def _notes(row: RowFinding) -> list[str]:
    reasons = [row.reason] if row.reason else []
    return reasons + [f"{f.title}: {f.reason}" for f in row.figures if f.finding == "not comparable"]
