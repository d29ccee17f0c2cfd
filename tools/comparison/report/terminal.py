# SPDX-License-Identifier: MIT
"""What a terminal shows of a comparison: one screen with a compact table for each scenario."""

from __future__ import annotations

import io
import shutil
import sys
from typing import Any, Iterable, Optional, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comparison.intervals import NO_DIFFERENCE
from comparison.report import reader
from comparison.report.columns import columns
from comparison.report.markdown import baseline_groups
from comparison.report.numbers import sentence
from comparison.report.reader import Scenario

_WIDE = 1000  # columns, where there is no terminal that would wrap
_MOST_REASONS = 6


def is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def render(document: dict[str, Any], files: Sequence[Any]) -> str:
    """Text with escapes for the terminal of standard output, plain text for anything else."""
    out = io.StringIO()
    console = _console(out)
    environment, settings = document.get("environment") or {}, document.get("settings") or {}
    console.print(Text(f"{environment.get('machine', 'this machine')}; commit {environment.get('commit', 'unknown')}"))
    console.print(Text("; ".join(f"{name}: {settings[name]}" for name in ("each load", "rounds") if name in settings)))
    for scenario in reader.scenarios(document):
        console.print(_table(scenario))
        console.print()
    reasons = [f"{row.mode}: INVALID: {reason}" for row in _rows(document) for reason in row.reasons]
    for line in reasons[:_MOST_REASONS]:
        console.print(Text(line, style="red"))
    if len(reasons) > _MOST_REASONS:
        console.print(Text(f"{len(reasons) - _MOST_REASONS:,} more reasons are in the report", style="red"))
    if document.get("speed"):
        console.print(Text(sentence(document["speed"]["text"])))
    console.print(Text(sentence(document.get("verdict") or "no verdict"), style="red" if reasons else "green"))
    if document.get("baseline"):
        console.print(Text(sentence(document["baseline"]["verdict"])))
        for _, rows in baseline_groups(document["baseline"]):
            for row in rows:
                if row.cells[-1].startswith(("better", "worse")):
                    console.print(Text(f"{row.name}: {row.cells[-1]}"))
    for path in files:
        console.print(Text(f"written: {path}"), soft_wrap=True)
    return out.getvalue()


def table(header: Sequence[str], rows: Iterable[Sequence[str]], title: Optional[str] = None) -> str:
    """The first and the last column are text, the others are numbers."""
    out = io.StringIO()
    _console(out).print(_made(header, rows, title))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _console(out: io.StringIO) -> Console:
    width = shutil.get_terminal_size().columns if is_terminal() else _WIDE
    return Console(file=out, force_terminal=is_terminal(), width=width, highlight=False, markup=False, emoji=False)


def _made(header: Sequence[str], rows: Iterable[Sequence[str]], title: Optional[str]) -> Table:
    made = Table(
        title=title and Text(title, style="bold"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, show_edge=False
    )
    for i, head in enumerate(header):
        made.add_column(Text(head), justify="left" if i in (0, len(header) - 1) else "right")
    for row in rows:
        made.add_row(*map(Text, row))
    return made


def _rows(document: dict[str, Any]) -> list[reader.Row]:
    return [row for scenario in reader.scenarios(document) for row in scenario.rows]


def _table(scenario: Scenario) -> Table:
    time = scenario.time
    keys = ("offered", "requests_per_second", "relative", f"{time}_p50_us", f"{time}_p99_us", "cpu_us_per_request",
            "cpu_relative")
    shown = [column for column in columns(scenario) if column.key in keys]
    heads = [column.short.replace("relative to", "to") for column in shown]
    rows = []
    for row in scenario.rows:
        labels = ([] if row.valid else ["INVALID"]) + row.labels
        cells = [str(column.cell(row) or "-").replace(NO_DIFFERENCE, "no diff.") for column in shown]
        rows.append([row.mode, *cells, ", ".join(labels)])
    return _made(["mode", *heads, ""], rows, scenario.title)
