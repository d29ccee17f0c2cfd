# SPDX-License-Identifier: MIT
"""majuscule-load as a process on its core, and the parsers of its output and its percentile files."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Optional

from comparison import child, stopping
from comparison.child import ClientRun
from comparison.errors import Untrusted
from comparison.pinning import on_core
from comparison.wrk import url

PERCENTILES = {"p50": "p50", "p90": "p90", "p99": "p99", "p99.9": "p99_9", "max": "max"}  # of its JSON, and of ours
_GRID = (0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 97.5, 99.0, 99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999, 100.0)
_LONGEST_END = 30.0  # seconds, beside the timeouts

Curve = list[tuple[float, float]]  # percentile and microseconds


@dataclass(frozen=True)
class Times:
    """Of one series, in microseconds; None: nothing was measured."""

    mean: Optional[float]
    p50: Optional[float]
    p90: Optional[float]
    p99: Optional[float]
    p99_9: Optional[float]
    max: Optional[float]

    @classmethod
    def parse(cls, series: dict[str, Any]) -> Times:
        return cls(mean=series["mean"], **{ours: series[theirs] for theirs, ours in PERCENTILES.items()})


@dataclass(frozen=True)
class Result:
    """`requests` are the good answers that count, `warmup_requests` those before. `curves` by series."""

    requests: int
    warmup_requests: int
    seconds: float
    requests_per_second: float
    invalid_reasons: list[str]
    errors: dict[str, int]
    service: Times
    response: Times
    connect: Times
    first_byte: Times
    lateness: Times
    client_cpu_share: Optional[float]  # None: too short a run to tell
    connections: int
    curves: dict[str, Curve]

    @property
    def all_requests(self) -> int:
        return self.requests + self.warmup_requests

    @property
    def total_errors(self) -> int:
        return sum(self.errors.values())


def parse_result(document: dict[str, Any], curves: dict[str, Curve]) -> Result:
    """Raises KeyError when the document is not the one of the contract."""
    return Result(
        requests=document["requests"],
        warmup_requests=document["warmup_requests"],
        seconds=document["seconds"],
        requests_per_second=document["requests_per_second"] or 0.0,  # null: nothing was measured
        invalid_reasons=document["invalid_reasons"],
        errors=document["errors"],
        service=Times.parse(document["service_time_us"]),
        response=Times.parse(document["response_time_us"]),
        connect=Times.parse(document["connect_time_us"]),
        first_byte=Times.parse(document["first_byte_us"]),
        lateness=Times.parse(document["lateness_us"]),
        client_cpu_share=document["client_cpu_share"],
        connections=document["connections"],
        curves=curves,
    )


def parse_percentile_file(text: str) -> Curve:
    """The text of a .hgrm file, its values as microseconds, at the percentiles of a fixed grid."""
    steps = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 3 and fields[0][0].isdigit():
            steps.append((float(fields[1]) * 100, float(fields[0]) * 1e3, int(fields[2])))
    if not steps:
        return []
    total = steps[-1][2]
    finest = 100 * (1 - 1 / total)  # above it only the longest sample is known
    curve = []
    for percentile in (one for one in _GRID if one <= finest or one == 100):
        wanted = percentile / 100 * total
        value = next((value for _, value, count in steps if count >= wanted - 1e-6), steps[-1][1])
        curve.append((percentile, value))
    return curve


@dataclass(frozen=True)
class Load:
    """The load. `rate` None: a closed loop. `timeout` in seconds."""

    connections: int
    seconds: float
    warm_up: float
    timeout: float
    settle: float = 0.0  # how long all connections are open before the load begins
    rate: Optional[float] = None
    poisson: bool = True
    seed: int = 1
    close: bool = False
    pipeline: int = 1

    def command(self, program: Path, port: int) -> list[str]:
        words = [
            str(program),
            f"--connections={self.connections}",
            f"--settle={_milliseconds(self.settle)}",
            f"--warmup={_milliseconds(self.warm_up)}",
            f"--duration={_milliseconds(self.seconds)}",
            f"--timeout={_milliseconds(self.timeout)}",
        ]
        if self.rate is not None:
            words += [f"--rate={self.rate:.3f}", f"--arrivals={'poisson' if self.poisson else 'fixed'}"]
            words += [f"--seed={self.seed}"]
        words += ["--close"] if self.close else []
        words += [f"--pipeline={self.pipeline}"] if self.pipeline > 1 else []
        return [*words, url(port)]

    @property
    def length(self) -> float:
        """Seconds from its start to the end of its requests."""
        return self.settle + self.warm_up + self.seconds

    @property
    def window(self) -> tuple[float, float]:
        """Seconds from its start: all connections had time to be made, and none ends."""
        begin = self.length - self.seconds
        return begin + min(0.1, self.seconds / 4), begin + self.seconds - 0.05


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.0f}ms"


class Run(ClientRun):
    def __init__(self, process: subprocess.Popen[str], load: Load, stem: Path) -> None:
        super().__init__(process)
        self._load = load
        self._stem = stem

    def result(self) -> Result:
        """Waits for the end. Raises Untrusted when it prints no result."""
        try:
            output, said = self._process.communicate(timeout=self._load.length + 2 * self._load.timeout + _LONGEST_END)
        except subprocess.TimeoutExpired:
            raise Untrusted("majuscule-load has not ended") from None
        try:
            document = json.loads(output)
        except ValueError:
            last = (said.strip().splitlines() or ["it printed nothing"])[-1]
            raise Untrusted(f"majuscule-load failed, exit code {self._process.returncode}: {last}") from None
        return parse_result(document, {name: self._curve(name) for name in ("service", "response")})

    def _curve(self, name: str) -> Curve:
        return parse_percentile_file(self._stem.with_name(f"{self._stem.name}.{name}.hgrm").read_text(encoding="ascii"))


@contextmanager
def loading(program: Path, load: Load, port: int, core: int) -> Iterator[Run]:
    with stopping.scratch_folder("majuscule-compare-") as scratch:
        stem = scratch / "load"
        command = on_core(core, [*load.command(program, port), "--json", f"--hgrm={stem}"])
        with child.started(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            yield Run(process, load, stem)
