# SPDX-License-Identifier: MIT
"""What stands beside a table: why rows are INVALID, which law each row was held against, marks, checks."""

from __future__ import annotations

from typing import Any

from comparison.page.html_rows import Row, Scenario
from comparison.page.html_tables import law_share
from comparison.page.html_text import NOTHING, count, escape, number


def notes(scenario: Scenario) -> str:
    """Equal sentences are said once, for all their rows."""
    parts = [
        _list("INVALID", [(row.mode, reason) for row in scenario.rows for reason in _reasons(row)], "bad"),
        _list(
            "Against the law of the model", [(row.mode, law) for row in scenario.rows for law in _laws(row)]
        ),
        _list("Marks", [(row.mode, mark) for row in scenario.rows for mark in row.texts("marks")]),
    ]
    return "".join(parts)


def _reasons(row: Row) -> list[str]:
    return [] if row.valid else row.texts("invalid_reasons") or ["no reason was recorded"]


def _laws(row: Row) -> list[str]:
    law = row.data.get("law")
    if not isinstance(law, dict):
        return []
    rate = number(law.get("requests_per_second"))
    what = f"{law.get('name', 'law')}" + (f" = {count(rate)} requests/s" if rate is not None else "")
    verdict = str(law.get("verdict") or "")
    reached = law_share(row)
    follows = verdict.startswith("follows")  # then how near it came is the only news, and it is the same news
    return [f"{what}: {verdict}" if follows or not reached else f"{what}: {reached}, {verdict}"]


def _list(title: str, said: list[tuple[str, str]], kind: str = "") -> str:
    if not said:
        return ""
    by_text: dict[str, list[str]] = {}
    for mode, text in said:
        by_text.setdefault(text, []).append(mode)
    items = [
        f"<li><b>{escape(', '.join(dict.fromkeys(names)))}</b> {escape(text)}</li>"
        for text, names in by_text.items()
    ]
    state = f' class="{kind}"' if kind else ""
    return f"<h4{state}>{escape(title)}</h4><ul{state}>{''.join(items)}</ul>"


def checks(scenario: Scenario) -> str:
    """Every check of every row, to be opened."""
    rows = [row for row in scenario.rows if row.data.get("checks")]
    every = [check for row in rows for check in row.data["checks"]]
    if not every:
        return ""
    passed = sum(bool(check.get("passed")) for check in every)
    names = list(dict.fromkeys(str(check.get("name", "?")) for check in every))
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(_checks_of(row, names) for row in rows)
    return (
        f"<details><summary>Validity checks: {passed:,} of {len(every):,} passed</summary>"
        f'<div class="scroll"><table class="checks"><thead><tr><th scope="col">mode</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _checks_of(row: Row, names: list[str]) -> str:
    by_name: dict[str, list[dict[str, Any]]] = {}
    for check in row.data["checks"]:
        by_name.setdefault(str(check.get("name", "?")), []).append(check)
    cells = "".join(
        f"<td>{'<br>'.join(map(_check, by_name.get(name, []))) or NOTHING}</td>" for name in names
    )
    return f'<tr><th scope="row">{escape(row.mode)}</th>{cells}</tr>'


def _check(check: dict[str, Any]) -> str:
    sign = "✓" if check.get("passed") else '<b class="invalid">✗ failed</b>'
    return f"{sign} {escape(check.get('detail') or '')}"
