# SPDX-License-Identifier: MIT
"""What the runs of both clients have in common: a process and its age."""

from __future__ import annotations

import subprocess
import time


class ClientRun:
    """A client that is loading."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._started = time.monotonic()
        self.pid = process.pid

    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._started

    def sleep_until(self, seconds: float) -> None:
        """In the same seconds."""
        time.sleep(max(0.0, seconds - self.age()))
