# SPDX-License-Identifier: MIT
"""The command line of tools/compare. A wrong flag or value is one line on stderr and exit code 2."""

from __future__ import annotations

import argparse
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from comparison import models
from comparison.arguments import OneLineParser, explained, listed, mode_name, within
from comparison.task import Task
from comparison.units import parse_duration

_DESCRIPTION = """\
Starts the server in each model, loads it with wrk over keep-alive connections and prints one table for each
scenario (a task and a number of connections). Installs what is missing, builds in build/, and writes the
tables as Markdown and JSON too. Exit codes: 0 done, 1 a row is INVALID or nothing could be measured, 2 bad
usage."""


@dataclass(frozen=True)
class Options:
    """None as a duration: long enough for the task. `modes` may be ["all"]: all that are built in."""

    modes: list[str]
    connections: list[int]
    tasks: list[Task]
    threads: int
    rounds: int
    duration: Optional[float]
    seed: int
    build: bool
    build_directory: Path
    output: Path


def _window(text: str) -> float:
    seconds = parse_duration(text)
    if not 0.4 <= seconds <= 600:
        raise ValueError(f"'{text}' is not between 400ms and 10min")
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="tools/compare",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    number, modes, tasks = explained(within(1, 100)), listed(mode_name), listed(Task.parse)
    add("--quick", action="store_true", help="fewer connections and rounds, shorter: under half a minute")
    add("--modes", metavar="A,B", type=modes, default=["epoll", "threads"], help="default: epoll,threads; or all")
    add("--connections", metavar="N,M", type=listed(within(1, 50_000)), help="default: 16,256,1000")
    add("--task", metavar="T,U", type=tasks, help="none, sleep:D, block:D, cpu:D; default: none,sleep:100ms")
    add(
        "--threads",
        metavar="N",
        type=explained(within(1, 10_000)),
        default=models.DEFAULT_THREADS,
        help=f"of the pools whose threads may block; default: {models.DEFAULT_THREADS}",
    )
    add("--rounds", metavar="N", type=number, help="of every row, interleaved; default: 3")
    add("--duration", metavar="D", type=explained(_window), help="of a load; default: 1s, more with a task")
    add("--seed", metavar="N", type=explained(within(0, 2**32 - 1)), help="of the order in each round")
    add("--no-install", action="store_true", help="do not install missing packages")
    add("--no-build", action="store_true", help="measure what stands in the build directory")
    add("--build-dir", metavar="DIR", type=Path, default=Path("build"), help="default: build")
    add("--output", metavar="DIR", type=Path, default=Path("results"), help="for the files; default: results")
    return parser


def parse(arguments: list[str]) -> Options:
    """Exits with 2 on bad usage, with 0 after --help."""
    given = _parser().parse_args(arguments)
    return Options(
        modes=given.modes,
        connections=given.connections or ([16, 256] if given.quick else [16, 256, 1000]),
        tasks=given.task or [Task.parse("none"), Task.parse("sleep:100ms")],
        threads=given.threads,
        rounds=given.rounds or (2 if given.quick else 3),
        duration=given.duration or (0.7 if given.quick else None),
        seed=secrets.randbits(32) if given.seed is None else given.seed,
        build=not given.no_build,
        build_directory=given.build_dir,
        output=given.output,
    )


if __name__ == "__main__":
    parse(sys.argv[1:])
