# SPDX-License-Identifier: MIT
"""The comparison as one HTML file that needs nothing else: no network, and no script but to show values.

The same document makes the same bytes. Raw rounds stay in the JSON file.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from comparison.page import charts, html_costs, html_figures, html_notes, html_overview, html_rows
from comparison.page import html_speed, html_tables
from comparison.page.chart_style import Style, styles, stylesheet, symbols
from comparison.page.html_figures import Plate
from comparison.page.html_rows import Group, Scenario
from comparison.page.html_text import escape, safe_json, whole

Styles = dict[str, Style]
_ASSETS = Path(__file__).with_name("assets")
_TITLE = "Majuscule: the models compared"
_MORE = {
    "speed": "Machine speed",
    "capacity": "Capacity",
    "memory": "Memory",
    "system_calls": "System calls",
    "environment": "Conditions",
    "footnotes": "Footnotes",
}
_EMPTY_ICON = "data:,"  # or a browser asks the server of the page for one


def render(document: dict[str, Any]) -> str:
    return _Page(document).html()


class _Page:
    """Collects the charts' data while the parts are written."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._groups = html_rows.groups(document)
        names, self._references = html_rows.modes(document)
        self._styles: Styles = styles(names, self._references)
        self._charts: list[dict[str, Any]] = []

    def html(self) -> str:
        body = "\n".join(part for part in self._parts() if part)
        css = (_ASSETS / "report.css").read_text(encoding="utf-8")
        script = (_ASSETS / "report.js").read_text(encoding="utf-8")
        return (
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{_TITLE}</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">\n'
            f'<link rel="icon" href="{_EMPTY_ICON}">\n'
            f"<style>\n{css}{stylesheet(self._styles.values())}\n</style>\n</head>\n<body>\n"
            f"{symbols(self._styles.values())}\n{body}\n"
            f'<script type="application/json" id="data">{safe_json({"charts": self._charts})}</script>\n'
            f"<script>{script}</script>\n</body>\n</html>\n"
        )

    def _parts(self) -> list[str]:
        return [
            html_overview.banner(self._document),
            self._header(),
            "<main>",
            self._glance(),
            *map(self._group, self._groups),
            self._speed(),
            self._capacity(),
            self._memory(),
            self._system_calls(),
            self._conditions(),
            self._footnotes(),
            "</main>",
        ]

    def _header(self) -> str:
        verdict = str(self._document.get("verdict") or "no verdict was recorded")
        links = "".join(
            f'<li><a href="#{group.anchor}">{escape(group.title)}</a></li>' for group in self._groups
        )
        links += "".join(
            f'<li><a href="#{key}">{title}</a></li>'
            for key, title in _MORE.items()
            if self._document.get(key)
        )
        facts = self._document.get("environment") or {}
        lead = " · ".join(escape(facts[name]) for name in ("machine", "kernel", "commit") if facts.get(name))
        return (
            f'<header><h1>{_TITLE}</h1><p class="verdict">{escape(_sentence(verdict))}</p>'
            f'<p class="lead">{lead}</p><nav aria-label="Contents"><ul>{links}</ul></nav></header>'
        )

    def _glance(self) -> str:
        table = html_overview.glance(self._document, self._groups, self._styles, self._references)
        return _section("glance", "At a glance", "", table) if table else ""

    def _group(self, group: Group) -> str:
        over = self._plates(
            html_figures.over_connections(group, self._styles) + html_figures.over_load(group, self._styles)
        )
        alone = len(group.scenarios) == 1
        parts = [self._scenario(scenario, not group.what, alone) for scenario in group.scenarios]
        return _section(group.anchor, group.title, group.what, over, *parts)

    def _scenario(self, scenario: Scenario, say_what: bool, alone: bool) -> str:
        parts = [
            "" if alone else f"<h3>{escape(scenario.title)}</h3>",
            _what(scenario.what) if say_what else "",
            _what(f"Bound: {whole(scenario.bound)} requests/s, when all wait at once.")
            if scenario.bound
            else "",
            html_tables.scenario_table(scenario, self._styles),
            self._plates(html_figures.spectrum(scenario, self._styles), html_notes.notes(scenario)),
            html_notes.checks(scenario),
        ]
        return f'<article id="{scenario.anchor}">{"".join(parts)}</article>'

    def _plates(self, plates: list[Plate], beside: str = "") -> str:
        drawn = "".join(map(self._plate, plates)) + (f'<div class="notes">{beside}</div>' if beside else "")
        return f'<div class="pair">{drawn}</div>' if drawn else ""

    def _plate(self, plate: Plate) -> str:
        first = len(self._charts)
        panels, choices = [], []
        for i, tab in enumerate(plate.tabs):
            self._charts.append(charts.data(tab.chart))
            plot = f'<div class="plot" data-chart="{first + i}">{charts.svg(tab.chart)}</div>'
            panels.append(f'<div class="panel">{plot}</div>')
            checked = " checked" if i == _chosen(plate) else ""
            choices.append(
                f'<input type="radio" name="t{first}" id="t{first + i}"{checked}>'
                f'<label for="t{first + i}">{escape(tab.label)}</label>'
            )
        tabs = "".join(choices) if len(choices) > 1 else ""
        note = f" {escape(plate.note)}" if plate.note else ""
        return (
            f"<figure><figcaption><b>{escape(plate.title)}</b> {escape(plate.caption)}{note}</figcaption>"
            f'<div class="tabs">{tabs}{"".join(panels)}</div>{self._legend(plate)}</figure>'
        )

    def _legend(self, plate: Plate) -> str:
        names = dict.fromkeys(line.name for tab in plate.tabs for line in tab.chart.lines if line.style)
        items = "".join(
            f'<li data-s="{self._styles[name].slot}">{html_tables.mode_cell(name, self._styles)}</li>'
            for name in names
        )
        return f'<ul class="legend">{items}</ul>'

    def _speed(self) -> str:
        speed = self._document.get("speed")
        if not isinstance(speed, dict) or not speed:
            return ""
        what = _sentence(str(speed.get("text") or "not known"))
        plates = self._plates(html_speed.plates(speed, self._styles))
        return _section("speed", "Machine speed", what, plates)

    def _capacity(self) -> str:
        entries = self._document.get("capacity") or []
        if not entries:
            return ""
        what = "The most that each mode served in a closed loop; the offered rates are shares of it."
        return _section("capacity", "Capacity", what, html_costs.capacity(entries, self._styles))

    def _memory(self) -> str:
        entries = self._document.get("memory") or []
        if not entries:
            return ""
        what = "Bytes for each idle keep-alive connection: the slope over their number, by least squares."
        table = html_costs.memory(entries, self._styles)
        plates = self._plates(html_figures.memory(entries, self._styles))
        return _section("memory", "Memory a connection", what, table, plates)

    def _system_calls(self) -> str:
        entries = self._document.get("system_calls") or []
        if not entries:
            return ""
        what = "Counted in a traced run of its own: tracing slows the server, so no time is taken from it."
        return _section(
            "system_calls", "System calls a request", what, html_costs.system_calls(entries, self._styles)
        )

    def _conditions(self) -> str:
        facts = dict(self._document.get("environment") or {})
        command = str(facts.pop("command", ""))
        again = f'<pre class="copy"><code>{escape(command)}</code></pre>'
        lists = _facts("Environment", facts) + _facts("Settings", self._document.get("settings") or {})
        repeat = f"<h3>To repeat it</h3>{again}" if command else ""
        return _section("environment", "Conditions", "", repeat, f'<div class="pair">{lists}</div>')

    def _footnotes(self) -> str:
        notes = "".join(f"<li>{escape(note)}</li>" for note in self._document.get("footnotes") or [])
        listed = f'<ul class="footnotes">{notes}</ul>'
        return _section("footnotes", "Reading the tables", "", listed) if notes else ""


def _section(anchor: str, title: str, what: str, *parts: str) -> str:
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>{_what(what)}{"".join(parts)}</section>'


def _what(text: str) -> str:
    return f'<p class="what">{escape(text)}</p>' if text else ""


def _policy(script: str) -> str:
    """The page may load nothing, and run this script alone."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _chosen(plate: Plate) -> int:
    labels = [tab.label for tab in plate.tabs]
    return labels.index("p99") if "p99" in labels else 0


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _facts(title: str, facts: dict[str, Any]) -> str:
    if not facts:
        return ""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f"<div><h3>{title}</h3><dl>{items}</dl></div>"
