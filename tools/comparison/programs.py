# SPDX-License-Identifier: MIT
"""The files of the programs that are measured. A program that was built again is no longer what the report names."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from comparison.errors import Untrusted


@lru_cache(maxsize=None)
def remembered(*paths: Path) -> tuple[tuple[Path, tuple[int, ...]], ...]:
    """Each file as it was at the first call."""
    return tuple((path, _identity(path)) for path in paths)


def expect_unchanged(*paths: Path) -> None:
    """Raises Untrusted that names the program."""
    for path, before in remembered(*paths):
        if _identity(path) != before:
            raise Untrusted(f"{path.name} was built again during the comparison")


def _identity(path: Path) -> tuple[int, ...]:
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
