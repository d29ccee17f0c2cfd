# SPDX-License-Identifier: MIT
"""Counts what the processor did for each request of a row, in a load apart: counters make each change of thread
dearer, so no time is taken from it."""

from __future__ import annotations

from dataclasses import replace

from comparison import hardware, load_client
from comparison.bench import Bench
from comparison.plan import Measurement

_SECONDS = 0.3  # of a load
_TASKS = 4  # or so many times the task


def measure(bench: Bench, measurement: Measurement, events: list[str]) -> hardware.Counts:
    """For a request, by event. Raises Untrusted when there is no valid number."""
    load = bench.load(measurement)
    load = replace(load, seconds=min(load.seconds, max(_SECONDS, _TASKS * measurement.scenario.task.seconds)))
    with bench.serving(measurement, "--drain-timeout=1s") as server:
        with hardware.counting(server.pid, events) as counters:
            first = counters.read()
            with load_client.loading(bench.client, load, server.port, bench.pinning.client) as run:
                result = run.result()
            last = counters.read()
    return hardware.per_request(first, last, result.all_requests)
