# SPDX-License-Identifier: MIT
"""All the visits: first that every mode answers rightly, then the rounds. No failure of one stops the rest."""

from __future__ import annotations

from dataclasses import replace

from comparison import checks, counted, hardware, plan
from comparison.calibrator import CALIBRATION_SECONDS, Calibrator, calibrating
from comparison.errors import Untrusted
from comparison.measure import Rig, check_conformance, measure, seconds_of
from comparison.options import Options
from comparison.plan import Cell
from comparison.progress import Progress
from comparison.rows import Results
from comparison.sample import Sample
from comparison.speed import Visit

_SPARE = 1 / 8  # of the visits, for those that are repeated since the machine changed its speed
_LEAST_SPARE = 1


def measure_all(
    wanted: Options, rig: Rig, broken: dict[str, str], progress: Progress
) -> tuple[Results, list[Cell]]:
    """With the cells in the order of the tables. In a sweep the closed loops come first: they say what there is to
    offer."""
    results = Results(shared_core=rig.pinning.shared)
    cells = plan.closed_cells(wanted) if wanted.closed else []
    with calibrating(rig.reference, rig.client, rig.pinning, results.speed) as calibrator:
        _visit_all(wanted, rig, cells, broken, results, calibrator, progress)
        if wanted.rates or wanted.sweep:
            opened = plan.open_cells(wanted, results.capacities(cells))
            _visit_all(wanted, rig, opened, broken, results, calibrator, progress)
            cells = cells + opened
    progress.keep(results.speed.describe())
    if wanted.reasons:
        _count_all(rig, [cell for cell in cells if not cell.scenario.offer], results, progress)
    return results, cells


def _visit_all(
    wanted: Options,
    rig: Rig,
    cells: list[Cell],
    broken: dict[str, str],
    results: Results,
    calibrator: Calibrator,
    progress: Progress,
) -> None:
    if not cells:
        return
    order = plan.rounds(cells, wanted.rounds, wanted.seed)
    seconds = seconds_of(rig, order) + CALIBRATION_SECONDS * sum(map(len, order))
    progress.keep(f"seed {wanted.seed}; the loads take about {seconds:.0f} s")
    visits = [(number, cell) for number, some in enumerate(order, 1) for cell in some]
    calibrator.allow_repeats(_LEAST_SPARE + round(_SPARE * len(visits)))
    for done, (number, cell) in enumerate(visits, 1):
        if cell.mode in broken:
            results.fail(cell, f"round {number}", broken[cell.mode])
            continue
        outcome = visit(rig, cell, number, wanted.seed, results, calibrator)
        line = f"[{done}/{len(visits)}] round {number}: {cell}: {outcome}"
        (progress.keep if "INVALID" in outcome else progress.say)(line)


def visit(rig: Rig, cell: Cell, number: int, seed: int, results: Results, calibrator: Calibrator) -> str:
    """What came of it, in words. Where the calibrations around it disagree it is measured again."""

    def once() -> Sample:
        return measure(rig, cell, seed + number)

    try:
        found = calibrator.steadily(once, final=lambda sample: bool(checks.reasons(sample, cell)))
    except Untrusted as error:
        results.fail(cell, f"round {number}", str(error))
        return f"INVALID: {error}"
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
        except Untrusted as error:
            results.notes.append(f"instr/req and cycles/req: {cell}: not counted: {error}")


def broken_modes(wanted: Options, rig: Rig, progress: Progress) -> dict[str, str]:
    """The modes whose answers are wrong, and how."""
    broken = {}
    for mode in [*wanted.modes, plan.REFERENCE]:
        try:
            check_conformance(rig, mode)
            progress.say(f"conformance: {mode} answers to the byte")
        except Untrusted as error:
            broken[mode] = str(error)
            progress.keep(f"{mode}: INVALID: {error}")
    return broken
