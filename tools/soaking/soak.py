# SPDX-License-Identifier: MIT
"""The soak of one mode: a server, the mixed load, then clients that die in their tasks, then the counts."""

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
from soaking.outcome import OBSERVERS, Outcome

KINDS = [*good.KINDS, *slow.KINDS, *garbage.KINDS, *dying.KINDS]
CLIENTS = sum(kind.workers for kind in KINDS)
_TASK = Task.parse("sleep:5ms")
_TASK_EVERY = 10
_LISTENERS = 2  # http and raw
_DYING_SHARE = 1 / 20  # of the time of the mixed load, on top
_SETTLE_SECONDS = 30.0
_SHORTEST_JUDGED_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """The soak of one mode. `tick` shows the progress."""

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
    """Raises Untrusted when the server dies, hangs or fails to drain."""
    with running(plan.command(), core=None, listeners=_LISTENERS) as server:
        start, _ = await asyncio.to_thread(_quiet_sample, server, 0.0)
        site = Site(server.ports, Timeouts())
        samples = await _load(plan, server, site)
        accepted = site.tally.connections + OBSERVERS
        _, stats = await asyncio.to_thread(_quiet_sample, server, plan.seconds, start, accepted)
        last_site = Site(server.ports, Timeouts())
        await run(last_site, dying.KINDS_IN_A_TASK, plan.seconds * _DYING_SHARE, f"{plan.seed} {plan.mode}")
        accepted += last_site.tally.connections + 1
        end, last_stats = await asyncio.to_thread(_quiet_sample, server, plan.seconds, start, accepted)
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
            anonymous=growth(samples, plan.seconds, lambda sample: sample.anonymous),
            resident=growth(samples, plan.seconds, lambda sample: sample.resident),
            unjudged=_why_unjudged(plan),
            said=server.said(),
        )


async def _load(plan: Plan, server: Server, site: Site) -> list[MemorySample]:
    """Runs the mixed load, with samples of the server meanwhile."""
    samples: list[MemorySample] = []
    began = time.monotonic()
    loading = asyncio.create_task(run(site, KINDS, plan.seconds, f"{plan.seed} {plan.mode}"))
    try:
        while not (await asyncio.wait({loading}, timeout=min(1.0, plan.seconds / 50)))[0]:
            with _its_end_first(server):
                samples.append(MemorySample.now(server.pid, time.monotonic() - began))
            plan.tick(_progress(plan.mode, site.tally, samples[-1]))
        await loading
    finally:
        loading.cancel()
        await asyncio.wait({loading})
    return samples


def _progress(mode: str, tally: Tally, sample: MemorySample) -> str:
    return (
        f"{mode} after {sample.at:.0f} s: {tally.connections:,} clients, {tally.requests:,} requests,"
        f" {tally.wrong:,} wrong, {sample.anonymous / 2**20:.1f} MiB, {sample.descriptors} descriptors"
    )


def _quiet_sample(
    server: Server, at: float, wanted: Optional[MemorySample] = None, accepted: int = 0
) -> tuple[MemorySample, Stats]:
    """With an observer as the only client. Waits a while for as many descriptors, threads and accepted as wanted.

    A client that has connected and gone may still stand in the accept queue of a server that gets little CPU time.
    """
    with _its_end_first(server), Observer(server.port, PATIENCE) as observer:
        stats = observer.settle()
        sample = MemorySample.now(server.pid, at)
        deadline = time.monotonic() + _SETTLE_SECONDS
        while wanted and (
            stats.accepted < accepted or (sample.descriptors, sample.threads) != (wanted.descriptors, wanted.threads)
        ):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
            stats, sample = observer.read(), MemorySample.now(server.pid, at)
        return sample, stats


@contextmanager
def _its_end_first(server: Server) -> Iterator[None]:
    """When the server has ended by itself, reports that instead of its consequences."""
    try:
        yield
    except (Untrusted, OSError) as error:
        server.expect_alive()
        raise Untrusted(str(error)) from None


def _why_unjudged(plan: Plan) -> str:
    program = plan.program.read_bytes()
    for mark, name in ((b"__asan_", "address"), (b"__tsan_", "thread")):
        if mark in program:
            return f"built with the {name} sanitizer, which keeps freed memory"
    if plan.seconds < _SHORTEST_JUDGED_SECONDS:
        return f"shorter than {_SHORTEST_JUDGED_SECONDS} s: memory has not settled"
    return ""
