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
from typing import Any, Optional

from comparison import (
    baseline,
    baseline_text,
    build,
    csv_file,
    document,
    environment,
    limits,
    models,
    options,
    plan,
    reasons,
    render,
    report,
)
from comparison.errors import CannotRun
from comparison.measure import Rig
from comparison.page import html_report
from comparison.pinning import choose_here
from comparison.progress import Progress
from comparison.rounds import broken_modes, measure_all

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


def _settings(wanted: options.Options, rig: Rig, scenarios: list[plan.Scenario]) -> dict[str, str]:
    first = plan.Cell(scenarios[0], wanted.modes[0], 1000.0 if scenarios[0].offer else None)
    pools = [mode for mode in wanted.modes if models.options(mode, wanted.threads)]
    sizes = f"; --threads={wanted.threads} for {', '.join(pools)}" if pools else ""
    client = rig.load(first).command(Path("majuscule-load"), port=8000)
    return {
        "server": shlex.join(["majuscule", *rig.command("MODE", scenarios[0])[1:]])
        + ", and so on, fresh for each row and round" + sizes,
        "load": shlex.join(client) + ", and so on",
        "cross-check": shlex.join(rig.cross_check(scenarios[0]).command(port=8000)) + ", and so on",
        "each load": plan.describe_loads(scenarios, wanted.duration),
        "rounds": f"{wanted.rounds}, interleaved, order shuffled by seed {wanted.seed}",
    }


def _make_directory(directory: Path) -> None:
    """Before the loads, since it would be a pity afterwards."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"cannot write to {directory}: {error.strerror}") from None


def _write(found: dict[str, Any], blocks: list[render.Block], directory: Path) -> list[Path]:
    stem = directory / time.strftime("compare-%Y%m%d-%H%M%S")
    texts = {
        ".html": html_report.render(found),
        ".md": render.markdown(blocks),
        ".json": json.dumps(found, indent=1) + "\n",
        ".csv": csv_file.rows(found),
    }
    paths = []
    for suffix, text in texts.items():
        paths.append(stem.with_suffix(suffix))
        paths[-1].write_text(text, newline="")
    return paths


def _compare(arguments: list[str]) -> int:
    wanted = options.parse(arguments)
    before = baseline.load(wanted.baseline) if wanted.baseline else None
    _make_directory(wanted.output)
    progress = Progress()
    if wanted.build:
        build.build(_ROOT, wanted.build_directory, progress)
    _expect_programs()
    built = build.inspect(_ROOT, wanted.build_directory)
    wanted = replace(wanted, modes=build.chosen_modes(built.majuscule, wanted.modes))
    preflight = _expect_limits(wanted, progress)
    pinning = choose_here()
    os.sched_setaffinity(0, {pinning.watcher})
    rig = Rig(
        built.majuscule, built.client, built.reference, pinning, wanted.threads, wanted.duration, wanted.poisson
    )
    command = environment.repeat_command(arguments, wanted.seed)
    facts = {**environment.describe(_ROOT, built, pinning, command), "pre-flight": preflight}
    if before:
        baseline.expect_comparable(before, facts)
    broken = broken_modes(wanted, rig, progress)
    results, cells = measure_all(wanted, rig, broken, progress)
    beside = reasons.measure(rig, wanted.modes, broken, progress) if wanted.reasons else reasons.Reasons()
    settings = _settings(wanted, rig, list(dict.fromkeys(cell.scenario for cell in cells)))
    found = document.build(facts, settings, results, cells, beside, wanted.threads)
    progress.done()
    return _tell(found, before, wanted.output)


def _tell(found: dict[str, Any], before: Optional[dict[str, Any]], output: Path) -> int:
    blocks = report.blocks(found)
    code = 1 if found["invalid_rows"] else 0
    if before:
        against = baseline.compare(before, found)
        blocks += baseline_text.blocks(against)
        found["baseline"] = against.data()
        code = code or against.exit_code
    print(render.text(blocks))
    for path in _write(found, blocks, output):
        print(f"written: {path}")
    return code


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
