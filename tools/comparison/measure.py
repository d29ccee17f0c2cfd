# SPDX-License-Identifier: MIT
"""One visit to a measurement: a fresh server, our client with a warm-up that is dropped, then wrk, and the accounts of
both sides."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator, Optional

from comparison import conformance, crowd, evenness, load_client, modes, proc, wrk
from comparison.errors import Untrusted
from comparison.observer import Observer, Stats
from comparison.pinning import Pinning
from comparison.plan import REFERENCE, Measurement, Scenario, load_seconds
from comparison.sample import Account, Cost, CrossCheck, Sample, Start, Window
from comparison.server import Server, majuscule_command, running, running_reference
from comparison.task import Task

_WARM_UP_SECONDS = 0.15
_SETTLE_SECONDS = 0.05
_SETTLE_SECONDS_EACH = 0.3e-3  # a server can start a thread or a process for each connection meanwhile
_CROSS_CHECK_SECONDS = 0.3
_CROWD = 512  # connections; wrk needs longer for so many, since it does not wait for them
_SHORTEST_WINDOW_SECONDS = 0.25
_LONGEST_PATIENCE = 60.0
_LEAST_TIMEOUT_SECONDS = 2.0
_START_AND_END_SECONDS = 0.35


@dataclass(frozen=True)
class Bench:
    """The programs and the cores of a comparison; `duration`: of a load, as the command line gave it."""

    majuscule: Path
    client: Path
    reference: Path
    pinning: Pinning
    threads: int
    duration: Optional[float]
    poisson: bool = True
    cross_checked: bool = True  # by wrk

    @property
    def modes(self) -> modes.Modes:
        return modes.of(self.majuscule)

    @property
    def programs(self) -> tuple[Path, ...]:
        return self.majuscule, self.client, self.reference

    def command(self, mode: str, scenario: Optional[Scenario] = None, *more: str) -> list[str]:
        """Of the server for a mode in a scenario; None: without a task."""
        task = scenario.task if scenario else Task.parse("none")
        every = [f"--task-every={scenario.kind.task_every}"] if scenario and scenario.kind.task_every > 1 else []
        return majuscule_command(self.majuscule, mode, task, *self.modes[mode].options(self.threads), *every, *more)

    def load(self, measurement: Measurement, seed: int = 1) -> load_client.Load:
        """With a timeout of 3 times the longest wait."""
        scenario = measurement.scenario
        return load_client.Load(
            connections=scenario.connections,
            seconds=load_seconds(scenario, self.duration),
            warm_up=_WARM_UP_SECONDS + scenario.task.seconds,
            timeout=max(_LEAST_TIMEOUT_SECONDS, 3 * scenario.task.longest_wait(scenario.connections)),
            settle=0.0 if scenario.kind.close else _SETTLE_SECONDS + _SETTLE_SECONDS_EACH * scenario.connections,
            rate=measurement.rate,
            poisson=self.poisson,
            seed=seed,
            close=scenario.kind.close,
            pipeline=scenario.kind.pipeline,
        )

    def cross_check(self, scenario: Scenario) -> wrk.Load:
        """wrk does not count requests in flight at its end, so with a task its load is as long as ours."""
        task = scenario.task
        seconds = _CROSS_CHECK_SECONDS if scenario.connections < _CROWD else 3 * _CROSS_CHECK_SECONDS
        if task.kind == "sleep":
            seconds = max(seconds, load_seconds(scenario, self.duration))
        wait = task.longest_wait(scenario.connections)
        return wrk.Load(scenario.connections, seconds, wait, scenario.kind.close, scenario.kind.pipeline)

    def seconds_of(self, measurement: Measurement) -> float:
        """The time of a visit, roughly."""
        checked = measurement.rate is None and measurement.mode != REFERENCE
        check = self.cross_check(measurement.scenario).seconds if checked else 0.0
        return _START_AND_END_SECONDS + self.load(measurement).length + check

    @contextmanager
    def serving(self, measurement: Measurement, *more: str) -> Iterator[Server]:
        """A server for the measurement, with the other clients of its scenario."""
        pinning, kind = self.pinning, measurement.scenario.kind
        with ExitStack() as stack:
            if measurement.mode == REFERENCE:
                server = stack.enter_context(running_reference(self.reference, "epoll", pinning.server))
            else:
                command = self.command(measurement.mode, measurement.scenario, *more)
                server = stack.enter_context(running(command, pinning.server))
            with ExitStack() as others:
                if kind.idle:
                    others.enter_context(crowd.idle(self.client, server.port, kind.idle, pinning.watcher))
                if kind.slow_readers:
                    others.enter_context(crowd.slow_readers(server.port, kind.slow_readers, pinning.watcher))
                yield server
            server.drain()


def check_conformance(bench: Bench, mode: str) -> None:
    """Raises Untrusted when the answers of the mode differ from those of the others."""
    if mode == REFERENCE:
        with running_reference(bench.reference, "epoll", bench.pinning.server) as server:
            conformance.check(server.port, conformance.cases(server.port)[:3])
            server.drain()
        return
    with running(bench.command(mode), bench.pinning.server) as server:
        conformance.check(server.port, conformance.cases(server.port))
        server.drain()


def measure(bench: Bench, measurement: Measurement, seed: int = 1) -> Sample:
    """Raises Untrusted when there is no valid number. `seed`: of the arrivals."""
    load, kind = bench.load(measurement, seed), measurement.scenario.kind
    if measurement.mode == REFERENCE:
        with bench.serving(measurement) as server:
            return _measure_unobserved(bench, server, measurement, load)
    places = bench.modes[measurement.mode].served_at_once(bench.threads)
    if places is not None and places <= load.connections + kind.idle + kind.slow_readers:
        return _measure_starved(bench, measurement, load, places)
    with bench.serving(measurement) as server:
        try:
            with Observer(server.port, min(_LONGEST_PATIENCE, 5 + load.timeout)) as observer:
                return _measure_observed(bench, server, observer, measurement, load)
        except Untrusted:
            server.expect_alive()  # the end of the server explains more than its consequences
            raise


def _measure_starved(bench: Bench, measurement: Measurement, load: load_client.Load, places: int) -> Sample:
    """An observer would get no place. Clients that wait at the end of the load are served one after another then, so the
    drain is short, and wrk has a server of its own."""
    with bench.serving(measurement, "--drain-timeout=1s") as server:
        sample = _measure_unobserved(bench, server, measurement, load)
    with bench.serving(measurement, "--drain-timeout=1s") as server:
        checked = _cross_check(bench, server, measurement)
    return replace(sample, served_at_once=places, cross_check=checked)


def _cross_check(bench: Bench, server: Server, measurement: Measurement) -> Optional[CrossCheck]:
    if measurement.rate is not None or not bench.cross_checked:
        return None
    return CrossCheck(wrk.run(bench.cross_check(measurement.scenario), server.port, bench.pinning.client), None)


def _measure_observed(
    bench: Bench, server: Server, observer: Observer, measurement: Measurement, load: load_client.Load
) -> Sample:
    others = measurement.scenario.kind.idle + measurement.scenario.kind.slow_readers
    before, queue = observer.settle(others), proc.listen_queue()
    with load_client.loading(bench.client, load, server.port, bench.pinning.client) as run:
        start = _await_connections(observer, run, load, others)
        first, first_stats = CpuSample.now(server.pid, run.pid, bench.pinning), observer.read()
        unevenness = _watch_evenness(run, server, measurement, load)
        last, last_stats = CpuSample.now(server.pid, run.pid, bench.pinning), observer.read()
        result = run.result()
    server.expect_alive()
    after = observer.settle(others)
    lost = proc.listen_queue().since(queue)
    checked = _cross_check(bench, server, measurement)
    if checked:
        server.expect_alive()
        checked = replace(checked, account=_account(after, observer.settle(others)))
    used = {name: getattr(last_stats, name) - getattr(first_stats, name) for name in Cost.__dataclass_fields__}
    return Sample(
        load=result,
        cross_check=checked,
        start=start,
        window=last.since(first, bench.pinning),
        cost=Cost(**used),
        account=_account(before, after),
        listen_queue=lost,
        threads=last_stats.threads,
        peak_resident=after.peak_resident,
        unevenness=unevenness,
    )


def _account(before: Stats, after: Stats) -> Account:
    return Account(**{name: getattr(after, name) - getattr(before, name) for name in Account.__dataclass_fields__})


def _measure_unobserved(bench: Bench, server: Server, measurement: Measurement, load: load_client.Load) -> Sample:
    """By what the kernel knows of the server."""
    queue, before = proc.listen_queue(), proc.family_status(server.pid)
    cpu = proc.family_cpu_split(server.pid)
    with load_client.loading(bench.client, load, server.port, bench.pinning.client) as run:
        run.sleep_until(load.window[0])
        start = Start(seconds=run.age(), connections=None)
        first = CpuSample.now(server.pid, run.pid, bench.pinning)
        unevenness = _watch_evenness(run, server, measurement, load)
        last = CpuSample.now(server.pid, run.pid, bench.pinning)
        result = run.result()
    after, used = proc.family_status(server.pid), proc.family_cpu_split(server.pid)
    total = sum(used) - sum(cpu)
    user = min(max(0.0, used[0] - cpu[0]), total)  # the sum is exact, the split is by ticks
    return Sample(
        load=result,
        cross_check=None,
        start=start,
        window=last.since(first, bench.pinning),
        cost=Cost(
            result.all_requests, user, total - user, after.voluntary_switches - before.voluntary_switches,
            after.involuntary_switches - before.involuntary_switches,
        ),
        account=None,
        listen_queue=proc.listen_queue().since(queue),
        threads=after.threads,
        peak_resident=after.peak_resident,
        unevenness=unevenness,
    )


def _watch_evenness(
    run: load_client.Run, server: Server, measurement: Measurement, load: load_client.Load
) -> Optional[float]:
    """Until the end of the window. Only a closed loop without a task costs the same at any moment."""
    marks = evenness.watch(run, server.pid, load.window[1])
    closed = measurement.rate is None and measurement.scenario.task.kind == "none"
    return evenness.unevenness(marks) if closed else None


def _await_connections(observer: Observer, run: load_client.Run, load: load_client.Load, others: int) -> Start:
    """Waits until all connections are open, as long as that leaves a window. With a connection for each request there
    is nothing to wait for."""
    expected, end = load.window
    run.sleep_until(expected)
    while True:
        connected = observer.read().open - 1 - others
        seconds = run.age()
        if load.close:
            return Start(seconds, None, expected)
        if connected >= load.connections or seconds > end - _SHORTEST_WINDOW_SECONDS:
            return Start(seconds, connected, expected)
        run.sleep_until(seconds + 0.01)


@dataclass(frozen=True)
class CpuSample:
    """CPU seconds so far, of the processes and of their cores."""

    at: float
    server: float
    client: float
    watcher: float
    server_core: float
    client_core: float

    @classmethod
    def now(cls, server: int, client: int, pinning: Pinning) -> CpuSample:
        """By the process ids."""
        return cls(
            time.monotonic(), proc.family_cpu_seconds(server), proc.cpu_seconds(client), time.process_time(),
            proc.core_busy_seconds(pinning.server), proc.core_busy_seconds(pinning.client),
        )

    def since(self, first: CpuSample, pinning: Pinning) -> Window:
        names = ("at", "server", "client", "watcher", "server_core", "client_core")
        seconds, server, client, watcher, server_core, client_core = (
            getattr(self, name) - getattr(first, name) for name in names
        )
        if pinning.watcher != pinning.client:
            watcher = 0.0
        if pinning.shared:
            foreign = server_core - server - client - watcher
        else:
            foreign = max(server_core - server, client_core - client - watcher)
        return Window(seconds, server_share=server / seconds, foreign_share=max(0.0, foreign) / seconds)
