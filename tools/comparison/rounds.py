# SPDX-License-Identifier: MIT
"""All the loads: first that every mode answers rightly, then the rounds. No failure of one stops the rest."""

from __future__ import annotations

from comparison import plan
from comparison.errors import Untrusted
from comparison.measure import Rig, check_conformance, measure, seconds_of
from comparison.options import Options
from comparison.plan import Cell
from comparison.progress import Progress
from comparison.rows import Results


def measure_all(wanted: Options, rig: Rig, progress: Progress) -> Results:
    order = plan.rounds(wanted)
    progress.keep(f"seed {wanted.seed}; the loads take about {seconds_of(rig, order):.0f} s")
    broken = _broken_modes(wanted, rig, progress)
    results = Results(shared_core=rig.pinning.shared)
    visits = [(number, cell) for number, cells in enumerate(order, 1) for cell in cells]
    for done, (number, cell) in enumerate(visits, 1):
        if cell.mode in broken:
            results.fail(cell, f"round {number}", broken[cell.mode])
            continue
        outcome = _measure_one(rig, cell, number, results)
        line = f"[{done}/{len(visits)}] round {number}: {cell}: {outcome}"
        (progress.keep if "INVALID" in outcome else progress.say)(line)
    return results


def _measure_one(rig: Rig, cell: Cell, number: int, results: Results) -> str:
    """What came of it, in words."""
    try:
        sample = measure(rig, cell)
    except Untrusted as error:
        results.fail(cell, f"round {number}", str(error))
        return f"INVALID: {error}"
    reasons = results.add(cell, number, sample)
    outcome = f"{sample.wrk.requests_per_second:,.0f} requests/s"
    return f"{outcome}, INVALID: {'; '.join(reasons)}" if reasons else outcome


def _broken_modes(wanted: Options, rig: Rig, progress: Progress) -> dict[str, str]:
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
