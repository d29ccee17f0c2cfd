# SPDX-License-Identifier: MIT
"""All the visits: first that every mode answers rightly, then the rounds. No failure of one stops the rest."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace

from comparison import checks, control_group, counted, evenness, hardware, plan
from comparison.calibrator import CALIBRATION_SECONDS, Calibrator, calibrating
from comparison.errors import Untrusted
from comparison.measure import Rig, check_conformance, measure, seconds_of
from comparison.options import Options
from comparison.plan import Cell
from comparison.progress import Progress
from comparison.reasons import Reasons
from comparison.rows import Results
from comparison.sample import Sample
from comparison.speed import Visit

SPARE = 1 / 4  # of the visits, for those that are repeated since the machine changed its speed
_LEAST_SPARE = 1

# Of one visit: a server that has gone while /proc was read of it, or an answer that is not as specified, must not
# cost the others.
_FAILURES = (Untrusted, OSError, LookupError, ValueError, subprocess.SubprocessError)


@dataclass
class Measured:
    """All that there is so far, so that an end before its time loses only what was not complete. `cells` in the
    order of the tables."""

    results: Results
    cells: list[Cell] = field(default_factory=list)
    reasons: Reasons = field(default_factory=Reasons)
    visits: int = 0  # that are complete ...
    planned: int = 0  # ... of those that are known to come

    @property
    def nothing(self) -> bool:
        return self.visits == 0


def measure_all(
    wanted: Options, rig: Rig, broken: dict[str, str], progress: Progress, found: Measured
) -> None:
    """Adds to what is found. In a sweep the closed loops come first: they say what there is to offer."""
    results = found.results
    with calibrating(rig.reference, rig.client, rig.pinning, results.speed) as calibrator:
        if wanted.closed:
            _visit_all(wanted, rig, plan.closed_cells(wanted), broken, found, calibrator, progress)
        if wanted.rates or wanted.sweep:
            opened = plan.open_cells(wanted, results.capacities(found.cells))
            _visit_all(wanted, rig, opened, broken, found, calibrator, progress)
    progress.keep(results.speed.describe())
    if wanted.reasons:
        _count_all(rig, [cell for cell in found.cells if not cell.scenario.offer], results, progress)


def _visit_all(
    wanted: Options,
    rig: Rig,
    cells: list[Cell],
    broken: dict[str, str],
    found: Measured,
    calibrator: Calibrator,
    progress: Progress,
) -> None:
    found.cells += cells
    if not cells:
        return
    order = plan.rounds(cells, wanted.rounds, wanted.seed)
    seconds = seconds_of(rig, order) + CALIBRATION_SECONDS * sum(map(len, order))
    progress.keep(f"seed {wanted.seed}; the loads take about {seconds:.0f} s")
    visits = [(number, cell) for number, some in enumerate(order, 1) for cell in some]
    calibrator.allow_repeats(_LEAST_SPARE + round(SPARE * len(visits)))
    found.planned += len(visits)
    for done, (number, cell) in enumerate(visits, 1):
        if cell.mode in broken:
            found.results.fail(cell, f"round {number}", broken[cell.mode])
            found.visits += 1
            continue
        outcome = visit(rig, cell, number, wanted.seed, found.results, calibrator)
        found.visits += 1
        line = f"[{done}/{len(visits)}] round {number}: {cell}: {outcome}"
        (progress.keep if "INVALID" in outcome else progress.say)(line)


def visit(rig: Rig, cell: Cell, number: int, seed: int, results: Results, calibrator: Calibrator) -> str:
    """What came of it, in words. Where the calibrations around it disagree it is measured again."""

    def once() -> Sample:
        stopped_before = control_group.throttling()
        rig.programs.expect_unchanged()
        sample = measure(rig, cell, seed + number)
        rig.programs.expect_unchanged()
        return replace(sample, throttled=control_group.throttling().since(stopped_before).periods)

    try:
        found = calibrator.steadily(
            once,
            final=lambda sample: bool(checks.reasons(sample, cell)),
            uneven=lambda sample: (sample.unevenness or 0.0) / evenness.TOLERANCE,
        )
    except _FAILURES as error:
        why = str(error) if isinstance(error, Untrusted) else f"{type(error).__name__}: {error}"
        results.fail(cell, f"round {number}", why)
        return f"INVALID: {why}"
    for bracket in found.again:
        results.speed.visits.append(Visit(cell.mode, cell.scenario.title, number, bracket, kept=False))
    if found.bracket:
        results.speed.visits.append(Visit(cell.mode, cell.scenario.title, number, found.bracket, kept=True))
    sample = replace(found.value, bracket=found.bracket)
    reasons = results.add(cell, number, sample)
    outcome = f"{sample.load.requests_per_second:,.0f} requests/s"
    if found.again:
        outcome += f" (try {len(found.again) + 1})"
    return f"{outcome}, INVALID: {'; '.join(reasons)}" if reasons else outcome


def _count_all(rig: Rig, cells: list[Cell], results: Results, progress: Progress) -> None:
    """Of the rows that are valid: what the processor can tell, or why it does not."""
    missing = hardware.why_not()
    text = hardware.describe(missing)
    if text:
        results.notes.append(f"instr/req and cycles/req: {text}")
    events = [event for event in hardware.EVENTS if event not in missing]
    for cell in cells if events else []:
        row = results.row(cell)
        if not row.valid:
            continue
        progress.say(f"instructions a request: {cell}")
        try:
            row.counts = counted.measure(rig, cell, events)
        except _FAILURES as error:
            results.notes.append(f"instr/req and cycles/req: {cell}: not counted: {error}")


def broken_modes(wanted: Options, rig: Rig, progress: Progress) -> dict[str, str]:
    """The modes whose answers are wrong, and how."""
    broken = {}
    for mode in [*wanted.modes, plan.REFERENCE]:
        try:
            check_conformance(rig, mode)
            progress.say(f"conformance: {mode} answers to the byte")
        except _FAILURES as error:
            broken[mode] = str(error)
            progress.keep(f"{mode}: INVALID: {error}")
    return broken
