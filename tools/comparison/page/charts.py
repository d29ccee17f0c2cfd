# SPDX-License-Identifier: MIT
"""Line charts as SVG that flows with the page: places are shares of the width, letters keep their size.

The numbers that a pointer asks for go beside it as data: places in thousandths, and text as it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from comparison.page.chart_scale import Scale, Text
from comparison.page.chart_style import Style
from comparison.page.html_text import escape


@dataclass(frozen=True)
class Point:
    """`low` and `high`: the interval, where there is one. `marked`: draw its marker."""

    x: float
    y: float
    low: Optional[float] = None
    high: Optional[float] = None
    marked: bool = True


@dataclass(frozen=True)
class Line:
    """A line without a style is a law, or the calibrations: no row. Not `joined`: only its marks are drawn."""

    name: str
    points: tuple[Point, ...]
    style: Optional[Style] = None
    joined: bool = True


@dataclass(frozen=True)
class Chart:
    """`title` is for those who do not see it; `x_text` and `y_text` write the values of a point."""

    title: str
    x_title: str
    lines: tuple[Line, ...]
    x: Scale
    y: Scale
    x_text: Text
    y_text: Text


def svg(chart: Chart) -> str:
    parts = [f'<svg class="chart" role="img" aria-label="{escape(chart.title)}">', _axes(chart)]
    parts += [_drawn(chart, line) for line in chart.lines if line.points]
    return "".join([*parts, "</svg>"])


def data(chart: Chart) -> dict[str, Any]:
    """x: place and text of every x; lines: name, slot (or null), and [which x, y, value] of each point."""
    every = sorted({point.x for line in chart.lines for point in line.points})
    which = {x: i for i, x in enumerate(every)}
    lines = []
    for line in chart.lines:
        heights = [_place(chart, point.x, point.y)[1] for point in line.points]
        points = [[which[at.x], y, _value(chart, at)] for at, y in zip(line.points, heights)]
        lines.append([line.name, line.style.slot if line.style else None, points])
    return {"x": [[round(1000 * chart.x.at(x)), chart.x_text(x)] for x in every], "lines": lines}


def _value(chart: Chart, point: Point) -> str:
    text = chart.y_text(point.y)
    if point.low is None or point.high is None or point.low == point.high:
        return text
    return f"{text} ({chart.y_text(point.low)}–{chart.y_text(point.high)})"


def _place(chart: Chart, x: float, y: float) -> tuple[int, int]:
    return round(1000 * chart.x.at(x)), round(1000 * (1 - chart.y.at(y)))


def _percent(thousandths: int) -> str:
    return f"{thousandths / 10:g}%"


def _axes(chart: Chart) -> str:
    parts = []
    for tick in chart.y.ticks:
        y = _percent(round(1000 * (1 - tick.at)))
        parts.append(f'<line class="grid" x2="100%" y1="{y}" y2="{y}"/>')
        if tick.text:
            parts.append(f'<text class="y" y="{y}" dx="-8" dy=".33em">{escape(tick.text)}</text>')
    crowded = len(chart.x.ticks) > 5
    for i, tick in enumerate(reversed(chart.x.ticks)):
        x = _percent(round(1000 * tick.at))
        kind = "also" if crowded and i % 2 else "x"  # a narrow page leaves every other one out
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y2="100%"/>')
        if tick.text:
            parts.append(f'<text class="{kind}" x="{x}" y="100%" dy="18">{escape(tick.text)}</text>')
    parts.append('<line class="axis" x2="100%" y1="100%" y2="100%"/>')
    parts.append(f'<text class="title" x="100%" y="100%" dy="37">{escape(chart.x_title)}</text>')
    return "".join(parts)


def _drawn(chart: Chart, line: Line) -> str:
    places = [_place(chart, point.x, point.y) for point in line.points]
    path = f"M{places[0][0]} {places[0][1]}" + "".join(f"L{x} {y}" for x, y in places[1:])
    style = line.style
    dash = f' stroke-dasharray="{style.dash}"' if style and style.dash else ""
    curve = (
        '<svg width="100%" height="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none">'
        f'<path d="{path}"{dash}/></svg>'
    )
    if not style:
        return f'<g class="law"><title>{escape(line.name)}</title>{curve}</g>'
    marks = "".join(_mark(chart, point, style) for point in line.points if point.marked)
    inside = f"<title>{escape(line.name)}</title>{curve if line.joined else ''}{marks}"
    return f'<g class="line s{style.slot}" data-s="{style.slot}">{inside}</g>'


def _mark(chart: Chart, point: Point, style: Style) -> str:
    x, y = map(_percent, _place(chart, point.x, point.y))
    bar = ""
    if point.low is not None and point.high is not None and point.low < point.high:
        ends = [_percent(_place(chart, point.x, end)[1]) for end in (point.low, point.high)]
        bar = f'<line class="bar" x1="{x}" x2="{x}" y1="{ends[0]}" y2="{ends[1]}"/>'
    return f'{bar}<use href="#m{style.slot}" x="{x}" y="{y}"/>'
