# SPDX-License-Identifier: MIT
"""All the visits: first that every mode answers rightly, then the rounds. No failure of one stops the rest."""

from __future__ import annotations

from comparison import plan
from comparison.errors import Untrusted
from comparison.measure import Rig, check_conformance, measure, seconds_of
from comparison.options import Options
from comparison.plan import Cell
from comparison.progress import Progress
from comparison.rows import Results


def measure_all(
    wanted: Options, rig: Rig, broken: dict[str, str], progress: Progress
) -> tuple[Results, list[Cell]]:
    """With the cells in the order of the tables. In a sweep the closed loops come first: they say what there is to
    offer."""
    results = Results(shared_core=rig.pinning.shared)
    cells = plan.closed_cells(wanted) if wanted.closed else []
    _visit_all(wanted, rig, cells, broken, results, progress)
    if wanted.rates or wanted.sweep:
        opened = plan.open_cells(wanted, results.capacities(cells))
        _visit_all(wanted, rig, opened, broken, results, progress)
        cells = cells + opened
    return results, cells


def _visit_all(
    wanted: Options, rig: Rig, cells: list[Cell], broken: dict[str, str], results: Results, progress: Progress
) -> None:
    if not cells:
        return
    order = plan.rounds(cells, wanted.rounds, wanted.seed)
    progress.keep(f"seed {wanted.seed}; the loads take about {seconds_of(rig, order):.0f} s")
    visits = [(number, cell) for number, some in enumerate(order, 1) for cell in some]
    for done, (number, cell) in enumerate(visits, 1):
        if cell.mode in broken:
            results.fail(cell, f"round {number}", broken[cell.mode])
            continue
        outcome = _visit(rig, cell, number, wanted.seed, results)
        line = f"[{done}/{len(visits)}] round {number}: {cell}: {outcome}"
        (progress.keep if "INVALID" in outcome else progress.say)(line)


def _visit(rig: Rig, cell: Cell, number: int, seed: int, results: Results) -> str:
    """What came of it, in words."""
    try:
        sample = measure(rig, cell, seed + number)
    except Untrusted as error:
        results.fail(cell, f"round {number}", str(error))
        return f"INVALID: {error}"
    reasons = results.add(cell, number, sample)
    outcome = f"{sample.load.requests_per_second:,.0f} requests/s"
    return f"{outcome}, INVALID: {'; '.join(reasons)}" if reasons else outcome


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
