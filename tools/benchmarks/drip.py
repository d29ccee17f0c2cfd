# SPDX-License-Identifier: MIT
"""How much later a good client is answered while a thousand others drip their headers.

The good client is a loop of send and recv in this process, on the client's core. A dripper works beside it in
both cases, at the server or at a socket that nobody reads, so that only what the server has to do differs.
"""

from __future__ import annotations

import gc
import os
import random
import socket
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator

from benchmarks.target import Target
from comparison import checks, conformance, crowd
from comparison.errors import Untrusted
from comparison.measure import CpuSample
from comparison.observer import Observer
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task
from comparison.wrk import HOST, request_bytes

CLIENTS = 1_000
_REQUESTS = 20_000
_WARM_UP_REQUESTS = 2_000
_PATIENCE_SECONDS = 30.0
_LEAST_SHARE = 0.9  # of the bytes that should drip


@dataclass(frozen=True)
class _Round:
    """Latencies in microseconds; `foreign_share`: what others took of one of the cores meanwhile."""

    p50: float
    p99: float
    foreign_share: float


@contextmanager
def _dripping(port: int, core: int) -> Iterator[int]:
    """The process that drips. Raises Untrusted when it could not keep to its rate."""
    with crowd.helper("drip", port, CLIENTS, core) as found:
        yield int(found[0])
    wanted = CLIENTS / crowd.DRIP_SECONDS
    if found[1] < _LEAST_SHARE * wanted:
        raise Untrusted(f"{found[1]:,.0f} bytes dripped a second, {wanted:,.0f} are needed")


@contextmanager
def _sink() -> Iterator[int]:
    """The port of a socket whose clients stay in its queue."""
    with socket.create_server((HOST, 0), backlog=2 * CLIENTS) as listener:
        yield listener.getsockname()[1]


def _latencies(port: int, requests: int) -> list[float]:
    """Microseconds, in order of size."""
    request, size = request_bytes(port), len(conformance.ANSWER)
    taken = []
    with socket.create_connection((HOST, port), timeout=_PATIENCE_SECONDS) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(requests):
            began = time.perf_counter_ns()
            client.send(request)
            received = client.recv(4096)
            taken.append(time.perf_counter_ns() - began)
            if len(received) != size:
                raise Untrusted(f"answered {received!r}")
    return [nanoseconds / 1e3 for nanoseconds in sorted(taken)]


def _measure_once(program: Path, pinning: Pinning, mode: str, loaded: bool) -> _Round:
    command = [*majuscule_command(program, mode, Task.parse("none")), "--header-timeout=10min"]
    with running(command, pinning.server) as server, _sink() as sink:
        dripping = _dripping(server.port if loaded else sink, pinning.client)
        with dripping as dripper, Observer(server.port, _PATIENCE_SECONDS) as observer:
            _latencies(server.port, _WARM_UP_REQUESTS)
            first = CpuSample.now(server.pid, dripper, pinning)
            taken = _latencies(server.port, _REQUESTS)
            last = CpuSample.now(server.pid, dripper, pinning)
            others = observer.read().open - 1
            if others != (CLIENTS if loaded else 0):
                raise Untrusted(f"{others} dripping clients are connected")
        server.drain()
    foreign_share = last.since(first, pinning).foreign_share
    return _Round(taken[_REQUESTS // 2], taken[_REQUESTS * 99 // 100], foreign_share)


def measure(program: Path, pinning: Pinning, mode: str, rounds: int, limit: float) -> str:
    """The line to print."""
    os.sched_setaffinity(0, {pinning.client})
    gc.disable()
    pinning = replace(pinning, watcher=pinning.client)
    of: dict[bool, list[_Round]] = {True: [], False: []}
    for _ in range(rounds):
        for loaded in random.sample([True, False], 2):
            of[loaded].append(_measure_once(program, pinning, mode, loaded))
    ratios = [beside.p99 / alone.p99 for beside, alone in zip(of[True], of[False])]
    p50, p99 = (
        {loaded: statistics.median(getattr(one, name) for one in of[loaded]) for loaded in of}
        for name in ("p50", "p99")
    )
    what = f"{mode}, p99 of a good client beside {CLIENTS:,} that drip / beside none"
    detail = (
        f"p99 {p99[True]:.1f} us / {p99[False]:.1f} us, p50 {p50[True]:.1f} us / {p50[False]:.1f} us;"
        f" the median of {rounds} interleaved rounds from {min(ratios):.3f} to {max(ratios):.3f};"
        f" {_REQUESTS:,} requests each; beside none, the same clients drip at a socket that nobody reads"
    )
    disturbed = checks.disturbed(max(one.foreign_share for rounds_of in of.values() for one in rounds_of))
    detail += f"; {disturbed}" if disturbed else ""
    return Target(what, limit, "").judge(statistics.median(ratios), detail)
