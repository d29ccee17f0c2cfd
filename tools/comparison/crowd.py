# SPDX-License-Identifier: MIT
"""Other clients that are connected while a server is loaded: idle ones, slow readers, and clients that drip a header.

Slow readers and dripping clients are Python processes that run when the core is otherwise idle (SCHED_IDLE): `python3
-m comparison.crowd (read|drip) PORT COUNT`. They print a line when all are connected, and after SIGTERM how many
bytes they read, or how many bytes a second they sent.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from comparison import child, limits, proc
from comparison.errors import Untrusted
from comparison.pinning import on_core
from comparison.wrk import HOST, url

ANSWER_SIZE = 256 * 1024
DRIP_SECONDS = 0.5  # between two bytes of a client
_BEAT_SECONDS = 0.02  # between two reads of a slow reader
_SIP_BYTES = 4096  # of one read
_RECEIVE_BUFFER = 8192  # small, so that the rest waits at the server
_CONNECT_SECONDS = 30.0
_HEADER = b"GET / HTTP/1.1\r\nX-Slow: "
_LONGEST_CATCH_UP = 0.05


@contextmanager
def idle(client: Path, port: int, count: int, core: int) -> Iterator[None]:
    """Silent clients of `majuscule-load --idle`. Raises Untrusted when they cannot connect or the server closes one."""
    command = [str(client), "--json", f"--idle={count - 1}", "--connections=1", "--settle=60min", url(port)]
    with child.started(
        on_core(core, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + _CONNECT_SECONDS
        while process.poll() is None and proc.descriptors(process.pid) < count:
            if time.monotonic() > deadline:
                raise Untrusted(f"the idle crowd has not connected after {_CONNECT_SECONDS:.0f} s")
            time.sleep(0.01)
        yield
        process.terminate()
        printed, said = process.communicate(timeout=_CONNECT_SECONDS)
        try:
            reasons = json.loads(printed)["invalid_reasons"]
        except (ValueError, KeyError):
            raise Untrusted(f"the idle crowd failed: {said.strip()}") from None
        lost = [reason for reason in reasons if "silent" in reason or "could not connect" in reason]
        if lost:
            raise Untrusted(f"the idle crowd: {'; '.join(lost)}")


@contextmanager
def slow_clients(what: str, port: int, count: int, core: int) -> Iterator[list[float]]:
    """Clients in a process apart, `what` is read or drip. The list has the process id, and at the end the number that
    the process prints. Raises Untrusted when they cannot connect or end early."""
    command = on_core(core, [sys.executable, "-m", "comparison.crowd", what, str(port), str(count)])
    with child.started(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        if not process.stdout or process.stdout.readline() != "connected\n":
            raise Untrusted(f"the clients that {what} slowly could not connect")
        found: list[float] = [process.pid]
        yield found
        if process.poll() is not None:
            raise Untrusted(f"the clients that {what} slowly ended before the load")
        process.terminate()
        found.append(float(process.communicate(timeout=30)[0] or 0))


@contextmanager
def slow_readers(port: int, count: int, core: int) -> Iterator[None]:
    with slow_clients("read", port, count, core) as found:
        yield
    if not found[1]:
        raise Untrusted("the slow readers got nothing to read")


def request() -> bytes:
    body = b"sLOW " * (ANSWER_SIZE // 5)
    return b"POST /capitalize HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n" % (HOST.encode(), len(body)) + body


class _Reader:
    """Sends the next request when it has read an answer, by its size."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.socket.connect((HOST, port))
        self.socket.setblocking(False)
        self._unsent = request()
        self.read = 0

    def step(self) -> None:
        try:
            if self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
            some = self.socket.recv(_SIP_BYTES)
        except BlockingIOError:
            return
        self.read += len(some)
        if self.read % ANSWER_SIZE < len(some) and self.read >= ANSWER_SIZE:
            self._unsent += request()


def _read(port: int, count: int, stopped: list[int]) -> float:
    readers = [_Reader(port) for _ in range(count)]
    print("connected", flush=True)
    while not stopped:
        for reader in readers:
            reader.step()
        time.sleep(_BEAT_SECONDS)
    return sum(reader.read for reader in readers)


def _drip(port: int, count: int, stopped: list[int]) -> float:
    clients = [socket.create_connection((HOST, port), timeout=_CONNECT_SECONDS) for _ in range(count)]
    for client in clients:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.send(_HEADER)
    print("connected", flush=True)
    began = due = time.monotonic()
    sent = 0
    while not stopped:
        clients[sent % count].send(b"s")
        sent += 1
        now = time.monotonic()
        due = max(due + DRIP_SECONDS / count, now - _LONGEST_CATCH_UP)
        time.sleep(max(0.0, due - now))
    return sent / (time.monotonic() - began)


def main() -> None:
    what, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    limits.raise_descriptors()
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    print({"read": _read, "drip": _drip}[what](port, count, stopped))


if __name__ == "__main__":
    main()
