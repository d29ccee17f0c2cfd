# SPDX-License-Identifier: MIT
"""A server as a process: started on its core, found by the line that it prints, drained at the end."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Iterator, Optional

from comparison import child
from comparison.errors import Untrusted
from comparison.pinning import on_core
from comparison.task import Task
from comparison.wrk import HOST, request_bytes

_LISTENING = re.compile(r"^listening on (http|raw)://127\.0\.0\.1:(\d+) ", re.MULTILINE)
# For a server that hangs. On a busy machine a good one may take seconds.
_START_SECONDS = 60.0
_DRAIN_SECONDS = 30.0


class Server:
    """`ports` by scheme, http or raw."""

    def __init__(self, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
        self._process = process
        self._log = log
        self.pid = process.pid
        self.ports: dict[str, int] = {}

    @property
    def port(self) -> int:
        return self.ports["http"]

    def await_listening(self, listeners: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while len(self.ports) < listeners:
            self.ports = {scheme: int(port) for scheme, port in _LISTENING.findall(self._printed())}
            self.expect_alive()
            if time.monotonic() > deadline:
                raise Untrusted(f"does not listen after {_START_SECONDS:.0f} s: {self._last_words()}")
            time.sleep(0.002)

    def expect_alive(self) -> None:
        code = self._process.poll()
        if code is not None:
            raise Untrusted(f"the server ended by itself, exit code {code}: {self._last_words()}")

    def drain(self) -> None:
        """SIGTERM, and exit code 0 within the time for it; raises Untrusted otherwise."""
        self.expect_alive()
        self._process.terminate()
        try:
            code = self._process.wait(_DRAIN_SECONDS)
        except subprocess.TimeoutExpired:
            raise Untrusted(f"has not drained {_DRAIN_SECONDS:.0f} s after SIGTERM") from None
        if code != 0:
            raise Untrusted(f"exit code {code} after SIGTERM: {self._last_words()}")

    def _printed(self) -> str:
        """Does not move the position in the file, which the server shares."""
        log = self._log.fileno()
        return os.pread(log, os.fstat(log).st_size, 0).decode(errors="replace")

    def said(self) -> list[str]:
        """The printed lines, without those about the listeners."""
        return [line for line in self._printed().splitlines() if line.strip() and not _LISTENING.match(line)]

    def _last_words(self) -> str:
        return (self.said() or ["it printed nothing"])[-1]


@contextmanager
def running(command: list[str], core: Optional[int], listeners: int = 1) -> Iterator[Server]:
    """A started server, killed at the end unless the caller has drained it. `core` None: any core."""
    with tempfile.TemporaryFile() as log:
        pinned = command if core is None else on_core(core, command)
        with child.started(
            pinned, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        ) as process:
            server = Server(process, log)
            server.await_listening(listeners)
            yield server


def majuscule_command(program: Path, mode: str, task: Task, *options: str) -> list[str]:
    return [str(program), f"--mode={mode}", *options, "--port=0", f"--task={task.text}"]


def reference_command(program: Path, model: str) -> list[str]:
    """The server finds the end of a request by its size, which fits ports of five digits only."""
    return [str(program), f"--model={model}", "--port=0", f"--request-bytes={len(request_bytes(10000))}"]


@contextmanager
def running_reference(program: Path, model: str, core: int) -> Iterator[Server]:
    for _ in range(20):
        with running(reference_command(program, model), core) as server:
            if len(request_bytes(server.port)) == len(request_bytes(10000)):
                yield server
                return
    raise Untrusted(f"{HOST}: the kernel picks no port of five digits: set net.ipv4.ip_local_port_range")
