# SPDX-License-Identifier: MIT
"""The charts of the HTML report: which rows become which lines. INVALID rows are not drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Iterable, Optional

from comparison.page import chart_scale, html_text
from comparison.page.chart_scale import Scale
from comparison.page.chart_style import Style
from comparison.page.charts import Chart, Line, Point
from comparison.page.html_rows import Figure, Group, Row, Scenario, interval

Styles = dict[str, Style]
_KEPT = (0.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999, 100.0)
_MARKED = (50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 100.0)
_MOST_POINTS = 36
_MIB = 2.0**20
_SPECTRUM_SAYS = {
    "service": "From send to reply. Each step to the right is ten times rarer.",
    "response": "From when each request was due. Each step to the right is ten times rarer.",
}


@dataclass(frozen=True)
class Tab:
    """One of the charts that share a place on the page."""

    label: str
    chart: Chart


@dataclass(frozen=True)
class Plate:
    """A figure: a caption, and one chart or several to choose from. `note` says what is not drawn."""

    title: str
    caption: str
    tabs: tuple[Tab, ...]
    note: str = ""


def _plate(title: str, caption: str, tabs: Iterable[Optional[Tab]], note: str) -> list[Plate]:
    drawn = tuple(tab for tab in tabs if tab)
    return [Plate(title, caption, drawn, note)] if drawn else []


def thinned(points: list[tuple[float, float]], most: int = _MOST_POINTS) -> list[tuple[float, float]]:
    """At most about so many of them, evenly by nines; those that people name are always kept."""
    if len(points) <= most:
        return points
    top = max((chart_scale.nines(at) for at, _ in points if at < 100), default=1.0)
    kept, slots = [], set()
    for at, us in points:
        slot = round(chart_scale.nines(at) / top * (most - len(_KEPT))) if at < 100 else -1
        if at in _KEPT or slot not in slots:
            kept.append((at, us))
        slots.add(slot)
    return kept


def spectrum(scenario: Scenario, styles: Styles) -> list[Plate]:
    """Latency by percentile. An open loop shows the service time too, on the same scale."""
    times = ("response", "service") if scenario.open else ("service",)
    found = {time: _spectrum_lines(scenario, time, styles) for time in times}
    every = [point for lines in found.values() for line in lines for point in line.points]
    if not every:
        return []
    x = chart_scale.percentiles([point.x for point in every], html_text.percentile)
    y = chart_scale.logarithmic([point.y for point in every], html_text.latency_tick)
    note = _undrawn(scenario.rows)
    plates = []
    for time, lines in found.items():
        title = f"{scenario.title}: {time} time by percentile, a line for each mode"
        chart = Chart(title, "percentile", tuple(lines), x, y, html_text.percentile, html_text.latency)
        tabs = [Tab(f"{time} time", chart)] if lines else []
        plates += _plate(f"{time.capitalize()} time by percentile", _SPECTRUM_SAYS[time], tabs, note)
    return plates


def _spectrum_lines(scenario: Scenario, time: str, styles: Styles) -> list[Line]:
    found = [(row, thinned(row.spectrum(time))) for row in scenario.rows if row.valid]
    return [
        Line(row.mode, tuple(Point(at, us, marked=at in _MARKED) for at, us in points), styles[row.mode])
        for row, points in found
        if points
    ]


def over_connections(group: Group, styles: Styles) -> list[Plate]:
    """Requests/s and CPU time against connections, in the closed loops."""
    if len({scenario.connections for scenario in group.closed} - {None}) < 2:
        return []
    note = _undrawn(row for scenario in group.closed for row in scenario.rows)
    bounds = [(one.connections, one.bound) for one in group.closed if one.connections and one.bound]
    laws = [Line("bound", tuple(Point(x, y) for x, y in bounds))] if len(bounds) > 1 else []
    rate = _over(group, "requests_per_second", "requests/s", html_text.count, styles, laws)
    cpu = _over(group, "cpu_us_per_request", "CPU time a request", html_text.latency, styles, [])
    bound = " The grey line is the bound." if laws else ""
    measured = [row for scenario in group.closed for row in scenario.rows]
    named = interval(measured, "requests_per_second")
    return [
        *_plate(
            "Throughput against connections", f"Requests/s, median and {named}.{bound}", [rate], note
        ),
        *_plate(
            "CPU time against connections",
            f"CPU time of the server a request, user and system, corrected; median and {named}.",
            [cpu],
            note,
        ),
    ]


def _over(
    group: Group, figure: str, what: str, text: chart_scale.Text, styles: Styles, laws: list[Line]
) -> Optional[Tab]:
    lines = _lines(group.closed, lambda scenario, row: scenario.connections, figure, styles)
    points = [point for line in [*laws, *lines] for point in line.points]
    if not lines:
        return None
    is_time = figure.endswith("_us") or "_us_" in figure
    values = [value for point in points for value in (point.y, point.low, point.high) if value is not None]
    chart = Chart(
        title=f"{group.title}: {what} against connections, a line for each mode",
        x_title="connections",
        lines=(*laws, *lines),
        x=chart_scale.at_values([point.x for point in points], html_text.whole),
        y=chart_scale.fitting(values, html_text.latency_tick if is_time else html_text.tick),
        x_text=lambda x: f"{x:,.0f} connections",
        y_text=text,
    )
    return Tab(what, chart)


def over_load(group: Group, styles: Styles) -> list[Plate]:
    """Latency against the offered rate, in the open loops. All percentiles on the same scale."""
    plates = []
    for members in group.loads:
        found = {name: _load_lines(members, name, styles) for name in ("p50", "p99", "p99_9")}
        every = [point for lines in found.values() for line in lines for point in line.points]
        if len(members) > 1 and every:
            x = chart_scale.fitting([point.x for point in every], html_text.tick)
            y = chart_scale.logarithmic([point.y for point in every], html_text.latency_tick)
            tabs = [_load_tab(name.replace("_", "."), lines, x, y) for name, lines in found.items() if lines]
            caption = "Response time against the offered rate: counted from when each request was due."
            at = f", {members[0].connections:,.0f} connections" if members[0].connections else ""
            note = _undrawn(row for scenario in members for row in scenario.rows)
            plates += _plate(f"Latency against load{at}", caption, tabs, note)
    return plates


def _load_lines(members: list[Scenario], name: str, styles: Styles) -> list[Line]:
    lines = _lines(members, lambda scenario, row: row.rate, f"response_{name}_us", styles)
    drawn = [replace(line, points=tuple(point for point in line.points if point.y > 0)) for line in lines]
    return [line for line in drawn if line.points]


def _load_tab(label: str, lines: list[Line], x: Scale, y: Scale) -> Tab:
    title = f"{label} of the response time against the offered rate, a line for each mode"
    rate = "requests/s offered"
    return Tab(
        label, Chart(title, rate, tuple(lines), x, y, lambda at: f"{at:,.0f} {rate}", html_text.latency)
    )


def memory(entries: list[dict[str, Any]], styles: Styles) -> list[Plate]:
    """Growth against connections, of anonymous memory and the kernel's. Both on the same kind of scale."""
    found = {kind: [_growth(entry, kind, styles) for entry in entries] for kind in ("anonymous", "kernel")}
    drawn = {kind: [line for line in lines if line.points] for kind, lines in found.items()}
    sizes = {kind: [point.y for line in lines for point in line.points] for kind, lines in drawn.items()}
    apart = any(max(values) > 20 * min(values) for values in sizes.values() if values)
    scale = chart_scale.logarithmic if apart else chart_scale.linear
    plates = []
    for kind, lines in drawn.items():
        if lines:
            chart = Chart(
                title=f"Growth of {kind} memory against connections, a line for each mode",
                x_title="idle connections",
                lines=tuple(lines),
                x=chart_scale.at_values(
                    (point.x for line in lines for point in line.points), html_text.whole, apart
                ),
                y=scale(sizes[kind], lambda mib: f"{html_text.tick(mib)} MiB"),
                x_text=lambda x: f"{x:,.0f} idle connections",
                y_text=lambda mib: html_text.size(mib * _MIB),
            )
            caption = "What the connections add, in all of the server's processes together."
            plates += _plate(f"{kind.capitalize()} memory", caption, [Tab(kind, chart)], "")
    return plates


def _growth(entry: dict[str, Any], kind: str, styles: Styles) -> Line:
    """Beyond the fewest connections that were measured."""
    mode, number = str(entry.get("mode", "?")), html_text.number
    pairs = [(number(at.get("connections")), number(at.get(kind))) for at in entry.get("points") or []]
    known = sorted((x, y) for x, y in pairs if x is not None and y is not None)
    first = known[0][1] if known else 0.0
    points = [Point(x, (y - first) / _MIB) for x, y in known[1:] if y > first]
    return Line(mode, tuple(points), styles[mode])


def _lines(
    members: list[Scenario], place: Callable[[Scenario, Row], Optional[float]], figure: str, styles: Styles
) -> list[Line]:
    found: dict[str, list[Point]] = {}
    for scenario in members:
        for row in scenario.rows:
            x, value = place(scenario, row), row.figure(figure)
            if row.valid and x is not None and value is not None:
                found.setdefault(row.mode, []).append(_point(x, value))
    order = [mode for mode in styles if mode in found]
    return [Line(mode, tuple(sorted(found[mode], key=lambda point: point.x)), styles[mode]) for mode in order]


def _point(x: float, value: Figure) -> Point:
    return Point(x, value.median, value.low, value.high)


def _undrawn(rows: Iterable[Row]) -> str:
    invalid = list(dict.fromkeys(row.mode for row in rows if not row.valid))
    return f"Not drawn where INVALID: {', '.join(invalid)}." if invalid else ""
