# SPDX-License-Identifier: MIT
"""Progress on standard error: a bar with the time left on a terminal; elsewhere only the lines that matter."""

from __future__ import annotations

import sys
import time
from typing import Optional

from comparison import console, stopping


class Progress:
    """`say` shows what goes on. `keep` prints a line that stays. `expect` and `advance` move the bar, in seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar = None
        if sys.stderr is not None and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress as Bar, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.table import Column

            # Without a thread that refreshes: it would take time from what is measured.
            self._bar = Bar(
                TimeElapsedColumn(),
                BarColumn(bar_width=20),
                TimeRemainingColumn(),
                TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
                console=Console(file=sys.stderr, highlight=False, markup=False), auto_refresh=False, transient=True,
            )
            self._task = self._bar.add_task("", total=None)
            self._total = 0.0
            self._bar.start()
            stopping.before_a_sudden_end(self._bar.stop)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.done()

    def say(self, text: str, done: Optional[float] = None) -> None:
        """`done`: advances the bar by so many seconds."""
        if self._bar:
            self._bar.update(self._task, description=text, advance=done or 0.0)
            self._bar.refresh()

    def expect(self, seconds: float) -> None:
        """Adds to the length of the bar."""
        if self._bar:
            self._total += seconds
            self._bar.update(self._task, total=self._total)

    def keep(self, text: str) -> None:
        line = f"{time.monotonic() - self._started:6.1f}s  {text}"
        if self._bar:
            self._bar.console.print(line, soft_wrap=True)
        else:
            console.tell(line + "\n")

    def done(self) -> None:
        """Removes the bar."""
        if self._bar:
            self._bar.stop()
