# SPDX-License-Identifier: MIT
"""The load client beside truths: percentiles of delays that a server measures itself, and an offered rate."""

from __future__ import annotations

import math
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from benchmarks import load_run
from benchmarks.target import Target
from comparison import wrk
from comparison.errors import Untrusted
from comparison.observer import Observer
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task

_CONNECTIONS = 16
_REQUESTS = 1_000
# Of each 200 requests, as many are delayed by so many seconds: long beside what the wire takes, and so that
# no percentile is the slowest of its kind.
_DELAYS = [0.050] * 120 + [0.080] * 40 + [0.120] * 24 + [0.200] * 12 + [0.350] * 3 + [0.500]
_PERCENTILES = {"p50": 50.0, "p75": 75.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
_MOST_PERCENTILE_ERROR = 1.0
_RATE = 5_000
_MOST_RATE_ERROR = 0.1
_PATIENCE_SECONDS = 10.0
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class _DelayingServer:
    """A thread for each connection. `seen`: microseconds from the arrival of each request to its answer."""

    def __init__(self) -> None:
        self._listener = socket.create_server((wrk.HOST, 0))
        self._lock = threading.Lock()
        self._taken = 0
        self.seen: list[float] = []
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve) for _ in range(_CONNECTIONS)]
        for thread in self._threads:
            thread.start()

    def _next_delay(self) -> float:
        """So mixed that the slow ones are far apart: 37 has no common factor with their number."""
        with self._lock:
            self._taken += 1
            return _DELAYS[self._taken * 37 % len(_DELAYS)]

    def _serve(self) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while connection.recv(64 * 1024):
                    began = time.monotonic_ns()
                    time.sleep(self._next_delay())
                    self.seen.append((time.monotonic_ns() - began) / 1e3)
                    connection.sendall(_ANSWER)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)
        self._listener.close()


def percentile(ordered: list[float], wanted: float) -> float:
    """The nearest rank of samples in order."""
    return ordered[max(1, math.ceil(wanted / 100 * len(ordered) - 1e-9)) - 1]


def _percentiles(client: Path, pinning: Pinning) -> str:
    server = _DelayingServer()
    try:
        arguments = [f"--connections={_CONNECTIONS}", f"--requests={_REQUESTS}", "--check=any"]
        done = load_run.run(client, pinning.client, *arguments, wrk.url(server.port))
    finally:
        server.close()
    figures = done.result["service_time_us"]
    truth = sorted(server.seen)
    if len(truth) != figures["count"]:
        raise Untrusted(f"the client measured {figures['count']} requests of {len(truth)}")
    errors = {}
    for name, wanted in _PERCENTILES.items():
        true = percentile(truth, wanted)
        errors[name] = (figures[name] - true) / true * 100
    detail = ", ".join(f"{name} {error:+.3f} %" for name, error in errors.items())
    what = f"majuscule-load, percentiles of {_REQUESTS:,} known delays, the largest error"
    return Target(what, _MOST_PERCENTILE_ERROR, "%").judge(max(map(abs, errors.values())), detail)


def _rate(majuscule: Path, client: Path, pinning: Pinning, seconds: float) -> str:
    with running(majuscule_command(majuscule, "epoll", Task.parse("none")), pinning.server) as server:
        arguments = [f"--rate={_RATE}", "--connections=16", f"--duration={round(seconds * 1000)}ms"]
        result = load_run.run(client, pinning.client, *arguments, wrk.url(server.port)).result
        with Observer(server.port, _PATIENCE_SECONDS) as observer:
            counted = observer.read().requests
        server.drain()
    if counted != result["requests"]:
        raise Untrusted(f"the client measured {result['requests']} requests, the server answered {counted}")
    achieved = result["requests_per_second"]
    detail = f"{achieved:,.2f} achieved of {_RATE:,} offered"
    what = "majuscule-load, achieved rate, its error"
    return Target(what, _MOST_RATE_ERROR, "%").judge(abs(achieved / _RATE - 1) * 100, detail)


def measure(majuscule: Path, client: Path, pinning: Pinning, seconds: float) -> str:
    """The lines to print."""
    return "\n".join([_percentiles(client, pinning), _rate(majuscule, client, pinning, seconds)])
