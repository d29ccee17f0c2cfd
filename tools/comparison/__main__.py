# SPDX-License-Identifier: MIT
"""tools/compare: builds, checks, measures in rounds, and writes the report."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

from comparison import (
    baseline, baseline_document, build, console, document, environment, keeping, limits, modes, options, plan, reasons,
    stopping,
)
from comparison.bench import Bench
from comparison.errors import CannotRun
from comparison.pinning import choose_here
from comparison.progress import Progress
from comparison.report import csv_file, markdown, page, terminal
from comparison.rounds import Measured, broken_modes, measure_all
from comparison.rows import Results

_ROOT = Path(__file__).resolve().parents[2]


def _expect_programs() -> None:
    missing = [name for name in ("wrk", "taskset") if not shutil.which(name)]
    if missing:
        names = " and ".join(missing)
        raise CannotRun(f"{names} not installed: run without --no-install, or install by hand")


def _expect_limits(wanted: options.Options, program: Path, progress: Progress) -> str:
    """What was checked, in words."""
    limits.raise_descriptors()
    most = max(one.connections + one.kind.idle + one.kind.slow_readers for one in plan.closed_scenarios(wanted))
    found = limits.check(most, any(modes.of(program)[mode].has_task_per_client for mode in wanted.modes))
    fatal = [limit for limit in found if limit.hit and limit.fatal]
    if fatal:
        lines = "\n".join(f"  {limit}" for limit in fatal)
        raise CannotRun(f"the limits of this machine are too low for {most:,} connections:\n{lines}")
    for limit in found:
        if limit.hit:
            progress.keep(f"limits: {limit}")
    return limits.passed(found)


def _settings(wanted: options.Options, bench: Bench, scenarios: list[plan.Scenario]) -> dict[str, str]:
    first = plan.Measurement(scenarios[0], wanted.modes[0], 1000.0 if scenarios[0].offer else None)
    pools = [mode for mode in wanted.modes if bench.modes[mode].has_blocking_pool]
    sizes = f"; --threads={wanted.threads} for {', '.join(pools)}" if pools else ""
    server = shlex.join(["majuscule", *bench.command(wanted.modes[0], scenarios[0])[1:]])
    return {
        "server": f"{server}, and so on, fresh for each row and round{sizes}",
        "load": shlex.join(bench.load(first).command(Path("majuscule-load"), port=8000)) + ", and so on",
        "cross-check": shlex.join(bench.cross_check(scenarios[0]).command(port=8000)) + ", and so on",
        "each load": plan.describe_loads(scenarios, wanted.duration),
        "rounds": f"{wanted.rounds}, interleaved, order shuffled by seed {wanted.seed}",
    }


def _compare(arguments: list[str]) -> int:
    wanted = options.parse(arguments)
    before = baseline_document.load(wanted.baseline) if wanted.baseline else None
    keeping.expect_writable(wanted.output)
    stopping.expect_scratch_space()
    with Progress() as progress:
        if wanted.build:
            build.build(_ROOT, wanted.build_directory, progress)
        _expect_programs()
        built = build.inspect(_ROOT, wanted.build_directory)
        wanted = replace(wanted, modes=modes.chosen(built.majuscule, wanted.modes))
        preflight = _expect_limits(wanted, built.majuscule, progress)
        pinning = choose_here()
        os.sched_setaffinity(0, {pinning.watcher})
        bench = Bench(
            built.majuscule, built.client, built.reference, pinning, wanted.threads, wanted.duration, wanted.poisson
        )
        command = environment.repeat_command(arguments, wanted.seed)
        facts = {**environment.describe(_ROOT, built, pinning, command), "pre-flight": preflight}
        if "checkout" in facts:
            progress.keep(f"the programs are not of this checkout: {facts['checkout']}")
        if before:
            baseline.expect_comparable(before, facts)
        with stopping.deferred():
            found = Measured(Results(shared_core=pinning.shared))
            end = _measure(wanted, bench, progress, found)
            progress.done()
            return _keep(wanted, bench, facts, found, end, before)


def _measure(wanted: options.Options, bench: Bench, progress: Progress, found: Measured) -> Optional[BaseException]:
    """What ended the measurement early, if anything did."""
    try:
        with stopping.heard():
            broken = broken_modes(wanted, bench, progress)
            measure_all(wanted, bench, broken, progress, found)
            if wanted.reasons:
                reasons.measure(bench, wanted.modes, broken, progress, found.reasons)
    except BaseException as error:  # raised again when the results are written
        return error
    return None


def _keep(
    wanted: options.Options, bench: Bench, facts: dict[str, str], found: Measured, end: Optional[BaseException],
    before: Optional[dict[str, Any]],
) -> int:
    """Writes what was measured, then prints it. The exit code of the comparison."""
    if end is not None and found.nothing:
        raise end
    settings = _settings(wanted, bench, list(dict.fromkeys(one.scenario for one in found.measurements)))
    data = document.build(
        facts, settings, found.results, found.measurements, found.reasons, bench.modes, wanted.threads,
        _why_partial(end, found), wanted.rounds,
    )
    code = _tell(data, before if end is None else None, wanted)
    if end is not None and not isinstance(end, stopping.Stopped):
        raise end
    stopped = stopping.requested()
    return stopped.exit_code if stopped else code


def _why_partial(end: Optional[BaseException], found: Measured) -> Optional[str]:
    if end is None:
        return None
    why = f"stopped by {end}" if isinstance(end, stopping.Stopped) else f"ended by {type(end).__name__}: {end}"
    return f"{why} after {found.visits:,} of {found.planned:,} loads"


def _tell(found: dict[str, Any], before: Optional[dict[str, Any]], wanted: options.Options) -> int:
    """1 when a row is INVALID, or a file could not be written, or nothing could be printed."""
    code = 1 if found["invalid_rows"] else 0
    if before:
        against = baseline.compare(before, found)
        found["baseline"] = against.data()
        code = code or against.exit_code
    report = markdown.render(found)
    kept = keeping.write(wanted.output, {
        ".json": json.dumps(found, indent=1) + "\n",
        ".csv": csv_file.rows(found),
        ".md": report,
        ".html": page.render(found),
    })
    if terminal.is_terminal() and not wanted.verbose:
        printed = terminal.render(found, kept.written)
    else:
        printed = report + "".join(f"written: {path}\n" for path in kept.written)
    failed = console.show(printed)
    for why in [*kept.failed, *([failed] if failed else [])]:
        _fail(why)
    return 1 if kept.failed or failed else code


def _fail(why: str) -> None:
    console.tell(f"compare: {why}\n")


def main() -> int:
    console.prepare()
    stopping.install()
    try:
        return _compare(sys.argv[1:])
    except stopping.Stopped as stopped:
        _fail(f"stopped by {stopped}: nothing was complete")
        return stopped.exit_code
    except (CannotRun, OSError) as error:
        _fail(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
