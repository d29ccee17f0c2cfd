# SPDX-License-Identifier: MIT
"""The bound of a mode: how many requests/s theory allows it under a task.

Each request occupies a place for the time D of the task, and with --task-every=K for D/K on average. The modes
differ in the number of places: one for each client, one for each thread of a pool, or one. The CPU time of the
server itself, where it is known, is added to D. No mode serves more than its cores can pay for: the asymptotic
bounds of operational analysis (Denning and Buzen 1978).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison.modes import Mode
from comparison.task import Task


@dataclass(frozen=True)
class Bound:
    """`places`: how many requests can be in service at the same time. `seconds`: the time of each request when every
    client has a place and each request has the task; else None. `spins`: the mode uses all of its core always."""

    name: str
    requests_per_second: float
    places: int
    seconds: Optional[float] = None
    spins: bool = False


def bound_of(
    mode: Optional[Mode], task: Task, task_every: int, connections: int, threads: Optional[int], cores: int,
    workers: int = 1, own_cpu_seconds: float = 0.0,
) -> Optional[Bound]:
    """None: there is no known limit, since there is no task and no CPU time, or the mode is unknown.

    `threads` is --threads of each worker; None: one for each core. `cores`: those that the server may use.
    `own_cpu_seconds`: CPU time of the server for a request without a task; 0: not known.
    """
    if mode is None or connections < 1:
        return None
    pool = cores if threads is None else threads
    own, mean = max(0.0, own_cpu_seconds), task.seconds / task_every
    symbol, places = _places(mode, task.kind, connections, pool, workers)
    limits = []
    if mean:
        limits.append((places / (mean + own), _over_task(symbol, task_every)))
    if task.kind == "cpu" and mean:
        limits.append((cores / (mean + own), _over_task("cores", task_every)))
        places = min(places, cores)
    elif own:
        running = min(cores, _running_threads(mode, connections, pool, workers))
        limits.append((running / own, "1/CPU" if running == 1 else f"{running}/CPU"))
    if not limits:
        return None
    rate, name = min(limits, key=lambda limit: limit[0])
    alone = mean + own if mean and task_every == 1 and places == connections else None
    return Bound(name, rate, places, alone, mode.spins)


def _places(mode: Mode, kind: str, connections: int, pool: int, workers: int) -> tuple[str, int]:
    """The number of places, and what counts them."""
    if mode.has_task_per_client or (mode.holds == "nothing" and kind in ("sleep", "none")):
        return "connections", connections
    symbol, places = ("workers" if workers > 1 else "1"), workers
    if mode.stages:
        symbol, places = ("threads" if mode.has_blocking_pool else "loops"), pool * workers
    return (symbol, places) if places <= connections else ("connections", connections)


def _running_threads(mode: Mode, connections: int, pool: int, workers: int) -> int:
    """How many threads can use a core each without a task."""
    if mode.has_task_per_client:
        return connections
    return (mode.stages * pool + mode.has_io_thread if mode.stages else 1) * workers


def _over_task(symbol: str, task_every: int) -> str:
    if task_every == 1:
        return f"{symbol}/D"
    return f"{task_every}/D" if symbol == "1" else f"{symbol} × {task_every}/D"
