# SPDX-License-Identifier: MIT
"""Keep-alive clients of this process that have made one request each, and values that have settled."""

from __future__ import annotations

import os
import socket
import struct
import time
from contextlib import contextmanager
from typing import Callable, Iterator, Optional

from comparison import conformance
from comparison.errors import Untrusted
from comparison.wrk import HOST, request_bytes

_SETTLE_SECONDS = 10.0
_INTERVAL_SECONDS = 0.1


@contextmanager
def here_on(core: Optional[int]) -> Iterator[None]:
    """Pins this process, and so its clients, to a core meanwhile. None: not pinned."""
    allowed = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def client_after_one_request(port: int) -> socket.socket:
    """A client that resets its connection when it is closed: TIME_WAIT would free memory while something else is
    measured. Raises Untrusted when the answer is wrong."""
    client = socket.create_connection((HOST, port), timeout=10)
    try:
        reset_when_closed(client)
        client.sendall(request_bytes(port))
        received = b""
        while len(received) < len(conformance.ANSWER) and (some := client.recv(4096)):
            received += some
        if conformance.with_same_dates(received) != conformance.ANSWER:
            raise Untrusted(f"answered {received!r}")
        return client
    except BaseException:
        client.close()
        raise


def reset_when_closed(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def settled(read: Callable[[], int], slack: int = 0, patience: float = _SETTLE_SECONDS) -> int:
    """The value once two reads in a row differ by no more than the slack, or the patience ends."""
    deadline = time.monotonic() + patience
    before = read()
    while True:
        time.sleep(_INTERVAL_SECONDS)
        now = read()
        if abs(now - before) <= slack or time.monotonic() > deadline:
            return now
        before = now
