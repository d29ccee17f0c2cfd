# SPDX-License-Identifier: MIT
"""Samples of what the kernel knows about a process, and of its TCP counters."""

from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)


def cpu_seconds(pid: int) -> float:
    """CPU time of all threads of a process, ended ones too, in ns: /proc/PID/stat counts in 10 ms."""
    clock = ctypes.c_int()
    error = _libc.clock_getcpuclockid(pid, ctypes.byref(clock))
    if error:
        raise OSError(error, os.strerror(error))
    return time.clock_gettime_ns(clock.value) / 1e9


def family(pid: int) -> list[int]:
    """A process and all that it has forked, and they, and so on."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                pass  # that thread has ended
    return found


def parse_reaped_ticks(text: str) -> int:
    """The text of /proc/PID/stat: clock ticks of CPU time of the children it has waited for."""
    return sum(parse_cpu_ticks(text)[2:])


def family_cpu_seconds(pid: int) -> float:
    """CPU time of a process and its family, of those too who have ended and been waited for."""
    total = 0.0
    for one in family(pid):
        try:
            reaped = parse_reaped_ticks(Path(f"/proc/{one}/stat").read_text()) / os.sysconf("SC_CLK_TCK")
            total += cpu_seconds(one) + reaped
        except OSError:
            if one == pid:
                raise
    return total


def parse_cpu_ticks(text: str) -> tuple[int, int, int, int]:
    """The text of /proc/PID/stat: user and system of the process, and of the children it has waited for."""
    user, system, reaped_user, reaped_system = map(int, text.rpartition(")")[2].split()[11:15])
    return user, system, reaped_user, reaped_system


def split_cpu(seconds: float, user_ticks: int, system_ticks: int, tick: float) -> tuple[float, float]:
    """User and system seconds that add up to the exact sum. Ticks are cut off, so of what they leave out
    either may have up to a tick: both have half, and are right to a tick."""
    user, system = user_ticks * tick, system_ticks * tick
    left = seconds - user - system
    if left >= 0 or user + system == 0:
        return user + left / 2, system + left / 2
    return user / (user + system) * seconds, system / (user + system) * seconds


def family_cpu_split(pid: int) -> tuple[float, float]:
    """User and system seconds of `family_cpu_seconds`, for a server that does not tell them itself."""
    tick = 1 / os.sysconf("SC_CLK_TCK")
    total_user = total_system = 0.0
    for one in family(pid):
        try:
            user, system, *reaped = parse_cpu_ticks(Path(f"/proc/{one}/stat").read_text())
            own_user, own_system = split_cpu(cpu_seconds(one), user, system, tick)
        except OSError:
            if one == pid:
                raise
            continue
        total_user += own_user + reaped[0] * tick
        total_system += own_system + reaped[1] * tick
    return total_user, total_system


def family_status(pid: int) -> Status:
    """The sums over a process and its family, and over all threads that there are now."""
    statuses = []
    for one in family(pid):
        try:
            whole = status(one)
            tasks = [parse_status(path.read_text()) for path in Path(f"/proc/{one}/task").glob("*/status")]
        except OSError:
            continue
        statuses.append(
            replace(
                whole,
                voluntary_switches=sum(task.voluntary_switches for task in tasks),
                involuntary_switches=sum(task.involuntary_switches for task in tasks),
            )
        )
    return Status(
        threads=sum(one.threads for one in statuses),
        peak_resident=sum(one.peak_resident for one in statuses),
        voluntary_switches=sum(one.voluntary_switches for one in statuses),
        involuntary_switches=sum(one.involuntary_switches for one in statuses),
    )


@dataclass(frozen=True)
class Status:
    """Sizes in bytes. The switches are those of one thread: of a process, the main one."""

    threads: int
    peak_resident: int
    voluntary_switches: int
    involuntary_switches: int


def parse_status(text: str) -> Status:
    """The text of /proc/PID/status or /proc/PID/task/TID/status."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return Status(
        threads=int(fields["Threads"]),
        peak_resident=_kilobytes(fields["VmHWM"]),
        voluntary_switches=int(fields["voluntary_ctxt_switches"]),
        involuntary_switches=int(fields["nonvoluntary_ctxt_switches"]),
    )


def _kilobytes(value: str) -> int:
    number, unit = value.split()
    if unit != "kB":
        raise ValueError(f"'{value.strip()}' is not in kB")
    return int(number) * 1024


def status(pid: int) -> Status:
    return parse_status(Path(f"/proc/{pid}/status").read_text())


@dataclass(frozen=True)
class Memory:
    """Bytes in RAM. `resident` has the pages of files too."""

    resident: int
    anonymous: int


def parse_memory(text: str) -> Memory:
    """The text of /proc/PID/smaps_rollup."""
    fields = dict(line.split(":", 1) for line in text.splitlines()[1:])
    return Memory(_kilobytes(fields["Rss"]), _kilobytes(fields["Anonymous"]))


def memory(pid: int) -> Memory:
    """Exact, from the page tables: RssAnon in /proc/PID/status may lag by tens of pages for each core."""
    return parse_memory(Path(f"/proc/{pid}/smaps_rollup").read_text())


def parse_shared_anonymous(text: str) -> int:
    """The text of /proc/PID/smaps_rollup: bytes in RAM; of a page that several have, each has its part."""
    fields = dict(line.split(":", 1) for line in text.splitlines()[1:])
    return _kilobytes(fields["Pss_Anon"])


def family_anonymous(pid: int) -> int:
    """Bytes in RAM of a process and its family, what they share counted once."""
    total = 0
    for one in family(pid):
        try:
            total += parse_shared_anonymous(Path(f"/proc/{one}/smaps_rollup").read_text())
        except OSError:
            if one == pid:
                raise
    return total


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def parse_core_busy(text: str, core: int) -> int:
    """Clock ticks in which a core was not idle, of the text of /proc/stat. Stolen time is not idle."""
    for line in text.splitlines():
        name, _, values = line.partition(" ")
        if name == f"cpu{core}":
            user, nice, system, _idle, _waiting, irq, softirq, steal, *_guests = map(int, values.split())
            return user + nice + system + irq + softirq + steal
    raise ValueError(f"no cpu{core}")


def core_busy_seconds(core: int) -> float:
    return parse_core_busy(Path("/proc/stat").read_text(), core) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class ListenQueue:
    """Connections that the kernel lost to full listen queues, since boot, in this network namespace."""

    overflows: int
    drops: int

    def since(self, earlier: ListenQueue) -> ListenQueue:
        return ListenQueue(self.overflows - earlier.overflows, self.drops - earlier.drops)


def parse_netstat(text: str) -> ListenQueue:
    """The text of /proc/net/netstat: pairs of lines, names and values."""
    names: list[str] = []
    for line in text.splitlines():
        prefix, *words = line.split()
        if prefix != "TcpExt:":
            continue
        if not names:
            names = words
            continue
        values = dict(zip(names, words))
        return ListenQueue(int(values["ListenOverflows"]), int(values["ListenDrops"]))
    raise ValueError("no TcpExt counters")


def listen_queue() -> ListenQueue:
    return parse_netstat(Path("/proc/net/netstat").read_text())
