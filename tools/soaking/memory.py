# SPDX-License-Identifier: MIT
"""Samples of the memory of the server during the load, and whether it grew."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Callable

from comparison import proc

# Allowed growth: allocators and caches of stacks settle slowly. A leak of 50 bytes for each connection of ten minutes
# is several times this.
_GROWTH_SHARE = 0.02
_GROWTH_BYTES = 512 * 1024


@dataclass(frozen=True)
class MemorySample:
    """`at`: seconds since the load began."""

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
    """Median bytes: in the second tenth of the load, and in its last tenth."""

    settled: float
    last: float

    @property
    def allowed(self) -> float:
        return self.settled * _GROWTH_SHARE + _GROWTH_BYTES

    @property
    def flat(self) -> bool:
        return self.last - self.settled <= self.allowed


def growth(samples: list[MemorySample], seconds: float, what: Callable[[MemorySample], int]) -> Growth:
    """Of evenly spread samples. Those after `seconds`, when clients leave, do not count."""
    sizes = [what(sample) for sample in samples if sample.at <= seconds]
    tenth = max(1, len(sizes) // 10)
    return Growth(statistics.median(sizes[tenth : 2 * tenth]), statistics.median(sizes[-tenth:]))
