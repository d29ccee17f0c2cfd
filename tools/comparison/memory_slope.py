# SPDX-License-Identifier: MIT
"""The memory of an idle keep-alive client: the slope of a line through a few numbers of clients."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Optional

from comparison import proc
from comparison.errors import Untrusted
from comparison.idle_crowd import client_after_one_request, here_on, settled
from comparison.kernel_memory import KernelMemory
from comparison.server import Server, running

DEFAULT_COUNTS = [0, 50, 150, 300]
_FEWEST = 20  # clients for a line through pages
_ATTEMPTS = 2
_LOOSEST = 0.15  # standard error of a slope, as a share of the slope


@dataclass(frozen=True)
class Point:
    """Bytes of the server and its family. `kernel` None: not measured."""

    connections: int
    anonymous: int
    kernel: Optional[int]


@dataclass(frozen=True)
class MemorySlope:
    """Bytes per connection; None: not measured, for the reason."""

    points: list[Point]
    anonymous_per_connection: Optional[float]
    kernel_per_connection: Optional[float]
    how: str
    reason: Optional[str]


@dataclass(frozen=True)
class Line:
    """`error`: the standard error of the slope; None for two points."""

    slope: float
    error: Optional[float]


def fit(xs: list[float], ys: list[float]) -> Line:
    """By least squares. Raises ValueError when all x are the same."""
    count = len(xs)
    middle_x, middle_y = math.fsum(xs) / count, math.fsum(ys) / count
    spread = math.fsum((x - middle_x) ** 2 for x in xs)
    if spread == 0:
        raise ValueError("a line needs points that differ in x")
    slope = math.fsum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys)) / spread
    if count < 3:
        return Line(slope, None)
    left = math.fsum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in zip(xs, ys))
    return Line(slope, math.sqrt(left / (count - 2) / spread))


def through(points: list[Point], how: str, reasons: list[str]) -> MemorySlope:
    """`reasons`: why something was not measured."""
    reasons = list(reasons)
    xs = [float(point.connections) for point in points]
    anonymous = kernel = None
    if points and max(xs) - min(xs) >= _FEWEST:
        anonymous = fit(xs, [float(point.anonymous) for point in points]).slope
        known = [float(point.kernel) for point in points if point.kernel is not None]
        if len(known) == len(points):
            line = fit(xs, known)
            if line.slope > 0 and (line.error is None or line.error <= _LOOSEST * line.slope):
                kernel = line.slope
            else:
                error = "" if line.error is None else f" ± {line.error:,.0f}"
                reasons.append(f"kernel memory was disturbed: {line.slope:,.0f}{error} bytes per connection")
    elif not reasons:
        reasons.append(f"fewer than {_FEWEST} clients are too few for pages")
    return MemorySlope(points, anonymous, kernel, how, "; ".join(reasons) or None)


def measure(
    command: list[str], core: Optional[int], counts: list[int], client_core: Optional[int], places: Optional[int] = None
) -> MemorySlope:
    """With a fresh server. `places`: how many clients it serves at once, None: all. A server that fails is a reason.
    Measures again when other processes disturb the kernel memory."""
    fitting = sorted({count if places is None else min(count, places) for count in counts})
    how, reasons = "anonymous: pages in RAM of all its processes, shared ones once", []
    if places is not None and max(counts) > places:
        how = f"up to {places:,} clients, as it serves {places:,} at a time; {how}"
        if places < _FEWEST:
            reasons.append(f"serves {places:,} at a time: too few to see the memory of one client")
    for _ in range(_ATTEMPTS):
        found = _attempt(command, core, fitting, client_core, how, reasons)
        known = bool(found.points) and found.points[-1].kernel is not None
        if reasons or not known or found.kernel_per_connection is not None:
            break
    return found


def _attempt(
    command: list[str], core: Optional[int], counts: list[int], client_core: Optional[int], how: str, reasons: list[str]
) -> MemorySlope:
    with ExitStack() as held:
        kernel = None
        try:
            kernel = KernelMemory(held)
            how = f"{how}; {kernel.describe()}"
        except (Untrusted, OSError) as error:
            reasons = [*reasons, f"kernel memory: {error}"]
        try:
            with running(command, core) as server, here_on(client_core):
                return through(_points(server, counts, kernel), how, reasons)
        except (Untrusted, OSError) as error:
            return MemorySlope([], None, None, how, str(error))


def _points(server: Server, counts: list[int], kernel: Optional[KernelMemory]) -> list[Point]:
    points, connected = [], 0
    with ExitStack() as clients:
        client_after_one_request(server.port).close()  # memory of the first use is not that of the clients
        if kernel:
            kernel.begin()
        for count in counts:
            for _ in range(count - connected):
                clients.enter_context(client_after_one_request(server.port))
            connected = count
            anonymous = settled(lambda: proc.family_anonymous(server.pid))
            points.append(Point(count, anonymous, kernel.read(server.pid, count) if kernel else None))
    server.drain()
    return points
