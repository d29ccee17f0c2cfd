# SPDX-License-Identifier: MIT
"""Anonymous memory of the server per idle keep-alive client that has made one request."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Optional

from bench.target import Target
from comparison import conformance, proc
from comparison.errors import Untrusted
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task
from comparison.wrk import HOST, request_bytes

_SETTLE_SECONDS = 10.0


def _client_after_one_request(port: int) -> socket.socket:
    client = socket.create_connection((HOST, port), timeout=10)
    client.sendall(request_bytes(port))
    received = b""
    while len(received) < len(conformance.ANSWER):
        some = client.recv(4096)
        if not some:
            break
        received += some
    if conformance.with_same_dates(received) != conformance.ANSWER:
        raise Untrusted(f"answered {received!r}")
    return client


def _settled_anonymous_bytes(pid: int) -> int:
    """Once two looks in a row see the same."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    before = -1
    while (now := proc.family_anonymous(pid)) != before and time.monotonic() < deadline:
        before = now
        time.sleep(0.1)
    return now


def measure(program: Path, pinning: Pinning, mode: str, clients: int, limit: Optional[float]) -> str:
    """The line to print."""
    command = majuscule_command(program, mode, Task.parse("none"))
    with running(command, pinning.server) as server, ExitStack() as connected:
        connected.enter_context(_client_after_one_request(server.port))
        before = _settled_anonymous_bytes(server.pid)
        for _ in range(clients):
            connected.enter_context(_client_after_one_request(server.port))
        after = _settled_anonymous_bytes(server.pid)
        threads = proc.family_status(server.pid).threads
    what = f"{mode}, anonymous memory per idle keep-alive client, {clients:,} clients"
    detail = f"from {before / 1024:,.0f} KiB to {after / 1024:,.0f} KiB, threads: {threads:,}"
    return Target(what, limit, "bytes").judge((after - before) / clients, detail)
