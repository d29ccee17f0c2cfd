# SPDX-License-Identifier: MIT
"""What one load of one cell showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison.proc import ListenQueue
from comparison.wrk import Result


@dataclass(frozen=True)
class Start:
    """When the window began, in seconds of the load, and how many connections stood; None: not known."""

    seconds: float
    connections: Optional[int]


@dataclass(frozen=True)
class Window:
    """The middle of a load: all its connections stand, none has ended.

    Shares are of the time of one core: what wrk used of its own, and what neither server nor wrk nor this
    script used of theirs.
    """

    seconds: float
    client_share: float
    foreign_share: float


@dataclass(frozen=True)
class Cost:
    """What a server used for some requests."""

    requests: int
    cpu_seconds: float
    voluntary_switches: int
    involuntary_switches: int


@dataclass(frozen=True)
class Account:
    """What the server itself counted for the whole load; the observer's own connection is not in it."""

    requests: int
    accepted: int
    refused: int
    timed_out: int


@dataclass(frozen=True)
class Sample:
    """`account` None: nobody was there to ask the server (the reference server, or one that had no place for an
    observer); then `cost` is of the whole load, not of the window."""

    wrk: Result
    start: Start
    window: Window
    cost: Cost
    account: Optional[Account]
    listen_queue: ListenQueue
    threads: int
    peak_resident: int  # bytes
    served_at_once: Optional[int] = None  # clients; None: all that were connected
