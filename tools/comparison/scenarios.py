# SPDX-License-Identifier: MIT
"""The scenarios by name: what the clients do, and what that is to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison.task import Task


@dataclass(frozen=True)
class Kind:
    """`task` is the server's, of every `task_every`-th request. `pipeline` requests are in flight on each
    connection. `idle` clients are connected and silent, `slow_readers` take large answers a little at a time.
    `connections` when the command line does not say."""

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
        "Each client asks again as soon as it is answered, on its one connection: what a request costs.",
        connections=(16, 256, 1000),
    ),
    Kind(
        "wait",
        "Waiting tasks",
        "Each request waits 100 ms for something else (a timer, another service): who can wait for many at once.",
        task=Task.parse("sleep:100ms"),
        connections=(256,),
    ),
    Kind(
        "close",
        "A connection for each request",
        "Each request makes a connection and ends it: what accepting, and starting a thread or process, costs.",
        close=True,
    ),
    Kind(
        "idle",
        "Beside an idle crowd",
        "1,000 clients are connected and silent while others ask: who pays for those who say nothing.",
        idle=1000,
    ),
    Kind(
        "poison",
        "Poisoned",
        "Every 1,000th request burns 20 ms of CPU: who lets the others wait for it.",
        task=Task.parse("cpu:20ms"),
        task_every=1000,
    ),
    Kind(
        "cpu",
        "CPU tasks",
        "Each request burns 1 ms of CPU: nobody can serve more than the core has.",
        task=Task.parse("cpu:1ms"),
    ),
    Kind(
        "pipelined",
        "Pipelined",
        "16 requests are in flight on each connection: whose replies leave in one write.",
        pipeline=16,
        connections=(16,),
    ),
    Kind(
        "slow-readers",
        "Beside slow readers",
        "50 clients take answers of 256 KiB a little at a time while others ask: who is held up by them.",
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
    what = f"Each client asks again as soon as it is answered; each request has the task {task.text}."
    return Kind("keep-alive", f"Keep-alive, task {task.text}", what, task=task, connections=(16, 256))


def title(kind: Kind, connections: int, load: Optional[str]) -> str:
    """`load`: the offered rate in words, None in a closed loop."""
    words = f"{kind.title}, {connections:,} connections"
    return f"{words}, {load}" if load else words
