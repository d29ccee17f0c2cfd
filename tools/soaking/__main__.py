# SPDX-License-Identifier: MIT
"""tools/soak: builds, loads all modes, prints the figures and the verdict."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Union

from comparison import build, console, limits, modes, stopping
from comparison.errors import CannotRun, Untrusted
from comparison.progress import Progress
from soaking import options, table
from soaking.load import watch_lateness
from soaking.outcome import Fault, Outcome, faults, verdict
from soaking.soak import CLIENTS, Plan, soak

_ROOT = Path(__file__).resolve().parents[2]
Result = Union[Outcome, BaseException]


def _program(wanted: argparse.Namespace, progress: Progress) -> Path:
    if wanted.majuscule:
        return wanted.majuscule
    build.build(_ROOT, wanted.build_dir, progress)
    return build.inspect(_ROOT, wanted.build_dir).majuscule


async def _soak_all(plans: list[Plan], in_turn: bool) -> tuple[list[Result], float]:
    """An outcome or an exception for each plan, and the greatest lateness of the clients."""
    worst = [0.0]
    watching = asyncio.create_task(watch_lateness(worst))
    batches = [[plan] for plan in plans] if in_turn else [plans]
    results: list[Result] = []
    for batch in batches:
        results += await asyncio.gather(*map(soak, batch), return_exceptions=True)
    watching.cancel()
    return results, worst[0]


def _run(arguments: list[str]) -> int:
    wanted = options.parse(arguments)
    # One heap for all threads of a server (mallopt(3)): what each of many heaps keeps would hide a leak.
    os.environ["MALLOC_ARENA_MAX"] = "1"
    with Progress() as progress:
        program = _program(wanted, progress)
        chosen = modes.chosen(program, wanted.modes)
        limits.raise_descriptors()
        plans = [Plan(program, mode, float(wanted.seconds), wanted.seed, progress.say) for mode in chosen]
        how = "one after the other" if wanted.in_turn else "at the same time"
        progress.keep(f"{wanted.seconds} s of {CLIENTS} clients at a time in {', '.join(chosen)}, {how}")
        results, late = asyncio.run(_soak_all(plans, wanted.in_turn))
    return _report(plans, results, late)


def _report(plans: list[Plan], results: list[Result], late: float) -> int:
    outcomes = [result for result in results if isinstance(result, Outcome)]
    found = [fault for outcome in outcomes for fault in faults(outcome)]
    for plan, result in zip(plans, results):
        if isinstance(result, Untrusted):
            found.append(Fault(f"{plan.mode}: {result}", certain=True))
        elif isinstance(result, BaseException):
            raise result
    lines = [table.table(outcomes)] if outcomes else []
    lines.append("memory: of servers with MALLOC_ARENA_MAX=1")
    lines.append(f"the clients were up to {late * 1000:.0f} ms late; seed {plans[0].seed}")
    for why in sorted({outcome.unjudged for outcome in outcomes if outcome.unjudged}):
        lines.append(f"memory is not judged: {why}")
    lines.append(verdict(found, late))
    failed = console.show("\n".join(lines) + "\n")
    if failed:
        console.tell(f"soak: {lines[-1]}; {failed}\n")
    return 1 if found or failed else 0


def main() -> int:
    console.prepare()
    stopping.install()
    try:
        return _run(sys.argv[1:])
    except stopping.Stopped as stopped:
        console.tell(f"soak: stopped by {stopped}: there is no valid result\n")
        return stopped.exit_code
    except (CannotRun, OSError) as error:
        console.tell(f"soak: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
