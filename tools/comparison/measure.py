# SPDX-License-Identifier: MIT
"""Visits one measurement once: a fresh server, our client with a warm-up that is dropped, then wrk, and the accounts of
both sides."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from comparison import conformance, crowd, evenness, load_client, modes, proc, watch, wrk
from comparison.errors import Untrusted
from comparison.observer import Observer, Stats
from comparison.pinning import Pinning
from comparison.plan import REFERENCE, Measurement, Scenario, load_seconds
from comparison.programs import Programs
from comparison.sample import Account, Cost, CrossCheck, Sample, Start
from comparison.server import Server, majuscule_command, running, running_reference
from comparison.task import Task

_WARM_UP_SECONDS = 0.15
_SETTLE_SECONDS = 0.05
_SETTLE_SECONDS_EACH = 0.3e-3  # so that a server can start a thread or a process for each, undisturbed
_CROSS_CHECK_SECONDS = 0.3
_CROWD = 512  # connections that wrk, which has no such pause, needs longer for
_SHORTEST_WINDOW_SECONDS = 0.25
_LONGEST_PATIENCE = 60.0
_LEAST_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True)
class Bench:
    """Where and with what is measured; `duration` as the command line gave it. Not `cross_checked`: without wrk."""

    majuscule: Path
    client: Path
    reference: Path
    pinning: Pinning
    threads: int
    duration: Optional[float]
    poisson: bool = True
    cross_checked: bool = True

    @property
    def modes(self) -> modes.Modes:
        return modes.of(self.majuscule)

    @property
    def programs(self) -> Programs:
        return Programs.of(self.majuscule, self.client, self.reference)

    def command(self, mode: str, scenario: Optional[Scenario] = None, *more: str) -> list[str]:
        """The server's, for a mode under a scenario; None: without a task."""
        task = scenario.task if scenario else Task.parse("none")
        every = [f"--task-every={scenario.kind.task_every}"] if scenario and scenario.kind.task_every > 1 else []
        return majuscule_command(self.majuscule, mode, task, *self.modes[mode].options(self.threads), *every, *more)

    def load(self, measurement: Measurement, seed: int = 1) -> load_client.Load:
        """With a timeout of 3 times the longest wait."""
        scenario = measurement.scenario
        wait = scenario.task.longest_wait(scenario.connections)
        return load_client.Load(
            connections=scenario.connections,
            seconds=load_seconds(scenario, self.duration),
            warm_up=_WARM_UP_SECONDS + scenario.task.seconds,
            timeout=max(_LEAST_TIMEOUT_SECONDS, 3 * wait),
            settle=0.0 if scenario.kind.close else _SETTLE_SECONDS + _SETTLE_SECONDS_EACH * scenario.connections,
            rate=measurement.rate,
            poisson=self.poisson,
            seed=seed,
            close=scenario.kind.close,
            pipeline=scenario.kind.pipeline,
        )

    def cross_check(self, scenario: Scenario) -> wrk.Load:
        """wrk counts nothing that is in flight when it stops, so a task wants as long a load as ours."""
        task = scenario.task
        seconds = _CROSS_CHECK_SECONDS if scenario.connections < _CROWD else 3 * _CROSS_CHECK_SECONDS
        if task.kind == "sleep":
            seconds = max(seconds, load_seconds(scenario, self.duration))
        wait = task.longest_wait(scenario.connections)
        return wrk.Load(scenario.connections, seconds, wait, scenario.kind.close, scenario.kind.pipeline)


def check_conformance(bench: Bench, mode: str) -> None:
    """Raises Untrusted when the mode's answers are not those of every other."""
    if mode == REFERENCE:
        with running_reference(bench.reference, "epoll", bench.pinning.server) as server:
            conformance.check(server.port, conformance.cases(server.port)[:3])
            server.drain()
        return
    with running(bench.command(mode), bench.pinning.server) as server:
        conformance.check(server.port, conformance.cases(server.port))
        server.drain()


def measure(bench: Bench, measurement: Measurement, seed: int = 1) -> Sample:
    """Raises Untrusted when there is no number to have. `seed`: of the arrivals."""
    load = bench.load(measurement, seed)
    if measurement.mode == REFERENCE:
        with running_reference(bench.reference, "epoll", bench.pinning.server) as server:
            return _measure_unobserved(bench, server, measurement, load)
    places = bench.modes[measurement.mode].served_at_once(bench.threads)
    kind = measurement.scenario.kind
    clients = measurement.scenario.connections + kind.idle + kind.slow_readers
    if places is not None and places <= clients:
        return _measure_starved(bench, measurement, load, places)
    with running(bench.command(measurement.mode, measurement.scenario), bench.pinning.server) as server:
        patience = min(_LONGEST_PATIENCE, 5 + load.timeout)
        try:
            with Observer(server.port, patience) as observer, ExitStack() as others:
                invite(bench, server, measurement.scenario, others)
                sample = _measure_observed(bench, server, observer, measurement, load)
        except Untrusted:
            server.expect_alive()  # its end says more than what it caused
            raise
        server.drain()
        return sample


def invite(bench: Bench, server: Server, scenario: Scenario, others: ExitStack) -> None:
    """Those who are there beside the clients that are measured."""
    kind = scenario.kind
    if kind.idle:
        others.enter_context(crowd.idle(server.port, kind.idle))
    if kind.slow_readers:
        others.enter_context(crowd.slow_readers(server.port, kind.slow_readers, bench.pinning.watcher))


def _measure_starved(bench: Bench, measurement: Measurement, load: load_client.Load, places: int) -> Sample:
    """There is no place for an observer. Those who wait when the load is over are served one after another then, so
    a short drain lets go of them, and wrk has a server of its own."""
    command = bench.command(measurement.mode, measurement.scenario, "--drain-timeout=1s")
    with running(command, bench.pinning.server) as server:
        with ExitStack() as others:
            invite(bench, server, measurement.scenario, others)
            sample = _measure_unobserved(bench, server, measurement, load)
        server.drain()
    with running(command, bench.pinning.server) as server:
        with ExitStack() as others:
            invite(bench, server, measurement.scenario, others)
            checked = _cross_check(bench, server, measurement)
        server.drain()
    return replace(sample, served_at_once=places, cross_check=checked)


def _cross_check(bench: Bench, server: Server, measurement: Measurement) -> Optional[CrossCheck]:
    if measurement.rate is not None or not bench.cross_checked:
        return None
    return CrossCheck(wrk.run(bench.cross_check(measurement.scenario), server.port, bench.pinning.client), None)


def _measure_observed(
    bench: Bench, server: Server, observer: Observer, measurement: Measurement, load: load_client.Load
) -> Sample:
    kind = measurement.scenario.kind
    others = kind.idle + kind.slow_readers
    before, queue = observer.settle(others), proc.listen_queue()
    with load_client.loading(bench.client, load, server.port, bench.pinning.client) as run:
        start = _await_connections(observer, run, load, others)
        first = watch.CpuSample.now(server.pid, run.pid, bench.pinning), observer.read()
        unevenness = _watch(run, server, measurement, load)
        last = watch.CpuSample.now(server.pid, run.pid, bench.pinning), observer.read()
        result = run.result()
    server.expect_alive()
    after = observer.settle(others)
    lost = proc.listen_queue().since(queue)
    checked = _cross_check(bench, server, measurement)
    if checked:
        server.expect_alive()
        checked = replace(checked, account=_account(after, observer.settle(others)))
    return Sample(
        load=result,
        cross_check=checked,
        start=start,
        window=watch.between(first[0], last[0], bench.pinning),
        cost=_cost(first[1], last[1]),
        account=_account(before, after),
        listen_queue=lost,
        threads=last[1].threads,
        peak_resident=after.peak_resident,
        unevenness=unevenness,
    )


def _watch(run: load_client.Run, server: Server, measurement: Measurement, load: load_client.Load) -> Optional[float]:
    """Until the end of the window. Only a closed loop without a task costs the same at any moment."""
    marks = evenness.watch(run, server.pid, watch.last_time(load.length - load.seconds, load.seconds))
    closed = measurement.rate is None and measurement.scenario.task.kind == "none"
    return evenness.unevenness(marks) if closed else None


def _await_connections(
    observer: Observer, run: load_client.Run, load: load_client.Load, crowd_size: int
) -> Start:
    """Waits until all connections stand, as long as that leaves a window; where each request has its own, they
    come and go."""
    expected = watch.first_time(load.length - load.seconds, load.seconds)
    run.sleep_until(expected)
    latest = watch.last_time(load.length - load.seconds, load.seconds) - _SHORTEST_WINDOW_SECONDS
    while True:
        others = observer.read().open - 1 - crowd_size
        seconds = run.age()
        if load.close:
            return Start(seconds, None, expected)
        if others >= load.connections or seconds > latest:
            return Start(seconds, others, expected)
        run.sleep_until(seconds + 0.01)


def _cost(first: Stats, last: Stats) -> Cost:
    return Cost(
        requests=last.requests - first.requests,
        user_seconds=last.user_seconds - first.user_seconds,
        system_seconds=last.system_seconds - first.system_seconds,
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


def _measure_unobserved(bench: Bench, server: Server, measurement: Measurement, load: load_client.Load) -> Sample:
    """By what the kernel tells of the server."""
    queue, before = proc.listen_queue(), proc.family_status(server.pid)
    cpu = proc.family_cpu_split(server.pid)
    with load_client.loading(bench.client, load, server.port, bench.pinning.client) as run:
        run.sleep_until(watch.first_time(load.length - load.seconds, load.seconds))
        start = Start(seconds=run.age(), connections=None)
        first = watch.CpuSample.now(server.pid, run.pid, bench.pinning)
        unevenness = _watch(run, server, measurement, load)
        last = watch.CpuSample.now(server.pid, run.pid, bench.pinning)
        result = run.result()
    after, used = proc.family_status(server.pid), proc.family_cpu_split(server.pid)
    total = sum(used) - sum(cpu)
    user = min(max(0.0, used[0] - cpu[0]), total)  # the sum is exact, the split goes by ticks
    lost = proc.listen_queue().since(queue)
    return Sample(
        load=result,
        cross_check=None,
        start=start,
        window=watch.between(first, last, bench.pinning),
        cost=Cost(
            requests=result.all_requests,
            user_seconds=user,
            system_seconds=total - user,
            voluntary_switches=after.voluntary_switches - before.voluntary_switches,
            involuntary_switches=after.involuntary_switches - before.involuntary_switches,
        ),
        account=None,
        listen_queue=lost,
        threads=after.threads,
        peak_resident=after.peak_resident,
        unevenness=unevenness,
    )


def seconds_of(bench: Bench, order: list[list[Measurement]]) -> float:
    """About how long all visits take, to be said before they start."""
    return sum(_visit_seconds(bench, measurement) for measurements in order for measurement in measurements)


_START_AND_END_SECONDS = 0.35


def _visit_seconds(bench: Bench, measurement: Measurement) -> float:
    checked = measurement.rate is None and measurement.mode != REFERENCE
    check = bench.cross_check(measurement.scenario).seconds if checked else 0.0
    return _START_AND_END_SECONDS + bench.load(measurement).length + check
