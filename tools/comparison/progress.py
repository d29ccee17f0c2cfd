# SPDX-License-Identifier: MIT
"""What is going on, on stderr: one line that is rewritten on a terminal, a line each elsewhere."""

from __future__ import annotations

import shutil
import sys
import time

from comparison import console

_TICK_SECONDS = 5.0


class Progress:
    def __init__(self) -> None:
        self._rewrites = sys.stderr is not None and sys.stderr.isatty()
        self._started = time.monotonic()
        self._ticked = self._started

    def say(self, text: str) -> None:
        line = f"{time.monotonic() - self._started:6.1f}s  {text}"
        if self._rewrites:
            fitting = line[: shutil.get_terminal_size().columns - 1]
            console.tell(f"\r\033[K{fitting}")
        else:
            console.tell(line + "\n")

    def tick(self, text: str) -> None:
        """For what changes often: elsewhere than on a terminal now and then is enough."""
        now = time.monotonic()
        if self._rewrites or now - self._ticked >= _TICK_SECONDS:
            self._ticked = now
            self.say(text)

    def keep(self, text: str) -> None:
        """A line that the next one does not rewrite."""
        if self._rewrites:
            self.done()
            console.tell(f"{time.monotonic() - self._started:6.1f}s  {text}\n")
        else:
            self.say(text)

    def done(self) -> None:
        if self._rewrites:
            console.tell("\r\033[K")
