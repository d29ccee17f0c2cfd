#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the factor for the waits of the tests on this machine: 1, 2 or 3.

On some virtual machines a page fault costs twenty times as much as on others, and with it everything that starts
processes or moves megabytes. The waits of the tests were chosen on a machine where 256 of them take 0.3 ms.
"""

from __future__ import annotations

import mmap
import statistics
import time

_PAGES = 256
_ROUNDS = 9
# In milliseconds for that many pages.
_SLOW, _VERY_SLOW = 0.8, 2.4


def _milliseconds() -> float:
    size = _PAGES * mmap.PAGESIZE
    start = time.perf_counter()
    with mmap.mmap(-1, size) as memory:
        for offset in range(0, size, mmap.PAGESIZE):
            memory[offset] = 1
    return (time.perf_counter() - start) * 1e3


def scale(milliseconds: float) -> int:
    return 1 + (milliseconds > _SLOW) + (milliseconds > _VERY_SLOW)


if __name__ == "__main__":
    print(scale(statistics.median(_milliseconds() for _ in range(_ROUNDS))))
