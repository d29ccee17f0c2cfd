# SPDX-License-Identifier: MIT
"""Starts child processes that never outlive this process, in the C locale.

The kernel kills a child when the thread that started it ends (PR_SET_PDEATHSIG). That is used for the main thread
only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from comparison import stopping

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_running: set[int] = set()  # process ids of children that have not been waited for


class ClientRun:
    """A load client that runs, and its age."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._started = time.monotonic()
        self.pid = process.pid

    def age(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def sleep_until(self, seconds: float) -> None:
        """Until this age."""
        time.sleep(max(0.0, seconds - self.age()))


@contextmanager
def started(command: list[str], **how: Any) -> Iterator["subprocess.Popen[Any]"]:
    """A child that is killed at the end if it still runs, and waited for. `how`: as for subprocess.Popen."""
    if how.get("text"):
        how.setdefault("encoding", "utf-8")
        how.setdefault("errors", "replace")
    # Else the exception of a signal could be lost in the fork hooks of Python, or leave a process behind.
    with stopping.deferred():
        process = subprocess.Popen(command, env=environment(), preexec_fn=_dying_with_this_process(), **how)
        _running.add(process.pid)
    try:
        with process:
            try:
                stopping.check()
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
    finally:
        _running.discard(process.pid)


def output_of(command: list[str], seconds: float = 10.0) -> str:
    """The standard output of a short program; empty when it cannot be run."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds,
            env=environment(), text=True, encoding="utf-8", errors="replace", check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def environment() -> dict[str, str]:
    """That of this process in the C locale: decimal points, English messages."""
    return {**os.environ, "LC_ALL": "C"}


def _kill_all() -> None:
    """Before an end without clean-up."""
    for pid in list(_running):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass  # it has ended


def _dying_with_this_process() -> Optional[Callable[[], None]]:
    if threading.current_thread() is not threading.main_thread():
        return None
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    return prepare


stopping.before_a_sudden_end(_kill_all)
