# SPDX-License-Identifier: MIT
"""The figures of the load client against the truth: percentiles of delays that a server measures itself, an offered
rate, and the times of its schedule."""

from __future__ import annotations

import argparse
import math
import socket
import statistics
import threading
import time
from contextlib import suppress

from benchmarks import load_run
from benchmarks.target import Target
from comparison import wrk
from comparison.bench import Bench
from comparison.errors import Untrusted
from comparison.observer import Observer
from comparison.server import running

_CONNECTIONS = 16
_REQUESTS = 1_000
# Seconds of delay of each 200 requests: long compared with the wire, and no percentile is the slowest of its kind.
_DELAYS = [0.050] * 120 + [0.080] * 40 + [0.120] * 24 + [0.200] * 12 + [0.350] * 3 + [0.500]
_PERCENTILES = {"p50": 50.0, "p75": 75.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
_MOST_PERCENTILE_ERROR = 1.0
_RATE, _MOST_RATE_ERROR = 5_000, 0.1
_PACING_RATE, _PACING_CONNECTIONS, _LEAST_ACHIEVED = 50_000, 64, 0.99
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
        """Slow ones are far apart: 37 has no common factor with the number of delays."""
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
    """The nearest rank of sorted samples."""
    return ordered[max(1, math.ceil(wanted / 100 * len(ordered) - 1e-9)) - 1]


def _percentiles(bench: Bench) -> str:
    server = _DelayingServer()
    try:
        arguments = [f"--connections={_CONNECTIONS}", f"--requests={_REQUESTS}", "--check=any", wrk.url(server.port)]
        figures = load_run.run(bench, *arguments)[0]["service_time_us"]
    finally:
        server.close()
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


def _rate(bench: Bench, seconds: float) -> str:
    with running(bench.command("epoll"), bench.pinning.server) as server:
        arguments = [f"--rate={_RATE}", "--connections=16", f"--duration={round(seconds * 1000)}ms"]
        result, _ = load_run.run(bench, *arguments, wrk.url(server.port))
        with Observer(server.port, _PATIENCE_SECONDS) as observer:
            counted = observer.read().requests
        server.drain()
    if counted != result["requests"]:
        raise Untrusted(f"the client measured {result['requests']} requests, the server answered {counted}")
    achieved = result["requests_per_second"]
    detail = f"{achieved:,.2f} achieved of {_RATE:,} offered"
    what = "majuscule-load, achieved rate, its error"
    return Target(what, _MOST_RATE_ERROR, "%").judge(abs(achieved / _RATE - 1) * 100, detail)


def measure(bench: Bench, given: argparse.Namespace) -> str:
    """The lines to print."""
    return "\n".join([_percentiles(bench), _rate(bench, given.seconds)])


def pacing(bench: Bench, given: argparse.Namespace) -> str:
    """How late the client sends what its schedule says, at a high rate. The median round, since one may be disturbed."""
    with running(bench.command("epoll"), bench.pinning.server) as server:
        arguments = [f"--rate={_PACING_RATE}", f"--connections={_PACING_CONNECTIONS}", "--warmup=200ms"]
        arguments += [f"--duration={round(given.seconds * 1000)}ms", wrk.url(server.port)]
        results = [load_run.run(bench, *arguments)[0] for _ in range(given.rounds)]
        server.drain()
    late = [result["lateness_us"] for result in results]
    errors = [figures["p99"] for figures in late]
    achieved = statistics.median(result["requests_per_second"] for result in results)
    detail = (
        f"the median of {given.rounds} rounds from {min(errors):.1f} to {max(errors):.1f};"
        f" p50 {statistics.median(figures['p50'] for figures in late):.1f} us,"
        f" p99.9 {statistics.median(figures['p99.9'] for figures in late):.1f} us, achieved {achieved:,.1f}/s"
    )
    what = f"majuscule-load, pacing error p99 at {_PACING_RATE:,} requests/s"
    shortfall = "" if achieved >= _LEAST_ACHIEVED * _PACING_RATE else "not the rate: all connections were busy"
    return Target(what, given.target, "us").judge(statistics.median(errors), detail, shortfall)
