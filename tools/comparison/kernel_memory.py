# SPDX-License-Identifier: MIT
"""Memory that the kernel holds for a server: stacks and page tables of its family, and slab objects.

Objects (sockets, files, tasks, memory areas) are counted for the whole machine only, so they include both ends of a
loopback connection. The client's end is measured with pairs of sockets of our own, and subtracted. Without root only
pages of objects are known, which is rougher. A control group does not help: Linux 6.1 charges an accepted socket to
none.
"""

from __future__ import annotations

import socket
import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from comparison import proc
from comparison.errors import Untrusted
from comparison.idle_crowd import reset_when_closed, settled
from comparison.wrk import HOST

_FIRST_BATCH = 80  # pairs that fill free objects in the slabs
_BATCH = 25
_BATCHES = 9
_SLACK = 16 * 1024  # bytes by which the slabs of a quiet machine differ between two reads


def parse_slab_objects(text: str) -> int:
    """The text of /proc/slabinfo: bytes in objects in use, without the inodes of /proc and their names: reading /proc
    of a process makes them, and they stay while the process lives."""
    lines = [line.split() for line in text.splitlines()]
    if not lines or lines[0][:2] != ["slabinfo", "-"]:
        raise ValueError("not the text of /proc/slabinfo")
    caches = {name: (int(active), int(size)) for name, active, _, size, *_ in lines[1:] if active.isdigit()}
    inodes, inode_size = caches.get("proc_inode_cache", (0, 0))
    name_size = caches.get("dentry", (0, 0))[1]
    return sum(active * size for active, size in caches.values()) - inodes * (inode_size + name_size)


def parse_meminfo(text: str) -> dict[str, int]:
    """The sizes in /proc/meminfo, in bytes."""
    words = [line.split() for line in text.splitlines()]
    return {line[0].rstrip(":"): int(line[1]) * 1024 for line in words if line[2:] == ["kB"]}


def stack_bytes(stacks: int, threads: int) -> int:
    """Of one thread: the power of two that fits the stacks of all threads."""
    for size in (4096, 8192, 16384, 32768, 65536):
        if threads > 0 and 0.75 < stacks / threads / size < 1.5:
            return size
    raise Untrusted(f"{threads:,} threads have kernel stacks of {stacks:,} bytes: no size fits")


def _stack_bytes_here() -> int:
    stacks = parse_meminfo(Path("/proc/meminfo").read_text()).get("KernelStack", 0)
    return stack_bytes(stacks, int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2]))


@dataclass(frozen=True)
class Slab:
    """A way to read the slabs of the machine. `exact`: in objects, else in pages of objects."""

    exact: bool

    @classmethod
    def here(cls) -> Slab:
        """Raises Untrusted when there is none."""
        for exact in (True, False):
            try:
                cls(exact).read()
                return cls(exact)
            except (OSError, ValueError, KeyError):
                continue
        raise Untrusted("the kernel shows neither /proc/slabinfo nor Slab in /proc/meminfo")

    def read(self) -> int:
        if self.exact:
            return parse_slab_objects(Path("/proc/slabinfo").read_text())
        return parse_meminfo(Path("/proc/meminfo").read_text())["Slab"]

    def settled(self) -> int:
        return settled(self.read, _SLACK, patience=1.0)

    def describe(self) -> str:
        if self.exact:
            return "objects in /proc/slabinfo"
        return "Slab in /proc/meminfo (as root: objects; these are pages, some of them from reading /proc)"


def _connect_pair(held: ExitStack, listener: socket.socket) -> None:
    client = held.enter_context(socket.create_connection(listener.getsockname()))
    server = held.enter_context(listener.accept()[0])
    for one, other in ((client, server), (server, client)):
        reset_when_closed(one)
        one.sendall(b"x" * 100)
        other.recv(4096)


class KernelMemory:
    """`held` keeps the pairs of sockets until the end of the measurement: closed ones would be freed meanwhile."""

    def __init__(self, held: ExitStack) -> None:
        """Raises Untrusted when this machine does not show enough."""
        self._slab = Slab.here()
        self._stack = _stack_bytes_here()
        self._before = 0
        listener = held.enter_context(socket.create_server((HOST, 0), backlog=_BATCH))
        for _ in range(_FIRST_BATCH):
            _connect_pair(held, listener)
        found = []
        for _ in range(_BATCHES):  # the median, since other processes may spoil some
            before = self._slab.read()
            for _ in range(_BATCH):
                _connect_pair(held, listener)
            found.append((self._slab.read() - before) / (2 * _BATCH))
        self.client_end = statistics.median(found)

    def begin(self) -> None:
        """Counts objects from here on. The server runs, without clients."""
        self._before = self._slab.settled()

    def read(self, pid: int, connections: int) -> int:
        """Bytes for the family of the process."""
        objects = self._slab.settled() - self._before - connections * self.client_end
        return round(objects) + proc.family_status(pid).threads * self._stack + proc.family_page_tables(pid)

    def describe(self) -> str:
        return (
            f"kernel: stacks of {self._stack // 1024} KiB a thread, page tables, and {self._slab.describe()}"
            f" less {self.client_end:,.0f} bytes for each client's end"
        )
