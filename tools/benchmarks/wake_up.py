# SPDX-License-Identifier: MIT
"""What one wake-up costs beside many idle clients: CPU time of the server per request of a single busy client."""

from __future__ import annotations

import random
import socket
import statistics
from contextlib import ExitStack
from pathlib import Path

from benchmarks import steady_ratio
from comparison import conformance, modes, proc
from comparison.calibrator import Bracketed, calibrating
from comparison.errors import Untrusted
from comparison.observer import Observer
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.speed import Speed
from comparison.task import Task
from comparison.wrk import HOST, request_bytes

IDLE_CLIENTS = [100, 1_000, 10_000]
_OWN_DESCRIPTORS = 24  # of the server and the busy client
_ROUNDS = 3
_REQUESTS = 2_000
_WARM_UP_REQUESTS = 200
_PATIENCE_SECONDS = 30.0


def _ask(client: socket.socket, request: bytes, times: int) -> None:
    """One request a time: each wakes the server once."""
    for _ in range(times):
        client.send(request)
        received = client.recv(4096)
        if len(received) != len(conformance.ANSWER):
            raise Untrusted(f"answered {received!r}")


def _measure_once(program: Path, pinning: Pinning, mode: str, idle: int) -> float:
    """Microseconds a wake-up."""
    command = majuscule_command(program, mode, Task.parse("none"), "--idle-timeout=10min")
    with running(command, pinning.server) as server, ExitStack() as clients:
        for _ in range(idle):
            clients.enter_context(socket.create_connection((HOST, server.port), timeout=_PATIENCE_SECONDS))
        client = socket.create_connection((HOST, server.port), timeout=_PATIENCE_SECONDS)
        clients.enter_context(client)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = request_bytes(server.port)
        _ask(client, request, _WARM_UP_REQUESTS)
        with Observer(server.port, _PATIENCE_SECONDS) as observer:
            there = observer.read().open - 2
            if there != idle:
                raise Untrusted(f"{there:,} of {idle:,} idle clients are connected")
        before = proc.cpu_seconds(server.pid)
        _ask(client, request, _REQUESTS)
        return (proc.cpu_seconds(server.pid) - before) * 1e6 / _REQUESTS


def _row(idle: int, costs: dict[str, list[float]]) -> str:
    cells = [f"{statistics.median(rounds):.2f}" if rounds else "-" for rounds in costs.values()]
    return f"{idle:>12,}" + "".join(f"{cell:>10}" for cell in cells)


def measure(program: Path, reference: Path, client: Path, pinning: Pinning, names: list[str]) -> str:
    """The table to print. `client`: of the calibrations, on the `reference` server."""
    known, found = modes.of(program), {}
    speed = Speed()
    with calibrating(reference, client, pinning, speed) as calibrator:
        for idle in IDLE_CLIENTS:
            able = [mode for mode in names if idle + _OWN_DESCRIPTORS <= (known[mode].descriptor_limit or idle + _OWN_DESCRIPTORS)]
            costs = found.setdefault(idle, {mode: [] for mode in names})
            for _ in range(_ROUNDS):
                for mode in random.sample(able, len(able)):
                    costs[mode].append(calibrator.bracketed(lambda: _measure_once(program, pinning, mode, idle)))
    return table(found, speed)


def table(found: dict[int, dict[str, list[Bracketed[float]]]], speed: Speed) -> str:
    """By idle clients and mode; the raw medians stand below."""
    heads = f"{'idle clients':>12}" + "".join(f"{mode:>10}" for mode in next(iter(found.values())))
    corrected: list[str] = []
    raw: list[str] = []
    for idle, costs in found.items():
        corrected.append(_row(idle, {mode: steady_ratio.corrected(some, speed) for mode, some in costs.items()}))
        raw.append(_row(idle, {mode: [one.value for one in some] for mode, some in costs.items()}))
    return "\n".join(
        [
            f"CPU time of the server a wake-up in us, one busy client beside idle ones; the median of {_ROUNDS}"
            f" interleaved rounds of {_REQUESTS:,} requests; -: more than select's FD_SETSIZE",
            speed.describe(),
            heads,
            *corrected,
            "raw, not corrected for the machine's speed:",
            *raw,
        ]
    )
