# SPDX-License-Identifier: MIT
"""The tables of what a model costs: memory a connection, system calls a request, and its capacity."""

from __future__ import annotations

from typing import Any, Optional

from comparison.page.chart_style import Style
from comparison.page.html_rows import Figure
from comparison.page.html_tables import mode_cell, strip
from comparison.page.html_text import NOTHING, count, escape, number, significant, size

Styles = dict[str, Style]
Entries = list[dict[str, Any]]
_RARE = 0.005  # calls a request: rarer ones are summed


def _table(head: list[str], rows: list[str], kind: str) -> str:
    cells = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="scroll"><table class="{kind}">{body}</table></div>'


def _row(entry: dict[str, Any], cells: list[str], styles: Styles) -> str:
    mode = str(entry.get("mode", "?"))
    values = "".join(cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in cells)
    return f'<tr data-s="{styles[mode].slot}"><th scope="row">{mode_cell(mode, styles)}</th>{values}</tr>'


def capacity(entries: Entries, styles: Styles) -> str:
    rates = {str(entry.get("mode", "?")): number(entry.get("requests_per_second")) for entry in entries}
    most = max((rate for rate in rates.values() if rate), default=0.0)
    rows = [_row(entry, [_rate(entry, most, styles)], styles) for entry in entries]
    return _table(["mode", "requests/s"], rows, "costs narrow")


def _rate(entry: dict[str, Any], most: float, styles: Styles) -> str:
    rate = number(entry.get("requests_per_second"))
    if rate is None:
        return NOTHING
    bar = strip(Figure(rate, rate, rate), most, styles[str(entry.get("mode", "?"))].slot) if most > 0 else ""
    return f'<td class="rate">{count(rate)}{bar}</td>'


def memory(entries: Entries, styles: Styles) -> str:
    """How it was counted stands below when it is the same for all, else beside each."""
    ways = {str(entry["how"]) for entry in entries if entry.get("how")}
    beside = ("reason",) if len(ways) == 1 else ("reason", "how")
    remarks = ["; ".join(str(entry[key]) for key in beside if entry.get(key)) for entry in entries]
    rows = []
    for entry, remark in zip(entries, remarks):
        slopes = [number(entry.get(f"{kind}_per_connection")) for kind in ("anonymous", "kernel")]
        known = [slope for slope in slopes if slope is not None]
        both = size(sum(known)) if len(known) == 2 else NOTHING
        said = [f'<td class="text">{escape(remark)}</td>'] if any(remarks) else []
        rows.append(_row(entry, [*map(_size, slopes), both, *said], styles))
    head = ["mode", "anonymous", "kernel", "both", *([""] if any(remarks) else [])]
    way = (
        f'<p class="what"><small>How it was counted: {escape(ways.pop())}.</small></p>'
        if len(ways) == 1
        else ""
    )
    return _table(head, rows, "costs narrow") + way


def _size(value: Optional[float]) -> str:
    return NOTHING if value is None else size(value)


def system_calls(entries: Entries, styles: Styles) -> str:
    names = frequent(entries)
    rare = any(_others(entry, names) >= _RARE / 10 for entry in entries)
    rows = [_row(entry, _calls(entry, names, rare), styles) for entry in entries]
    head = ["mode", "all", *names, *(["others"] if rare else []), "requests traced"]
    return _table(head, rows, "costs calls")


def frequent(entries: Entries) -> list[str]:
    """The calls that some mode makes more than rarely, the most frequent first."""
    total: dict[str, float] = {}
    most: dict[str, float] = {}
    for entry in entries:
        for name, value in _by_name(entry).items():
            total[name] = total.get(name, 0.0) + value
            most[name] = max(most.get(name, 0.0), value)
    return sorted((name for name in total if most[name] >= _RARE), key=lambda name: (-total[name], name))


def _by_name(entry: dict[str, Any]) -> dict[str, float]:
    pairs = ((str(name), number(value)) for name, value in (entry.get("by_name") or {}).items())
    return {name: value for name, value in pairs if value is not None}


def _others(entry: dict[str, Any], names: list[str]) -> float:
    return sum(value for name, value in _by_name(entry).items() if name not in names)


def _calls(entry: dict[str, Any], names: list[str], rare: bool) -> list[str]:
    every = number(entry.get("per_request"))
    if every is None:
        width = len(names) + 2 + rare
        reason = escape(entry.get("reason") or "not measured")
        return [f'<td class="text" colspan="{width}">{reason}</td>']
    by_name = _by_name(entry)
    values = [by_name.get(name, 0.0) for name in names] + ([_others(entry, names)] if rare else [])
    requests = number(entry.get("requests"))
    traced = count(requests) if requests is not None else NOTHING
    return [f"<b>{every:,.2f}</b>", *map(_calls_each, values), traced]


def _calls_each(value: float) -> str:
    if not value:
        return '<span class="zero">·</span>'
    return significant(value) if value >= 100 else f"{value:,.2f}" if value >= _RARE else "&lt;0.01"
