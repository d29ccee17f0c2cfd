# SPDX-License-Identifier: MIT
"""CPU time of the server, the client and their cores, and what others used meanwhile."""

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
        """By the process ids."""
        return cls(
            time.monotonic(), proc.family_cpu_seconds(server), proc.cpu_seconds(client), time.process_time(),
            proc.core_busy_seconds(pinning.server), proc.core_busy_seconds(pinning.client),
        )

    def since(self, first: CpuSample, pinning: Pinning) -> Window:
        names = ("at", "server", "client", "watcher", "server_core", "client_core")
        seconds, server, client, watcher, server_core, client_core = (
            getattr(self, name) - getattr(first, name) for name in names
        )
        if pinning.watcher != pinning.client:
            watcher = 0.0
        if pinning.shared:
            foreign = server_core - server - client - watcher
        else:
            foreign = max(server_core - server, client_core - client - watcher)
        return Window(seconds, server_share=server / seconds, foreign_share=max(0.0, foreign) / seconds)
