# SPDX-License-Identifier: MIT
"""The result of one visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison import load_client, wrk
from comparison.proc import ListenQueue
from comparison.speed import Bracket


@dataclass(frozen=True)
class Start:
    """When the window began, in seconds of the load, and when it should begin. `connections`: how many were open;
    None: not known."""

    seconds: float
    connections: Optional[int]
    expected: float = 0.0


@dataclass(frozen=True)
class Window:
    """The middle of a load: all connections are open, none has ended. Shares are of one core: what the server used of
    its core, and what was used by neither the server, the client nor this script."""

    seconds: float
    server_share: float
    foreign_share: float


@dataclass(frozen=True)
class Cost:
    """What the server used for the requests."""

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
    """What the server counted for a whole load, without the observer and the other clients."""

    requests: int
    accepted: int
    refused: int
    timed_out: int


@dataclass(frozen=True)
class CrossCheck:
    """The same load by wrk on the same server. `account` None: the server was not asked."""

    result: wrk.Result
    account: Optional[Account]


@dataclass(frozen=True)
class Sample:
    """`account` None: the server was not asked (the reference server, or a mode without a place for an observer);
    then `cost` is of the whole load, not of the window. `cross_check` None: wrk has no open loop. `bracket`: the
    calibrations around the load; None: they failed. `peak_resident` in bytes."""

    load: load_client.Result
    cross_check: Optional[CrossCheck]
    start: Start
    window: Window
    cost: Cost
    account: Optional[Account]
    listen_queue: ListenQueue
    threads: int
    peak_resident: int
    served_at_once: Optional[int] = None  # clients; None: all connected ones
    bracket: Optional[Bracket] = None
    unevenness: Optional[float] = None  # of the machine's speed during the load; None: not known
    throttled: int = 0  # periods in which the control group's quota stopped processes
