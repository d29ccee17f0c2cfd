# SPDX-License-Identifier: MIT
"""A comparison beside an earlier one of the same machine, its baseline: which rows are better, which worse.

A figure is only better or worse when both have three rounds, their intervals lie apart, and they differ by
more than the tolerance: two runs differ by that much on a quiet machine without any change. A row that was
lost, or that is INVALID now, is worse, for nobody knows what it hides. The reference server's row decides
nothing: when it differs too, the machine has changed, and that is said. Where the rate is a share of a mode's
own capacity, requests/s says no more than what was offered, and is not compared. Corrected CPU times are those of
the median speed of their run: the new ones are brought to that of the baseline first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Optional

from comparison.baseline_document import Document, Entry, Key, load, read
from comparison.errors import CannotRun
from comparison.intervals import LEAST_ROUNDS, Interval

__all__ = ["NONE_WORSE", "SOME_WORSE", "Comparison", "compare", "expect_comparable", "load"]

NONE_WORSE, SOME_WORSE = 0, 4  # exit codes

BETTER, WORSE = "better", "worse"
SAME, NOT_COMPARABLE = "no difference shown", "not comparable"

_SAME_MACHINE = ("machine", "kernel", "cores")
_TELLS_NOTHING = ("command", "load average", "rounds")  # differ with every run


@dataclass(frozen=True)
class Measure:
    """A figure that is compared, and how much of it is noise between two runs."""

    figure: str
    title: str
    higher_is_better: bool
    tolerance: float


_RATE = Measure("requests_per_second", "requests/s", True, 0.02)
_SERVICE = Measure("service_p99_us", "p99 us", False, 0.05)
_RESPONSE = Measure("response_p99_us", "p99 us", False, 0.05)
_CPU = Measure("cpu_us_per_request", "CPU us/req", False, 0.02)


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
    """About one row; with a `reason` its figures are not compared at all."""

    key: Key
    title: str
    reference: bool
    finding: str
    figures: list[Finding]
    reason: Optional[str] = None


@dataclass(frozen=True)
class Change:
    """What was not the same when both were measured, and may be the cause."""

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
        counts = {finding: self.count(finding) for finding in (WORSE, BETTER, SAME, NOT_COMPARABLE)}
        words = {SAME: "without a difference shown"}
        said = ", ".join(f"{count:,} {words.get(name, name)}" for name, count in counts.items() if count)
        text = f"of {every:,} rows against the baseline: {said}"
        if any(row.reference and row.finding in (BETTER, WORSE) for row in self.rows):
            text += "; the reference server differs too, so the machine may have changed: measure both again"
        return text

    def data(self) -> dict[str, Any]:
        rows = [{**asdict(row), "name": str(row.key)} for row in self.rows]
        return {"verdict": self.verdict(), "exit_code": self.exit_code, **asdict(self), "rows": rows}


def compare(old: dict[str, Any], new: dict[str, Any]) -> Comparison:
    """Two documents of format 2. Raises CannotRun when they cannot be compared."""
    before, after = _baseline(old), read(new, "the new comparison")
    after = _at_the_speed_of(before, after)
    _expect_same_machine(before.environment, after.environment)
    keys = dict.fromkeys([*after.entries, *before.entries])
    rows = [_row(key, before.entries.get(key), after.entries.get(key)) for key in keys]
    return Comparison(rows, _changes(before, after))


def _at_the_speed_of(before: Document, after: Document) -> Document:
    if not before.calibration or not after.calibration:
        return after
    factor = before.calibration / after.calibration
    entries = {
        key: replace(
            entry,
            figures={
                name: figure.times(factor) if name == _CPU.figure else figure for name, figure in entry.figures.items()
            },
        )
        for key, entry in after.entries.items()
    }
    return replace(after, entries=entries)


def expect_comparable(old: dict[str, Any], environment: dict[str, str]) -> None:
    """What can be said before anything is measured. Raises CannotRun when all would be in vain."""
    _expect_same_machine(_baseline(old).environment, environment)


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
    names = [name for name in dict.fromkeys([*new, *old]) if name not in _TELLS_NOTHING]
    both = [Change(name, old.get(name, "not said"), new.get(name, "not said")) for name in names]
    return [change for change in both if change.old != change.new]


def _row(key: Key, old: Optional[Entry], new: Optional[Entry]) -> RowFinding:
    known = new or old
    assert known
    reason, finding = _whole_row(old, new)
    figures: list[Finding] = []
    if old and new and not reason:
        figures = [_figure(measure, old, new) for measure in _measures(key)]
        finding = _sum([figure.finding for figure in figures])
    return RowFinding(key, known.title, known.reference, finding, figures, reason)


def _whole_row(old: Optional[Entry], new: Optional[Entry]) -> tuple[Optional[str], str]:
    """Why its figures cannot be compared, if so, and what that means."""
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


def _measures(key: Key) -> list[Measure]:
    rate = [] if key.rate_share is not None else [_RATE]
    return [*rate, _RESPONSE if key.open_loop else _SERVICE, _CPU]


def _sum(findings: list[str]) -> str:
    """Of a row, by its figures."""
    return next((f for f in (WORSE, BETTER, SAME) if f in findings), NOT_COMPARABLE)


def _figure(measure: Measure, old_row: Entry, new_row: Entry) -> Finding:
    old, new = old_row.figures.get(measure.figure), new_row.figures.get(measure.figure)
    if old is None or new is None:
        missing = [when for when, one in (("in the baseline", old), ("now", new)) if one is None]
        reason = f"not measured {' and '.join(missing)}"
        return Finding(measure.figure, measure.title, NOT_COMPARABLE, reason=reason)
    ratio = new.median / old.median if old.median else None
    finding, reason = _judged(measure, old, new, ratio)
    return Finding(measure.figure, measure.title, finding, old.median, new.median, ratio, reason)


def _judged(
    measure: Measure, old: Interval, new: Interval, ratio: Optional[float]
) -> tuple[str, Optional[str]]:
    if min(old.rounds, new.rounds) < LEAST_ROUNDS:
        return SAME, f"fewer than {LEAST_ROUNDS} rounds"
    if old.overlaps(new):
        return SAME, "the intervals overlap"
    if ratio is not None and abs(ratio - 1) <= measure.tolerance:
        return SAME, f"within {measure.tolerance:.0%}"
    return (BETTER if (new.median > old.median) == measure.higher_is_better else WORSE), None
