# SPDX-License-Identifier: MIT
"""The soak of one mode: a server, the mixed load, then clients that die in their tasks, then the accounts."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Optional

from comparison.errors import Untrusted
from comparison.observer import Observer, Stats
from comparison.server import Server, majuscule_command, running
from comparison.task import Task
from soaking import dying, garbage, good, slow
from soaking.load import PATIENCE, Site, Tally, Timeouts, run
from soaking.memory import MemorySample, growth
from soaking.outcome import Outcome

KINDS = [*good.KINDS, *slow.KINDS, *garbage.KINDS, *dying.KINDS]
CLIENTS = sum(kind.workers for kind in KINDS)
_TASK = Task.parse("sleep:5ms")
_TASK_EVERY = 10
_LISTENERS = 2  # http and raw
_DYING_SHARE = 1 / 20  # of the time of the mixed load, on top
_SETTLE_SECONDS = 10.0
_SHORTEST_JUDGED_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """Of one mode's soak. `tick` is told now and then how it goes."""

    program: Path
    mode: str
    seconds: float
    seed: int
    tick: Callable[[str], None]

    def command(self) -> list[str]:
        timeouts = Timeouts()
        return [
            *majuscule_command(self.program, self.mode, _TASK),
            f"--task-every={_TASK_EVERY}",
            "--raw-port=0",
            f"--header-timeout={timeouts.header:g}s",
            f"--body-timeout={timeouts.body:g}s",
            f"--idle-timeout={timeouts.idle:g}s",
            f"--write-timeout={timeouts.write:g}s",
            "--log-level=warn",
        ]


async def soak(plan: Plan) -> Outcome:
    """Raises Untrusted when the server dies, hangs or does not end well."""
    with running(plan.command(), core=None, listeners=_LISTENERS) as server:
        start, _ = await asyncio.to_thread(_quiet_look, server, 0.0)
        site = Site(server.ports, Timeouts())
        looks = await _load(plan, server, site)
        _, stats = await asyncio.to_thread(_quiet_look, server, plan.seconds, start)
        last_site = Site(server.ports, Timeouts())
        await run(last_site, dying.KINDS_IN_A_TASK, plan.seconds * _DYING_SHARE, f"{plan.seed} {plan.mode}")
        end, last_stats = await asyncio.to_thread(_quiet_look, server, plan.seconds, start)
        await asyncio.to_thread(server.drain)
        return Outcome(
            mode=plan.mode,
            seconds=plan.seconds,
            tally=site.tally,
            stats=stats,
            last_tally=last_site.tally,
            last_stats=last_stats,
            start=start,
            end=end,
            anonymous=growth(looks, plan.seconds, lambda look: look.anonymous),
            resident=growth(looks, plan.seconds, lambda look: look.resident),
            unjudged=_why_unjudged(plan),
            said=server.said(),
        )


async def _load(plan: Plan, server: Server, site: Site) -> list[MemorySample]:
    """The mixed load to its end; looks at the server all along."""
    looks: list[MemorySample] = []
    began = time.monotonic()
    loading = asyncio.create_task(run(site, KINDS, plan.seconds, f"{plan.seed} {plan.mode}"))
    try:
        while not (await asyncio.wait({loading}, timeout=min(1.0, plan.seconds / 50)))[0]:
            with _its_end_first(server):
                looks.append(MemorySample.now(server.pid, time.monotonic() - began))
            plan.tick(_progress(plan.mode, site.tally, looks[-1]))
        await loading
    finally:
        loading.cancel()
        await asyncio.wait({loading})
    return looks


def _progress(mode: str, tally: Tally, look: MemorySample) -> str:
    return (
        f"{mode} after {look.at:.0f} s: {tally.connections:,} clients, {tally.requests:,} requests,"
        f" {tally.wrong:,} wrong, {look.anonymous / 2**20:.1f} MiB, {look.descriptors} descriptors"
    )


def _quiet_look(server: Server, at: float, wanted: Optional[MemorySample] = None) -> tuple[MemorySample, Stats]:
    """With only an observer there, and as many descriptors and threads as wanted, if that comes to be."""
    with _its_end_first(server), Observer(server.port, PATIENCE) as observer:
        stats = observer.settle()
        look = MemorySample.now(server.pid, at)
        deadline = time.monotonic() + _SETTLE_SECONDS
        while wanted and (look.descriptors, look.threads) != (wanted.descriptors, wanted.threads):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
            stats, look = observer.read(), MemorySample.now(server.pid, at)
        return look, stats


@contextmanager
def _its_end_first(server: Server) -> Iterator[None]:
    """When the server has ended by itself, that says more than what it caused."""
    try:
        yield
    except (Untrusted, OSError) as error:
        server.expect_alive()
        raise Untrusted(str(error)) from None


def _why_unjudged(plan: Plan) -> str:
    program = plan.program.read_bytes()
    for mark, name in ((b"__asan_", "address"), (b"__tsan_", "thread")):
        if mark in program:
            return f"built with the {name} sanitizer, which keeps freed memory and shadows all of it"
    if plan.seconds < _SHORTEST_JUDGED_SECONDS:
        return f"shorter than {_SHORTEST_JUDGED_SECONDS} s, when it is still finding its level"
    return ""
