# SPDX-License-Identifier: MIT
"""The CPU quota of the control group of this process, and how often it stopped processes.

Version 2 has `cpu.max` and `cpu.stat`, version 1 `cpu.cfs_quota_us`, `cpu.cfs_period_us` and `cpu.stat`. The
quotas of the parents apply too. `root`: where /proc and /sys are, for the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional


@dataclass(frozen=True)
class Quota:
    """CPU seconds a second, and the file with the quota."""

    cores: float
    where: Path

    def __str__(self) -> str:
        return f"{self.cores:g} cores ({self.where})"


@dataclass(frozen=True)
class Throttling:
    """Periods in which processes were stopped, since the groups were made."""

    periods: int

    def since(self, earlier: Throttling) -> Throttling:
        return Throttling(max(0, self.periods - earlier.periods))


def quota(root: Path = Path("/")) -> Optional[Quota]:
    """The smallest that applies to this process; None: none is visible."""
    found = [one for group in _groups(root) for one in (_new_quota(group), _old_quota(group)) if one]
    return min(found, key=lambda one: one.cores, default=None)


def throttling(root: Path = Path("/")) -> Throttling:
    """Of the group of this process and its parents together."""
    return Throttling(sum(_field(group / "cpu.stat", "nr_throttled") for group in _groups(root)))


def _groups(root: Path) -> Iterator[Path]:
    """The folders of the group of this process and of its parents, up to the mount. In a container the names may be
    those of the host, and only the mount exists."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = (line.split(":", 2) + ["", ""])[:3]
        if controllers and "cpu" not in controllers.split(","):
            continue
        for name in [controllers, *controllers.split(",")] if controllers else ["", "unified"]:
            mount = root / "sys/fs/cgroup" / name
            if not mount.is_dir():
                continue
            level = mount / path.lstrip("/")
            while level != mount:
                yield level
                level = level.parent
            yield mount
            if controllers:
                break


def _new_quota(group: Path) -> Optional[Quota]:
    words = _text(group / "cpu.max").split()
    if len(words) != 2 or not all(word.isdecimal() for word in words) or not int(words[1]):
        return None  # "max 100000"
    return Quota(int(words[0]) / int(words[1]), group / "cpu.max")


def _old_quota(group: Path) -> Optional[Quota]:
    allowed, period = (_text(group / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    if not allowed.isdecimal() or not period.isdecimal() or not int(period):
        return None  # -1: none
    return Quota(int(allowed) / int(period), group / "cpu.cfs_quota_us")


def _field(path: Path, name: str) -> int:
    for line in _text(path).splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == name and words[1].isdecimal():
            return int(words[1])
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
