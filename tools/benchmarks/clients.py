# SPDX-License-Identifier: MIT
"""What the benchmarks share: enough descriptors for many clients, requests by hand, and the memory of idle clients."""

from __future__ import annotations

import argparse
import socket
from contextlib import ExitStack

from benchmarks.target import Target
from comparison import conformance, limits, proc
from comparison.bench import Bench
from comparison.errors import CannotRun, Untrusted
from comparison.idle_crowd import client_after_one_request, settled
from comparison.server import running
from comparison.wrk import HOST

PATIENCE_SECONDS = 30.0


def expect_limits(bench: Bench, clients: int, *modes: str) -> None:
    """Raises CannotRun when this machine allows fewer clients."""
    limits.raise_descriptors()
    each = any(bench.modes[mode].has_task_per_client for mode in modes)
    hit = [str(limit) for limit in limits.check(clients, each) if limit.hit and limit.fatal]
    if hit:
        raise CannotRun(f"limits too low for {clients:,} clients: " + "; ".join(hit))


def connected(port: int) -> socket.socket:
    client = socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def ask(client: socket.socket, request: bytes) -> None:
    """Raises Untrusted for an answer of another size."""
    client.send(request)
    received = client.recv(4096)
    if len(received) != len(conformance.ANSWER):
        raise Untrusted(f"answered {received!r}")


def idle_memory(bench: Bench, given: argparse.Namespace) -> str:
    """Anonymous memory of the server per idle keep-alive client that has made one request."""
    expect_limits(bench, given.clients, given.mode)
    with running(bench.command(given.mode), bench.pinning.server) as server, ExitStack() as crowd:
        crowd.enter_context(client_after_one_request(server.port))
        before = settled(lambda: proc.family_anonymous(server.pid))
        for _ in range(given.clients):
            crowd.enter_context(client_after_one_request(server.port))
        after = settled(lambda: proc.family_anonymous(server.pid))
        threads = proc.family_status(server.pid).threads
    what = f"{given.mode}, anonymous memory per idle keep-alive client, {given.clients:,} clients"
    detail = f"from {before / 1024:,.0f} KiB to {after / 1024:,.0f} KiB, threads: {threads:,}"
    return Target(what, given.target, "bytes").judge((after - before) / given.clients, detail)
