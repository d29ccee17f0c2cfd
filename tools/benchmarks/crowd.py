# SPDX-License-Identifier: MIT
"""Many clients at once whose task sleeps: how long the last of them waits for its answer."""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.target import Target
from comparison import conformance, modes, proc
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task
from comparison.wrk import HOST, request_bytes

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Kind:
    """`scheme`: raw or http. `connects_first`: the wait counts from the last connect, not from the first."""

    scheme: str
    clients: int
    task: Task
    connects_first: bool

    def message(self, port: int) -> bytes:
        """After its answer the server closes."""
        if self.scheme == "raw":
            return b"hELLO crowd"
        return request_bytes(port)[:-2] + b"Connection: close\r\n\r\n"

    def is_right(self, received: bytes) -> bool:
        if self.scheme == "raw":
            return received == b"Hello crowd"
        return conformance.with_same_dates(received) == conformance.answer(b"Hello world", closing=True)


RAW = Kind("raw", 10_000, Task.parse("sleep:3s"), connects_first=True)
HTTP = Kind("http", 300, Task.parse("sleep:1s"), connects_first=False)


@dataclass
class _Crowd:
    """Clients by descriptor, with what each has received; times by the monotonic clock."""

    kind: Kind
    waiting: dict[int, tuple[socket.socket, bytearray]]
    first_connect: float
    last_connect: float
    last_answer: float = 0.0
    right: int = 0

    @property
    def connecting_seconds(self) -> float:
        return self.last_connect - self.first_connect

    @property
    def waited_seconds(self) -> float:
        return self.last_answer - (self.last_connect if self.kind.connects_first else self.first_connect)


def _connect(kind: Kind, port: int) -> _Crowd:
    """All of them send as soon as they stand."""
    waiting = {}
    message = kind.message(port)
    started = time.monotonic()
    for _ in range(kind.clients):
        client = socket.create_connection((HOST, port), timeout=_PATIENCE_SECONDS)
        client.sendall(message)
        waiting[client.fileno()] = (client, bytearray())
    return _Crowd(kind, waiting, started, time.monotonic())


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
    crowd.right += crowd.kind.is_right(bytes(received))
    client.close()
    del crowd.waiting[descriptor]


def measure(program: Path, pinning: Pinning, mode: str, kind: Kind, limit: float) -> str:
    """The line to print. A pool has a thread for each client."""
    queue = proc.listen_queue()
    options = modes.of(program)[mode].options(kind.clients) + (["--raw-port=0"] if kind.scheme == "raw" else [])
    command = majuscule_command(program, mode, kind.task, *options)
    with running(command, pinning.server, listeners=2 if kind.scheme == "raw" else 1) as server:
        crowd = _connect(kind, server.ports[kind.scheme])
        _await_answers(crowd)
        for client, _ in crowd.waiting.values():
            client.close()
        peak = proc.family_status(server.pid).peak_resident
    lost = proc.listen_queue().since(queue)
    since = "last" if kind.connects_first else "first"
    what = f"{mode}, {kind.clients:,} {kind.scheme} clients with task {kind.task.text}"
    what += f", {since} connect to last answer"
    detail = (
        f"{crowd.right:,} answered rightly, connecting took {crowd.connecting_seconds:.2f} s,"
        f" {lost.drops:,} lost by the listen queue, server's peak {peak / 2**20:.0f} MiB"
    )
    wrong = kind.clients - crowd.right
    shortfall = f"{wrong:,} clients without the right answer" if wrong else ""
    return Target(what, limit, "s").judge(crowd.waited_seconds, detail, shortfall)
