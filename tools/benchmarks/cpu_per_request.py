# SPDX-License-Identifier: MIT
"""CPU time of the server per request, as a ratio to the do-nothing server or to another mode. Calibrations stand around
each load, and correct its cost for the machine's speed."""

from __future__ import annotations

import random
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Optional

from benchmarks import steady_ratio
from benchmarks.target import Target
from comparison import checks, modes, proc, wrk
from comparison.calibrator import Bracketed, calibrating
from comparison.errors import Untrusted
from comparison.pinning import Pinning
from comparison.server import Server, majuscule_command, running, running_reference
from comparison.speed import Speed
from comparison.task import Task

CONNECTIONS = 64
_WARM_UP_SECONDS = 0.3
Start = Callable[[], "AbstractContextManager[Server]"]


@dataclass(frozen=True)
class Programs:
    """`client`: of the calibrations."""

    majuscule: Path
    reference: Path
    client: Path


def load(seconds: float, pipelined: int) -> wrk.Load:
    return wrk.Load(CONNECTIONS, seconds, pipeline=pipelined)


@dataclass(frozen=True)
class _Use:
    """Of a fresh server over a whole load; `foreign_share`: what others took of its core meanwhile."""

    microseconds_per_request: float
    foreign_share: float


def _use(start: Start, asked: wrk.Load, pinning: Pinning) -> _Use:
    with start() as server:
        wrk.run(replace(asked, seconds=_WARM_UP_SECONDS), server.port, pinning.client)
        began = time.monotonic()
        core, cpu = proc.core_busy_seconds(pinning.server), proc.cpu_seconds(server.pid)
        result = wrk.run(asked, server.port, pinning.client)
        seconds, used = time.monotonic() - began, proc.cpu_seconds(server.pid) - cpu
        foreign = proc.core_busy_seconds(pinning.server) - core - used
        server.drain()
    if result.errors.total or not result.requests:
        raise Untrusted(f"{result.requests} requests with {result.errors}")
    return _Use(used * 1e6 / result.requests, foreign / seconds)


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


def measure(
    programs: Programs,
    pinning: Pinning,
    question: Question,
    rounds: int,
    seconds: float,
    limit: Optional[float],
) -> str:
    """The line to print."""

    def start(mode: str) -> Start:
        options = modes.of(programs.majuscule)[mode].options(CONNECTIONS)
        command = majuscule_command(programs.majuscule, mode, Task.parse("none"), *options)
        return lambda: running(command, pinning.server)

    beside = question.beside
    starts: dict[str, Start] = {
        "ours": start(question.mode),
        "reference": start(beside)
        if beside
        else lambda: running_reference(programs.reference, question.model, pinning.server),
    }
    costs: dict[str, list[Bracketed[float]]] = {name: [] for name in starts}
    speed, foreign_share = Speed(), 0.0
    with calibrating(programs.reference, programs.client, pinning, speed) as calibrator:
        calibrator.allow_repeats(rounds)
        for _ in range(rounds):
            for name in random.sample(list(starts), len(starts)):
                found = calibrator.steadily(lambda: _use(starts[name], load(seconds, question.pipelined), pinning))
                costs[name].append(replace(found, value=found.value.microseconds_per_request))
                foreign_share = max(foreign_share, found.value.foreign_share)
    ratio = steady_ratio.of(costs["ours"], costs["reference"], speed)
    marks = [checks.disturbed(foreign_share), steady_ratio.unsteady(costs["ours"] + costs["reference"])]
    detail = "; ".join([ratio.describe(), *filter(None, marks), speed.describe()])
    return Target(str(question), limit, "").judge(ratio.median, detail)
