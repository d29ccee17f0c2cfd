# SPDX-License-Identifier: MIT
"""The machine's speed over the run, as a figure: what a request cost the reference server at each calibration, and
between which of them each row was measured."""

from __future__ import annotations

from typing import Any, Iterable

from comparison.page import chart_scale, html_text
from comparison.page.chart_style import Style
from comparison.page.charts import Chart, Line, Point
from comparison.page.html_figures import Plate, Tab
from comparison.page.html_text import number

_CAPTION = (
    "The grey line is the CPU time of a request of the reference server, at each calibration; a mark is one load, at the"
    " mean of the two around it. Costs are corrected to the median."
)


def plates(speed: dict[str, Any], styles: dict[str, Style]) -> list[Plate]:
    calibrations = _points(speed.get("calibrations") or [])
    if len(calibrations) < 2:
        return []
    lines = [Line("calibrations", calibrations)]
    visits = [one for one in speed.get("visits") or [] if isinstance(one, dict)]
    for mode in styles:
        marks = _points(one for one in visits if one.get("mode") == mode)
        if marks:
            lines.append(Line(mode, marks, styles[mode], joined=False))
    chart = Chart(
        title="CPU time of a request of the reference server over the run, and a mark for each load",
        x_title="seconds since the first load",
        lines=tuple(lines),
        x=chart_scale.linear((point.x for point in calibrations), html_text.tick),
        y=chart_scale.linear((point.y for line in lines for point in line.points), html_text.latency_tick),
        x_text=lambda at: f"after {at:,.1f} s",
        y_text=html_text.latency,
    )
    return [Plate("Machine speed over the run", _CAPTION, (Tab("speed", chart),))]


def _points(entries: Iterable[Any]) -> tuple[Point, ...]:
    pairs = [(number(one.get("at")), number(one.get("us_per_request"))) for one in entries if isinstance(one, dict)]
    return tuple(Point(at, us) for at, us in pairs if at is not None and us is not None and at >= 0 and us > 0)
