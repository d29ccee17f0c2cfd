# SPDX-License-Identifier: MIT
"""Which system calls a server makes for a request: a short run apart, under strace.

strace attaches when the server has started and answered. It writes a time for each call; the calls that begin within
the load count. So neither the start, nor the drain, nor what the attaching interrupted is counted.

Tracing slows the server and not its clients, so an event loop finds more of them ready at each wake-up, and waits
less often per request. Threads that share a lock collide more: futex is too high, by up to 4 times where all threads
queue at one lock (`pipeline`).
"""

from __future__ import annotations

import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Iterator, Optional

from comparison import child, conformance, proc, stopping
from comparison.errors import Untrusted
from comparison.idle_crowd import client_after_one_request, here_on
from comparison.observer import Observer
from comparison.pinning import on_core
from comparison.server import Server, running
from comparison.wrk import request_bytes

_ATTACH_SECONDS = 10.0
_WARM_UPS = 2  # requests of each client that are traced and not counted
_ANSWER_SECONDS = 20.0
_CLOCK_SLACK_SECONDS = 0.05  # difference of two clocks; more means that one was set
_BEGUN = re.compile(r"^(\d+) +(\d+\.\d+) (\w+)\(", re.MULTILINE)
_BY_RINGS = "reads and writes are entries in the ring that io_uring_enter submits"
_BY_LOCKS = "futex: more than untraced, since strace delays threads that hold a lock"
_MANY_LOCKS = 0.5  # per request


@dataclass(frozen=True)
class SystemCalls:
    """Calls per request, in all and by name, the most frequent first. `per_request` None: not measured, for the
    reason. `note`: what the number does not show."""

    per_request: Optional[float]
    by_name: dict[str, float]
    requests: int
    reason: Optional[str]
    note: Optional[str] = None


def parse_log(text: str, first: float, last: float) -> Counter[str]:
    """The output of strace -f -ttt: the calls that began within the times. The second line of an interrupted call
    (`<... read resumed>`), signals and exits do not count."""
    return Counter(name for _, at, name in _BEGUN.findall(text) if first <= float(at) <= last)


def per_request(calls: Counter[str], requests: int) -> SystemCalls:
    if requests <= 0 or not calls:
        return SystemCalls(None, {}, requests, f"{sum(calls.values()):,} calls seen in {requests:,} requests")
    by_name = {name: count / requests for name, count in calls.most_common()}
    notes = [_BY_RINGS] if "io_uring_enter" in by_name else []
    notes += [_BY_LOCKS] if by_name.get("futex", 0.0) > _MANY_LOCKS else []
    return SystemCalls(sum(calls.values()) / requests, by_name, requests, None, "; ".join(notes) or None)


def system_calls(
    command: list[str], core: Optional[int], client_core: Optional[int] = None, places: Optional[int] = None,
    tells_stats: bool = True, clients: int = 32, requests_each: int = 50,
) -> SystemCalls:
    """Of a fresh server and keep-alive clients with one request in flight each.

    `places`: how many clients it serves at once, None: all; fewer clients make as many requests. `tells_stats`: the
    server counts its requests, and must agree. strace runs on the core of the clients.
    """
    if shutil.which("strace") is None:
        return SystemCalls(None, {}, 0, "strace is not installed")
    observed = tells_stats and (places is None or places > clients)
    served = clients if places is None else min(clients, places)
    try:
        with running(command, core) as server, here_on(client_core), ExitStack() as connected:
            crowd = [connected.enter_context(client_after_one_request(server.port)) for _ in range(served)]
            observer = connected.enter_context(Observer(server.port, _ANSWER_SECONDS)) if observed else None
            result = _traced(server, crowd, clients * requests_each // served, observer, client_core)
            connected.close()
            server.drain()
            return result
    except (Untrusted, OSError) as error:
        return SystemCalls(None, {}, 0, str(error))


def _traced(
    server: Server, crowd: list[socket.socket], requests_each: int, observer: Optional[Observer], core: Optional[int]
) -> SystemCalls:
    requests, made = len(crowd) * requests_each, len(crowd) * (requests_each + _WARM_UPS)
    with stopping.scratch_folder("majuscule-compare-") as directory:
        log = directory / "calls"
        before = observer.read().requests if observer else 0
        with _strace(server.pid, log, core):
            ask_all(crowd, server.port, _WARM_UPS)
            first, began = time.time(), time.monotonic()
            ask_all(crowd, server.port, requests_each)
            last, took = time.time(), time.monotonic() - began
        counted = observer.read().requests - before if observer else 0
        server.expect_alive()
        if abs(last - first - took) > _CLOCK_SLACK_SECONDS:
            raise Untrusted("the clock of the machine was set meanwhile; the times of the calls are wrong")
        if observer and counted != made:
            raise Untrusted(f"the server counted {counted:,} requests, {made:,} were made")
        return per_request(parse_log(log.read_text(encoding="utf-8", errors="replace"), first, last), requests)


def strace_command(pids: list[int], log: Path) -> list[str]:
    """With arguments as numbers: strace need not read the server's memory for them."""
    attach = [f"--attach={pid}" for pid in pids]
    return ["strace", "-f", "-ttt", "-e", "raw=all", "-o", str(log), *attach]


@contextmanager
def _strace(pid: int, log: Path, core: Optional[int]) -> Iterator[None]:
    """Traces all threads of the family within, and none after. Raises Untrusted when that is refused."""
    command = strace_command(proc.family(pid), log)
    with tempfile.TemporaryFile() as said:
        pinned = command if core is None else on_core(core, command)
        with child.started(pinned, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as tracer:
            try:
                _await_attached(pid, tracer, said)
                yield
                if tracer.poll() is not None:
                    raise Untrusted(f"strace ended by itself, exit code {tracer.returncode}")
            finally:
                tracer.send_signal(signal.SIGINT)  # it detaches, and writes the rest
                try:
                    tracer.wait(_ATTACH_SECONDS)
                except subprocess.TimeoutExpired:
                    tracer.kill()


def _await_attached(pid: int, tracer: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    deadline = time.monotonic() + _ATTACH_SECONDS
    while not all_traced_by(pid, tracer.pid):
        if tracer.poll() is not None:
            said.seek(0)
            lines = [line for line in said.read().decode(errors="replace").split("\n") if line]
            refusal = [line for line in lines if "ptrace" in line] or lines
            raise Untrusted(refusal[0] if refusal else f"strace ended with exit code {tracer.returncode}")
        if time.monotonic() > deadline:
            raise Untrusted(f"strace has not attached in {_ATTACH_SECONDS:.0f} s")
        time.sleep(0.005)


def all_traced_by(pid: int, tracer: int) -> bool:
    """Whether every thread of the family is."""
    for one in proc.family(pid):
        for path in Path(f"/proc/{one}/task").glob("*/status"):
            try:
                text = path.read_text()
            except OSError:
                continue  # the thread has ended
            if proc.parse_tracer(text) != tracer:
                return False
    return True


def ask_all(crowd: list[socket.socket], port: int, times: int) -> None:
    """All clients at once send so many requests each, one after another. Raises Untrusted for a wrong answer."""
    request, size = request_bytes(port), len(conformance.ANSWER)
    by_descriptor = {client.fileno(): client for client in crowd}
    left = dict.fromkeys(by_descriptor, times)
    received = dict.fromkeys(by_descriptor, b"")
    with select.epoll() as poller:
        for client in crowd:
            poller.register(client, select.EPOLLIN)
            client.sendall(request)
        deadline = time.monotonic() + _ANSWER_SECONDS
        while any(left.values()):
            if time.monotonic() > deadline:
                raise Untrusted(f"{sum(left.values()):,} answers are missing after {_ANSWER_SECONDS:.0f} s")
            for descriptor, _ in poller.poll(1.0):
                client = by_descriptor[descriptor]
                received[descriptor] += (some := client.recv(65536))
                if some and len(received[descriptor]) < size:
                    continue
                if conformance.with_same_dates(received[descriptor]) != conformance.ANSWER:
                    raise Untrusted(f"answered {received[descriptor]!r}")
                received[descriptor] = b""
                left[descriptor] -= 1
                if left[descriptor]:
                    client.sendall(request)
