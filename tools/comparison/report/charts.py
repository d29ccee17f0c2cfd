# SPDX-License-Identifier: MIT
"""Line charts as SVG that scales with the page: positions are shares of the width, letters keep their size.

The numbers for the pointer are data beside it: positions in thousandths, and text as it is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from markupsafe import Markup, escape

from comparison.report.scales import Scale, Text
from comparison.report.styles import Style


@dataclass(frozen=True)
class Point:
    """`low` and `high`: the interval, if any. `marked`: draw a marker."""

    x: float
    y: float
    low: Optional[float] = None
    high: Optional[float] = None
    marked: bool = True


@dataclass(frozen=True)
class Line:
    """A line without a style is no row: a bound, or the calibrations. Not `joined`: only the marks are drawn."""

    name: str
    points: tuple[Point, ...]
    style: Optional[Style] = None
    joined: bool = True


@dataclass(frozen=True)
class Chart:
    """`title`: for screen readers. `x_text` and `y_text` write the values of a point."""

    title: str
    x_title: str
    lines: tuple[Line, ...]
    x: Scale
    y: Scale
    x_text: Text
    y_text: Text


def svg(chart: Chart) -> Markup:
    drawn = "".join(_drawn(chart, line) for line in chart.lines if line.points)
    return Markup(f'<svg class="chart" role="img" aria-label="{escape(chart.title)}">{_axes(chart)}{drawn}</svg>')


def data(chart: Chart) -> dict[str, Any]:
    """x: position and text of every x; lines: name, slot (or null), and [index of x, y, value] of each point."""
    every = sorted({point.x for line in chart.lines for point in line.points})
    index = {x: i for i, x in enumerate(every)}
    lines = [
        [line.name, line.style.slot if line.style else None,
         [[index[point.x], _position(chart, point.x, point.y)[1], _value(chart, point)] for point in line.points]]
        for line in chart.lines
    ]
    return {"x": [[round(1000 * chart.x.at(x)), chart.x_text(x)] for x in every], "lines": lines}


def _value(chart: Chart, point: Point) -> str:
    text = chart.y_text(point.y)
    if point.low is None or point.high is None or point.low == point.high:
        return text
    return f"{text} ({chart.y_text(point.low)}–{chart.y_text(point.high)})"


def _position(chart: Chart, x: float, y: float) -> tuple[int, int]:
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
        kind = "also" if crowded and i % 2 else "x"  # a narrow page hides these
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y2="100%"/>')
        if tick.text:
            parts.append(f'<text class="{kind}" x="{x}" y="100%" dy="18">{escape(tick.text)}</text>')
    parts.append('<line class="axis" x2="100%" y1="100%" y2="100%"/>')
    parts.append(f'<text class="title" x="100%" y="100%" dy="37">{escape(chart.x_title)}</text>')
    return "".join(parts)


def _drawn(chart: Chart, line: Line) -> str:
    places = [_position(chart, point.x, point.y) for point in line.points]
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    style, name = line.style, escape(line.name)
    dash = f' stroke-dasharray="{style.dash}"' if style and style.dash else ""
    curve = (
        '<svg width="100%" height="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none">'
        f'<path d="{path}"{dash}/></svg>'
    )
    if not style:
        return f'<g class="bound"><title>{name}</title>{curve}</g>'
    marks = "".join(_mark(chart, point, style) for point in line.points if point.marked)
    return f'<g class="line s{style.slot}" data-s="{style.slot}"><title>{name}</title>{curve * line.joined}{marks}</g>'


def _mark(chart: Chart, point: Point, style: Style) -> str:
    x, y = map(_percent, _position(chart, point.x, point.y))
    bar = ""
    if point.low is not None and point.high is not None and point.low < point.high:
        low, high = (_percent(_position(chart, point.x, end)[1]) for end in (point.low, point.high))
        bar = f'<line class="bar" x1="{x}" x2="{x}" y1="{low}" y2="{high}"/>'
    return f'{bar}<use href="#m{style.slot}" x="{x}" y="{y}"/>'
