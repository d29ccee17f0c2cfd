# SPDX-License-Identifier: MIT
"""wrk as a process on its core, and the parser of its output."""

from __future__ import annotations

import math
import re
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from comparison import child
from comparison.child import ClientRun
from comparison.errors import Untrusted
from comparison.pinning import on_core

HOST = "127.0.0.1"
TARGET = "/capitalize?text=hello%20world"
PROBE_CONNECTIONS = 1  # wrk first tests the address with a connection that it closes unused

_PIPELINE_SCRIPT = Path(__file__).with_name("pipeline.lua")
_TIME = {"us": 1.0, "ms": 1e3, "s": 1e6, "m": 60e6, "h": 3600e6}
_METRIC = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
_BINARY = {"": 1.0, "K": 1024.0, "M": 1024.0**2, "G": 1024.0**3, "T": 1024.0**4}


def url(port: int) -> str:
    return f"http://{HOST}:{port}{TARGET}"


def request_bytes(port: int) -> bytes:
    """The bytes that wrk sends for `url`."""
    return f"GET {TARGET} HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()


@dataclass(frozen=True)
class Errors:
    connect: int = 0
    read: int = 0
    write: int = 0
    timeout: int = 0
    status: int = 0

    @property
    def total(self) -> int:
        return self.connect + self.read + self.write + self.timeout + self.status


@dataclass(frozen=True)
class Result:
    """Latencies in microseconds, as wrk rewrites and rounds them."""

    requests: int
    seconds: float
    bytes_read: float
    requests_per_second: float
    p50: float
    p90: float
    p99: float
    max: float
    errors: Errors


def _number(text: str, units: dict[str, float]) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-zA-Z]*)", text)
    if not match or match[2] not in units:
        raise ValueError(f"wrk printed '{text}' where a number was expected")
    return float(match[1]) * units[match[2]]


def parse_time(text: str) -> float:
    """Microseconds, of 1.50us, 1.50ms, 1.50s, 1.50m, 1.50h."""
    return _number(text, _TIME)


def parse_count(text: str) -> float:
    """Of 1.50k, 1.50M, 1.50G."""
    return _number(text, _METRIC)


def parse_bytes(text: str) -> float:
    """Of 1.50KB, 1.50MB, 1.50GB."""
    return _number(text[:-1] if text.endswith("B") else text, _BINARY)


def _found(pattern: str, output: str) -> re.Match[str]:
    match = re.search(pattern, output, re.MULTILINE)
    if not match:
        raise ValueError(f"wrk printed nothing that matches {pattern}")
    return match


def _parse_errors(output: str) -> Errors:
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    status = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    return Errors(*map(int, sockets.groups() if sockets else (0, 0, 0, 0)), int(status[1]) if status else 0)


def parse_output(output: str) -> Result:
    """The output of `wrk --latency`. Raises ValueError when it is not that."""
    requests, took, read = _found(r"^ +(\d+) requests in (\S+), (\S+) read$", output).groups()
    percentiles = {
        name: parse_time(_found(rf"^ +{name}% +(\S+)$", output)[1]) for name in ("50", "90", "99")
    }
    return Result(
        requests=int(requests),
        seconds=parse_time(took) / 1e6,
        bytes_read=parse_bytes(read),
        requests_per_second=parse_count(_found(r"^Requests/sec: +(\S+)$", output)[1]),
        p50=percentiles["50"],
        p90=percentiles["90"],
        p99=percentiles["99"],
        max=parse_time(_found(r"^ +Latency +\S+ +\S+ +(\S+)", output)[1]),
        errors=_parse_errors(output),
    )


@dataclass(frozen=True)
class Load:
    """The load. wrk takes whole seconds only: for a fraction it is interrupted."""

    connections: int
    seconds: float
    longest_wait: float = 1.0
    close: bool = False
    pipeline: int = 1

    def command(self, port: int) -> list[str]:
        """With a timeout of 3 times the longest wait: wrk drops slower answers from its histogram."""
        script = [f"--script={_PIPELINE_SCRIPT}"] if self.pipeline > 1 else []
        arguments = ["--", str(self.pipeline)] if self.pipeline > 1 else []
        header = ["--header=Connection: close"] if self.close else []
        return [
            "wrk",
            "-t1",
            f"-c{self.connections}",
            f"-d{math.ceil(self.seconds)}s",
            f"--timeout={max(2, math.ceil(3 * self.longest_wait))}s",
            "--latency",
            *header,
            *script,
            url(port),
            *arguments,
        ]


class Run(ClientRun):
    def __init__(self, process: subprocess.Popen[str], load: Load) -> None:
        super().__init__(process)
        self._load = load

    def result(self) -> Result:
        """Waits for the end."""
        if self._load.seconds % 1:
            self.sleep_until(self._load.seconds)
            self._process.send_signal(signal.SIGINT)
        try:
            output, _ = self._process.communicate(timeout=self._load.seconds + 30)
        except subprocess.TimeoutExpired:
            raise Untrusted("wrk has not ended") from None
        if self._process.returncode != 0:
            raise Untrusted(f"wrk failed: {output.strip().splitlines()[-1:]}")
        try:
            return parse_output(output)
        except ValueError as error:
            raise Untrusted(str(error)) from None


@contextmanager
def loading(load: Load, port: int, core: int) -> Iterator[Run]:
    command = on_core(core, load.command(port))
    with child.started(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield Run(process, load)


def run(load: Load, port: int, core: int) -> Result:
    with loading(load, port, core) as wrk:
        return wrk.result()
