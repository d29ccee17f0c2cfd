# SPDX-License-Identifier: MIT
"""What a program says of itself (`--version=json`), and which commit is checked out."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comparison import child

UNKNOWN = "unknown"
_NAMED_BY_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR")


@dataclass(frozen=True)
class Identity:
    """`data`: the JSON object; empty: the program did not print one."""

    data: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return str(self.data.get(name) or UNKNOWN)

    @property
    def versions(self) -> str:
        """Of the program and its libraries, in one line."""
        if not self.data:
            return UNKNOWN
        named = [f"{self.data['program']} {self.data['version']}"]
        named += [f"{library} {version}" for library, version in self.data.get("libraries", {}).items()]
        return "; ".join(named + ([f"modes {', '.join(self.data['modes'])}"] if "modes" in self.data else []))


def of(program: Path) -> Identity:
    try:
        return Identity(json.loads(child.output_of([str(program), "--version=json"])))
    except ValueError:
        return Identity()


def checked_out(root: Path) -> str:
    """The commit, with -dirty when files differ from it; unknown without git, or when `root` is not the top of a
    repository. Works for the checkout of another user; writes nothing."""
    git = ["git", "-c", f"safe.directory={root}", "-c", "core.fsmonitor=false", "--no-optional-locks", "-C", str(root)]
    hidden = {name: os.environ.pop(name) for name in _NAMED_BY_GIT if name in os.environ}
    try:
        top = child.output_of([*git, "rev-parse", "--show-toplevel"]).rstrip("\n")
        if not top or os.path.realpath(top) != os.path.realpath(root):
            return UNKNOWN
        commit = child.output_of([*git, "rev-parse", "--short=12", "HEAD"]).strip()
        changed = child.output_of([*git, "status", "--porcelain", "--untracked-files=no"]).strip()
    finally:
        os.environ.update(hidden)
    return (commit + ("-dirty" if changed else "")) or UNKNOWN


def differences(server: Identity, client: Identity, here: str) -> list[str]:
    """Where the commits differ, in words."""
    ours, theirs = server.get("commit"), client.get("commit")
    found = []
    if UNKNOWN not in (ours, theirs) and theirs != ours:
        found.append(f"majuscule is of commit {ours}, majuscule-load of {theirs}")
    if here != UNKNOWN and ours != here:
        found.append(f"the programs are of commit {ours}, checked out is {here}")
    return found
