#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that no precompiled header hides a missing include: `check_precompiled.py ROOT BUILD`.

A source that is compiled with a precompiled header must itself include everything that the header includes, so that
it also compiles without. The header is a file in a folder `pch` and has nothing but includes.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys

INCLUDE = re.compile(r"^#include (<[^>]+>|\"[^\"]+\")$", re.MULTILINE)
OTHER_CODE = re.compile(r"^(?!//|#include |$)", re.MULTILINE)
# GCC's command, or clang's.
PRECOMPILED = re.compile(r" -include(?:-pch)? (?:\S*/)?(\w+\.hpp)(?:\.pch)? ")
# Meson's file for several sources (-Dunity=on), and its lines.
UNITY = re.compile(r"-unity\d+\.cpp$")
UNIT = re.compile(r"^#include ?<([^>]+)>$", re.MULTILINE)


def includes(path: pathlib.Path) -> set[str]:
    return set(INCLUDE.findall(path.read_text(encoding="utf-8")))


def uses(build: pathlib.Path) -> list[tuple[str, pathlib.Path]]:
    """Yields the precompiled header's name and the source, for each source that is compiled with one."""
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    found = [(PRECOMPILED.search(command["command"]), command) for command in commands]
    return [(match[1], source) for match, command in found if match
            for source in sources_of((pathlib.Path(command["directory"]) / command["file"]).resolve())]


def sources_of(path: pathlib.Path) -> list[pathlib.Path]:
    """Returns the sources that Meson compiles together through this file, or the file itself."""
    if not UNITY.search(path.name):
        return [path]
    return [pathlib.Path(name).resolve() for name in UNIT.findall(path.read_text(encoding="utf-8"))]


def faults(root: pathlib.Path, sources: list[tuple[str, pathlib.Path]]) -> list[str]:
    headers = {path.name: path for folder in ("src", "test") for path in (root / folder).rglob("pch/*.hpp")}
    wrong = [f"{path}: has more than includes" for path in headers.values()
             if OTHER_CODE.search(path.read_text(encoding="utf-8"))]
    for name, source in sources:
        if name not in headers:
            wrong.append(f"{source}: is compiled with {name}, which is in no folder pch")
            continue
        wrong += [f"{source}: does not include {missing} itself"
                  for missing in sorted(includes(headers[name]) - includes(source))]
    return wrong


def main(arguments: list[str]) -> int:
    root, build = map(pathlib.Path, arguments)
    sources = uses(build)
    wrong = faults(root, sources)
    print("\n".join(wrong) if wrong else f"{len(sources)} sources include what is precompiled for them")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
