# SPDX-License-Identifier: MIT
"""CPU time of the load client per request, as a ratio to wrk's: that of the two runs of wrk around it, so that both
were measured at the machine's same speed."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Optional

from benchmarks import load_run, steady_ratio
from benchmarks.target import Target
from comparison import wrk
from comparison.calibrator import Bracketed, Calibrator
from comparison.errors import Untrusted
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.speed import Calibration, Speed
from comparison.task import Task

CONNECTIONS = 64


def _ours(program: Path, core: int, port: int, seconds: float) -> float:
    """Microseconds a request, as of `_wrks`."""
    arguments = [f"--connections={CONNECTIONS}", f"--duration={round(seconds * 1000)}ms", wrk.url(port)]
    done = load_run.run(program, core, *arguments)
    return done.cpu_seconds * 1e6 / done.result["requests"]


def _wrks(core: int, port: int, seconds: float) -> Calibration:
    at, before = time.monotonic(), load_run.cpu_of_children()
    result = wrk.run(wrk.Load(CONNECTIONS, seconds), port, core)
    if result.errors.total or not result.requests:
        raise Untrusted(f"{result.requests} requests with {result.errors}")
    return Calibration(at, result.requests, load_run.cpu_of_children() - before)


def measure(
    majuscule: Path, client: Path, pinning: Pinning, rounds: int, seconds: float, limit: Optional[float]
) -> str:
    """The line to print."""
    with running(majuscule_command(majuscule, "epoll", Task.parse("none")), pinning.server) as server:
        calibrator = Calibrator(lambda: _wrks(pinning.client, server.port, seconds), Speed(), time.monotonic)
        calibrator.allow_repeats(rounds)
        found = [
            calibrator.steadily(lambda: _ours(client, pinning.client, server.port, seconds)) for _ in range(rounds)
        ]
        server.drain()
    return judge(found, limit)


def judge(found: list[Bracketed[float]], limit: Optional[float]) -> str:
    """The brackets are wrk's. Raises Untrusted when a run of wrk failed."""
    brackets = [one.bracket for one in found if one.bracket]
    if len(brackets) < len(found):
        raise Untrusted("a run of wrk failed")
    ratios = [one.value / bracket.us_per_request for one, bracket in zip(found, brackets)]
    raw = [one.value / bracket.after.us_per_request for one, bracket in zip(found, brackets)]
    theirs = statistics.median(bracket.us_per_request for bracket in brackets)
    detail = (
        f"{statistics.median(one.value for one in found):.3f} us / {theirs:.3f} us; the median of {len(found)} rounds"
        f" from {min(ratios):.3f} to {max(ratios):.3f}, each beside the mean of wrk before and after it; raw, beside wrk"
        f" after it: {statistics.median(raw):.3f}"
    )
    detail = "; ".join(filter(None, [detail, steady_ratio.unsteady(found)]))
    what = f"majuscule-load, CPU per request / wrk, {CONNECTIONS} keep-alive connections"
    return Target(what, limit, "").judge(statistics.median(ratios), detail)
