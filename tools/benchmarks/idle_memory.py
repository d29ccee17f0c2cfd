# SPDX-License-Identifier: MIT
"""Anonymous memory of the server per idle keep-alive client that has made one request."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from benchmarks.target import Target
from comparison import proc
from comparison.idle_crowd import client_after_one_request, settled
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task


def _anonymous_bytes(pid: int) -> int:
    return settled(lambda: proc.family_anonymous(pid))


def measure(program: Path, pinning: Pinning, mode: str, clients: int, limit: Optional[float]) -> str:
    """The line to print."""
    command = majuscule_command(program, mode, Task.parse("none"))
    with running(command, pinning.server) as server, ExitStack() as connected:
        connected.enter_context(client_after_one_request(server.port))
        before = _anonymous_bytes(server.pid)
        for _ in range(clients):
            connected.enter_context(client_after_one_request(server.port))
        after = _anonymous_bytes(server.pid)
        threads = proc.family_status(server.pid).threads
    what = f"{mode}, anonymous memory per idle keep-alive client, {clients:,} clients"
    detail = f"from {before / 1024:,.0f} KiB to {after / 1024:,.0f} KiB, threads: {threads:,}"
    return Target(what, limit, "bytes").judge((after - before) / clients, detail)
