# SPDX-License-Identifier: MIT
"""Compares a comparison with an earlier one of the same machine, its baseline: which rows are better, which worse.

A figure is better or worse only when both have three rounds, their intervals are apart, and they differ by more than
the tolerance, by which two runs on a quiet machine differ without any change. A row that is lost or INVALID now is
worse. The row of the reference server decides nothing: when it differs too, the machine has changed. Where the rate
is a share of the capacity of a mode, requests/s is what was offered, and is not compared. Corrected CPU times are
first brought to the machine speed of the baseline.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Optional

from comparison.baseline_document import Document, Entry, Key, read
from comparison.errors import CannotRun
from comparison.intervals import LEAST_ROUNDS, Interval

NONE_WORSE, SOME_WORSE = 0, 4  # exit codes
BETTER, WORSE = "better", "worse"
SAME, NOT_COMPARABLE = "no difference shown", "not comparable"
_SAME_MACHINE = ("machine", "kernel", "cores")
_DIFFERENT_ALWAYS = ("command", "load average", "rounds")
# Name, title, whether higher is better, and the tolerance.
_RATE = ("requests_per_second", "requests/s", True, 0.02)
_SERVICE = ("service_p99_us", "p99 us", False, 0.05)
_RESPONSE = ("response_p99_us", "p99 us", False, 0.05)
_CPU = ("cpu_us_per_request", "CPU us/req", False, 0.02)


@dataclass(frozen=True)
class Finding:
    """About one figure. `ratio` is new to old."""

    figure: str
    title: str
    finding: str
    old: Optional[float] = None
    new: Optional[float] = None
    ratio: Optional[float] = None
    reason: Optional[str] = None


@dataclass(frozen=True)
class RowFinding:
    """About one row; with a `reason` its figures are not compared."""

    key: Key
    title: str
    reference: bool
    finding: str
    figures: list[Finding]
    reason: Optional[str] = None


@dataclass(frozen=True)
class Change:
    """A fact that differs between both runs, and may be the cause."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Comparison:
    rows: list[RowFinding]
    changes: list[Change]

    def count(self, finding: str) -> int:
        return sum(row.finding == finding for row in self.rows if not row.reference)

    @property
    def exit_code(self) -> int:
        return SOME_WORSE if self.count(WORSE) else NONE_WORSE

    def verdict(self) -> str:
        every = sum(not row.reference for row in self.rows)
        words = {SAME: "without a difference shown"}
        counts = {finding: self.count(finding) for finding in (WORSE, BETTER, SAME, NOT_COMPARABLE)}
        said = ", ".join(f"{count:,} {words.get(name, name)}" for name, count in counts.items() if count)
        text = f"of {every:,} rows against the baseline: {said}"
        if any(row.reference and row.finding in (BETTER, WORSE) for row in self.rows):
            text += "; the reference server differs too, so the machine may have changed: measure both again"
        return text

    def data(self) -> dict[str, Any]:
        rows = [{**asdict(row), "name": str(row.key)} for row in self.rows]
        return {"verdict": self.verdict(), "exit_code": self.exit_code, **asdict(self), "rows": rows}


def compare(old: dict[str, Any], new: dict[str, Any]) -> Comparison:
    """Two documents. Raises CannotRun when they cannot be compared."""
    before, after = _baseline(old), read(new, "the new comparison")
    _expect_same_machine(before.environment, after.environment)
    if before.calibration and after.calibration:
        after = _with_cpu_times(after, before.calibration / after.calibration)
    keys = dict.fromkeys([*after.entries, *before.entries])
    rows = [_row(key, before.entries.get(key), after.entries.get(key)) for key in keys]
    return Comparison(rows, _changes(before, after))


def expect_comparable(old: dict[str, Any], environment: dict[str, str]) -> None:
    """What can be checked before the measurement. Raises CannotRun."""
    _expect_same_machine(_baseline(old).environment, environment)


def _with_cpu_times(document: Document, factor: float) -> Document:
    entries = {}
    for key, entry in document.entries.items():
        figures = {name: figure.times(factor) if name == _CPU[0] else figure for name, figure in entry.figures.items()}
        entries[key] = replace(entry, figures=figures)
    return replace(document, entries=entries)


def _baseline(old: dict[str, Any]) -> Document:
    document = read(old, "the baseline")
    if not any(entry.valid and entry.figures for entry in document.entries.values() if not entry.reference):
        raise CannotRun("the baseline has no valid row: measure it again")
    return document


def _expect_same_machine(before: dict[str, str], after: dict[str, str]) -> None:
    for name in _SAME_MACHINE:
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            raise CannotRun(f"the {'baseline' if old is None else 'new comparison'} does not name its {name}")
        if old != new:
            raise CannotRun(
                f"the baseline is of another machine ({name} was '{old}', is '{new}'): measure it here again"
            )


def _changes(before: Document, after: Document) -> list[Change]:
    old, new = ({**document.settings, **document.environment} for document in (before, after))
    names = [name for name in dict.fromkeys([*new, *old]) if name not in _DIFFERENT_ALWAYS]
    both = [Change(name, old.get(name, "not recorded"), new.get(name, "not recorded")) for name in names]
    return [change for change in both if change.old != change.new]


def _row(key: Key, old: Optional[Entry], new: Optional[Entry]) -> RowFinding:
    known = new or old
    assert known
    reason, finding = _whole_row(old, new)
    figures: list[Finding] = []
    if old and new and not reason:
        open_loop = key.rate is not None or key.rate_share is not None
        measures = [*([] if key.rate_share is not None else [_RATE]), _RESPONSE if open_loop else _SERVICE, _CPU]
        figures = [_figure(*measure, old.figures.get(measure[0]), new.figures.get(measure[0])) for measure in measures]
        found = [figure.finding for figure in figures]
        finding = next((one for one in (WORSE, BETTER, SAME) if one in found), NOT_COMPARABLE)
    return RowFinding(key, known.title, known.reference, finding, figures, reason)


def _whole_row(old: Optional[Entry], new: Optional[Entry]) -> tuple[Optional[str], str]:
    """Why the figures cannot be compared, if so, and the finding then."""
    if old is None:
        return "not in the baseline", NOT_COMPARABLE
    if not old.valid:
        return _invalid("in the baseline", old), NOT_COMPARABLE
    if new is None:
        return "lost: the baseline has it", WORSE
    if not new.valid:
        return _invalid("now", new), WORSE
    return None, SAME


def _invalid(when: str, entry: Entry) -> str:
    return f"INVALID {when}" + (f": {entry.reasons[0]}" if entry.reasons else "")


def _figure(
    name: str, title: str, higher_is_better: bool, tolerance: float, old: Optional[Interval], new: Optional[Interval]
) -> Finding:
    if old is None or new is None:
        missing = [when for when, one in (("in the baseline", old), ("now", new)) if one is None]
        return Finding(name, title, NOT_COMPARABLE, reason=f"not measured {' and '.join(missing)}")
    ratio = new.median / old.median if old.median else None
    finding, reason = SAME, None
    if min(old.rounds, new.rounds) < LEAST_ROUNDS:
        reason = f"fewer than {LEAST_ROUNDS} rounds"
    elif old.overlaps(new):
        reason = "the intervals overlap"
    elif ratio is not None and abs(ratio - 1) <= tolerance:
        reason = f"within {tolerance:.0%}"
    else:
        finding = BETTER if (new.median > old.median) == higher_is_better else WORSE
    return Finding(name, title, finding, old.median, new.median, ratio, reason)
