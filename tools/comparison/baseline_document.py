# SPDX-License-Identifier: MIT
"""Reads the document of an earlier comparison, as far as it is compared with a later one."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Optional

from comparison.document import FORMAT
from comparison.errors import CannotRun
from comparison.intervals import Interval


@dataclass(frozen=True)
class Key:
    """What makes two rows the same row. `rate` is None where it is a share of the capacity of the mode."""

    scenario: str
    task: str
    connections: int
    rate: Optional[float]
    rate_share: Optional[float]
    mode: str

    def __str__(self) -> str:
        task = "" if self.task == "none" else f", task {self.task}"
        rate = "" if self.rate is None else f", {self.rate:,.6g} requests/s offered"
        share = "" if self.rate_share is None else f", at {self.rate_share:.0%} of its capacity"
        return f"{self.mode}, {self.scenario}{task}, {self.connections:,} connections{rate}{share}"


@dataclass(frozen=True)
class Entry:
    """A row of a document; `figures`: those that have an interval."""

    title: str
    reference: bool
    valid: bool
    reasons: list[str]
    figures: dict[str, Interval]


@dataclass(frozen=True)
class Document:
    """`calibration`: the median of the run, in microseconds of the reference server a request; None: not known."""

    environment: dict[str, str]
    settings: dict[str, str]
    entries: dict[Key, Entry]
    calibration: Optional[float] = None


def load(path: Path) -> dict[str, Any]:
    """The document in the file. Raises CannotRun that says what the file is instead."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        text = error.doc.strip()
        ended = text.endswith("}") and error.pos < len(error.doc.rstrip())
        what = "cut short" if not text or (text.startswith("{") and not ended) else "no JSON"
        raise CannotRun(f"{path} is {what} (line {error.lineno}: {error.msg})") from None
    except (ValueError, RecursionError):
        raise CannotRun(f"{path} is no JSON") from None
    read(content, str(path))
    return content


def read(content: Any, name: str) -> Document:
    """`name`: of the document, for the message. Raises CannotRun when it is not a document of a comparison."""
    if not isinstance(content, dict) or "format" not in content or "scenarios" not in content:
        _refuse(name, "tools/compare did not write it")
    if content["format"] != FORMAT:
        _refuse(name, f"it is of format {content['format']}, and {FORMAT} is needed: measure it again")
    try:
        entries: dict[Key, Entry] = {}
        for scenario in content["scenarios"]:
            for row in scenario["rows"]:
                key = _key(scenario, row)
                if key in entries:
                    _refuse(name, f"it has two rows of {key}")
                entries[key] = _entry(scenario, row)
        environment, settings = (
            {str(fact): str(value) for fact, value in part.items()}
            for part in (content["environment"], content.get("settings", {}))
        )
        median = (content.get("speed") or {}).get("median_us_per_request")
        return Document(environment, settings, entries, float(median) if _is_number(median) and median > 0 else None)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        _refuse(name, f"a part is missing or damaged ({type(error).__name__}: {error})")


def _refuse(name: str, why: str) -> NoReturn:
    raise CannotRun(f"{name} cannot be compared: {why}")


def _key(scenario: dict[str, Any], row: dict[str, Any]) -> Key:
    share = scenario.get("rate_share")
    rate = scenario.get("rate") if share is None else None
    return Key(
        str(scenario["name"]), str(scenario["task"]), int(scenario["connections"]),
        None if rate is None else float(rate), None if share is None else float(share), str(row["mode"]),
    )


def _entry(scenario: dict[str, Any], row: dict[str, Any]) -> Entry:
    figures = {}
    for name, figure in row["figures"].items():
        values = [figure.get(end) for end in ("median", "low", "high")] if isinstance(figure, dict) else [None]
        if all(map(_is_number, values)):
            figures[name] = Interval(*map(float, values), rounds=int(figure["rounds"]))
    title, reasons = str(scenario.get("title") or scenario["name"]), map(str, row.get("invalid_reasons", []))
    return Entry(title, bool(row.get("reference", False)), bool(row["valid"]), list(reasons), figures)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
