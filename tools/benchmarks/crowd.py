# SPDX-License-Identifier: MIT
"""Many clients at once whose task sleeps: how long the last of them waits for its answer."""

from __future__ import annotations

import argparse
import select
import socket
import time
from dataclasses import dataclass, field

from benchmarks.clients import expect_limits
from benchmarks.target import Target
from comparison import conformance, proc
from comparison.bench import Bench
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
        """The server closes the connection after its answer."""
        return b"hELLO crowd" if self.scheme == "raw" else request_bytes(port)[:-2] + b"Connection: close\r\n\r\n"

    def is_right(self, received: bytes) -> bool:
        if self.scheme == "raw":
            return received == b"Hello crowd"
        return conformance.with_same_dates(received) == conformance.answer(b"Hello world", closing=True)


RAW = Kind("raw", 10_000, Task.parse("sleep:3s"), connects_first=True)
HTTP = Kind("http", 300, Task.parse("sleep:1s"), connects_first=False)


@dataclass
class Crowd:
    """`waiting`: clients by descriptor, with the bytes received. Times by the monotonic clock."""

    kind: Kind
    waiting: dict[int, tuple[socket.socket, bytearray]] = field(default_factory=dict)
    first_connect: float = 0.0
    last_connect: float = 0.0
    last_answer: float = 0.0
    right: int = 0

    @property
    def waited_seconds(self) -> float:
        return self.last_answer - (self.last_connect if self.kind.connects_first else self.first_connect)

    def connect(self, port: int) -> None:
        """Every client sends as soon as it is connected."""
        message = self.kind.message(port)
        self.first_connect = time.monotonic()
        for _ in range(self.kind.clients):
            client = socket.create_connection((HOST, port), timeout=_PATIENCE_SECONDS)
            client.sendall(message)
            self.waiting[client.fileno()] = (client, bytearray())
        self.last_connect = time.monotonic()

    def await_answers(self) -> None:
        """Until each client has its answer and the end of the connection, or the patience ends."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        with select.epoll() as poller:
            for descriptor in self.waiting:
                poller.register(descriptor, select.EPOLLIN)
            while self.waiting and time.monotonic() < deadline:
                for descriptor, _ in poller.poll(1.0, 1024):
                    self._receive(descriptor)
        for client, _ in self.waiting.values():
            client.close()

    def _receive(self, descriptor: int) -> None:
        client, received = self.waiting[descriptor]
        try:
            some = client.recv(4096)
        except OSError:
            some = b""
        received += some
        if some:
            self.last_answer = time.monotonic()
            return
        self.right += self.kind.is_right(bytes(received))
        client.close()
        del self.waiting[descriptor]


def measure(bench: Bench, given: argparse.Namespace) -> str:
    """The line to print. A pool has a thread for each client."""
    kind = HTTP if given.figure == "crowd" else RAW
    expect_limits(bench, kind.clients, given.mode)
    raw = ["--raw-port=0"] if kind.scheme == "raw" else []
    options = bench.modes[given.mode].options(kind.clients)
    command = majuscule_command(bench.majuscule, given.mode, kind.task, *options, *raw)
    queue = proc.listen_queue()
    with running(command, bench.pinning.server, listeners=1 + len(raw)) as server:
        crowd = Crowd(kind)
        crowd.connect(server.ports[kind.scheme])
        crowd.await_answers()
        peak = proc.family_status(server.pid).peak_resident
    lost = proc.listen_queue().since(queue)
    what = f"{given.mode}, {kind.clients:,} {kind.scheme} clients with task {kind.task.text},"
    what += f" {'last' if kind.connects_first else 'first'} connect to last answer"
    detail = (
        f"{crowd.right:,} answered right, connecting took {crowd.last_connect - crowd.first_connect:.2f} s,"
        f" {lost.drops:,} lost by the listen queue, server's peak {peak / 2**20:.0f} MiB"
    )
    wrong = kind.clients - crowd.right
    shortfall = f"{wrong:,} clients without the right answer" if wrong else ""
    return Target(what, given.target, "s").judge(crowd.waited_seconds, detail, shortfall)
