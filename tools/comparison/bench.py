# SPDX-License-Identifier: MIT
"""The programs and the cores of a comparison, and the servers and loads that follow from them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

from comparison import crowd, load_client, modes, wrk
from comparison.pinning import Pinning
from comparison.plan import REFERENCE, Measurement, Scenario, load_seconds
from comparison.server import Server, majuscule_command, running, running_reference
from comparison.task import Task

_WARM_UP_SECONDS = 0.15
_SETTLE_SECONDS = 0.05
_SETTLE_SECONDS_EACH = 0.3e-3  # a server can start a thread or a process for each connection meanwhile
_CROSS_CHECK_SECONDS = 0.3
_CROWD = 512  # connections; wrk needs longer for so many, since it does not wait for them
_LEAST_TIMEOUT_SECONDS = 2.0
_START_AND_END_SECONDS = 0.35


@dataclass(frozen=True)
class Bench:
    """`duration`: of a load, as the command line gave it. `cross_checked`: by wrk."""

    majuscule: Path
    client: Path
    reference: Path
    pinning: Pinning
    threads: int
    duration: Optional[float]
    poisson: bool = True
    cross_checked: bool = True

    @property
    def modes(self) -> modes.Modes:
        return modes.of(self.majuscule)

    @property
    def programs(self) -> tuple[Path, ...]:
        return self.majuscule, self.client, self.reference

    def command(self, mode: str, scenario: Optional[Scenario] = None, *more: str) -> list[str]:
        """Of the server for a mode in a scenario; None: without a task."""
        task = scenario.task if scenario else Task.parse("none")
        every = [f"--task-every={scenario.kind.task_every}"] if scenario and scenario.kind.task_every > 1 else []
        return majuscule_command(self.majuscule, mode, task, *self.modes[mode].options(self.threads), *every, *more)

    def load(self, measurement: Measurement, seed: int = 1) -> load_client.Load:
        """With a timeout of 3 times the longest wait."""
        scenario = measurement.scenario
        return load_client.Load(
            connections=scenario.connections,
            seconds=load_seconds(scenario, self.duration),
            warm_up=_WARM_UP_SECONDS + scenario.task.seconds,
            timeout=max(_LEAST_TIMEOUT_SECONDS, 3 * scenario.task.longest_wait(scenario.connections)),
            settle=0.0 if scenario.kind.close else _SETTLE_SECONDS + _SETTLE_SECONDS_EACH * scenario.connections,
            rate=measurement.rate,
            poisson=self.poisson,
            seed=seed,
            close=scenario.kind.close,
            pipeline=scenario.kind.pipeline,
        )

    def cross_check(self, scenario: Scenario) -> wrk.Load:
        """wrk does not count requests in flight at its end, so with a task its load is as long as ours."""
        task = scenario.task
        seconds = _CROSS_CHECK_SECONDS if scenario.connections < _CROWD else 3 * _CROSS_CHECK_SECONDS
        if task.kind == "sleep":
            seconds = max(seconds, load_seconds(scenario, self.duration))
        wait = task.longest_wait(scenario.connections)
        return wrk.Load(scenario.connections, seconds, wait, scenario.kind.close, scenario.kind.pipeline)

    def seconds_of(self, measurement: Measurement) -> float:
        """The time of a visit, roughly."""
        checked = measurement.rate is None and measurement.mode != REFERENCE
        check = self.cross_check(measurement.scenario).seconds if checked else 0.0
        return _START_AND_END_SECONDS + self.load(measurement).length + check

    @contextmanager
    def serving(self, measurement: Measurement, *more: str) -> Iterator[Server]:
        """A server for the measurement, with the other clients of its scenario."""
        pinning, kind = self.pinning, measurement.scenario.kind
        with ExitStack() as stack:
            if measurement.mode == REFERENCE:
                server = stack.enter_context(running_reference(self.reference, "epoll", pinning.server))
            else:
                command = self.command(measurement.mode, measurement.scenario, *more)
                server = stack.enter_context(running(command, pinning.server))
            with ExitStack() as others:
                if kind.idle:
                    others.enter_context(crowd.idle(self.client, server.port, kind.idle, pinning.watcher))
                if kind.slow_readers:
                    others.enter_context(crowd.slow_readers(server.port, kind.slow_readers, pinning.watcher))
                yield server
            server.drain()
