# SPDX-License-Identifier: MIT
"""Many raw clients at once whose task sleeps: how long the last of them waits for its answer."""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from bench.target import Target
from comparison import proc
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task
from comparison.wrk import HOST

CLIENTS = 10_000
_TASK = Task.parse("sleep:3s")
_PATIENCE_SECONDS = 60.0
_MESSAGE, _ANSWER = b"hELLO crowd", b"Hello crowd"


@dataclass
class _Crowd:
    """Clients by descriptor, with what each has received; times by the monotonic clock."""

    waiting: dict[int, tuple[socket.socket, bytearray]]
    connecting_seconds: float
    last_connect: float
    last_answer: float = 0.0
    right: int = 0


def _connect(port: int) -> _Crowd:
    """All of them send as soon as they stand."""
    waiting = {}
    started = time.monotonic()
    for _ in range(CLIENTS):
        client = socket.create_connection((HOST, port), timeout=_PATIENCE_SECONDS)
        client.sendall(_MESSAGE)
        waiting[client.fileno()] = (client, bytearray())
    now = time.monotonic()
    return _Crowd(waiting, now - started, now)


def _await_answers(crowd: _Crowd) -> None:
    """Until each has its answer and the close behind it, or patience ends."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with select.epoll() as poller:
        for descriptor in crowd.waiting:
            poller.register(descriptor, select.EPOLLIN)
        while crowd.waiting and time.monotonic() < deadline:
            for descriptor, _ in poller.poll(1.0, 1024):
                _receive(crowd, descriptor)


def _receive(crowd: _Crowd, descriptor: int) -> None:
    client, received = crowd.waiting[descriptor]
    try:
        some = client.recv(4096)
    except OSError:
        some = b""
    received += some
    if some:
        crowd.last_answer = time.monotonic()
        return
    crowd.right += received == _ANSWER
    client.close()
    del crowd.waiting[descriptor]


def measure(program: Path, pinning: Pinning, mode: str, limit: float) -> str:
    """The line to print."""
    queue = proc.listen_queue()
    command = [*majuscule_command(program, mode, _TASK), "--raw-port=0"]
    with running(command, pinning.server, listeners=2) as server:
        crowd = _connect(server.ports["raw"])
        _await_answers(crowd)
        for client, _ in crowd.waiting.values():
            client.close()
        peak = proc.status(server.pid).peak_resident
    lost = proc.listen_queue().since(queue)
    what = f"{mode}, {CLIENTS:,} raw clients with task {_TASK.text}, last connect to last answer"
    detail = (
        f"{crowd.right:,} answered rightly, connecting took {crowd.connecting_seconds:.2f} s,"
        f" {lost.drops:,} lost by the listen queue, server's peak {peak / 2**20:.0f} MiB"
    )
    wrong = CLIENTS - crowd.right
    shortfall = f"{wrong:,} clients without the right answer" if wrong else ""
    return Target(what, limit, "s").judge(crowd.last_answer - crowd.last_connect, detail, shortfall)
