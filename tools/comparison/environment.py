# SPDX-License-Identifier: MIT
"""What must be known about the machine and the programs to judge the figures, in words."""

from __future__ import annotations

import os
import platform
import resource
import shlex
import subprocess
from pathlib import Path

from comparison import load_client
from comparison.build import Built
from comparison.errors import Untrusted
from comparison.observer import Observer
from comparison.pinning import Pinning
from comparison.server import majuscule_command, running
from comparison.task import Task


def _first_line(command: list[str], root: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if lines else ""


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


def _commit(root: Path) -> str:
    commit = _first_line(["git", "rev-parse", "--short=12", "HEAD"], root)
    if not commit:
        return "unknown"
    changed = _first_line(["git", "status", "--porcelain"], root)
    return commit + (" with uncommitted changes" if changed else "")


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


def _versions(program: Path, root: Path) -> str:
    try:
        command = [program, "--version"]
        done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return "; ".join(line.strip() for line in done.stdout.splitlines() if line.strip())


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


def describe(root: Path, built: Built, pinning: Pinning, command: str) -> dict[str, str]:
    """Name and value, in the order to show them."""
    cores = os.cpu_count() or 0
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": f"{_cpu_model()}, {cores} cores, {memory:.0f} GiB, loopback only",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "governor": _governor(pinning.server),
        "load average": f"{os.getloadavg()[0]:.2f} before the first load",
        "cores": pinning.describe(),
        "server": _versions(built.majuscule, root),
        "libuv": _libuv(built.majuscule, pinning.server),
        "compiler": built.compiler,
        "build": built.options,
        "commit": _commit(root),
        "client": load_client.version(built.client),
        "cross-check": _first_line(["wrk", "--version"], root).partition(" Copyright")[0],
        "python": platform.python_version(),
        "limits": _limits(),
        "command": command,
    }
