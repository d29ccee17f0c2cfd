# SPDX-License-Identifier: MIT
"""What each idle keep-alive client costs in memory: a line through a few sizes of the crowd."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Optional

from comparison import proc
from comparison.errors import Untrusted
from comparison.idle_crowd import client_after_one_request, here_on, reset_when_closed, settled
from comparison.kernel_memory import KernelMemory
from comparison.server import Server, running

DEFAULT_COUNTS = [0, 50, 150, 300]
_FEWEST = 20  # clients from which on a line through pages means anything
_ATTEMPTS = 2
_LOOSEST = 0.15  # the standard error of a slope, as a share of it


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
    """`error`: the standard error of the slope; None where two points leave none to see."""

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
    """The slopes of the points, as far as these allow; `reasons`: what is known to be missing."""
    reasons = list(reasons)
    xs = [float(point.connections) for point in points]
    anonymous = kernel = None
    if points and max(xs) - min(xs) >= _FEWEST:
        anonymous = fit(xs, [float(point.anonymous) for point in points]).slope
        known = [float(point.kernel) for point in points if point.kernel is not None]
        if len(known) == len(points):
            kernel = _kernel_slope(fit(xs, known), reasons)
    elif not reasons:
        reasons.append(f"fewer than {_FEWEST} clients are too few for pages")
    return MemorySlope(points, anonymous, kernel, how, "; ".join(reasons) or None)


def _kernel_slope(line: Line, reasons: list[str]) -> Optional[float]:
    """None with a reason when others moved the kernel's memory: theirs cannot be told from the server's."""
    if line.slope <= 0 or (line.error is not None and line.error > _LOOSEST * line.slope):
        error = "" if line.error is None else f" ± {line.error:,.0f}"
        reasons.append(f"kernel memory was disturbed: {line.slope:,.0f}{error} bytes per connection")
        return None
    return line.slope


def measure(
    command: list[str],
    core: Optional[int],
    counts: list[int],
    client_core: Optional[int],
    places: Optional[int] = None,
) -> MemorySlope:
    """Of a fresh server. `places`: how many clients it serves at once, None: all; more than that only wait.

    A server that fails is a reason too. When others disturb the kernel's memory, tries again.
    """
    fitting = sorted({count if places is None else min(count, places) for count in counts})
    how, reasons = "anonymous: pages in RAM of all its processes, shared ones once", []
    if places is not None and max(counts) > places:
        how = f"up to {places:,} clients, as it serves {places:,} at a time; {how}"
        if places < _FEWEST:
            reasons.append(f"serves {places:,} at a time: too few to see what one of them costs")
    for _ in range(_ATTEMPTS):
        found = _attempt(command, core, fitting, client_core, how, reasons)
        if reasons or not _was_disturbed(found):
            break
    return found


def _was_disturbed(found: MemorySlope) -> bool:
    known = bool(found.points) and found.points[-1].kernel is not None
    return known and found.kernel_per_connection is None


def _attempt(
    command: list[str],
    core: Optional[int],
    counts: list[int],
    client_core: Optional[int],
    how: str,
    reasons: list[str],
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
    points = []
    with ExitStack() as connected:
        stand = 0
        with client_after_one_request(server.port) as first:  # what is made on first use is not the crowd's
            reset_when_closed(first)
        if kernel:
            kernel.begin()
        for count in counts:
            while stand < count:
                reset_when_closed(connected.enter_context(client_after_one_request(server.port)))
                stand += 1
            anonymous = settled(lambda: proc.family_anonymous(server.pid))
            points.append(Point(count, anonymous, kernel.read(server.pid, count) if kernel else None))
    server.drain()
    return points
