# SPDX-License-Identifier: MIT
"""tools/compare: builds, checks, measures in rounds, reports."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from comparison import build, environment, limits, models, options, plan, render
from comparison.errors import CannotRun
from comparison.measure import Rig
from comparison.pinning import choose_here
from comparison.progress import Progress
from comparison.report import Report
from comparison.rounds import measure_all
from comparison.server import majuscule_command
from comparison.units import format_seconds

_ROOT = Path(__file__).resolve().parents[2]


def _expect_programs() -> None:
    missing = [name for name in ("wrk", "taskset") if not shutil.which(name)]
    if missing:
        names = " and ".join(missing)
        raise CannotRun(f"{names} not installed: run without --no-install, or install by hand")


def _expect_limits(wanted: options.Options, progress: Progress) -> None:
    limits.raise_descriptors()
    most = max(wanted.connections)
    hit = [limit for limit in limits.check(most, any(map(models.has_a_task_each, wanted.modes))) if limit.hit]
    if hit:
        lines = "\n".join(f"  {limit}" for limit in hit)
        raise CannotRun(f"this machine's limits are too low for {most:,} connections:\n{lines}")
    progress.say("limits: enough descriptors, ports and threads")


def _settings(wanted: options.Options, rig: Rig) -> dict[str, str]:
    first = plan.scenarios(wanted)[0]
    each = [f"{format_seconds(plan.load_seconds(one, wanted.duration))} ({one})" for one in plan.scenarios(wanted)]
    server = majuscule_command(Path("majuscule"), "MODE", first.task)
    pools = [mode for mode in wanted.modes if models.options(mode, wanted.threads)]
    sizes = f"; --threads={wanted.threads} for {', '.join(pools)}" if pools else ""
    return {
        "server": shlex.join(server) + ", fresh for each row and round" + sizes,
        "load": shlex.join(rig.load(first).command(port=8000)) + ", and so on",
        "each load": "; ".join(each),
        "rounds": f"{wanted.rounds}, interleaved, order shuffled by seed {wanted.seed}",
    }


def _make_directory(directory: Path) -> None:
    """Before the loads, since it would be a pity afterwards."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"cannot write to {directory}: {error.strerror}") from None


def _write(report: Report, directory: Path) -> list[Path]:
    stem = directory / time.strftime("compare-%Y%m%d-%H%M%S")
    paths = [stem.with_suffix(".md"), stem.with_suffix(".json")]
    paths[0].write_text(render.markdown(report.blocks()))
    paths[1].write_text(json.dumps(report.data(), indent=1) + "\n")
    return paths


def _compare(arguments: list[str]) -> int:
    wanted = options.parse(arguments)
    _make_directory(wanted.output)
    progress = Progress()
    if wanted.build:
        build.build(_ROOT, wanted.build_directory, progress)
    _expect_programs()
    built = build.inspect(_ROOT, wanted.build_directory)
    wanted = replace(wanted, modes=build.chosen_modes(built.majuscule, wanted.modes))
    _expect_limits(wanted, progress)
    pinning = choose_here()
    os.sched_setaffinity(0, {pinning.watcher})
    rig = Rig(built.majuscule, built.reference, pinning, wanted.threads, wanted.duration)
    command = environment.repeat_command(arguments, wanted.seed)
    facts = environment.describe(_ROOT, built, pinning, command)
    results = measure_all(wanted, rig, progress)
    tables = [(scenario, results.table(scenario, wanted.modes)) for scenario in plan.scenarios(wanted)]
    report = Report(facts, _settings(wanted, rig), tables)
    progress.done()
    print(render.text(report.blocks()))
    for path in _write(report, wanted.output):
        print(f"written: {path}")
    return 1 if report.invalid else 0


def _fail(why: str) -> None:
    over_progress = "\r\033[K" if sys.stderr.isatty() else ""
    print(f"{over_progress}compare: {why}", file=sys.stderr)


def main() -> int:
    try:
        return _compare(sys.argv[1:])
    except (CannotRun, OSError) as error:
        _fail(str(error))
        return 1
    except KeyboardInterrupt:
        _fail("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
