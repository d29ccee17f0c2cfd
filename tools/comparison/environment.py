# SPDX-License-Identifier: MIT
"""The facts about the machine and the programs that a reader needs to judge the figures."""

from __future__ import annotations

import os
import platform
import resource
import shlex
from pathlib import Path

from comparison import child, control_group, identity
from comparison.build import Built
from comparison.errors import Untrusted
from comparison.observer import Observer
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task

_SYSCTLS = ("net.core.somaxconn", "net.ipv4.ip_local_port_range", "kernel.threads-max", "vm.max_map_count")


def _text(path: str, otherwise: str = "unknown") -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return otherwise


def _machine() -> str:
    text = _text("/proc/cpuinfo", "")
    named = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    virtual = ", virtual machine" if " hypervisor" in text else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = named[0] if named else platform.machine()
    return f"{model}{virtual}, {os.cpu_count() or 0} cores, {memory:.0f} GiB, loopback only"


def _limits() -> str:
    values = {name: " to ".join(_text("/proc/sys/" + name.replace(".", "/")).split()) for name in _SYSCTLS}
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ", ".join([f"{files:,} open files", *(f"{name} {value}" for name, value in values.items())])


def repeat_command(arguments: list[str], seed: int) -> str:
    seeded = arguments if any(a.startswith("--seed") for a in arguments) else [*arguments, f"--seed={seed}"]
    return shlex.join(["tools/compare", *seeded])


def _libuv(program: Path, core: int) -> str:
    """The version that the server runs with. It may differ from that of the build."""
    try:
        with running(majuscule_command(program, "epoll", Task.parse("none")), core) as server:
            with Observer(server.port, 5.0) as observer:
                return str(observer.document().get("libuv", "unknown"))
    except Untrusted:
        return "unknown"


def describe(root: Path, built: Built, pinning: Pinning, command: str) -> dict[str, str]:
    """Name and value, in the order to show them."""
    server, client = identity.of(built.majuscule), identity.of(built.client)
    differing = identity.differences(server, client, identity.checked_out(root))
    quota = control_group.quota()
    governor = f"/sys/devices/system/cpu/cpu{pinning.server}/cpufreq/scaling_governor"
    return {
        "machine": _machine(),
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "governor": _text(governor, "not shown by this machine"),
        "load average": f"{os.getloadavg()[0]:.2f} before the first load",
        "cores": pinning.describe(),
        "CPU quota": str(quota) if quota else "none that can be seen",
        "server": server.versions,
        "libuv": _libuv(built.majuscule, pinning.server),
        "compiler": server.get("compiler"),
        "build": server.get("options"),
        "built": server.get("built"),
        "commit": server.get("commit"),
        **({"checkout": "; ".join(differing)} if differing else {}),
        "client": client.versions,
        "cross-check": child.output_of(["wrk", "--version"]).strip().partition(" Copyright")[0],
        "python": platform.python_version(),
        "limits": _limits(),
        "command": command,
    }
