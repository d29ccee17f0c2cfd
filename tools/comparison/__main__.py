# SPDX-License-Identifier: MIT
"""tools/compare: builds, checks, measures in rounds, reports."""

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
    baseline,
    baseline_text,
    build,
    console,
    csv_file,
    document,
    environment,
    keeping,
    limits,
    models,
    options,
    plan,
    reasons,
    render,
    report,
    stopping,
)
from comparison.errors import CannotRun
from comparison.measure import Bench
from comparison.page import html_report
from comparison.pinning import choose_here
from comparison.progress import Progress
from comparison.rounds import Measured, broken_modes, measure_all
from comparison.rows import Results

_ROOT = Path(__file__).resolve().parents[2]


def _expect_programs() -> None:
    missing = [name for name in ("wrk", "taskset") if not shutil.which(name)]
    if missing:
        names = " and ".join(missing)
        raise CannotRun(f"{names} not installed: run without --no-install, or install by hand")


def _expect_limits(wanted: options.Options, progress: Progress) -> str:
    """What was looked at, in words."""
    limits.raise_descriptors()
    most = max(one.connections + one.kind.idle + one.kind.slow_readers for one in plan.closed_scenarios(wanted))
    found = limits.check(most, any(map(models.has_a_task_each, wanted.modes)))
    hit = [limit for limit in found if limit.hit and limit.fatal]
    if hit:
        lines = "\n".join(f"  {limit}" for limit in hit)
        raise CannotRun(f"this machine's limits are too low for {most:,} connections:\n{lines}")
    for limit in found:
        if limit.hit:
            progress.keep(f"limits: {limit}")
    progress.say("limits: enough descriptors, ports and threads")
    return limits.passed(found)


def _settings(wanted: options.Options, bench: Bench, scenarios: list[plan.Scenario]) -> dict[str, str]:
    first = plan.Measurement(scenarios[0], wanted.modes[0], 1000.0 if scenarios[0].offer else None)
    pools = [mode for mode in wanted.modes if models.options(mode, wanted.threads)]
    sizes = f"; --threads={wanted.threads} for {', '.join(pools)}" if pools else ""
    client = bench.load(first).command(Path("majuscule-load"), port=8000)
    return {
        "server": shlex.join(["majuscule", *bench.command("MODE", scenarios[0])[1:]])
        + ", and so on, fresh for each row and round" + sizes,
        "load": shlex.join(client) + ", and so on",
        "cross-check": shlex.join(bench.cross_check(scenarios[0]).command(port=8000)) + ", and so on",
        "each load": plan.describe_loads(scenarios, wanted.duration),
        "rounds": f"{wanted.rounds}, interleaved, order shuffled by seed {wanted.seed}",
    }


def _compare(arguments: list[str]) -> int:
    wanted = options.parse(arguments)
    before = baseline.load(wanted.baseline) if wanted.baseline else None
    keeping.expect_writable(wanted.output)
    stopping.expect_scratch_space()
    progress = Progress()
    if wanted.build:
        build.build(_ROOT, wanted.build_directory, progress)
    _expect_programs()
    built = build.inspect(_ROOT, wanted.build_directory)
    wanted = replace(wanted, modes=build.chosen_modes(built.majuscule, wanted.modes))
    preflight = _expect_limits(wanted, progress)
    pinning = choose_here()
    os.sched_setaffinity(0, {pinning.watcher})
    bench = Bench(
        built.majuscule, built.client, built.reference, pinning, wanted.threads, wanted.duration, wanted.poisson
    )
    command = environment.repeat_command(arguments, wanted.seed)
    facts = {**environment.describe(_ROOT, built, pinning, command), "pre-flight": preflight}
    if "checkout" in facts:
        progress.keep(f"not what is checked out: {facts['checkout']}")
    if before:
        baseline.expect_comparable(before, facts)
    with stopping.deferred():
        found = Measured(Results(shared_core=pinning.shared))
        end = _measure(wanted, bench, progress, found)
        return _keep(wanted, bench, facts, found, end, before, progress)


def _measure(wanted: options.Options, bench: Bench, progress: Progress, found: Measured) -> Optional[BaseException]:
    """What ended it before its time, if anything did."""
    try:
        with stopping.heard():
            broken = broken_modes(wanted, bench, progress)
            measure_all(wanted, bench, broken, progress, found)
            if wanted.reasons:
                reasons.measure(bench, wanted.modes, broken, progress, found.reasons)
    except BaseException as error:  # whatever it is, it is raised again when the results are kept
        return error
    return None


def _keep(
    wanted: options.Options,
    bench: Bench,
    facts: dict[str, str],
    found: Measured,
    end: Optional[BaseException],
    before: Optional[dict[str, Any]],
    progress: Progress,
) -> int:
    """Writes what was measured before anything is printed of it."""
    if end is not None and found.nothing:
        raise end
    settings = _settings(wanted, bench, list(dict.fromkeys(measurement.scenario for measurement in found.measurements)))
    partial = _why_partial(end, found)
    data = document.build(
        facts, settings, found.results, found.measurements, found.reasons, wanted.threads, partial, wanted.rounds
    )
    progress.done()
    code = _tell(data, before if end is None else None, wanted.output)
    if end is not None and not isinstance(end, stopping.Stopped):
        raise end
    stopped = stopping.requested()
    return stopped.exit_code if stopped else code


def _why_partial(end: Optional[BaseException], found: Measured) -> Optional[str]:
    if end is None:
        return None
    why = f"stopped by {end}" if isinstance(end, stopping.Stopped) else f"ended by {type(end).__name__}: {end}"
    return f"{why} after {found.visits:,} of {found.planned:,} loads"


def _tell(found: dict[str, Any], before: Optional[dict[str, Any]], output: Path) -> int:
    """The exit code of the comparison; 1 when something could not be written or printed."""
    blocks = report.blocks(found)
    code = 1 if found["invalid_rows"] else 0
    if before:
        against = baseline.compare(before, found)
        blocks += baseline_text.blocks(against)
        found["baseline"] = against.data()
        code = code or against.exit_code
    texts = {
        ".json": json.dumps(found, indent=1) + "\n",
        ".csv": csv_file.rows(found),
        ".md": render.markdown(blocks),
        ".html": html_report.render(found),
    }
    kept = keeping.write(output, texts)
    written = "".join(f"written: {path}\n" for path in kept.written)
    failed = console.show(render.text(blocks) + written)
    for why in [*kept.failed, *([failed] if failed else [])]:
        _fail(why)
    return 1 if kept.failed or failed else code


def _fail(why: str) -> None:
    over_progress = "\r\033[K" if sys.stderr is not None and sys.stderr.isatty() else ""
    console.tell(f"{over_progress}compare: {why}\n")


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
