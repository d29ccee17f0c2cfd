# SPDX-License-Identifier: MIT
"""CPU time of the load client per request, as a ratio to wrk: to the mean of the runs of wrk before and after it, so
that both are measured at the same speed of the machine."""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Optional

from benchmarks import load_run, steady_ratio
from benchmarks.target import Target
from comparison import wrk
from comparison.bench import Bench
from comparison.calibrator import Bracketed, Calibrator
from comparison.errors import Untrusted
from comparison.server import running
from comparison.speed import Calibration, Speed

CONNECTIONS = 64


def _ours(bench: Bench, port: int, seconds: float) -> float:
    """Microseconds a request."""
    duration = f"--duration={round(seconds * 1000)}ms"
    result, used = load_run.run(bench, f"--connections={CONNECTIONS}", duration, wrk.url(port))
    return used * 1e6 / result["requests"]


def _wrks(bench: Bench, port: int, seconds: float) -> Calibration:
    at, before = time.monotonic(), load_run.cpu_of_children()
    result = wrk.run(wrk.Load(CONNECTIONS, seconds), port, bench.pinning.client)
    if result.errors.total or not result.requests:
        raise Untrusted(f"{result.requests} requests with {result.errors}")
    return Calibration(at, result.requests, load_run.cpu_of_children() - before)


def measure(bench: Bench, given: argparse.Namespace) -> str:
    """The line to print."""
    with running(bench.command("epoll"), bench.pinning.server) as server:
        calibrator = Calibrator(lambda: _wrks(bench, server.port, given.seconds), Speed(), time.monotonic)
        calibrator.allow_repeats(given.rounds)
        found = [
            calibrator.steadily(lambda: _ours(bench, server.port, given.seconds)) for _ in range(given.rounds)
        ]
        server.drain()
    return judge(found, given.target)


def judge(found: list[Bracketed[float]], limit: Optional[float]) -> str:
    """The brackets are runs of wrk. Raises Untrusted when one of them failed."""
    brackets = [one.bracket for one in found if one.bracket]
    if len(brackets) < len(found):
        raise Untrusted("a run of wrk failed")
    ratios = [one.value / bracket.us_per_request for one, bracket in zip(found, brackets)]
    raw = [one.value / bracket.after.us_per_request for one, bracket in zip(found, brackets)]
    theirs = statistics.median(bracket.us_per_request for bracket in brackets)
    detail = (
        f"{statistics.median(one.value for one in found):.3f} us / {theirs:.3f} us; the median of {len(found)} rounds"
        f" from {min(ratios):.3f} to {max(ratios):.3f}, each to the mean of wrk before and after it; raw, to wrk"
        f" after it: {statistics.median(raw):.3f}"
    )
    detail = "; ".join(filter(None, [detail, steady_ratio.unsteady(found)]))
    what = f"majuscule-load, CPU per request / wrk, {CONNECTIONS} keep-alive connections"
    return Target(what, limit, "").judge(statistics.median(ratios), detail)
