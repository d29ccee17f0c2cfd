# SPDX-License-Identifier: MIT
"""Runs of majuscule-load (its path is in MAJUSCULE_LOAD), and the server (MAJUSCULE) with its own counts."""

from __future__ import annotations

import http.client
import json
import os
import resource
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

from comparison.server import Server, majuscule_command, running
from comparison.task import Task

# For a run that should have ended long before.
PATIENCE_SECONDS = 100
# Longer than that: a run that waits for its end fails.
ENDLESS = "--duration=10min"


def command(*arguments: str) -> list[str]:
    return [os.environ["MAJUSCULE_LOAD"], *arguments]


@dataclass(frozen=True)
class Run:
    code: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout)
        return document

    @property
    def reasons(self) -> str:
        return "; ".join(self.result["invalid_reasons"])


def run(*arguments: str, prepare: Optional[Callable[[], None]] = None) -> Run:
    """`prepare` is called in the process that becomes the client."""
    done = subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        preexec_fn=prepare,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def run_json(*arguments: str, prepare: Optional[Callable[[], None]] = None) -> Run:
    return run("--json", *arguments, prepare=prepare)


def cpu_of_children() -> float:
    """Seconds of CPU time of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def majuscule(*options: str, task: str = "none", raw: bool = False) -> Iterator[Server]:
    program = Path(os.environ["MAJUSCULE"]).resolve()
    listen = ["--raw-port=0"] if raw else []
    started = majuscule_command(program, "epoll", Task.parse(task), *listen, *options)
    with running(started, None, listeners=1 + len(listen)) as server:
        yield server


def capitalize(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}/capitalize?text=hello+WORLD"


def stats(server: Server) -> dict[str, Any]:
    """Stats of the server, by a connection that counts as accepted."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/stats")
        document: dict[str, Any] = json.loads(connection.getresponse().read())
        return document
    finally:
        connection.close()
