# SPDX-License-Identifier: MIT
"""The theory beside the measurement: how many requests/s a model can serve at most under a task, and whether
it does.

Each request occupies a place for the task's time D, and with --task-every=K for D/K on average. How many
places there are is what the models differ in: one for each client where clients wait beside each other, one
for each thread where a task holds its thread, one where it holds the only thread there is. What the server
itself costs in CPU time, where it is known, comes on top of D, and no model serves more than its cores can
pay for: the asymptotic bounds of operational analysis (Denning and Buzen 1978).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison.task import Task

_LOOPS = ("epoll", "poll", "select", "sigio", "uring", "busy", "coroutine", "fibers")
_POOLS = ("pool", "leader-follower", "pipeline", "half-sync")
_ONE_FOR_EACH_CLIENT = ("threads", "process")
_KNOWN = (*_LOOPS, *_POOLS, *_ONE_FOR_EACH_CLIENT, "sequential", "reactors")


@dataclass(frozen=True)
class Law:
    """At most so many requests/s. `places`: how many requests can be in service at once. `seconds`: what each
    takes when every client has a place of its own and each request has the task; else None. `spins`: the
    model uses all of its core in any case, so that its use tells nothing."""

    name: str
    requests_per_second: float
    places: int
    seconds: Optional[float] = None
    spins: bool = False


@dataclass(frozen=True)
class _Bound:
    name: str
    requests_per_second: float


def law(
    mode: str,
    task: Task,
    task_every: int,
    connections: int,
    threads: Optional[int],
    cores: int,
    workers: int = 1,
    own_cpu_seconds: float = 0.0,
) -> Optional[Law]:
    """None when nothing is known that limits it: no task, no CPU time, or a model that this table has not.

    `threads` is --threads, of each worker; None: one for each core, as the server does. `cores` are those
    that the server may use. `own_cpu_seconds` is what a request without a task costs the server, 0 if not
    known.
    """
    if mode not in _KNOWN or connections < 1:
        return None
    pool = cores if threads is None else threads
    own, mean = max(0.0, own_cpu_seconds), task.seconds / task_every
    symbol, places = _places(mode, task.kind, connections, pool, workers)
    bounds = []
    if mean:
        bounds.append(_Bound(_over_task(symbol, task_every), places / (mean + own)))
    if task.kind == "cpu" and mean:
        bounds.append(_Bound(_over_task("cores", task_every), cores / (mean + own)))
        places = min(places, cores)
    elif own:
        running = min(cores, _runners(mode, connections, pool, workers))
        bounds.append(_Bound("1/CPU" if running == 1 else f"{running}/CPU", running / own))
    if not bounds:
        return None
    least = min(bounds, key=lambda bound: bound.requests_per_second)
    alone = mean + own if mean and task_every == 1 and places == connections else None
    return Law(least.name, least.requests_per_second, places, alone, spins=mode == "busy")


def _places(mode: str, kind: str, connections: int, pool: int, workers: int) -> tuple[str, int]:
    """What counts the requests that can be in service at once, and how many those are."""
    beside_each_other = mode in _LOOPS or mode == "reactors"
    if mode in _ONE_FOR_EACH_CLIENT or (beside_each_other and kind in ("sleep", "none")):
        return "connections", connections
    symbol, places = ("workers" if workers > 1 else "1"), workers
    if mode in _POOLS or mode == "reactors":
        symbol, places = ("loops" if mode == "reactors" else "threads"), pool * workers
    return (symbol, places) if places <= connections else ("connections", connections)


def _runners(mode: str, connections: int, pool: int, workers: int) -> int:
    """How many threads can use a core each, with their own work alone."""
    if mode in _ONE_FOR_EACH_CLIENT:
        return connections
    if mode in ("pool", "leader-follower", "reactors"):
        return pool * workers
    return {"half-sync": pool + 1, "pipeline": 3 * pool}.get(mode, 1) * workers


def _over_task(symbol: str, task_every: int) -> str:
    if task_every == 1:
        return f"{symbol}/D"
    return f"{task_every}/D" if symbol == "1" else f"{symbol} × {task_every}/D"
