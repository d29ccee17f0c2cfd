# SPDX-License-Identifier: MIT
"""Runs a limited number of clients of many kinds on one server, and adds up their counts."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Callable, Coroutine

from soaking.client import Client, Wrong

PATIENCE = 60.0  # seconds for all that one client does
_SHOWN = 3
# Of a timeout. A loop reads its clock once a wake-up: a client that comes while it is busy has an earlier time.
_EARLY_SHARE = 0.2


@dataclass
class Tally:
    """The counts of the clients. `requests`: those that /stats must count."""

    connections: int = 0
    requests: int = 0
    timed_out: int = 0
    latest: float = 0.0  # seconds of the latest timeout behind its time
    clients: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    wrongs: list[str] = field(default_factory=list)  # the first few

    def note_wrong(self, what: str) -> None:
        self.wrong += 1
        if len(self.wrongs) < _SHOWN:
            self.wrongs.append(what)

    def note_timeout(self, seconds: float, allowed: float) -> None:
        self.timed_out += 1
        if seconds < (1 - _EARLY_SHARE) * allowed:
            raise Wrong(f"timed out after {seconds:.3f} s, {allowed:g} s are allowed")
        self.latest = max(self.latest, seconds - allowed)


@dataclass(frozen=True)
class Timeouts:
    """Of the server, in seconds."""

    header: float = 2.0
    body: float = 2.0
    idle: float = 5.0
    write: float = 2.0


@dataclass
class Site:
    """The loaded server, for its clients."""

    ports: dict[str, int]
    timeouts: Timeouts
    tally: Tally = field(default_factory=Tally)

    async def connect(self, scheme: str = "http", narrow: bool = False) -> Client:
        client = await Client.connect(self.ports[scheme], narrow)
        self.tally.connections += 1
        return client


@dataclass(frozen=True)
class Kind:
    """`workers` clients at a time; after each comes another after about `pause` seconds."""

    name: str
    act: Callable[[Site, random.Random], Coroutine[Any, Any, None]]
    workers: int
    pause: float = 0.1


async def run(site: Site, kinds: list[Kind], seconds: float, seed: str) -> None:
    """Returns when the last client has finished."""
    end = asyncio.get_running_loop().time() + seconds
    works = [
        _work(site, kind, random.Random(f"{seed} {kind.name} {worker}"), end)
        for kind in kinds
        for worker in range(kind.workers)
    ]
    await asyncio.gather(*works)


async def _work(site: Site, kind: Kind, chance: random.Random, end: float) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(chance.uniform(0, kind.pause))
    while loop.time() < end:
        try:
            await asyncio.wait_for(kind.act(site, chance), PATIENCE)
            site.tally.clients[kind.name.partition(":")[0]] += 1
        except asyncio.TimeoutError:
            site.tally.note_wrong(f"{kind.name}: not finished after {PATIENCE:.0f} s")
        except (Wrong, OSError) as error:
            site.tally.note_wrong(f"{kind.name}: {error}")
        await asyncio.sleep(chance.uniform(0, 2 * kind.pause))


async def watch_lateness(worst: list[float]) -> None:
    """Records how late this process is: the times of its clients are no more precise."""
    loop = asyncio.get_running_loop()
    step = 0.05
    while True:
        due = loop.time() + step
        await asyncio.sleep(step)
        worst[0] = max(worst[0], loop.time() - due)
