# SPDX-License-Identifier: MIT
"""Loads one cell once: a fresh server, a warm-up that is dropped, the load, the accounts of both sides."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from comparison import conformance, models, proc, watch, wrk
from comparison.errors import Untrusted
from comparison.observer import Observer, Stats
from comparison.pinning import Pinning
from comparison.plan import REFERENCE, Cell, Scenario, load_seconds
from comparison.sample import Account, Cost, Sample, Start
from comparison.server import Server, majuscule_command, running, running_reference
from comparison.task import Task

_WARM_UP_SECONDS = 0.15
_START_AND_END_SECONDS = 0.4
_SHORTEST_WINDOW_SECONDS = 0.25
_LONGEST_PATIENCE = 60.0


@dataclass(frozen=True)
class Rig:
    """Where and with what is measured; `duration` as the command line gave it."""

    majuscule: Path
    reference: Path
    pinning: Pinning
    threads: int
    duration: Optional[float]

    def command(self, mode: str, task: Task, *more: str) -> list[str]:
        return majuscule_command(self.majuscule, mode, task, *models.options(mode, self.threads), *more)

    def load(self, scenario: Scenario) -> wrk.Load:
        task = scenario.task
        return wrk.Load(
            scenario.connections, load_seconds(scenario, self.duration), task.longest_wait(scenario.connections)
        )


def check_conformance(rig: Rig, mode: str) -> None:
    """Raises Untrusted when the mode's answers are not those of every other."""
    if mode == REFERENCE:
        with running_reference(rig.reference, "epoll", rig.pinning.server) as server:
            conformance.check(server.port, conformance.cases(server.port)[:3])
            server.drain()
        return
    with running(rig.command(mode, Task.parse("none")), rig.pinning.server) as server:
        conformance.check(server.port, conformance.cases(server.port))
        server.drain()


def measure(rig: Rig, cell: Cell) -> Sample:
    """Raises Untrusted when there is no number to have."""
    load = rig.load(cell.scenario)
    if cell.mode == REFERENCE:
        with running_reference(rig.reference, "epoll", rig.pinning.server) as server:
            _warm_up(rig, server, load)
            return _measure_unobserved(rig, server, load)
    places = models.served_at_once(cell.mode, rig.threads)
    if places is not None and places <= cell.scenario.connections:
        return _measure_starved(rig, cell, load, places)
    with running(rig.command(cell.mode, cell.scenario.task), rig.pinning.server) as server:
        patience = min(_LONGEST_PATIENCE, 5 + load.longest_wait)
        try:
            with Observer(server.port, patience) as observer:
                sample = _measure_majuscule(rig, server, observer, load)
        except Untrusted:
            server.expect_alive()  # its end says more than what it caused
            raise
        server.drain()
        return sample


def _measure_starved(rig: Rig, cell: Cell, load: wrk.Load, places: int) -> Sample:
    """There is no place for an observer, nor for a warm-up whose clients would still wait when the load begins.
    Those who wait at the end are let go by a short drain."""
    command = rig.command(cell.mode, cell.scenario.task, "--drain-timeout=1s")
    with running(command, rig.pinning.server) as server:
        sample = _measure_unobserved(rig, server, load)
        server.drain()
        return replace(sample, served_at_once=places)


def _warm_up(rig: Rig, server: Server, load: wrk.Load) -> None:
    wrk.run(replace(load, seconds=_WARM_UP_SECONDS), server.port, rig.pinning.client)


def _measure_majuscule(rig: Rig, server: Server, observer: Observer, load: wrk.Load) -> Sample:
    _warm_up(rig, server, load)
    before, queue = observer.settle(), proc.listen_queue()
    with wrk.loading(load, server.port, rig.pinning.client) as run:
        start = _await_connections(observer, run, load)
        first = watch.Look.now(server.pid, run.pid, rig.pinning), observer.read()
        run.sleep_until(watch.last_time(load))
        last = watch.Look.now(server.pid, run.pid, rig.pinning), observer.read()
        result = run.result()
    server.expect_alive()
    after = observer.settle()
    return Sample(
        wrk=result,
        start=start,
        window=watch.between(first[0], last[0], rig.pinning),
        cost=_cost(first[1], last[1]),
        account=_account(before, after),
        listen_queue=proc.listen_queue().since(queue),
        threads=last[1].threads,
        peak_resident=after.peak_resident,
    )


def _await_connections(observer: Observer, run: wrk.Run, load: wrk.Load) -> Start:
    """Waits until all connections stand, as long as that leaves a window."""
    run.sleep_until(watch.first_time(load))
    latest = max(load.seconds / 2, watch.last_time(load) - _SHORTEST_WINDOW_SECONDS)
    while True:
        others = observer.read().open - 1
        start = Start(seconds=run.age(), connections=others)
        if others >= load.connections or start.seconds > latest:
            return start
        time.sleep(0.01)


def _cost(first: Stats, last: Stats) -> Cost:
    return Cost(
        requests=last.requests - first.requests,
        cpu_seconds=last.cpu_seconds - first.cpu_seconds,
        voluntary_switches=last.voluntary_switches - first.voluntary_switches,
        involuntary_switches=last.involuntary_switches - first.involuntary_switches,
    )


def _account(before: Stats, after: Stats) -> Account:
    return Account(
        requests=after.requests - before.requests,
        accepted=after.accepted - before.accepted,
        refused=after.refused - before.refused,
        timed_out=after.timed_out - before.timed_out,
    )


def _measure_unobserved(rig: Rig, server: Server, load: wrk.Load) -> Sample:
    """By what the kernel tells of the server."""
    queue, before = proc.listen_queue(), proc.family_status(server.pid)
    cpu = proc.family_cpu_seconds(server.pid)
    with wrk.loading(load, server.port, rig.pinning.client) as run:
        run.sleep_until(watch.first_time(load))
        start = Start(seconds=run.age(), connections=None)
        first = watch.Look.now(server.pid, run.pid, rig.pinning)
        run.sleep_until(watch.last_time(load))
        last = watch.Look.now(server.pid, run.pid, rig.pinning)
        result = run.result()
    after = proc.family_status(server.pid)
    return Sample(
        wrk=result,
        start=start,
        window=watch.between(first, last, rig.pinning),
        cost=Cost(
            requests=result.requests,
            cpu_seconds=proc.family_cpu_seconds(server.pid) - cpu,
            voluntary_switches=after.voluntary_switches - before.voluntary_switches,
            involuntary_switches=after.involuntary_switches - before.involuntary_switches,
        ),
        account=None,
        listen_queue=proc.listen_queue().since(queue),
        threads=after.threads,
        peak_resident=after.peak_resident,
    )


def seconds_of(rig: Rig, order: list[list[Cell]]) -> float:
    """About how long all loads take, to be said before they start."""
    beside = _WARM_UP_SECONDS + _START_AND_END_SECONDS
    return math.fsum(beside + rig.load(cell.scenario).seconds for cells in order for cell in cells)


