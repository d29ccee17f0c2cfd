# SPDX-License-Identifier: MIT
"""Counts what the processor did for each request of a row, in a load of its own: counters make each change of thread
dearer, so no time is taken from it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from comparison import hardware, load_client
from comparison.measure import Bench, invite
from comparison.plan import REFERENCE, Measurement
from comparison.server import running, running_reference

_SECONDS = 0.3  # of a load; what a request takes varies little
_TASKS = 4  # or so many times the task


def measure(bench: Bench, measurement: Measurement, events: list[str]) -> hardware.Counts:
    """A request, by event. Raises Untrusted when there is no number to have."""
    load = bench.load(measurement)
    load = replace(load, seconds=min(load.seconds, max(_SECONDS, _TASKS * measurement.scenario.task.seconds)))
    with ExitStack() as stack:
        if measurement.mode == REFERENCE:
            server = stack.enter_context(running_reference(bench.reference, "epoll", bench.pinning.server))
        else:
            command = bench.command(measurement.mode, measurement.scenario, "--drain-timeout=1s")
            server = stack.enter_context(running(command, bench.pinning.server))
        counters = stack.enter_context(hardware.counting(server.pid, events))
        with ExitStack() as others:
            invite(bench, server, measurement.scenario, others)
            first = counters.read()
            with load_client.loading(bench.client, load, server.port, bench.pinning.client) as run:
                result = run.result()
            last = counters.read()
        server.expect_alive()
    return hardware.per_request(first, last, result.all_requests)
