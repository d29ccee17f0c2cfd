# SPDX-License-Identifier: MIT
"""Reads the document that a comparison has written, as far as a later one is compared with it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Optional

from comparison.errors import CannotRun
from comparison.intervals import Interval

FORMAT = 2


@dataclass(frozen=True)
class Key:
    """What makes two rows the same one. `rate` is None where it is a share of what the mode can do."""

    scenario: str
    task: str
    connections: int
    rate: Optional[float]
    rate_share: Optional[float]
    mode: str

    @property
    def open_loop(self) -> bool:
        return self.rate is not None or self.rate_share is not None

    def __str__(self) -> str:
        task = "" if self.task == "none" else f", task {self.task}"
        rate = "" if self.rate is None else f", {self.rate:,.6g} requests/s offered"
        share = "" if self.rate_share is None else f", at {self.rate_share:.0%} of its capacity"
        return f"{self.mode}, {self.scenario}{task}, {self.connections:,} connections{rate}{share}"


@dataclass(frozen=True)
class Entry:
    """A row as it was measured; `figures` are those that have an interval."""

    title: str
    reference: bool
    valid: bool
    reasons: list[str]
    figures: dict[str, Interval]


@dataclass(frozen=True)
class Document:
    """`calibration`: the run's median, in microseconds of the reference server a request; None: it had none."""

    environment: dict[str, str]
    settings: dict[str, str]
    entries: dict[Key, Entry]
    calibration: Optional[float] = None


def load(path: Path) -> dict[str, Any]:
    """The file's document, looked through once. Raises CannotRun that says what it is instead."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        what = "cut short" if _cut_short(error) else "no JSON"
        raise CannotRun(f"{path} is {what} (line {error.lineno}: {error.msg})") from None
    except (ValueError, RecursionError):
        raise CannotRun(f"{path} is no JSON") from None
    read(content, str(path))
    return content


def _cut_short(error: json.JSONDecodeError) -> bool:
    text = error.doc.strip()
    ended = text.endswith("}") and error.pos < len(error.doc.rstrip())
    return not text or (text.startswith("{") and not ended)


def read(content: Any, name: str) -> Document:
    """`name` is what the reader is told about. Raises CannotRun when it is not such a document."""
    if not isinstance(content, dict) or "format" not in content or "scenarios" not in content:
        _refuse(name, "tools/compare did not write it")
    if content["format"] != FORMAT:
        _refuse(name, f"it is of format {content['format']}, and {FORMAT} is needed: measure it again")
    try:
        return Document(
            environment=_texts(content["environment"]),
            settings=_texts(content.get("settings", {})),
            entries=_entries(content["scenarios"], name),
            calibration=_calibration(content.get("speed") or {}),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        _refuse(name, f"a part is missing or damaged ({type(error).__name__}: {error})")


def _refuse(name: str, why: str) -> NoReturn:
    raise CannotRun(f"{name} cannot be compared: {why}")


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}


def _entries(scenarios: list[dict[str, Any]], name: str) -> dict[Key, Entry]:
    entries: dict[Key, Entry] = {}
    for scenario in scenarios:
        for row in scenario["rows"]:
            key = _key(scenario, row)
            if key in entries:
                _refuse(name, f"it has two rows of {key}")
            entries[key] = _entry(scenario, row)
    return entries


def _key(scenario: dict[str, Any], row: dict[str, Any]) -> Key:
    share = scenario.get("rate_share")
    rate = scenario.get("rate") if share is None else None
    return Key(
        scenario=str(scenario["name"]),
        task=str(scenario["task"]),
        connections=int(scenario["connections"]),
        rate=None if rate is None else float(rate),
        rate_share=None if share is None else float(share),
        mode=str(row["mode"]),
    )


def _entry(scenario: dict[str, Any], row: dict[str, Any]) -> Entry:
    intervals = {name: _interval(figure) for name, figure in row["figures"].items()}
    return Entry(
        title=str(scenario.get("title") or scenario["name"]),
        reference=bool(row.get("reference", False)),
        valid=bool(row["valid"]),
        reasons=[str(reason) for reason in row.get("invalid_reasons", [])],
        figures={name: interval for name, interval in intervals.items() if interval},
    )


def _interval(figure: Any) -> Optional[Interval]:
    """None when there is no number: then there is no figure."""
    if not isinstance(figure, dict):
        return None
    values = [figure.get(name) for name in ("median", "low", "high")]
    if not all(_is_number(value) for value in values):
        return None
    return Interval(*map(float, values), rounds=int(figure["rounds"]))


def _calibration(speed: dict[str, Any]) -> Optional[float]:
    median = speed.get("median_us_per_request")
    return float(median) if _is_number(median) and median > 0 else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
