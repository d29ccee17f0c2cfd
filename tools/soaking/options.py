# SPDX-License-Identifier: MIT
"""The command line of tools/soak. A wrong option is one line on stderr and exit code 2."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from comparison.arguments import OneLineParser, explained, listed, mode_name, within

_DESCRIPTION = """\
Loads the server for long with good, slow, garbage and dying clients, in all modes at the same time. Memory must
not grow, no request may be lost, every answer must be right and every count exact. Prints the figures, then PASS
or FAIL with the reasons. Exit codes: 0 PASS, 1 FAIL or nothing could be run, 2 bad usage."""


def _program(text: str) -> Path:
    """Absolute, since a bare name would be searched in PATH."""
    path = Path(text).resolve()
    if not path.is_file():
        raise ValueError(f"there is no program '{text}'")
    return path


def parse(arguments: list[str]) -> argparse.Namespace:
    """`modes` may be ["all"]; `majuscule` None: build it. Exits with 2 for bad usage, with 0 after --help."""
    parser = OneLineParser(
        prog="tools/soak", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    seconds, seed = explained(within(5, 86_400)), explained(within(0, 2**32 - 1))
    add("--modes", metavar="A,B", type=listed(mode_name), default=["all"], help="default: all")
    add("--seconds", metavar="N", type=seconds, default=600, help="of load; default: 600")
    add("--in-turn", action="store_true", help="one mode after the other, not all at the same time")
    add("--seed", metavar="N", type=seed, help="of what the clients do")
    add("--majuscule", metavar="PATH", type=explained(_program), help="the program, instead of building it")
    add("--no-install", action="store_true", help="do not install missing packages")
    add("--build-dir", metavar="DIR", type=Path, default=Path("build"), help="default: build")
    given = parser.parse_args(arguments)
    given.seed = secrets.randbits(32) if given.seed is None else given.seed
    return given


if __name__ == "__main__":
    parse(sys.argv[1:])
