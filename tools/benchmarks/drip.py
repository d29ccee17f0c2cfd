# SPDX-License-Identifier: MIT
"""How much later a good client is answered while a thousand others drip their headers.

The good client is a loop of send and recv in this process, on the core of the client. The same clients drip in both
cases, at the server or at a socket that is never read, so that only the work of the server differs.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import socket
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Iterator

from benchmarks.clients import PATIENCE_SECONDS, ask, connected, expect_limits
from benchmarks.target import Target
from comparison import checks, crowd
from comparison.bench import Bench
from comparison.cpu_sample import CpuSample
from comparison.errors import Untrusted
from comparison.observer import Observer
from comparison.server import running
from comparison.wrk import HOST, request_bytes

CLIENTS = 1_000
_REQUESTS = 20_000
_WARM_UP_REQUESTS = 2_000
_LEAST_SHARE = 0.9  # of the bytes that should drip


@dataclass(frozen=True)
class _Round:
    """Latencies in microseconds; `foreign_share`: what others used of a core meanwhile."""

    p50: float
    p99: float
    foreign_share: float


@contextmanager
def _dripping(port: int, core: int) -> Iterator[int]:
    """The process that drips. Raises Untrusted when it did not reach its rate."""
    with crowd.slow_clients("drip", port, CLIENTS, core) as found:
        yield int(found[0])
    wanted = CLIENTS / crowd.DRIP_SECONDS
    if found[1] < _LEAST_SHARE * wanted:
        raise Untrusted(f"{found[1]:,.0f} bytes dripped a second, {wanted:,.0f} are needed")


def _latencies(port: int, requests: int) -> list[float]:
    """Microseconds, sorted."""
    request, taken = request_bytes(port), []
    with connected(port) as client:
        for _ in range(requests):
            began = time.perf_counter_ns()
            ask(client, request)
            taken.append((time.perf_counter_ns() - began) / 1e3)
    return sorted(taken)


def _measure_once(bench: Bench, mode: str, loaded: bool) -> _Round:
    command = bench.command(mode, None, "--header-timeout=10min")
    with running(command, bench.pinning.server) as server, socket.create_server((HOST, 0), backlog=2 * CLIENTS) as sink:
        port = server.port if loaded else sink.getsockname()[1]
        with _dripping(port, bench.pinning.client) as dripper, Observer(server.port, PATIENCE_SECONDS) as observer:
            _latencies(server.port, _WARM_UP_REQUESTS)
            first = CpuSample.now(server.pid, dripper, bench.pinning)
            taken = _latencies(server.port, _REQUESTS)
            last = CpuSample.now(server.pid, dripper, bench.pinning)
            others = observer.read().open - 1
            if others != (CLIENTS if loaded else 0):
                raise Untrusted(f"{others} dripping clients are connected")
        server.drain()
    foreign_share = last.since(first, bench.pinning).foreign_share
    return _Round(taken[_REQUESTS // 2], taken[_REQUESTS * 99 // 100], foreign_share)


def measure(bench: Bench, given: argparse.Namespace) -> str:
    """The line to print."""
    expect_limits(bench, 2 * CLIENTS, given.mode)
    os.sched_setaffinity(0, {bench.pinning.client})
    gc.disable()
    bench = replace(bench, pinning=replace(bench.pinning, watcher=bench.pinning.client))
    of: dict[bool, list[_Round]] = {True: [], False: []}
    for _ in range(given.rounds):
        for loaded in random.sample([True, False], 2):
            of[loaded].append(_measure_once(bench, given.mode, loaded))
    ratios = [with_drip.p99 / without.p99 for with_drip, without in zip(of[True], of[False])]
    p50, p99 = (
        {loaded: statistics.median(getattr(one, name) for one in of[loaded]) for loaded in of}
        for name in ("p50", "p99")
    )
    what = f"{given.mode}, p99 of a good client beside {CLIENTS:,} that drip / beside none"
    detail = (
        f"p99 {p99[True]:.1f} us / {p99[False]:.1f} us, p50 {p50[True]:.1f} us / {p50[False]:.1f} us;"
        f" the median of {given.rounds} interleaved rounds from {min(ratios):.3f} to {max(ratios):.3f};"
        f" {_REQUESTS:,} requests each; beside none, the same clients drip at a socket that is never read"
    )
    disturbed = checks.disturbed(max(one.foreign_share for rounds in of.values() for one in rounds))
    detail += f"; {disturbed}" if disturbed else ""
    return Target(what, given.target, "").judge(statistics.median(ratios), detail)
