# SPDX-License-Identifier: MIT
"""What the comparison must know of a model to be fair to it: the size of its pool, and whom it lets wait."""

from __future__ import annotations

from typing import Optional

# A thread of these may block in a client's task, so their pools are larger than the cores are many. The loops
# of `reactors` do not block: it has its default.
_BLOCKING_POOLS = ("pool", "leader-follower", "pipeline", "half-sync")
DEFAULT_THREADS = 64


def options(mode: str, threads: int) -> list[str]:
    """The server's options for the mode, beyond its name."""
    return [f"--threads={threads}"] if mode in _BLOCKING_POOLS else []


def served_at_once(mode: str, threads: int) -> Optional[int]:
    """How many connected clients it serves at a time, while the others wait; None: all that are connected."""
    return {"sequential": 1, "pool": threads}.get(mode)


def has_a_task_each(mode: str) -> bool:
    """Whether each client costs the system a thread or a process."""
    return mode in ("threads", "process")
