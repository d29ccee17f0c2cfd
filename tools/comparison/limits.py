# SPDX-License-Identifier: MIT
"""The pre-flight check: which limit of this machine the connections would hit, and what raises it."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

_BACKLOG = 4096  # majuscule's own default
_SPARE = 100  # descriptors, threads and ports for everything that is not a connection


@dataclass(frozen=True)
class Limit:
    """`value` None: unlimited or not known here."""

    name: str
    value: Optional[int]
    needed: int
    raise_it: str
    fatal: bool = True  # nothing can be measured while it is hit

    @property
    def hit(self) -> bool:
        return self.value is not None and self.value < self.needed

    def __str__(self) -> str:
        return f"{self.name} is {self.value:,}, {self.needed:,} needed: {self.raise_it}"


def passed(limits: list[Limit]) -> str:
    """What was looked at, and what there is."""
    return ", ".join(
        f"{limit.name} {'unlimited or unknown' if limit.value is None else format(limit.value, ',')}"
        f" ({limit.needed:,} needed)"
        for limit in limits
    )


def raise_descriptors() -> None:
    """As far as is allowed without rights, for this process and what it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _number(path: str) -> Optional[int]:
    try:
        return int(Path(path).read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _hard(which: int) -> Optional[int]:
    _, hard = resource.getrlimit(which)
    return None if hard == resource.RLIM_INFINITY else hard


def _ports() -> Optional[int]:
    try:
        first, last = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
        return int(last) - int(first) + 1
    except (OSError, ValueError):
        return None


def _pids_of_control_group() -> Optional[int]:
    """The smallest of its own and its parents', for either version of control groups."""
    smallest: Optional[int] = None
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "pids"):
            continue
        mount = Path("/sys/fs/cgroup") / controllers
        group = mount / path.lstrip("/")
        for level in [group, *group.parents]:
            value = _number(str(level / "pids.max"))
            if value is not None:
                smallest = value if smallest is None else min(smallest, value)
            if level == mount:
                break
    return smallest


def check(connections: int, task_per_client: bool) -> list[Limit]:
    """All that matter for so many connections; those to worry about are `hit`.

    `task_per_client`: each costs a thread or a process.
    """
    needed = connections + _SPARE
    limits = [
        Limit(
            "open files (ulimit -Hn)",
            _hard(resource.RLIMIT_NOFILE),
            needed,
            f"as root: ulimit -n {needed}",
        ),
        Limit(
            "net.ipv4.ip_local_port_range",
            _ports(),
            needed,
            "sudo sysctl -w net.ipv4.ip_local_port_range='10240 60999'",
        ),
        _sysctl("net.core.somaxconn", min(connections, _BACKLOG)),
        Limit(
            "the server's --backlog",
            _BACKLOG,
            connections,
            "fewer --connections, or connections that begin at once are lost for a second",
            fatal=False,
        ),
        Limit(
            "cores this may run on",
            len(os.sched_getaffinity(0)),
            2,
            "a machine or container with two: server and client share one otherwise",
            fatal=False,
        ),
    ]
    return limits + (_of_threads(connections) if task_per_client else [])


def _of_threads(connections: int) -> list[Limit]:
    needed = connections + _SPARE
    limits = [
        _sysctl("kernel.threads-max", needed),
        _sysctl("kernel.pid_max", needed),
        _sysctl("vm.max_map_count", 2 * needed),  # a thread's stack and its guard page
        Limit(
            "pids.max of the control group",
            _pids_of_control_group(),
            needed,
            f"systemd-run --user --scope -p TasksMax={needed} ..., or the container's --pids-limit",
        ),
    ]
    if os.geteuid() != 0:
        processes = _hard(resource.RLIMIT_NPROC)
        limits.append(
            Limit("user processes (ulimit -Hu)", processes, needed, f"as root: ulimit -u {needed}")
        )
    return limits


def _sysctl(name: str, needed: int) -> Limit:
    value = _number("/proc/sys/" + name.replace(".", "/"))
    return Limit(name, value, needed, f"sudo sysctl -w {name}={needed}")
