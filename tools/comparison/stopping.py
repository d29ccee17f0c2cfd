# SPDX-License-Identifier: MIT
"""SIGINT, SIGTERM and SIGHUP stop a tool. The first one is an exception, so that servers, clients and folders are
cleaned up and results are kept. A second one kills the children and ends the process at once."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Callable, Iterator, Optional

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SAME_SECONDS = 0.05  # `timeout` signals the process, then its group: both count as one
_AGAIN_SECONDS = 0.01

_scratch: set[str] = set()
_sudden_end: list[Callable[[], None]] = []


class Stopped(KeyboardInterrupt):
    """A signal came. Handlers of ordinary failures do not catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def exit_code(self) -> int:
        return 128 + self.number


class _Handler:
    """`taken`: the exception was raised."""

    def __init__(self) -> None:
        self.first: Optional[int] = None
        self.at = 0.0
        self.deferred = False
        self.taken = False

    def __call__(self, number: int, frame: Optional[FrameType]) -> None:
        now = time.monotonic()
        if self.first is None:
            self.first, self.at = number, now
            self.try_again(signal.SIGALRM, frame)
        elif now - self.at > _SAME_SECONDS:
            for act in _sudden_end:
                act()
            for folder in _scratch:
                shutil.rmtree(folder, ignore_errors=True)
            os._exit(128 + number)

    def try_again(self, number: int, frame: Optional[FrameType]) -> None:
        """Raises; where Python would ignore the exception, a little later."""
        if _in_a_destructor(frame):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_SECONDS)
        else:
            self.check()

    def check(self) -> None:
        here = threading.current_thread() is threading.main_thread()
        if here and self.first is not None and not self.deferred and not self.taken:
            self.taken = True
            raise Stopped(self.first)


def _in_a_destructor(frame: Optional[FrameType]) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


_handler = _Handler()


def install() -> None:
    """Call it first, in the main thread. A signal that the parent ignores stays ignored (nohup, `&` in sh), except
    SIGTERM; a blocked one is unblocked."""
    for number in STOPPING:
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _handler)
    signal.signal(signal.SIGALRM, _handler.try_again)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (*STOPPING, signal.SIGALRM))


def before_a_sudden_end(act: Callable[[], None]) -> None:
    """Called when a second signal ends the process at once."""
    _sudden_end.append(act)


def check() -> None:
    """Raises for a deferred signal, unless it is still deferred."""
    _handler.check()


def requested() -> Optional[Stopped]:
    """The first signal, also a deferred one; None: none came."""
    return Stopped(_handler.first) if _handler.first is not None else None


@contextmanager
def deferred() -> Iterator[None]:
    """Inside, the first signal is only recorded, for `check`."""
    with _with_deferral(True):
        yield


@contextmanager
def heard() -> Iterator[None]:
    """Inside a `deferred` block: here the first signal raises, at the end of the block at the latest."""
    with _with_deferral(False):
        check()
        yield
        check()


@contextmanager
def _with_deferral(wanted: bool) -> Iterator[None]:
    before, _handler.deferred = _handler.deferred, wanted
    try:
        yield
    finally:
        _handler.deferred = before


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder that is removed also after a signal."""
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        _scratch.add(folder)
        try:
            yield Path(folder)
        finally:
            _scratch.discard(folder)


def expect_scratch_space() -> None:
    """Raises OSError that names the folders that were tried."""
    tempfile.gettempdir()
