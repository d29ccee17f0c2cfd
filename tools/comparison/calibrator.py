# SPDX-License-Identifier: MIT
"""Calibrates the machine around each load. One reference server runs on the core of the server for a whole run, idle
except for short loads of the real client between the measured loads. A calibration is the median of a few of them,
since one in ten is disturbed. The calibration after a load is also the one before the next load."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Generic, Iterator, Optional, TypeVar

from comparison import child, load_client, proc
from comparison.errors import Untrusted
from comparison.pinning import Pinning, on_core
from comparison.server import Server, running_reference
from comparison.speed import TOLERANCE, Bracket, Calibration, Speed

_PIECES, _PIECE_SECONDS = 3, 0.06
CALIBRATION_SECONDS = _PIECES * _PIECE_SECONDS
MOST_VISITS = 4  # to a measurement, while the machine is not steady
_LOAD = load_client.Load(connections=64, seconds=_PIECE_SECONDS, warm_up=0.0, timeout=5.0)
_FRESH_SECONDS = 0.5  # an older calibration is not used
_PATIENCE_SECONDS = 30.0

Value = TypeVar("Value")
Calibrate = Callable[[], Calibration]


@dataclass(frozen=True)
class Bracketed(Generic[Value]):
    """The measured value; `bracket` None: a calibration failed. `again`: the brackets of earlier tries."""

    value: Value
    bracket: Optional[Bracket]
    again: tuple[Bracket, ...] = ()


class Calibrator:
    """`calibrate` raises Untrusted when it fails: then costs are not corrected, and `speed` records it. `clock`:
    seconds since the run began."""

    def __init__(self, calibrate: Calibrate, speed: Speed, clock: Callable[[], float]) -> None:
        self._calibrate = calibrate
        self._clock = clock
        self._last: Optional[Calibration] = None
        self._last_ended = 0.0
        self._spare = 0
        self.speed = speed

    def allow_repeats(self, visits: int) -> None:
        """Allows so many visits beyond the planned ones: limits the time lost on an unsteady machine."""
        self._spare += visits

    def bracketed(self, measure: Callable[[], Value]) -> Bracketed[Value]:
        fresh = self._last is not None and self._clock() - self._last_ended <= _FRESH_SECONDS
        before = self._last if fresh else self._calibration()
        value = measure()
        after = self._calibration()
        return Bracketed(value, Bracket(before, after) if before and after else None)

    def steadily(
        self,
        measure: Callable[[], Value],
        final: Callable[[Value], bool] = lambda _: False,
        uneven: Callable[[Value], float] = lambda _: 0.0,
    ) -> Bracketed[Value]:
        """Measures again while the machine is not steady, and keeps the steadiest try: by its two calibrations, and
        by `uneven` of the load itself (1: the tolerance). A `final` value is kept always, so that a row is never
        INVALID at one try and valid at the next."""
        tries: list[Bracketed[Value]] = []

        def unsteadiness(one: Bracketed[Value]) -> float:
            return max(one.bracket.disagreement / TOLERANCE if one.bracket else 0.0, uneven(one.value))

        while True:
            found = self.bracketed(measure)
            if final(found.value) or found.bracket is None:
                best = found
                break
            tries.append(found)
            if unsteadiness(found) <= 1 or len(tries) == MOST_VISITS or not self._spare:
                best = min(tries, key=unsteadiness)
                break
            self._spare -= 1
        again = tuple(one.bracket for one in tries if one.bracket and one is not best)
        return Bracketed(best.value, best.bracket, again)

    def _calibration(self) -> Optional[Calibration]:
        try:
            self._last = self._calibrate()
            self.speed.calibrations.append(self._last)
        except (Untrusted, OSError) as error:
            self._last = None
            self.speed.failures.append(str(error))
        self._last_ended = self._clock()
        return self._last


@contextmanager
def calibrating(reference: Path, client: Path, pinning: Pinning, speed: Speed) -> Iterator[Calibrator]:
    """When the reference server does not start, no cost is corrected."""
    began = time.monotonic()
    speed.began = time.strftime("%Y-%m-%dT%H:%M:%S%z")

    def clock() -> float:
        return time.monotonic() - began

    def failing(why: Untrusted) -> Calibrate:
        def calibrate() -> Calibration:
            raise why

        return calibrate

    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_reference(reference, "epoll", pinning.server))
        except Untrusted as error:
            yield Calibrator(failing(error), speed, clock)
        else:
            with suppress(Untrusted, OSError):
                _calibrate(server, client, pinning.client, clock)  # the first is the slowest
            yield Calibrator(lambda: _calibrate(server, client, pinning.client, clock), speed, clock)


def _calibrate(server: Server, client: Path, core: int, clock: Callable[[], float]) -> Calibration:
    pieces = [_piece(server, client, core, clock) for _ in range(_PIECES)]
    usual = statistics.median_low(piece.us_per_request for piece in pieces)
    return next(piece for piece in pieces if piece.us_per_request == usual)


def _piece(server: Server, client: Path, core: int, clock: Callable[[], float]) -> Calibration:
    began, cpu = clock(), proc.cpu_seconds(server.pid)
    command = on_core(core, [*_LOAD.command(client, server.port), "--json"])
    with child.started(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise Untrusted(f"a calibration has not ended within {_PATIENCE_SECONDS:.0f} s") from None
    used, ended = proc.cpu_seconds(server.pid) - cpu, clock()
    return parse(output, (began + ended) / 2, used)


def parse(output: str, at: float, cpu_seconds: float) -> Calibration:
    """The output of the client. Raises Untrusted when requests failed, or none was answered."""
    try:
        said = json.loads(output)
        errors, requests = sum(said["errors"].values()), said["requests"] + said["warmup_requests"]
    except (ValueError, KeyError, TypeError) as error:
        raise Untrusted(f"a calibration printed no result: {error!r}") from None
    if errors or not requests:
        raise Untrusted(f"a calibration had {requests:,} answers and {errors:,} errors")
    return Calibration(at, requests, cpu_seconds)
