# SPDX-License-Identifier: MIT
"""What must be known about the machine and the programs to judge the figures, in words."""

from __future__ import annotations

import os
import platform
import resource
import shlex
from pathlib import Path

from comparison import child, control_group, identity
from comparison.build import Built
from comparison.errors import Untrusted
from comparison.identity import UNKNOWN, Identity
from comparison.observer import Observer
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task


def _cpu_model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "unknown"
    named = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    virtual = ", virtual machine" if " hypervisor" in text else ""
    return (named[0] if named else platform.machine()) + virtual


def _governor(core: int) -> str:
    try:
        return Path(f"/sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor").read_text().strip()
    except OSError:
        return "not shown by this machine"


def _descriptors() -> str:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return f"{soft:,} open files"


def _sysctl(name: str) -> str:
    try:
        value = " to ".join((Path("/proc/sys") / name.replace(".", "/")).read_text().split())
    except OSError:
        value = "unknown"
    return f"{name} {value}"


def _limits() -> str:
    names = ("net.core.somaxconn", "net.ipv4.ip_local_port_range", "kernel.threads-max", "vm.max_map_count")
    return ", ".join([_descriptors(), *map(_sysctl, names)])


def repeat_command(arguments: list[str], seed: int) -> str:
    seeded = arguments if any(a.startswith("--seed") for a in arguments) else [*arguments, f"--seed={seed}"]
    return shlex.join(["tools/compare", *seeded])


def _libuv(program: Path, core: int) -> str:
    """The version that the server runs with, which its build need not have seen."""
    try:
        with running(majuscule_command(program, "epoll", Task.parse("none")), core) as server:
            with Observer(server.port, 5.0) as observer:
                return str(observer.document().get("libuv", "unknown"))
    except Untrusted:
        return "unknown"


def _compiler(options: str) -> str:
    return next((word.partition("=")[2] for word in options.split() if word.startswith("compiler=")), UNKNOWN)


def _checkout(server: Identity, client: Identity, root: Path) -> dict[str, str]:
    """A fact only where it is not that of the programs."""
    found = identity.differences(server, client, identity.checked_out(root))
    return {"checkout": "; ".join(found)} if found else {}


def describe(root: Path, built: Built, pinning: Pinning, command: str) -> dict[str, str]:
    """Name and value, in the order to show them. What was built, when and how is what the programs say."""
    cores = os.cpu_count() or 0
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    server, client = identity.of(built.majuscule), identity.of(built.client)
    quota = control_group.quota()
    wrk = child.output_of(["wrk", "--version"]).strip().partition(" Copyright")[0]
    return {
        "machine": f"{_cpu_model()}, {cores} cores, {memory:.0f} GiB, loopback only",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "governor": _governor(pinning.server),
        "load average": f"{os.getloadavg()[0]:.2f} before the first load",
        "cores": pinning.describe(),
        "CPU quota": str(quota) if quota else "none that can be seen",
        "server": server.libraries,
        "libuv": _libuv(built.majuscule, pinning.server),
        "compiler": _compiler(server.options),
        "build": server.options,
        "built": server.built,
        "commit": server.commit,
        **_checkout(server, client, root),
        "client": client.libraries,
        "cross-check": wrk,
        "python": platform.python_version(),
        "limits": _limits(),
        "command": command,
    }
