# SPDX-License-Identifier: MIT
"""One visit to a measurement: a fresh server, our client with a warm-up that is dropped, then wrk, and the accounts of
both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from comparison import conformance, evenness, load_client, proc, wrk
from comparison.bench import Bench
from comparison.cpu_sample import CpuSample
from comparison.errors import Untrusted
from comparison.observer import Observer, Stats
from comparison.plan import REFERENCE, Measurement
from comparison.sample import Account, Cost, CrossCheck, Sample, Start
from comparison.server import Server, running, running_reference

_SHORTEST_WINDOW_SECONDS = 0.25
_LONGEST_PATIENCE = 60.0


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
    """An observer would get no place. Clients that wait at the end of the load are served one after another then, so
    the drain is short, and wrk has a server of its own."""
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
