# SPDX-License-Identifier: MIT
"""Who else is connected while a server is loaded: an idle crowd, or clients that read slowly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import Iterator

from comparison import child, limits
from comparison.errors import Untrusted
from comparison.pinning import on_core
from comparison.wrk import HOST

ANSWER_SIZE = 256 * 1024
_BEAT_SECONDS = 0.02  # between two reads of a slow reader ...
_SIP = 4096  # ... of so many bytes
_RECEIVE_BUFFER = 8192  # so that the rest waits at the server


@contextmanager
def idle(port: int, count: int) -> Iterator[None]:
    """Connected and silent. Raises Untrusted when they cannot be."""
    clients: list[socket.socket] = []
    try:
        for _ in range(count):
            clients.append(socket.create_connection((HOST, port), timeout=30))
        yield
        gone = sum(_has_ended(client) for client in clients)
        if gone:
            raise Untrusted(f"the server let go of {gone:,} of {count:,} idle clients")
    except OSError as error:
        raise Untrusted(f"the idle crowd could not connect: {error}") from None
    finally:
        for client in clients:
            client.close()


def _has_ended(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextmanager
def slow_readers(port: int, count: int, core: int) -> Iterator[int]:
    """In a process of their own with what time others leave on the core; its process id."""
    command = on_core(core, [sys.executable, "-m", "comparison.crowd", str(port), str(count)])
    with child.started(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        if not process.stdout or process.stdout.readline() != "reading\n":
            raise Untrusted("the slow readers could not connect")
        yield process.pid
        if process.poll() is not None:
            raise Untrusted("the slow readers ended before the load")
        process.terminate()
        if not process.communicate(timeout=30)[0].strip():
            raise Untrusted("the slow readers got nothing to read")


def request() -> bytes:
    body = b"sLOW " * (ANSWER_SIZE // 5)
    return b"POST /capitalize HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n" % (HOST.encode(), len(body)) + body


class _Reader:
    """Asks again when it has read a whole answer, by its size."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.socket.connect((HOST, port))
        self.socket.setblocking(False)
        self._unsent = request()
        self._size = len(self._unsent)
        self.read = 0

    def step(self) -> None:
        try:
            if self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
            some = self.socket.recv(_SIP)
        except BlockingIOError:
            return
        self.read += len(some)
        if self.read % ANSWER_SIZE < len(some) and self.read >= ANSWER_SIZE:
            self._unsent = self._unsent + request()


def _read_slowly(readers: list[_Reader]) -> int:
    """Until SIGTERM. Bytes read."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    print("reading", flush=True)
    while not stopped:
        for reader in readers:
            reader.step()
        time.sleep(_BEAT_SECONDS)
    return sum(reader.read for reader in readers)


def main() -> None:
    port, count = map(int, sys.argv[1:])
    limits.raise_descriptors()
    readers = [_Reader(port) for _ in range(count)]
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    print(_read_slowly(readers))


if __name__ == "__main__":
    main()
