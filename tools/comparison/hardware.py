# SPDX-License-Identifier: MIT
"""Instructions and cycles of a process, in user mode and in the kernel, by perf_event_open(2). Many virtual machines
have no such counters, and many kernels do not allow them to ordinary users."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, Optional

from comparison import proc
from comparison.errors import Untrusted

_CYCLES, _INSTRUCTIONS = 0, 1  # PERF_COUNT_HW_...
_INHERIT, _NO_USER, _NO_KERNEL, _NO_HYPERVISOR = 1 << 1, 1 << 4, 1 << 5, 1 << 6
EVENTS = {
    "user_instructions": (_INSTRUCTIONS, _NO_KERNEL),
    "kernel_instructions": (_INSTRUCTIONS, _NO_USER),
    "user_cycles": (_CYCLES, _NO_KERNEL),
    "kernel_cycles": (_CYCLES, _NO_USER),
}
_SYSTEM_CALL = {
    "x86_64": 298, "aarch64": 241, "riscv64": 241, "ppc64le": 319, "s390x": 331, "armv7l": 364, "i686": 336,
}
_WITH_TIMES = 3  # PERF_FORMAT_TOTAL_TIME_ENABLED and ..._RUNNING
_CLOSE_ON_EXEC = 8
_ATTRIBUTES = struct.Struct("=IIQQQQQIIQ")  # perf_event_attr of the first size, 64 bytes
_READ = struct.Struct("=QQQ")
_MORE_DESCRIPTORS = "too few open files for the counters"

_libc = ctypes.CDLL(None, use_errno=True)

Open = Callable[[str, int], int]  # event and thread id; a descriptor. Raises OSError
Counts = dict[str, float]  # by event; one that cannot be counted is missing


def open_event(event: str, thread: int) -> int:
    """Counts a thread and all that it starts from now on. Raises OSError."""
    number = _SYSTEM_CALL.get(platform.machine())
    if number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    config, left_out = EVENTS[event]
    flags = _INHERIT | _NO_HYPERVISOR | left_out
    attributes = _ATTRIBUTES.pack(0, _ATTRIBUTES.size, config, 0, 0, _WITH_TIMES, flags, 0, 0, 0)
    any_cpu, no_group = ctypes.c_int(-1), ctypes.c_int(-1)
    found = _libc.syscall(
        ctypes.c_long(number), attributes, ctypes.c_int(thread), any_cpu, no_group, ctypes.c_ulong(_CLOSE_ON_EXEC)
    )
    if found < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return int(found)


def why_not(open_one: Open = open_event) -> dict[str, str]:
    """By event, why it cannot be counted; empty: all can be."""
    found = {}
    for event in EVENTS:
        try:
            os.close(open_one(event, 0))
        except OSError as error:
            found[event] = _reason(error)
    return found


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOENT, errno.EOPNOTSUPP, errno.ENODEV):
        return "this machine, or its hypervisor, has no such counters"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"the kernel does not allow them to this user (kernel.perf_event_paranoid is {_paranoid()})"
    if error.errno == errno.ENOSYS:
        return "this kernel has no perf_event_open"
    return error.strerror or str(error)


def _paranoid() -> str:
    try:
        return Path("/proc/sys/kernel/perf_event_paranoid").read_text().strip()
    except OSError:
        return "unknown"


class Counters:
    """Of a family, and of all threads and processes that it starts."""

    def __init__(self, descriptors: dict[str, list[int]]) -> None:
        self._descriptors = descriptors

    def read(self) -> Counts:
        """Since the start. The count is scaled where the processor had too few counters and took turns."""
        return {event: sum(map(_read, some)) for event, some in self._descriptors.items()}


def _read(descriptor: int) -> float:
    count, enabled, running = _READ.unpack(os.read(descriptor, _READ.size))
    return count * enabled / running if running else 0.0


@contextmanager
def counting(pid: int, events: list[str], open_one: Open = open_event) -> Iterator[Counters]:
    """`events`: those that `why_not` does not name. Raises Untrusted when the process cannot be counted."""
    descriptors: dict[str, list[int]] = {event: [] for event in events}
    try:
        for thread in _threads(pid):
            for event, some in descriptors.items():
                try:
                    some.append(open_one(event, thread))
                except ProcessLookupError:
                    continue  # that thread has ended
                except OSError as error:
                    too_many = error.errno == errno.EMFILE
                    raise Untrusted(_MORE_DESCRIPTORS if too_many else _reason(error)) from None
        yield Counters(descriptors)
    finally:
        for some in descriptors.values():
            for descriptor in some:
                os.close(descriptor)


def _threads(pid: int) -> list[int]:
    return [int(task.name) for one in proc.family(pid) for task in Path(f"/proc/{one}/task").iterdir()]


def per_request(first: Counts, last: Counts, requests: int) -> Counts:
    return {f"{event}_per_request": (last[event] - first[event]) / requests for event in last} if requests else {}


def describe(missing: dict[str, str]) -> Optional[str]:
    """A sentence about what is not counted; None: all is counted."""
    if not missing:
        return None
    reasons = list(dict.fromkeys(missing.values()))
    what = "Not counted" if len(missing) == len(EVENTS) else f"Not counted: {', '.join(missing).replace('_', ' ')}"
    return f"{what}: {'; '.join(reasons)}."
