# SPDX-License-Identifier: MIT
"""The columns of a scenario's table. Every report draws its tables from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

from comparison.intervals import Ratio, format_ratio
from comparison.report.numbers import count, latency, number, significant, whole
from comparison.report.reader import Figure, Row, Scenario, interval

_MIB = 2.0**20


@dataclass(frozen=True)
class Cell:
    """`note`: small print behind the text. `bar`: a figure to draw as a bar."""

    text: str
    note: str = ""
    bar: Optional[Figure] = None

    def __str__(self) -> str:
        return f"{self.text} {self.note}".strip()


@dataclass(frozen=True)
class Column:
    """`cell` gives None when the row has no such figure. `group`: the heading above, if any. `short`: the head in a
    table without groups."""

    key: str
    group: str
    head: str
    cell: Callable[[Row], Optional[Cell]]
    hint: str = ""
    kind: str = ""
    short: str = ""


def columns(scenario: Scenario) -> list[Column]:
    """Those for which some row has a figure."""
    return [column for column in _all(scenario) if any(column.cell(row) for row in scenario.rows)]


def _all(scenario: Scenario) -> list[Column]:
    time, rows = scenario.time, scenario.rows
    compared = f"{time}_p99_us" if scenario.open else "requests_per_second"  # what the load leaves to the server
    bases = {str(row.relative(compared).get("to", "")) for row in rows} - {""}
    base = f"relative to {bases.pop()}" if len(bases) == 1 else "relative"

    def ratios(name: str) -> str:
        return f"median of the ratios round by round, ± of the {interval(rows, name)}"

    def plain(key: str, group: str, head: str, form: Callable[[float], str], hint: str = "", short: str = "") -> Column:
        def cell(row: Row) -> Optional[Cell]:
            figure = row.figure(key)
            return Cell(form(figure.median)) if figure else None

        return Column(key, group, head, cell, hint, short=short or f"{group} {head}".strip())

    relative = Column(
        "relative", f"{time} time" if scenario.open else "throughput", f"p99 {base}" if scenario.open else base,
        lambda row: _relative(row, compared), ratios(compared), "rel", f"p99 {base}" if scenario.open else base,
    )
    due = "from the time when each request was due" if scenario.open else "from send to reply"
    rate = number(scenario.data.get("rate"))
    cpu = "CPU µs/request"
    found = [
        Column(
            "requests_per_second", "throughput", "requests/s",
            lambda row: _with_spread(row, "requests_per_second", count, True),
            f"of majuscule-load; ± of the {interval(rows, 'requests_per_second')}", "rate", "requests/s",
        ),
        plain("wrk_requests_per_second", "throughput", "wrk's", count, "requests/s by wrk: a cross-check", "wrk's"),
        *(
            plain(f"{time}_{name}_us", f"{time} time", head, latency, due, head)
            for head, name in (("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("p99.9", "p99_9"), ("max", "max"))
        ),
        plain("connect_p99_us", "connect", "p99", latency, "from connect() to established"),
        Column(
            "cpu_us_per_request", cpu, "all", lambda row: _with_spread(row, "cpu_us_per_request", significant),
            "of the server, user and system, corrected by the calibrations around each load", short=cpu,
        ),
        Column(
            "cpu_relative", cpu, base, lambda row: _relative(row, "cpu_us_per_request"), ratios("cpu_us_per_request"),
            "rel", f"CPU {base}",
        ),
        plain("cpu_us_per_request_raw", cpu, "raw", significant, "not corrected", "CPU raw"),
        plain("user_us_per_request", cpu, "user", significant, short="user"),
        plain("system_us_per_request", cpu, "system", significant, short="system"),
        *(
            plain(f"{where}_{what}_per_request", f"{what}/request", where, whole, "by the processor, in a load apart")
            for what in ("instructions", "cycles")
            for where in ("user", "kernel")
        ),
        plain("voluntary_switches_per_request", "switches/request", "vol.", significant, "voluntary: a thread waited"),
        plain("involuntary_switches_per_request", "switches/request", "invol.", significant, "involuntary: preempted"),
        plain("threads", "", "threads", whole),
        plain("peak_resident_bytes", "", "peak MiB", lambda value: f"{value / _MIB:,.1f}", "resident"),
        Column("errors", "", "errors", _errors, short="errors"),
        Column("marks", "", "marks", lambda row: Cell(", ".join(row.labels)) if row.labels else None, kind="marks",
               short="marks"),
    ]
    if scenario.open:
        found.insert(0, Column("offered", "", "offered /s", lambda row: _offered(row, rate), short="offered /s"))
        after = next(i for i, column in enumerate(found) if column.key == "connect_p99_us")
        return [*found[:after], relative, *found[after:]]
    return [found[0], relative, *found[1:]]


def _with_spread(row: Row, name: str, form: Callable[[float], str], bar: bool = False) -> Optional[Cell]:
    figure = row.figure(name)
    if not figure:
        return None
    note = f"±{significant(100 * figure.spread, 2)} %" if figure.low < figure.high else ""
    return Cell(form(figure.median), note, figure if bar and row.valid else None)


def _offered(row: Row, rate: Optional[float]) -> Optional[Cell]:
    offered = row.rate if row.rate is not None else rate
    return Cell(whole(offered)) if offered is not None else None


def _relative(row: Row, name: str) -> Optional[Cell]:
    found = row.relative(name)
    if not found:
        return None
    if str(found.get("to")) == row.mode:
        return Cell("1")
    ratio, low, high = (number(found.get(key)) for key in ("ratio", "low", "high"))
    text = format_ratio(Ratio(ratio, low, high, found.get("difference_shown") is not False))
    value, plus, width = text.partition(" ± ")
    return Cell(value, f"±{width}" if plus else "") if value[:1].isdigit() else Cell("", text)


def _errors(row: Row) -> Optional[Cell]:
    figure = row.figure("errors")
    return Cell(whole(figure.high)) if figure and figure.high else None
