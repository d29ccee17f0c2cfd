# SPDX-License-Identifier: MIT
"""Chooses the cores of the server, the client and this script."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pinning:
    """`shared`: there is one core for both. `siblings`: both are hardware threads of one physical core."""

    server: int
    client: int
    watcher: int
    shared: bool
    siblings: bool

    def describe(self) -> str:
        text = f"server on core {self.server}, client on core {self.client}, this script on core {self.watcher}"
        if self.shared:
            return text + ": SHARED, there is only one core"
        if self.siblings:
            return text + ": disjoint, but hardware threads of one physical core"
        return text + ": disjoint"


def choose(allowed: list[int], siblings: dict[int, set[int]]) -> Pinning:
    """Prefers another physical core for the client. `siblings`: the hardware threads beside each core."""
    server = allowed[-1]
    others = [core for core in allowed if core != server]
    if not others:
        return Pinning(server, server, server, shared=True, siblings=False)
    apart = [core for core in others if core not in siblings.get(server, set())]
    client = (apart or others)[-1]
    spare = [core for core in others if core != client and core not in siblings.get(server, set())]
    return Pinning(server, client, spare[0] if spare else client, shared=False, siblings=not apart)


def parse_core_list(text: str) -> set[int]:
    """In the format of the kernel: 0-3,8."""
    cores: set[int] = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        cores.update(range(int(first), int(last or first) + 1))
    return cores


def _siblings_of(core: int) -> set[int]:
    path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    try:
        return parse_core_list(path.read_text())
    except (OSError, ValueError):
        return {core}


def choose_here() -> Pinning:
    allowed = sorted(os.sched_getaffinity(0))
    return choose(allowed, {core: _siblings_of(core) for core in allowed})


def on_core(core: int, command: list[str]) -> list[str]:
    """The command, pinned from its first instruction. The process id of taskset is that of the command."""
    return ["taskset", "-c", str(core), *command]
