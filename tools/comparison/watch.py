# SPDX-License-Identifier: MIT
"""Watches both cores in the middle of a load: what the server used, and what others took."""

from __future__ import annotations

import time
from dataclasses import dataclass

from comparison import proc
from comparison.pinning import Pinning
from comparison.sample import Window


@dataclass(frozen=True)
class CpuSample:
    """CPU seconds so far, of the processes and of their cores."""

    at: float
    server: float
    client: float
    watcher: float
    server_core: float
    client_core: float

    @classmethod
    def now(cls, server: int, client: int, pinning: Pinning) -> CpuSample:
        """By their process ids."""
        return cls(
            at=time.monotonic(),
            server=proc.family_cpu_seconds(server),
            client=proc.cpu_seconds(client),
            watcher=time.process_time(),
            server_core=proc.core_busy_seconds(pinning.server),
            client_core=proc.core_busy_seconds(pinning.client),
        )


def first_time(warm_up: float, seconds: float) -> float:
    """Seconds into a load of so many seconds behind a warm-up: when its connections have had time to be made."""
    return warm_up + min(0.1, seconds / 4)


def last_time(warm_up: float, seconds: float) -> float:
    """Seconds into the load: before its first connection ends."""
    return warm_up + seconds - 0.05


def between(first: CpuSample, last: CpuSample, pinning: Pinning) -> Window:
    seconds = last.at - first.at
    server, client = last.server - first.server, last.client - first.client
    watcher = last.watcher - first.watcher if pinning.watcher == pinning.client else 0.0
    server_core, client_core = last.server_core - first.server_core, last.client_core - first.client_core
    if pinning.shared:
        foreign = server_core - server - client - watcher
    else:
        foreign = max(server_core - server, client_core - client - watcher)
    return Window(seconds, server_share=server / seconds, foreign_share=max(0.0, foreign) / seconds)
