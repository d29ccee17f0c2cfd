# SPDX-License-Identifier: MIT
"""The scenarios by name: what the clients do, and what that shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison.task import Task


@dataclass(frozen=True)
class Kind:
    """Every `task_every`-th request has the task. `pipeline`: requests in flight on each connection. `idle`: clients
    that are connected and silent. `slow_readers`: clients that read large answers slowly. `connections`: the
    defaults."""

    name: str
    title: str
    what: str
    task: Task = Task.parse("none")
    task_every: int = 1
    close: bool = False
    pipeline: int = 1
    idle: int = 0
    slow_readers: int = 0
    connections: tuple[int, ...] = (64,)


_KINDS = [
    Kind(
        "keep-alive",
        "Keep-alive",
        "Each client sends its next request as soon as it has the answer, on one connection: the cost of a request.",
        connections=(16, 256, 1000),
    ),
    Kind(
        "wait",
        "Waiting tasks",
        "Each request waits 100 ms for a timer: how many requests can wait at the same time.",
        task=Task.parse("sleep:100ms"),
        connections=(256,),
    ),
    Kind(
        "close",
        "A connection for each request",
        "Each request has its own connection: the cost of accepting, and of starting a thread or a process.",
        close=True,
    ),
    Kind(
        "idle",
        "Beside an idle crowd",
        "1,000 clients are connected and silent during the load: the cost of idle connections.",
        idle=1000,
    ),
    Kind(
        "poison",
        "Poisoned",
        "Every 1,000th request burns 20 ms of CPU: whether the other requests wait for it.",
        task=Task.parse("cpu:20ms"),
        task_every=1000,
    ),
    Kind(
        "cpu",
        "CPU tasks",
        "Each request burns 1 ms of CPU: no mode can serve more than the core has.",
        task=Task.parse("cpu:1ms"),
    ),
    Kind(
        "pipelined",
        "Pipelined",
        "16 requests are in flight on each connection: whether the answers leave in one write.",
        pipeline=16,
        connections=(16,),
    ),
    Kind(
        "slow-readers",
        "Beside slow readers",
        "50 clients read answers of 256 KiB slowly during the load: whether other clients wait for them.",
        slow_readers=50,
    ),
]
KINDS = {kind.name: kind for kind in _KINDS}
DEFAULT = ("keep-alive", "wait", "close")
QUICK = ("keep-alive", "wait")


def named(name: str) -> str:
    """Raises ValueError that lists the names."""
    if name != "all" and name not in KINDS:
        raise ValueError(f"'{name}' is not a scenario: {', '.join(KINDS)}, or all")
    return name


def chosen(names: list[str]) -> list[Kind]:
    return list(_KINDS) if "all" in names else [KINDS[name] for name in names]


def with_task(task: Task) -> Kind:
    """Keep-alive clients of a server with that task."""
    if task.kind == "none":
        return KINDS["keep-alive"]
    what = f"Each client sends its next request as soon as it has the answer; each request has the task {task.text}."
    return Kind("keep-alive", f"Keep-alive, task {task.text}", what, task=task, connections=(16, 256))


def title(kind: Kind, connections: int, load: Optional[str]) -> str:
    """`load`: the offered rate in words, None in a closed loop."""
    words = f"{kind.title}, {connections:,} connections"
    return f"{words}, {load}" if load else words
