# SPDX-License-Identifier: MIT
"""The document as headings, paragraphs, lists and tables, for a terminal or Markdown."""

from __future__ import annotations

from typing import Any, Optional

from comparison.intervals import Ratio, format_ratio
from comparison.render import Block, Bullets, Heading, Paragraph, Table
from comparison.units import format_seconds
from comparison.task import Task

_HEADER = [
    "mode", "requests/s", "relative", "wrk's", "p50", "p99", "p99.9", "max", "connect p99", "CPU us/req",
    "CPU relative", "CPU raw", "user + system", "instr/req", "cycles/req", "switches/req", "threads", "peak MiB", "",
]


def blocks(document: dict[str, Any]) -> list[Block]:
    """Everything, the worst first."""
    found: list[Block] = [Heading("Majuscule: the models compared", 1)]
    if document.get("partial") is not None:
        found.append(Paragraph(f"PARTIAL: {document['partial']}. What was complete by then is below."))
    if document["invalid_rows"]:
        found.append(Paragraph(f"INVALID: {document['verdict']}. The reasons stand below each table."))
    for part in ("environment", "settings"):
        found.append(Bullets([f"{name}: {value}" for name, value in document[part].items()]))
    if document.get("speed"):
        text = document["speed"]["text"]
        found.append(Paragraph(f"{text[:1].upper()}{text[1:]}."))
    for scenario in document["scenarios"]:
        found += _scenario(scenario)
    found += _capacity(document["capacity"]) + _memory(document["memory"]) + _calls(document["system_calls"])
    found += [Heading("Reading the tables"), Bullets(document["footnotes"]), Paragraph(document["verdict"] + ".")]
    return found


def _scenario(scenario: dict[str, Any]) -> list[Block]:
    rows = scenario["rows"]
    found: list[Block] = [Heading(scenario["title"]), Paragraph(_what(scenario))]
    invalid = ", ".join(row["mode"] for row in rows if not row["valid"])
    if invalid:
        found.append(Paragraph(f"INVALID rows in this table: {invalid}. The reasons stand below it."))
    series = "response" if _is_open(scenario) else "service"
    found.append(Table(_HEADER, [_cells(row, series) for row in rows]))
    notes = [f"{row['mode']}: INVALID: {reason}" for row in rows for reason in row["invalid_reasons"]]
    notes += [f"{row['mode']}: {mark}" for row in rows for mark in row["marks"]]
    notes += [f"{row['mode']}: {_law(row['law'])}" for row in rows if row["law"]]
    return [*found, Bullets(notes)] if notes else found


def _is_open(scenario: dict[str, Any]) -> bool:
    return scenario["rate"] is not None or scenario["rate_share"] is not None


def _what(scenario: dict[str, Any]) -> str:
    times = "Response times, from the intended send." if _is_open(scenario) else "Service times, of a closed loop."
    bound = scenario["bound_requests_per_second"]
    text = f"{scenario['what']} {times}"
    if bound:
        wait = format_seconds(Task.parse(scenario["task"]).seconds)
        text += (
            f" Bound: {scenario['connections']:,} connections / {wait} = {bound:,.0f} requests/s, for a model in"
            " which all clients wait at the same time."
        )
    return text


def _law(law: dict[str, Any]) -> str:
    return f"law {law['name']} = {law['requests_per_second']:,.0f} requests/s: {law['verdict']}"


def _cells(row: dict[str, Any], series: str) -> list[str]:
    figures = row["figures"]
    marks = [mark.partition(":")[0] for mark in row["marks"]]
    marks = marks if row["valid"] else ["INVALID", *marks]
    if not figures:
        return [row["mode"], *["-"] * (len(_HEADER) - 2), ", ".join(marks)]

    def median(name: str, form: str) -> str:
        figure = figures.get(name)
        return form.format(figure["median"]) if figure else "-"

    return [
        row["mode"],
        _interval(figures.get("requests_per_second"), "{:,.0f}"),
        _relative(row, "requests_per_second" if series == "service" else "response_p99_us"),
        median("wrk_requests_per_second", "{:,.0f}"),
        *[_time(figures.get(f"{series}_{name}_us")) for name in ("p50", "p99", "p99_9", "max")],
        _time(figures.get("connect_p99_us")),
        _interval(figures.get("cpu_us_per_request"), "{:.2f}"),
        _relative(row, "cpu_us_per_request"),
        median("cpu_us_per_request_raw", "{:.2f}"),
        f"{median('user_us_per_request', '{:.2f}')} + {median('system_us_per_request', '{:.2f}')}",
        _counted(figures, "instructions"),
        _counted(figures, "cycles"),
        f"{median('voluntary_switches_per_request', '{:.3f}')} + "
        f"{median('involuntary_switches_per_request', '{:.3f}')}",
        f"{figures['threads']['high']:,.0f}",
        f"{figures['peak_resident_bytes']['high'] / 2**20:.1f}",
        ", ".join(marks),
    ]


def _counted(figures: dict[str, Any], what: str) -> str:
    """User + kernel; one that is not counted is a dash, and so are both."""
    both = [figures.get(f"{where}_{what}_per_request") for where in ("user", "kernel")]
    return " + ".join(f"{one['median']:,.0f}" if one else "-" for one in both) if any(both) else "-"


def _relative(row: dict[str, Any], name: str) -> str:
    ratio = row["relative"].get(name)
    if not ratio:
        return "-"
    if ratio["to"] == row["mode"]:
        return "1.00"
    return format_ratio(Ratio(ratio["ratio"], ratio["low"], ratio["high"], ratio["difference_shown"]))


def _interval(figure: Optional[dict[str, Any]], form: str) -> str:
    if not figure:
        return "-"
    if figure["rounds"] == 1:
        return form.format(figure["median"])
    ends = f"{form.format(figure['low'])} to {form.format(figure['high'])}"
    return f"{form.format(figure['median'])} ({ends})"


def _time(figure: Optional[dict[str, Any]]) -> str:
    if not figure:
        return "-"
    us = figure["median"]
    # What rounds to the next unit has that one.
    for size, least, unit in ((1e6, 1e6 - 5, "s"), (1e3, 1e3 - 0.05, "ms")):
        if us >= least:
            return f"{us / size:.2f} {unit}"
    return f"{us:.1f} us"


def _capacity(found: list[dict[str, Any]]) -> list[Block]:
    if not found:
        return []
    rows = [[one["mode"], f"{one['requests_per_second']:,.0f}", one["scenario"]] for one in found]
    return [Heading("Capacity: served in the closed loop"), Table(["mode", "requests/s", "scenario"], rows)]


def _memory(found: list[dict[str, Any]]) -> list[Block]:
    if not found:
        return []
    rows = []
    for one in found:
        cells = [one["mode"]]
        for name in ("anonymous_per_connection", "kernel_per_connection"):
            cells.append("not measured" if one[name] is None else f"{one[name]:,.0f}")
        rows.append([*cells, one["reason"] or ""])
    how = sorted({one["how"] for one in found if one["how"]})
    table = Table(["mode", "anonymous", "kernel", ""], rows)
    return [Heading("Bytes for each idle keep-alive client"), table, Bullets(how)]


def _calls(found: list[dict[str, Any]]) -> list[Block]:
    if not found:
        return []
    rows = []
    for one in found:
        told = one["per_request"] is not None
        by_name = ", ".join(f"{name} {count:.2f}" for name, count in one["by_name"].items() if count >= 0.005)
        rows.append([one["mode"], f"{one['per_request']:.2f}" if told else "-", by_name if told else one["reason"]])
    return [Heading("System calls for each request"), Table(["mode", "calls", "which (a traced run)"], rows)]
