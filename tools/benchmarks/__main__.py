# SPDX-License-Identifier: MIT
"""One benchmark a call. Prints its figure, its target, and PASS or FALLS SHORT.

Exits with 1 only when it could not measure, and with 77, which Meson shows as skipped, when wrk is not there or
the mode cannot run here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from benchmarks import cpu_per_request, crowd, drip, idle_memory, load_calibration, load_cpu, load_pacing, power, wake_up
from comparison import limits, modes
from comparison.errors import CannotRun, Untrusted
from comparison.measure import Bench
from comparison.pinning import Pinning, choose_here

_SKIPPED = 77
_OF_THE_SERVER = ["cpu", "crowd", "drip", "idle-memory", "power", "raw-crowd", "wake-up"]
_CALIBRATED = ["cpu", "power", "wake-up"]
_OF_THE_CLIENT = ["load-calibration", "load-cpu", "load-pacing"]


def _program(text: str) -> Path:
    """Absolute: a bare name would be looked for in PATH."""
    return Path(text).resolve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("figure", choices=_OF_THE_SERVER + _OF_THE_CLIENT)
    parser.add_argument("--majuscule", type=_program, required=True)
    parser.add_argument("--reference", type=_program, help="for cpu, power and wake-up")
    parser.add_argument("--load", type=_program, help="majuscule-load, for cpu, power, wake-up and load-...")
    parser.add_argument("--mode", help="for wake-up: some, separated by commas; none for load-...")
    parser.add_argument("--beside", metavar="MODE", help="for cpu: in place of the reference")
    parser.add_argument("--target", type=float, help="at most: a ratio, bytes, or seconds")
    parser.add_argument("--clients", type=int, default=8_000, help="for idle-memory")
    parser.add_argument("--pipelined", type=int, default=1, help="for cpu: requests in a batch")
    parser.add_argument("--rounds", type=int, default=5, help="for cpu, drip, load-cpu, load-pacing and power")
    parser.add_argument("--comparisons", type=int, default=10, help="for power")
    parser.add_argument("--seconds", type=float, default=1.0, help="for cpu, power and load-...: of one load")
    return parser


def _expect_limits(connections: int, program: Path, *names: str) -> None:
    limits.raise_descriptors()
    each = any(modes.of(program)[name].has_task_per_client for name in names)
    hit = [str(limit) for limit in limits.check(connections, each) if limit.hit]
    if hit:
        raise CannotRun(f"limits too low for {connections:,} clients: " + "; ".join(hit))


def _measure_client(given: argparse.Namespace, pinning: Pinning) -> str:
    programs = given.majuscule, given.load
    if given.figure == "load-calibration":
        return load_calibration.measure(*programs, pinning, given.seconds)
    measure = load_cpu.measure if given.figure == "load-cpu" else load_pacing.measure
    return measure(*programs, pinning, given.rounds, given.seconds, given.target)


def _measure(given: argparse.Namespace, pinning: Pinning) -> str:
    if given.figure in _OF_THE_CLIENT:
        return _measure_client(given, pinning)
    program, mode, target = given.majuscule, given.mode, given.target
    if given.figure == "idle-memory":
        _expect_limits(given.clients, program, mode)
        return idle_memory.measure(program, pinning, mode, given.clients, target)
    if given.figure in ("crowd", "raw-crowd"):
        kind = crowd.HTTP if given.figure == "crowd" else crowd.RAW
        _expect_limits(kind.clients, program, mode)
        return crowd.measure(program, pinning, mode, kind, target)
    if given.figure == "wake-up":
        _expect_limits(max(wake_up.IDLE_CLIENTS), program, *mode.split(","))
        return wake_up.measure(program, given.reference, given.load, pinning, mode.split(","))
    if given.figure == "power":
        bench = Bench(program, given.load, given.reference, pinning, modes.DEFAULT_THREADS, given.seconds)
        return power.measure(bench, mode, given.comparisons, given.rounds)
    if given.figure == "drip":
        _expect_limits(2 * drip.CLIENTS, program, mode)
        return drip.measure(program, pinning, mode, given.rounds, target)
    programs = cpu_per_request.Programs(program, given.reference, given.load)
    question = cpu_per_request.Question(mode, given.beside, given.pipelined)
    return cpu_per_request.measure(programs, pinning, question, given.rounds, given.seconds, target)


def main() -> int:
    parser = _parser()
    given = parser.parse_args()
    if given.figure in _CALIBRATED and not given.reference:
        parser.error(f"{given.figure} needs --reference")
    if given.figure in _OF_THE_CLIENT + _CALIBRATED and not given.load:
        parser.error(f"{given.figure} needs --load")
    if given.figure in _OF_THE_SERVER and not given.mode:
        parser.error(f"{given.figure} needs --mode")
    if given.figure in ("cpu", "load-cpu") and not shutil.which("wrk"):
        print("not measured: wrk is not installed")
        return _SKIPPED
    pinning = choose_here()
    os.sched_setaffinity(0, {pinning.watcher})
    try:
        print(_measure(given, pinning))
    except (CannotRun, Untrusted) as error:
        print(f"not measured: {error}")
        return _SKIPPED if "cannot run here" in str(error) else 1
    if pinning.shared:
        print("with server and client on the one core there is: not a figure to quote")
    return 0


if __name__ == "__main__":
    sys.exit(main())
