# SPDX-License-Identifier: MIT
"""What the kernel knows about a process, its family and the TCP counters. A family is a process and all that it
forked."""

from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, TypeVar

_libc = ctypes.CDLL(None, use_errno=True)
_TICK = 1 / os.sysconf("SC_CLK_TCK")

Value = TypeVar("Value")


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of a process, also of ended ones, in ns: /proc/PID/stat counts in 10 ms."""
    clock = ctypes.c_int()
    error = _libc.clock_getcpuclockid(pid, ctypes.byref(clock))
    if error:
        raise OSError(error, os.strerror(error))
    return time.clock_gettime_ns(clock.value) / 1e9


def family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                pass  # the thread has ended
    return found


def _of_family(pid: int, read: Callable[[int], Value]) -> list[Value]:
    """Of all members that have not ended. Raises OSError when the process itself has."""
    found = []
    for one in family(pid):
        try:
            found.append(read(one))
        except OSError:
            if one == pid:
                raise
    return found


def _text(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()


def parse_cpu_ticks(text: str) -> tuple[int, int, int, int]:
    """The text of /proc/PID/stat: user and system of the process, and of the children it has waited for."""
    user, system, reaped_user, reaped_system = map(int, text.rpartition(")")[2].split()[11:15])
    return user, system, reaped_user, reaped_system


def parse_reaped_ticks(text: str) -> int:
    """The text of /proc/PID/stat: CPU time of the children it has waited for."""
    return sum(parse_cpu_ticks(text)[2:])


def family_cpu_seconds(pid: int) -> float:
    """With the CPU time of members that have ended and been waited for."""
    return sum(_of_family(pid, lambda one: parse_reaped_ticks(_text(one, "stat")) * _TICK + cpu_seconds(one)))


def split_cpu(seconds: float, user_ticks: int, system_ticks: int, tick: float) -> tuple[float, float]:
    """User and system seconds that add up to the exact sum. Ticks are rounded down: what they leave out is divided in
    half, so both are right to a tick."""
    user, system = user_ticks * tick, system_ticks * tick
    left = seconds - user - system
    if left >= 0 or user + system == 0:
        return user + left / 2, system + left / 2
    return user / (user + system) * seconds, system / (user + system) * seconds


def family_cpu_split(pid: int) -> tuple[float, float]:
    """User and system seconds of `family_cpu_seconds`."""

    def split(one: int) -> tuple[float, float]:
        user, system, reaped_user, reaped_system = parse_cpu_ticks(_text(one, "stat"))
        own_user, own_system = split_cpu(cpu_seconds(one), user, system, _TICK)
        return own_user + reaped_user * _TICK, own_system + reaped_system * _TICK

    splits = _of_family(pid, split)
    return sum(user for user, _ in splits), sum(system for _, system in splits)


def _fields(text: str) -> dict[str, str]:
    """Lines of "name: value"."""
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


def _bytes(value: str) -> int:
    number, unit = value.split()
    if unit != "kB":
        raise ValueError(f"'{value.strip()}' is not in kB")
    return int(number) * 1024


@dataclass(frozen=True)
class Status:
    """Sizes in bytes. The switches are of one thread: of a process, the main one."""

    threads: int
    peak_resident: int
    voluntary_switches: int
    involuntary_switches: int


def parse_status(text: str) -> Status:
    """The text of /proc/PID/status or /proc/PID/task/TID/status."""
    fields = _fields(text)
    return Status(
        int(fields["Threads"]), _bytes(fields["VmHWM"]), int(fields["voluntary_ctxt_switches"]),
        int(fields["nonvoluntary_ctxt_switches"]),
    )


def status(pid: int) -> Status:
    return parse_status(_text(pid, "status"))


def family_status(pid: int) -> Status:
    """The sums over the family and all its threads."""
    found, tasks = [], []
    for one in family(pid):
        try:
            found.append(status(one))
            tasks += [parse_status(path.read_text()) for path in Path(f"/proc/{one}/task").glob("*/status")]
        except OSError:
            continue
    return Status(
        sum(one.threads for one in found), sum(one.peak_resident for one in found),
        sum(task.voluntary_switches for task in tasks), sum(task.involuntary_switches for task in tasks),
    )


def parse_tracer(text: str) -> int:
    """The text of /proc/PID/task/TID/status: the process id of its tracer; 0: none."""
    return int(_fields(text)["TracerPid"])


def parse_page_tables(text: str) -> int:
    """The text of /proc/PID/status: bytes. A process that has ended has none."""
    return _bytes(_fields(text).get("VmPTE", "0 kB"))


def family_page_tables(pid: int) -> int:
    """In bytes."""
    return sum(_of_family(pid, lambda one: parse_page_tables(_text(one, "status"))))


@dataclass(frozen=True)
class Memory:
    """Bytes in RAM. `resident` includes the pages of files."""

    resident: int
    anonymous: int


def parse_memory(text: str) -> Memory:
    """The text of /proc/PID/smaps_rollup."""
    fields = _fields(text)
    return Memory(_bytes(fields["Rss"]), _bytes(fields["Anonymous"]))


def memory(pid: int) -> Memory:
    """Exact, from the page tables: RssAnon in /proc/PID/status may lag by tens of pages for each core."""
    return parse_memory(_text(pid, "smaps_rollup"))


def parse_shared_anonymous(text: str) -> int:
    """The text of /proc/PID/smaps_rollup: bytes in RAM; of a shared page, the part of the process."""
    return _bytes(_fields(text)["Pss_Anon"])


def family_anonymous(pid: int) -> int:
    """Bytes in RAM of the family, shared pages counted once."""
    return sum(_of_family(pid, lambda one: parse_shared_anonymous(_text(one, "smaps_rollup"))))


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def parse_core_busy(text: str, core: int) -> int:
    """The text of /proc/stat: clock ticks in which a core was not idle. Stolen time counts as busy."""
    for line in text.splitlines():
        name, _, values = line.partition(" ")
        if name == f"cpu{core}":
            user, nice, system, _idle, _waiting, irq, softirq, steal, *_guests = map(int, values.split())
            return user + nice + system + irq + softirq + steal
    raise ValueError(f"no cpu{core}")


def core_busy_seconds(core: int) -> float:
    return parse_core_busy(Path("/proc/stat").read_text(), core) * _TICK


@dataclass(frozen=True)
class ListenQueue:
    """Connections that the kernel dropped since boot because a listen queue was full, in this network namespace."""

    overflows: int
    drops: int

    def since(self, earlier: ListenQueue) -> ListenQueue:
        return ListenQueue(self.overflows - earlier.overflows, self.drops - earlier.drops)


def parse_netstat(text: str) -> ListenQueue:
    """The text of /proc/net/netstat: pairs of lines, names and values."""
    names: Optional[list[str]] = None
    for prefix, *words in map(str.split, text.splitlines()):
        if prefix == "TcpExt:" and names is None:
            names = words
        elif prefix == "TcpExt:":
            values = dict(zip(names or [], words))
            return ListenQueue(int(values["ListenOverflows"]), int(values["ListenDrops"]))
    raise ValueError("no TcpExt counters")


def listen_queue() -> ListenQueue:
    return parse_netstat(Path("/proc/net/netstat").read_text())
