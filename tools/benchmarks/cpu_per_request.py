# SPDX-License-Identifier: MIT
"""CPU time of the server per request, as a ratio to the do-nothing server or to another mode. Costs are corrected by
calibrations around each load."""

from __future__ import annotations

import argparse
import random
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Callable, Optional

from benchmarks import steady_ratio
from benchmarks.target import Target
from comparison import checks, proc, wrk
from comparison.bench import Bench
from comparison.calibrator import Bracketed, calibrating
from comparison.errors import Untrusted
from comparison.server import Server, running, running_reference
from comparison.speed import Speed

CONNECTIONS = 64
_WARM_UP_SECONDS = 0.3
Start = Callable[[], "AbstractContextManager[Server]"]


@dataclass(frozen=True)
class Question:
    """`beside`: the mode to compare with; None: the do-nothing server, with threads or else an epoll loop."""

    mode: str
    beside: Optional[str]
    pipelined: int

    @property
    def model(self) -> str:
        return "threads" if self.mode == "threads" else "epoll"

    def __str__(self) -> str:
        what = f"{self.mode}, CPU per request / {self.beside or f'do-nothing {self.model} server'}"
        what += f", {CONNECTIONS} keep-alive connections"
        return what + (f", {self.pipelined} pipelined" if self.pipelined > 1 else "")


def _use(start: Start, load: wrk.Load, bench: Bench) -> tuple[float, float]:
    """Microseconds a request of a fresh server over a whole load, and the share of its core that others used."""
    pinning = bench.pinning
    with start() as server:
        wrk.run(replace(load, seconds=_WARM_UP_SECONDS), server.port, pinning.client)
        began = time.monotonic()
        core, cpu = proc.core_busy_seconds(pinning.server), proc.cpu_seconds(server.pid)
        result = wrk.run(load, server.port, pinning.client)
        seconds, used = time.monotonic() - began, proc.cpu_seconds(server.pid) - cpu
        foreign = proc.core_busy_seconds(pinning.server) - core - used
        server.drain()
    if result.errors.total or not result.requests:
        raise Untrusted(f"{result.requests} requests with {result.errors}")
    return used * 1e6 / result.requests, foreign / seconds


def measure(bench: Bench, given: argparse.Namespace) -> str:
    """The line to print."""
    bench = replace(bench, threads=CONNECTIONS)
    question = Question(given.mode, given.beside, given.pipelined)
    core = bench.pinning.server
    starts: dict[str, Start] = {
        "ours": lambda: running(bench.command(question.mode), core),
        "base": lambda: running(bench.command(question.beside), core)
        if question.beside
        else running_reference(bench.reference, question.model, core),
    }
    load = wrk.Load(CONNECTIONS, given.seconds, pipeline=question.pipelined)
    costs: dict[str, list[Bracketed[float]]] = {name: [] for name in starts}
    speed, foreign_share = Speed(), 0.0
    with calibrating(bench.reference, bench.client, bench.pinning, speed) as calibrator:
        calibrator.allow_repeats(given.rounds)
        for _ in range(given.rounds):
            for name in random.sample(list(starts), len(starts)):
                found = calibrator.steadily(lambda: _use(starts[name], load, bench))
                costs[name].append(replace(found, value=found.value[0]))
                foreign_share = max(foreign_share, found.value[1])
    ratio = steady_ratio.of(costs["ours"], costs["base"], speed)
    marks = [checks.disturbed(foreign_share), steady_ratio.unsteady(costs["ours"] + costs["base"])]
    detail = "; ".join([ratio.describe(), *filter(None, marks), speed.describe()])
    return Target(str(question), given.target, "").judge(ratio.median, detail)
