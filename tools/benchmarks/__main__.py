# SPDX-License-Identifier: MIT
"""One benchmark a call. Prints its figure, its target, and PASS or FALLS SHORT.

Exits with 1 when it could not measure, and with 77, which Meson shows as skipped, when wrk is missing or the mode
cannot run here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from benchmarks import clients, cpu_per_request, crowd, drip, load_calibration, load_cpu, power, wake_up
from comparison.bench import Bench
from comparison.errors import CannotRun, Untrusted
from comparison.modes import DEFAULT_THREADS
from comparison.pinning import choose_here

_SKIPPED = 77
_FIGURES = {
    "cpu": cpu_per_request.measure,
    "crowd": crowd.measure,
    "drip": drip.measure,
    "idle-memory": clients.idle_memory,
    "power": power.measure,
    "raw-crowd": crowd.measure,
    "wake-up": wake_up.measure,
    "load-calibration": load_calibration.measure,
    "load-cpu": load_cpu.measure,
    "load-pacing": load_calibration.pacing,
}
_CALIBRATED = ("cpu", "power", "wake-up")


def _program(text: str) -> Path:
    """Absolute, since a bare name would be searched in PATH."""
    return Path(text).resolve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    add("figure", choices=list(_FIGURES))
    add("--majuscule", type=_program, required=True)
    add("--reference", type=_program, help="for cpu, power and wake-up")
    add("--load", type=_program, help="majuscule-load, for cpu, power, wake-up and load-...")
    add("--mode", help="for wake-up: some, separated by commas; none for load-...")
    add("--beside", metavar="MODE", help="for cpu: in place of the reference")
    add("--target", type=float, help="the limit: a ratio, bytes, or seconds")
    add("--clients", type=int, default=8_000, help="for idle-memory")
    add("--pipelined", type=int, default=1, help="for cpu: requests in a batch")
    add("--rounds", type=int, default=5, help="for cpu, drip, load-cpu, load-pacing and power")
    add("--comparisons", type=int, default=10, help="for power")
    add("--seconds", type=float, default=1.0, help="for cpu, power and load-...: of one load")
    return parser


def main() -> int:
    parser = _parser()
    given = parser.parse_args()
    of_client = given.figure.startswith("load-")
    for name, needed in (("reference", given.figure in _CALIBRATED), ("mode", not of_client),
                         ("load", of_client or given.figure in _CALIBRATED)):
        if needed and not getattr(given, name):
            parser.error(f"{given.figure} needs --{name}")
    if given.figure in ("cpu", "load-cpu") and not shutil.which("wrk"):
        print("not measured: wrk is not installed")
        return _SKIPPED
    pinning = choose_here()
    os.sched_setaffinity(0, {pinning.watcher})
    bench = Bench(given.majuscule, given.load, given.reference, pinning, DEFAULT_THREADS, given.seconds)
    try:
        print(_FIGURES[given.figure](bench, given))
    except (CannotRun, Untrusted) as error:
        print(f"not measured: {error}")
        return _SKIPPED if "cannot run here" in str(error) else 1
    if pinning.shared:
        print("server and client shared the only core: not a figure to quote")
    return 0


if __name__ == "__main__":
    sys.exit(main())
