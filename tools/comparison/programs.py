# SPDX-License-Identifier: MIT
"""The programs that are measured, as files: one that is built again meanwhile is no longer what the report names."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from comparison.errors import Untrusted

_Identity = tuple[int, int, int, int]


@dataclass(frozen=True)
class Programs:
    """With what each file was when they were first asked for."""

    identities: tuple[tuple[Path, _Identity], ...]

    @classmethod
    @lru_cache(maxsize=None)
    def of(cls, *paths: Path) -> Programs:
        return cls(tuple((path, _identity(path)) for path in paths))

    def expect_unchanged(self) -> None:
        """Raises Untrusted that names the program."""
        for path, before in self.identities:
            if _identity(path) != before:
                raise Untrusted(f"{path.name} was built again during the comparison")


def _identity(path: Path) -> _Identity:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0, 0, 0)
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
