# SPDX-License-Identifier: MIT
"""The table of one scenario: a column stands there when some row has something to say in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

from comparison.page.chart_style import Style
from comparison.page.html_rows import Figure, Row, Scenario, interval
from comparison.page.html_text import NOTHING, count, escape, latency, number, share, significant, whole

Styles = dict[str, Style]
_MIB = 2.0**20


@dataclass(frozen=True)
class Column:
    """`cell` gives HTML, or nothing when the row has no such figure. `group`: the heading above, if any."""

    group: str
    head: str
    cell: Callable[[Row], str]
    hint: str = ""
    kind: str = ""


def mode_cell(mode: str, styles: Styles) -> str:
    slot = styles[mode].slot
    key = f'<svg class="key s{slot}" aria-hidden="true"><use href="#k{slot}"/></svg>'
    return f"{key}{escape(mode)}"


def spread(figure: Figure) -> str:
    return f"<small>±{significant(100 * figure.spread, 2)} %</small>" if figure.low < figure.high else ""


def strip(figure: Figure, most: float, slot: int) -> str:
    """A bar from zero to the median, with the interval."""
    low, mid, high = (
        f"{min(100.0, max(0.0, 100 * end / most)):.1f}%" for end in (figure.low, figure.median, figure.high)
    )
    return f'<i class="strip s{slot}" style="--a:{low};--m:{mid};--b:{high}"></i>'


def scenario_table(scenario: Scenario, styles: Styles) -> str:
    rows = scenario.rows
    if not rows:
        return '<p class="none">No row was measured.</p>'
    columns = [column for column in _columns(scenario, styles) if any(column.cell(row) for row in rows)]
    body = "".join(_row(row, columns, styles) for row in rows)
    return f'<div class="scroll"><table class="rows">{_head(columns)}<tbody>{body}</tbody></table></div>'


def _head(columns: list[Column]) -> str:
    upper, lower = ['<th rowspan="2" scope="col">mode</th>'], []
    i = 0
    while i < len(columns):
        column, width = columns[i], 1
        kind = f' class="{column.kind}"' if column.kind else ""
        hint = f' title="{escape(column.hint)}"' if column.hint else ""
        if not column.group:
            upper.append(f'<th rowspan="2" scope="col"{kind}{hint}>{escape(column.head)}</th>')
            i += 1
            continue
        while i + width < len(columns) and columns[i + width].group == column.group:
            width += 1
        upper.append(f'<th colspan="{width}" scope="colgroup" class="g">{escape(column.group)}</th>')
        for j, member in enumerate(columns[i : i + width]):
            names = [member.kind] * bool(member.kind) + ["first"] * (j == 0)
            first = f' class="{" ".join(names)}"' if names else ""
            hint = f' title="{escape(member.hint)}"' if member.hint else ""
            lower.append(f'<th scope="col"{first}{hint}>{escape(member.head)}</th>')
        i += width
    return f'<thead><tr>{"".join(upper)}</tr><tr>{"".join(lower)}</tr></thead>'


def _row(row: Row, columns: list[Column], styles: Styles) -> str:
    state = " ".join(name for name, is_so in (("bad", not row.valid), ("ref", row.reference)) if is_so)
    kind = f' class="{state}"' if state else ""
    invalid = "" if row.valid else ' <b class="invalid">INVALID</b>'
    cells, group = [], ""
    for column in columns:
        names = [column.kind] if column.kind else []
        names += ["first"] if column.group and column.group != group else []
        group = column.group
        cells.append(f'<td class="{" ".join(names)}">' if names else "<td>")
        cells.append((column.cell(row) or ("" if column.kind == "marks" else NOTHING)) + "</td>")
    head = f'<th scope="row">{mode_cell(row.mode, styles)}{invalid}</th>'
    return f'<tr id="{row.anchor}" data-s="{styles[row.mode].slot}"{kind}>{head}{"".join(cells)}</tr>'


def _columns(scenario: Scenario, styles: Styles) -> list[Column]:
    most = max(
        (f.high for row in scenario.rows if row.valid and (f := row.figure("requests_per_second"))),
        default=0.0,
    )
    time = scenario.time
    compared = (
        f"{time}_p99_us" if scenario.open else "requests_per_second"
    )  # what the load leaves to the server
    bases = {str(row.relative(compared).get("to", "")) for row in scenario.rows} - {""}
    base = f"relative to {bases.pop()}" if len(bases) == 1 else "relative"
    relative = Column(
        f"{time} time" if scenario.open else "throughput",
        f"p99 {base}" if scenario.open else base,
        lambda row: _relative(row, compared),
        f"median of the rounds' ratios, ± of the {interval(scenario.rows, compared)}",
        "rel",
    )
    counted = (
        "how late the replies were, from when each request was due" if scenario.open else "from send to reply"
    )
    latencies = [
        Column(f"{time} time", head, _plain(f"{time}_{name}_us", latency), counted)
        for head, name in (("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("p99.9", "p99_9"), ("max", "max"))
    ]
    rate = number(scenario.data.get("rate"))
    offered = [] if not scenario.open else [Column("", "offered /s", lambda row: _offered(row, rate))]
    return [
        *offered,
        Column(
            "throughput",
            "requests/s",
            lambda row: _throughput(row, most, styles),
            f"our client's; ± of the {interval(scenario.rows, 'requests_per_second')}",
            "rate",
        ),
        *([] if scenario.open else [relative]),
        Column(
            "throughput",
            "wrk's",
            _plain("wrk_requests_per_second", count),
            "requests/s by wrk: a cross-check",
        ),
        *latencies,
        *([relative] if scenario.open else []),
        Column("connect", "p99", _plain("connect_p99_us", latency), "from connect() to established"),
        Column(
            "CPU µs/request",
            "all",
            _cpu,
            "of the server, user and system, corrected by the calibrations around each load",
        ),
        Column(
            "CPU µs/request",
            base,
            lambda row: _relative(row, "cpu_us_per_request"),
            f"median of the rounds' ratios, ± of the {interval(scenario.rows, 'cpu_us_per_request')}",
            "rel",
        ),
        Column("CPU µs/request", "raw", _plain("cpu_us_per_request_raw", significant), "not corrected"),
        Column("CPU µs/request", "user", _plain("user_us_per_request", significant)),
        Column("CPU µs/request", "system", _plain("system_us_per_request", significant)),
        *[
            Column(
                f"{what}/request",
                where,
                _plain(f"{where}_{what}_per_request", whole),
                "counted by the processor, in a load of its own",
            )
            for what in ("instructions", "cycles")
            for where in ("user", "kernel")
        ],
        Column(
            "switches/request",
            "vol.",
            _plain("voluntary_switches_per_request", significant),
            "voluntary: it waited",
        ),
        Column(
            "switches/request",
            "invol.",
            _plain("involuntary_switches_per_request", significant),
            "involuntary: it was preempted",
        ),
        Column("", "threads", _plain("threads", whole)),
        Column(
            "", "peak MiB", _plain("peak_resident_bytes", lambda value: f"{value / _MIB:,.1f}"), "resident"
        ),
        Column("", "errors", _errors),
        Column("", "marks", _marks, kind="marks"),
    ]


def _plain(name: str, text: Callable[[float], str]) -> Callable[[Row], str]:
    def cell(row: Row) -> str:
        figure = row.figure(name)
        return escape(text(figure.median)) if figure else ""

    return cell


def _cpu(row: Row) -> str:
    figure = row.figure("cpu_us_per_request")
    return f"{significant(figure.median)}{spread(figure)}" if figure else ""


def _offered(row: Row, rate: Optional[float]) -> str:
    offered = row.rate if row.rate is not None else rate
    return whole(offered) if offered is not None else ""


def _throughput(row: Row, most: float, styles: Styles) -> str:
    figure = row.figure("requests_per_second")
    if not figure:
        return ""
    bar = strip(figure, most, styles[row.mode].slot) if row.valid and most > 0 else ""
    return f"{count(figure.median)}{spread(figure)}{bar}"


def _relative(row: Row, name: str) -> str:
    found = row.relative(name)
    if not found:
        return ""
    ratio, low, high = (number(found.get(key)) for key in ("ratio", "low", "high"))
    if str(found.get("to")) == row.mode:
        return "1"
    if found.get("difference_shown") is False:
        return "<small>no difference shown</small>"
    if ratio is None:
        return ""
    decimals = 2 if ratio >= 0.1 else 3
    if low is None or high is None or low == high:
        return f"{ratio:.{decimals}f}"
    return f"{ratio:.{decimals}f}<small>±{max(high - ratio, ratio - low):.{decimals}f}</small>"


def _errors(row: Row) -> str:
    figure = row.figure("errors")
    return whole(figure.high) if figure and figure.high else ""


def _marks(row: Row) -> str:
    labels = dict.fromkeys(mark.partition(":")[0] for mark in row.texts("marks"))
    return " ".join(f"<span>{escape(label)}</span>" for label in labels)


def law_share(row: Row) -> str:
    part = number((row.data.get("law") or {}).get("share"))
    return share(part) if part is not None else ""
