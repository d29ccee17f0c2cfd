# SPDX-License-Identifier: MIT
"""What the server holds while it is loaded, looked at again and again, and whether it grew."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Callable

from comparison import proc

# What may come on top: allocators and caches of stacks find their level slowly. A leak of 50 bytes for each
# connection of ten minutes is several times this.
_GROWTH_SHARE = 0.02
_GROWTH_BYTES = 512 * 1024


@dataclass(frozen=True)
class MemorySample:
    """`at`: seconds of load before it."""

    at: float
    resident: int
    anonymous: int
    descriptors: int
    threads: int

    @classmethod
    def now(cls, pid: int, at: float) -> MemorySample:
        memory = proc.memory(pid)
        return cls(at, memory.resident, memory.anonymous, proc.descriptors(pid), proc.status(pid).threads)


@dataclass(frozen=True)
class Growth:
    """Medians of bytes: of the tenth of the load that follows its first tenth, and of its last tenth."""

    settled: float
    last: float

    @property
    def allowed(self) -> float:
        return self.settled * _GROWTH_SHARE + _GROWTH_BYTES

    @property
    def flat(self) -> bool:
        return self.last - self.settled <= self.allowed


def growth(looks: list[MemorySample], seconds: float, what: Callable[[MemorySample], int]) -> Growth:
    """Of looks that are evenly spread. Those after `seconds`, when clients go, do not count."""
    sizes = [what(look) for look in looks if look.at <= seconds]
    tenth = max(1, len(sizes) // 10)
    return Growth(statistics.median(sizes[tenth : 2 * tenth]), statistics.median(sizes[-tenth:]))
