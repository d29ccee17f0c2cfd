# SPDX-License-Identifier: MIT
"""Many clients that each send a header without an end, a byte every half second: `dripper PORT CLIENTS`.

A process of its own with what time others leave (SCHED_IDLE), its sends evenly spread. Prints a line when all
clients stand, and after SIGTERM how many bytes it dripped a second.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time

from comparison import limits
from comparison.wrk import HOST

SECONDS_BETWEEN = 0.5  # two bytes of one client
_BEGIN = b"GET / HTTP/1.1\r\nX-Slow: "
_LONGEST_CATCH_UP = 0.05


def _drip(clients: list[socket.socket]) -> float:
    """Until SIGTERM. Bytes a second."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    print("dripping", flush=True)
    step = SECONDS_BETWEEN / len(clients)
    began = due = time.monotonic()
    dripped = 0
    while not stopped:
        clients[dripped % len(clients)].send(b"s")
        dripped += 1
        now = time.monotonic()
        due = max(due + step, now - _LONGEST_CATCH_UP)
        time.sleep(max(0.0, due - now))
    return dripped / (time.monotonic() - began)


def main() -> None:
    port, count = map(int, sys.argv[1:])
    limits.raise_descriptors()
    clients = [socket.create_connection((HOST, port), timeout=30) for _ in range(count)]
    for client in clients:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.send(_BEGIN)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    print(_drip(clients))


if __name__ == "__main__":
    main()
