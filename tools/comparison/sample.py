# SPDX-License-Identifier: MIT
"""What one visit to a measurement showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison import load_client, wrk
from comparison.proc import ListenQueue
from comparison.speed import Bracket


@dataclass(frozen=True)
class Start:
    """When the window began, in seconds of the load, when it was to begin, and how many connections stood; None: not
    known."""

    seconds: float
    connections: Optional[int]
    expected: float = 0.0


@dataclass(frozen=True)
class Window:
    """The middle of a load: all its connections stand, none has ended.

    Shares are of the time of one core: what the server used of its own, and what neither server nor client nor
    this script used of theirs.
    """

    seconds: float
    server_share: float
    foreign_share: float


@dataclass(frozen=True)
class Cost:
    """What a server used for some requests."""

    requests: int
    user_seconds: float
    system_seconds: float
    voluntary_switches: int
    involuntary_switches: int

    @property
    def cpu_seconds(self) -> float:
        return self.user_seconds + self.system_seconds


@dataclass(frozen=True)
class Account:
    """What the server itself counted for a whole load; the observer and the crowd are not in it."""

    requests: int
    accepted: int
    refused: int
    timed_out: int


@dataclass(frozen=True)
class CrossCheck:
    """wrk, with the same load on the same server behind it. `account` None: nobody was there to ask."""

    result: wrk.Result
    account: Optional[Account]


@dataclass(frozen=True)
class Sample:
    """`account` None: nobody was there to ask the server (the reference server, or one that had no place for an
    observer); then `cost` is of the whole load, not of the window. `cross_check` None: wrk has no open loop.
    `bracket`: the calibrations around it; None: they failed."""

    load: load_client.Result
    cross_check: Optional[CrossCheck]
    start: Start
    window: Window
    cost: Cost
    account: Optional[Account]
    listen_queue: ListenQueue
    threads: int
    peak_resident: int  # bytes
    served_at_once: Optional[int] = None  # clients; None: all that were connected
    bracket: Optional[Bracket] = None
    unevenness: Optional[float] = None  # of the machine's speed during the load; None: not known
    throttled: int = 0  # periods in which the control group's quota held processes back
