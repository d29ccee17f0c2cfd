# SPDX-License-Identifier: MIT
"""tools/compare with simulated loads: all of it except the build, the servers and the clients.

Each load starts a child instead of the server and makes a scratch folder, reports both on stderr, and takes no time.
The load with the number in FAKED_HANG never ends, and with FAKED_DEAF ignores the first signal. The one in
FAKED_CRASH raises an unexpected exception.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Optional

from comparison import __main__ as compare
from comparison import build, child, console, environment, keeping, modes, rounds, stopping
from comparison.plan import REFERENCE, Measurement
from comparison.sample import Sample
from samples import MODES, SAMPLE

_loads = 0


def _measure(bench: object, measurement: Measurement, seed: int = 1) -> Sample:
    global _loads
    _loads += 1
    with stopping.scratch_folder("majuscule-faked-") as folder, child.started(["sleep", "1000"]) as server:
        if _loads == int(os.environ.get("FAKED_HANG", 0)):
            deaf = stopping.deferred() if os.environ.get("FAKED_DEAF") else contextlib.nullcontext()
            with deaf:
                console.tell(f"HANGS pid={server.pid} folder={folder}\n")
                while True:  # a signal right before a long sleep would be handled only after it
                    time.sleep(0.05)
        if _loads == int(os.environ.get("FAKED_CRASH", 0)):
            raise AssertionError("what no comparison expects")
    return replace(SAMPLE, cross_check=None, account=None) if measurement.mode == REFERENCE else SAMPLE


def _built(*_: object) -> build.Built:
    program = Path("/bin/true")
    return build.Built(program, program, program)


def _nothing(*_: object) -> Optional[str]:
    return None


def _facts(*_: object) -> dict[str, str]:
    return {"machine": "made up", "kernel": "Linux", "cores": "two", "command": os.environ.get("FAKED_COMMAND", "none")}


if __name__ == "__main__":
    build.inspect = _built
    modes.of = lambda program: MODES
    environment.describe = _facts
    compare._expect_programs = _nothing  # type: ignore[assignment]
    rounds.measure = _measure
    rounds.check_conformance = _nothing  # type: ignore[assignment]
    if os.environ.get("FAKED_SMALL_PROBE"):
        keeping._PROBE_BYTES = 10
    fixed = ["--no-build", "--no-reasons", "--scenarios=keep-alive", "--connections=16", "--rounds=2", "--seed=1"]
    sys.argv[1:] = [*fixed, *sys.argv[1:]]
    sys.exit(compare.main())
