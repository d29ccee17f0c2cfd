#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the build compiles every public header alone: one added after the set-up would be missing.

    check_headers.py ROOT GENERATED.cpp...
"""

import pathlib
import sys


def main(arguments):
    root, *generated = map(pathlib.Path, arguments)
    headers = {path.relative_to(root / "include").as_posix() for path in (root / "include").rglob("*.hpp")}
    compiled = {line.split("<")[1].rstrip(">") for path in generated
                for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#include <")}
    for header in sorted(headers - compiled):
        print(f"include/{header}: not compiled alone: run `meson setup --reconfigure` on this build")
    print(f"{len(headers & compiled)} of {len(headers)} public headers are compiled alone")
    return 0 if headers and headers <= compiled else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
