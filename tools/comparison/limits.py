# SPDX-License-Identifier: MIT
"""The pre-flight check: which limits of this machine the connections would hit, and how to raise them."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

_BACKLOG = 4096  # the default of majuscule
_SPARE = 100  # descriptors, threads and ports for everything that is not a connection


@dataclass(frozen=True)
class Limit:
    """`value` None: unlimited, or not known. Not `fatal`: can be measured all the same."""

    name: str
    value: Optional[int]
    needed: int
    raise_it: str
    fatal: bool = True

    @property
    def hit(self) -> bool:
        return self.value is not None and self.value < self.needed

    def __str__(self) -> str:
        return f"{self.name} is {self.value:,}, {self.needed:,} needed: {self.raise_it}"


def passed(limits: list[Limit]) -> str:
    """The limits and what is needed of them, in words."""
    return ", ".join(
        f"{one.name} {'unlimited or unknown' if one.value is None else format(one.value, ',')} ({one.needed:,} needed)"
        for one in limits
    )


def raise_descriptors() -> None:
    """To the hard limit, for this process and its children."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def check(connections: int, task_per_client: bool) -> list[Limit]:
    """The limits that matter for so many connections. `task_per_client`: each costs a thread or a process."""
    needed = connections + _SPARE
    ports = _numbers("/proc/sys/net/ipv4/ip_local_port_range")
    found = [
        Limit("open files (ulimit -Hn)", _hard(resource.RLIMIT_NOFILE), needed, f"as root: ulimit -n {needed}"),
        Limit(
            "net.ipv4.ip_local_port_range", ports[1] - ports[0] + 1 if len(ports) == 2 else None, needed,
            "sudo sysctl -w net.ipv4.ip_local_port_range='10240 60999'",
        ),
        _sysctl("net.core.somaxconn", min(connections, _BACKLOG)),
        Limit(
            "the server's --backlog", _BACKLOG, connections,
            "fewer --connections, or connections that begin at once are lost for a second", fatal=False,
        ),
        Limit(
            "cores this may run on", len(os.sched_getaffinity(0)), 2,
            "a machine or container with two: server and client share one otherwise", fatal=False,
        ),
    ]
    if task_per_client:
        found += [
            _sysctl("kernel.threads-max", needed),
            _sysctl("kernel.pid_max", needed),
            _sysctl("vm.max_map_count", 2 * needed),  # the stack of a thread and its guard page
            Limit(
                "pids.max of the control group", _pids_of_control_group(), needed,
                f"systemd-run --user --scope -p TasksMax={needed} ..., or the container's --pids-limit",
            ),
        ]
        if os.geteuid() != 0:
            processes = _hard(resource.RLIMIT_NPROC)
            found.append(Limit("user processes (ulimit -Hu)", processes, needed, f"as root: ulimit -u {needed}"))
    return found


def _numbers(path: str) -> list[int]:
    try:
        return [int(word) for word in Path(path).read_text().split()]
    except (OSError, ValueError):
        return []


def _hard(which: int) -> Optional[int]:
    _, hard = resource.getrlimit(which)
    return None if hard == resource.RLIM_INFINITY else hard


def _sysctl(name: str, needed: int) -> Limit:
    values = _numbers("/proc/sys/" + name.replace(".", "/"))
    return Limit(name, values[0] if values else None, needed, f"sudo sysctl -w {name}={needed}")


def _pids_of_control_group() -> Optional[int]:
    """The smallest of the group and its parents, for either version of control groups."""
    found: list[int] = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "pids"):
            mount = Path("/sys/fs/cgroup") / controllers
            group = mount / path.lstrip("/")
            for level in [group, *group.parents]:
                found += _numbers(str(level / "pids.max"))[:1]
                if level == mount:
                    break
    return min(found, default=None)
