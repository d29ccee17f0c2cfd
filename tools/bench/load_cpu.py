# SPDX-License-Identifier: MIT
"""CPU time of the load client per request, as a ratio to wrk's."""

from __future__ import annotations

import random
import statistics
from pathlib import Path
from typing import Callable, Optional

from bench import load_run
from bench.target import Target
from comparison import wrk
from comparison.errors import Untrusted
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task

CONNECTIONS = 64


def _ours(program: Path, core: int, port: int, seconds: float) -> float:
    """Microseconds a request, as of `_wrks`."""
    arguments = [f"--connections={CONNECTIONS}", f"--duration={round(seconds * 1000)}ms", wrk.url(port)]
    done = load_run.run(program, core, *arguments)
    return done.cpu_seconds * 1e6 / done.result["requests"]


def _wrks(core: int, port: int, seconds: float) -> float:
    before = load_run.cpu_of_children()
    result = wrk.run(wrk.Load(CONNECTIONS, seconds), port, core)
    if result.errors.total or not result.requests:
        raise Untrusted(f"{result.requests} requests with {result.errors}")
    return (load_run.cpu_of_children() - before) * 1e6 / result.requests


def measure(
    majuscule: Path, client: Path, pinning: Pinning, rounds: int, seconds: float, limit: Optional[float]
) -> str:
    """The line to print."""
    with running(majuscule_command(majuscule, "epoll", Task.parse("none")), pinning.server) as server:
        ways: dict[str, Callable[[], float]] = {
            "ours": lambda: _ours(client, pinning.client, server.port, seconds),
            "wrk": lambda: _wrks(pinning.client, server.port, seconds),
        }
        costs: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name in random.sample(list(ways), len(ways)):
                costs[name].append(ways[name]())
        server.drain()
    ratios = [ours / theirs for ours, theirs in zip(costs["ours"], costs["wrk"])]
    detail = (
        f"{statistics.median(costs['ours']):.3f} us / {statistics.median(costs['wrk']):.3f} us;"
        f" the median of {rounds} interleaved rounds from {min(ratios):.3f} to {max(ratios):.3f}"
    )
    what = f"majuscule-load, CPU per request / wrk, {CONNECTIONS} keep-alive connections"
    return Target(what, limit, "").judge(statistics.median(ratios), detail)
