# SPDX-License-Identifier: MIT
"""What the programs say they are (`--version`), and what is checked out beside them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from comparison import child

UNKNOWN = "unknown"
_BUILD = ("commit", "built", "options")
_NAMED_BY_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR")


@dataclass(frozen=True)
class Identity:
    """`libraries`: the other lines, in one."""

    libraries: str = UNKNOWN
    build: dict[str, str] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        return self.build.get("commit", UNKNOWN)

    @property
    def built(self) -> str:
        return self.build.get("built", UNKNOWN)

    @property
    def options(self) -> str:
        return self.build.get("options", UNKNOWN)


def parse(said: str) -> Identity:
    """The output of --version."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    build = {}
    for line in lines:
        name, _, value = line.partition(" ")
        if name in _BUILD:
            build[name] = value.strip()
    others = [line for line in lines if line.partition(" ")[0] not in _BUILD]
    return Identity("; ".join(others) or UNKNOWN, build)


def of(program: Path) -> Identity:
    return parse(child.output_of([str(program), "--version"]))


def checked_out(root: Path) -> str:
    """The commit, with -dirty when files differ from it; unknown where there is no git, or no repository of its
    own. Another user's checkout is no hindrance, and nothing is written."""
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
    """What is not of one commit, in words."""
    found = []
    if UNKNOWN not in (server.commit, client.commit) and client.commit != server.commit:
        found.append(f"majuscule is of commit {server.commit}, majuscule-load of {client.commit}")
    if here != UNKNOWN and server.commit != here:
        found.append(f"the programs are of commit {server.commit}, checked out is {here}")
    return found
