# SPDX-License-Identifier: MIT
"""Counts what the processor did for each request of a row, in a load of its own: counters make each change of thread
dearer, so no time is taken from it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from comparison import hardware, load_client
from comparison.measure import Rig, invite
from comparison.plan import REFERENCE, Cell
from comparison.server import running, running_reference

_SECONDS = 0.3  # of a load; what a request takes varies little
_TASKS = 4  # or so many times the task


def measure(rig: Rig, cell: Cell, events: list[str]) -> hardware.Counts:
    """A request, by event. Raises Untrusted when there is no number to have."""
    load = rig.load(cell)
    load = replace(load, seconds=min(load.seconds, max(_SECONDS, _TASKS * cell.scenario.task.seconds)))
    with ExitStack() as stack:
        if cell.mode == REFERENCE:
            server = stack.enter_context(running_reference(rig.reference, "epoll", rig.pinning.server))
        else:
            command = rig.command(cell.mode, cell.scenario, "--drain-timeout=1s")
            server = stack.enter_context(running(command, rig.pinning.server))
        counters = stack.enter_context(hardware.counting(server.pid, events))
        with ExitStack() as others:
            invite(rig, server, cell.scenario, others)
            first = counters.read()
            with load_client.loading(rig.client, load, server.port, rig.pinning.client) as run:
                result = run.result()
            last = counters.read()
        server.expect_alive()
    return hardware.per_request(first, last, result.all_requests)
