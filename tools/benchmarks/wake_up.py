# SPDX-License-Identifier: MIT
"""The cost of one wake-up beside many idle clients: CPU time of the server per request of a single busy client."""

from __future__ import annotations

import argparse
import random
import socket
import statistics
from contextlib import ExitStack

from benchmarks import steady_ratio
from benchmarks.clients import PATIENCE_SECONDS, ask, connected, expect_limits
from comparison import proc
from comparison.bench import Bench
from comparison.calibrator import Bracketed, calibrating
from comparison.errors import Untrusted
from comparison.observer import Observer
from comparison.server import running
from comparison.speed import Speed
from comparison.wrk import HOST, request_bytes

IDLE_CLIENTS = [100, 1_000, 10_000]
_OWN_DESCRIPTORS = 24  # of the server and the busy client
_ROUNDS = 3
_REQUESTS = 2_000
_WARM_UP_REQUESTS = 200


def _measure_once(bench: Bench, mode: str, idle: int) -> float:
    """Microseconds a wake-up."""
    command = bench.command(mode, None, "--idle-timeout=10min")
    with running(command, bench.pinning.server) as server, ExitStack() as clients:
        for _ in range(idle):
            clients.enter_context(socket.create_connection((HOST, server.port), timeout=PATIENCE_SECONDS))
        client, request = clients.enter_context(connected(server.port)), request_bytes(server.port)
        for _ in range(_WARM_UP_REQUESTS):
            ask(client, request)
        with Observer(server.port, PATIENCE_SECONDS) as observer:
            there = observer.read().open - 2
            if there != idle:
                raise Untrusted(f"{there:,} of {idle:,} idle clients are connected")
        before = proc.cpu_seconds(server.pid)
        for _ in range(_REQUESTS):  # one at a time: each wakes the server once
            ask(client, request)
        return (proc.cpu_seconds(server.pid) - before) * 1e6 / _REQUESTS


def _row(idle: int, costs: dict[str, list[float]]) -> str:
    cells = [f"{statistics.median(rounds):.2f}" if rounds else "-" for rounds in costs.values()]
    return f"{idle:>12,}" + "".join(f"{cell:>10}" for cell in cells)


def measure(bench: Bench, given: argparse.Namespace) -> str:
    """The table to print."""
    names = given.mode.split(",")
    expect_limits(bench, max(IDLE_CLIENTS), *names)
    limits = {mode: bench.modes[mode].descriptor_limit for mode in names}
    found: dict[int, dict[str, list[Bracketed[float]]]] = {}
    speed = Speed()
    with calibrating(bench.reference, bench.client, bench.pinning, speed) as calibrator:
        for idle in IDLE_CLIENTS:
            able = [mode for mode, limit in limits.items() if limit is None or idle + _OWN_DESCRIPTORS <= limit]
            costs = found.setdefault(idle, {mode: [] for mode in names})
            for _ in range(_ROUNDS):
                for mode in random.sample(able, len(able)):
                    costs[mode].append(calibrator.bracketed(lambda: _measure_once(bench, mode, idle)))
    return table(found, speed)


def table(found: dict[int, dict[str, list[Bracketed[float]]]], speed: Speed) -> str:
    """By idle clients and mode, corrected and raw."""
    raw = [
        _row(idle, {mode: [one.value for one in some] for mode, some in costs.items()}) for idle, costs in found.items()
    ]
    return "\n".join(
        [
            f"CPU time of the server a wake-up in us, one busy client beside idle ones; the median of {_ROUNDS}"
            f" interleaved rounds of {_REQUESTS:,} requests; -: more than the mode can wait for",
            speed.describe(),
            f"{'idle clients':>12}" + "".join(f"{mode:>10}" for mode in next(iter(found.values()))),
            *(
                _row(idle, {mode: steady_ratio.corrected(some, speed) for mode, some in costs.items()})
                for idle, costs in found.items()
            ),
            "raw, not corrected for the speed of the machine:",
            *raw,
        ]
    )
