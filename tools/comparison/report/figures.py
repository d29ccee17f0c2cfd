# SPDX-License-Identifier: MIT
"""The charts of the HTML report: which rows become which lines. INVALID rows are not drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Iterable, Optional

from comparison.report import numbers, scales
from comparison.report.charts import Chart, Line, Point
from comparison.report.reader import Group, Row, Scenario, interval
from comparison.report.scales import Scale
from comparison.report.styles import Style

Styles = dict[str, Style]
_KEPT = (0.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999, 100.0)
_MARKED = (50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 100.0)
_MOST_POINTS = 36
_MIB = 2.0**20
_ORIGIN = {"service": "From send to reply.", "response": "From the time when each request was due."}


@dataclass(frozen=True)
class Tab:
    """One of the charts that share a place on the page."""

    label: str
    chart: Chart


@dataclass(frozen=True)
class Plate:
    """A caption, and one chart or several to choose from. `note` says what is not drawn."""

    title: str
    caption: str
    tabs: tuple[Tab, ...]
    note: str = ""

    @property
    def chosen(self) -> int:
        labels = [tab.label for tab in self.tabs]
        return labels.index("p99") if "p99" in labels else 0

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(line.name for tab in self.tabs for line in tab.chart.lines if line.style))


def thinned(points: list[tuple[float, float]], most: int = _MOST_POINTS) -> list[tuple[float, float]]:
    """About `most` points, evenly by nines; the usual percentiles are always kept."""
    if len(points) <= most:
        return points
    top = max((scales.nines(at) for at, _ in points if at < 100), default=1.0)
    kept, slots = [], set()
    for at, us in points:
        slot = round(scales.nines(at) / top * (most - len(_KEPT))) if at < 100 else -1
        if at in _KEPT or slot not in slots:
            kept.append((at, us))
        slots.add(slot)
    return kept


def spectrum(scenario: Scenario, styles: Styles) -> list[Plate]:
    """Latency by percentile. An open loop has the service time too, on the same scale."""
    times = ("response", "service") if scenario.open else ("service",)
    found = {time: _spectrum_lines(scenario, time, styles) for time in times}
    every = [point for lines in found.values() for line in lines for point in line.points]
    if not every:
        return []
    x = scales.percentiles([point.x for point in every], numbers.percentile)
    y = scales.logarithmic([point.y for point in every], numbers.latency_tick)
    plates = []
    for time, lines in found.items():
        if lines:
            title = f"{scenario.title}: {time} time by percentile, a line for each mode"
            chart = Chart(title, "percentile", tuple(lines), x, y, numbers.percentile, numbers.latency)
            caption = f"{_ORIGIN[time]} Each step to the right is ten times rarer."
            heading = f"{time.capitalize()} time by percentile"
            plates.append(Plate(heading, caption, (Tab(f"{time} time", chart),), _undrawn(scenario.rows)))
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
    rows = [row for scenario in group.closed for row in scenario.rows]
    at = [(one.connections, one.bound) for one in group.closed if one.connections and one.bound]
    bounds = [Line("bound", tuple(Point(x, y) for x, y in at))] if len(at) > 1 else []
    drawn = " The grey line is the bound." if bounds else ""
    plates = []
    for title, caption, figure, what, text, extra in (
        ("Throughput against connections", "Requests/s, median and {}." + drawn, "requests_per_second", "requests/s",
         numbers.count, bounds),
        ("CPU time against connections", "CPU time of the server a request, user and system, corrected; median and {}.",
         "cpu_us_per_request", "CPU time a request", numbers.latency, []),
    ):
        lines = _lines(group.closed, lambda scenario, row: scenario.connections, figure, styles)
        points = [point for line in [*extra, *lines] for point in line.points]
        if lines:
            values = [value for point in points for value in (point.y, point.low, point.high) if value is not None]
            y_text = numbers.latency_tick if text is numbers.latency else numbers.tick
            chart = Chart(
                f"{group.title}: {what} against connections, a line for each mode", "connections", (*extra, *lines),
                scales.at_values([point.x for point in points], numbers.whole), scales.fitting(values, y_text),
                lambda x: f"{x:,.0f} connections", text,
            )
            plates.append(Plate(title, caption.format(interval(rows, figure)), (Tab(what, chart),), _undrawn(rows)))
    return plates


def over_load(group: Group, styles: Styles) -> list[Plate]:
    """Latency against the offered rate, in the open loops. All percentiles on the same scale."""
    plates = []
    for members in group.loads:
        found = {name: _load_lines(members, name, styles) for name in ("p50", "p99", "p99_9")}
        every = [point for lines in found.values() for line in lines for point in line.points]
        if len(members) > 1 and every:
            x = scales.fitting([point.x for point in every], numbers.tick)
            y = scales.logarithmic([point.y for point in every], numbers.latency_tick)
            tabs = tuple(_load_tab(name.replace("_", "."), lines, x, y) for name, lines in found.items() if lines)
            caption = "Response time against the offered rate, from the time when each request was due."
            at = f", {members[0].connections:,.0f} connections" if members[0].connections else ""
            note = _undrawn(row for scenario in members for row in scenario.rows)
            plates.append(Plate(f"Latency against load{at}", caption, tabs, note))
    return plates


def _load_lines(members: list[Scenario], name: str, styles: Styles) -> list[Line]:
    lines = _lines(members, lambda scenario, row: row.rate, f"response_{name}_us", styles)
    drawn = [replace(line, points=tuple(point for point in line.points if point.y > 0)) for line in lines]
    return [line for line in drawn if line.points]


def _load_tab(label: str, lines: list[Line], x: Scale, y: Scale) -> Tab:
    title, rate = f"{label} of the response time against the offered rate, a line for each mode", "requests/s offered"
    return Tab(label, Chart(title, rate, tuple(lines), x, y, lambda at: f"{at:,.0f} {rate}", numbers.latency))


def memory(entries: list[dict[str, Any]], styles: Styles) -> list[Plate]:
    """Growth against connections, of anonymous memory and of the kernel's. Both on the same kind of scale."""
    found = {kind: [_growth(entry, kind, styles) for entry in entries] for kind in ("anonymous", "kernel")}
    drawn = {kind: [line for line in lines if line.points] for kind, lines in found.items()}
    sizes = {kind: [point.y for line in lines for point in line.points] for kind, lines in drawn.items()}
    apart = any(max(values) > 20 * min(values) for values in sizes.values() if values)
    scale = scales.logarithmic if apart else scales.linear
    plates = []
    for kind, lines in drawn.items():
        if lines:
            xs = (point.x for line in lines for point in line.points)
            chart = Chart(
                f"Growth of {kind} memory against connections, a line for each mode", "idle connections", tuple(lines),
                scales.at_values(xs, numbers.whole, apart), scale(sizes[kind], lambda mib: f"{numbers.tick(mib)} MiB"),
                lambda x: f"{x:,.0f} idle connections", lambda mib: numbers.size(mib * _MIB),
            )
            caption = "What the connections add, in all processes of the server together."
            plates.append(Plate(f"{kind.capitalize()} memory", caption, (Tab(kind, chart),)))
    return plates


def _growth(entry: dict[str, Any], kind: str, styles: Styles) -> Line:
    """Beyond the memory at the fewest connections."""
    known = sorted(_pairs(entry.get("points") or [], "connections", kind))
    first = known[0][1] if known else 0.0
    points = [Point(x, (y - first) / _MIB) for x, y in known[1:] if y > first]
    return Line(str(entry.get("mode", "?")), tuple(points), styles[str(entry.get("mode", "?"))])


def speed(found: dict[str, Any], styles: Styles) -> list[Plate]:
    """The cost of a request of the reference server at each calibration, and a mark for each load."""
    calibrations = _costs(found.get("calibrations") or [])
    if len(calibrations) < 2:
        return []
    lines = [Line("calibrations", calibrations)]
    visits = [one for one in found.get("visits") or [] if isinstance(one, dict)]
    for mode in styles:
        marks = _costs(one for one in visits if one.get("mode") == mode)
        lines += [Line(mode, marks, styles[mode], joined=False)] if marks else []
    chart = Chart(
        "CPU time of a request of the reference server over the run, and a mark for each load",
        "seconds since the first load", tuple(lines), scales.linear((point.x for point in calibrations), numbers.tick),
        scales.linear((point.y for line in lines for point in line.points), numbers.latency_tick),
        lambda at: f"after {at:,.1f} s", numbers.latency,
    )
    caption = (
        "The grey line is the CPU time of a request of the reference server at each calibration. A mark is a load, at"
        " the mean of the two calibrations around it. Costs are corrected to the median."
    )
    return [Plate("Machine speed over the run", caption, (Tab("speed", chart),))]


def _costs(entries: Iterable[Any]) -> tuple[Point, ...]:
    return tuple(Point(at, us) for at, us in _pairs(entries, "at", "us_per_request") if at >= 0 and us > 0)


def _pairs(entries: Iterable[Any], x: str, y: str) -> list[tuple[float, float]]:
    """Of the entries that have both numbers."""
    pairs = [(numbers.number(one.get(x)), numbers.number(one.get(y))) for one in entries if isinstance(one, dict)]
    return [(at, value) for at, value in pairs if at is not None and value is not None]


def _lines(
    members: list[Scenario], x_of: Callable[[Scenario, Row], Optional[float]], figure: str, styles: Styles
) -> list[Line]:
    found: dict[str, list[Point]] = {}
    for scenario in members:
        for row in scenario.rows:
            x, value = x_of(scenario, row), row.figure(figure)
            if row.valid and x is not None and value is not None:
                found.setdefault(row.mode, []).append(Point(x, value.median, value.low, value.high))
    order = [mode for mode in styles if mode in found]
    return [Line(mode, tuple(sorted(found[mode], key=lambda point: point.x)), styles[mode]) for mode in order]


def _undrawn(rows: Iterable[Row]) -> str:
    invalid = list(dict.fromkeys(row.mode for row in rows if not row.valid))
    return f"Not drawn where INVALID: {', '.join(invalid)}." if invalid else ""
