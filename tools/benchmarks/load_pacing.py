# SPDX-License-Identifier: MIT
"""How late the load client sends what its schedule says, at a high rate."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Optional

from benchmarks import load_run
from benchmarks.target import Target
from comparison import wrk
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task

RATE = 50_000
_CONNECTIONS = 64
_LEAST_ACHIEVED = 0.99


def measure(
    majuscule: Path, client: Path, pinning: Pinning, rounds: int, seconds: float, limit: Optional[float]
) -> str:
    """The line to print: the median round, for a single one may have been disturbed."""
    results = []
    with running(majuscule_command(majuscule, "epoll", Task.parse("none")), pinning.server) as server:
        arguments = [f"--rate={RATE}", f"--connections={_CONNECTIONS}", "--warmup=200ms"]
        arguments += [f"--duration={round(seconds * 1000)}ms", wrk.url(server.port)]
        for _ in range(rounds):
            results.append(load_run.run(client, pinning.client, *arguments).result)
        server.drain()
    late = [result["lateness_us"] for result in results]
    errors = [figures["p99"] for figures in late]
    achieved = statistics.median(result["requests_per_second"] for result in results)
    detail = (
        f"the median of {rounds} rounds from {min(errors):.1f} to {max(errors):.1f};"
        f" p50 {statistics.median(figures['p50'] for figures in late):.1f} us,"
        f" p99.9 {statistics.median(figures['p99.9'] for figures in late):.1f} us,"
        f" achieved {achieved:,.1f}/s"
    )
    what = f"majuscule-load, pacing error p99 at {RATE:,} requests/s"
    shortfall = "" if achieved >= _LEAST_ACHIEVED * RATE else "not the rate, for all connections were busy"
    return Target(what, limit, "us").judge(statistics.median(errors), detail, shortfall)
