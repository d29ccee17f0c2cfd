# SPDX-License-Identifier: MIT
"""Keep-alive clients in this process that have each made one request, and figures that have come to rest."""

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
_LOOK_SECONDS = 0.1


@contextmanager
def here_on(core: Optional[int]) -> Iterator[None]:
    """This process, and so its clients, on a core for a while; None: where it is."""
    allowed = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def client_after_one_request(port: int) -> socket.socket:
    """Raises Untrusted when the answer is not the right one."""
    client = socket.create_connection((HOST, port), timeout=10)
    try:
        _ask(client, port)
    except BaseException:
        client.close()
        raise
    return client


def _ask(client: socket.socket, port: int) -> None:
    client.sendall(request_bytes(port))
    received = b""
    while len(received) < len(conformance.ANSWER):
        some = client.recv(4096)
        if not some:
            break
        received += some
    if conformance.with_same_dates(received) != conformance.ANSWER:
        raise Untrusted(f"answered {received!r}")


def reset_when_closed(client: socket.socket) -> None:
    """It leaves nothing behind in TIME_WAIT, whose end would free memory while something else is measured."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def settled(look: Callable[[], int], slack: int = 0, patience: float = _SETTLE_SECONDS) -> int:
    """What is seen once two looks in a row differ by no more than the slack; or at the end of patience."""
    deadline = time.monotonic() + patience
    before, now = look(), 0
    while True:
        time.sleep(_LOOK_SECONDS)
        now = look()
        if abs(now - before) <= slack or time.monotonic() > deadline:
            return now
        before = now
