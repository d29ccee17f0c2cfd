# SPDX-License-Identifier: MIT
"""What `majuscule --list-modes=json` says of the modes, as far as a comparison needs it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

from comparison import child
from comparison.errors import CannotRun

DEFAULT_THREADS = 64


@dataclass(frozen=True)
class Mode:
    """The members of the JSON object. `holds`: what a client or a request holds while it waits."""

    name: str
    holds: str = "nothing"
    stages: int = 0
    has_io_thread: bool = False
    spins: bool = False
    descriptor_limit: Optional[int] = None

    @classmethod
    def parse(cls, entry: dict[str, Any]) -> Mode:
        return cls(**{name: entry[name] for name in cls.__dataclass_fields__})

    @property
    def has_task_per_client(self) -> bool:
        """Whether each client costs the system a thread or a process."""
        return self.holds == "own thread"

    @property
    def has_blocking_pool(self) -> bool:
        """Whether a task blocks a thread of the pool. Such a pool is larger than the number of cores."""
        return self.holds.startswith("pool thread")

    def options(self, threads: int) -> list[str]:
        """The options of the server for the mode, beside its name."""
        return [f"--threads={threads}"] if self.has_blocking_pool else []

    def served_at_once(self, threads: int) -> Optional[int]:
        """How many connected clients are served at the same time; None: all."""
        return {"only thread": 1, "pool thread by client": threads}.get(self.holds)


Modes = dict[str, Mode]


@lru_cache(maxsize=None)
def of(program: Path) -> Modes:
    """All modes that are built in, by name. Raises CannotRun when the program does not list them."""
    printed = child.output_of([str(program), "--list-modes=json"])
    try:
        return {entry["name"]: Mode.parse(entry) for entry in json.loads(printed)}
    except (ValueError, KeyError, TypeError):
        raise CannotRun(f"{program} does not run: it lists no modes") from None


def chosen(program: Path, asked: list[str]) -> list[str]:
    """The modes that were asked for; "all" means every mode. Raises CannotRun for an unknown one."""
    known = list(of(program))
    if "all" in asked:
        return known
    unknown = [mode for mode in asked if mode not in known]
    if unknown:
        raise CannotRun(f"no mode {', '.join(unknown)} in this build: there are {', '.join(known)}")
    return asked
