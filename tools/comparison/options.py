# SPDX-License-Identifier: MIT
"""The command line of tools/compare. A wrong option is one line on stderr and exit code 2."""

from __future__ import annotations

import argparse
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from comparison import scenarios
from comparison.arguments import OneLineParser, explained, listed, mode_name, within
from comparison.modes import DEFAULT_THREADS
from comparison.scenarios import Kind
from comparison.task import Task
from comparison.units import parse_duration

_DESCRIPTION = """\
Starts the server in each mode, loads it with majuscule-load and with wrk, and prints one table for each
scenario. Installs what is missing, builds in build/, and writes the report as one HTML file, as Markdown,
JSON and CSV. Exit codes: 0 done, 1 a row is INVALID or nothing could be measured, 2 bad usage, 4 with
--baseline: a row is worse than in the baseline."""
SWEEP = "sweep"
_MOST_RATE = 10_000_000.0


@dataclass(frozen=True)
class Options:
    """`modes` may be ["all"]. `connections` None: those of each scenario. `rates`: requests/s of open loops; `sweep`:
    rates that follow from the capacity of each mode. `duration` None: long enough for the task."""

    modes: list[str]
    kinds: list[Kind]
    connections: Optional[list[int]]
    rates: list[float]
    sweep: bool
    poisson: bool
    threads: int
    rounds: int
    duration: Optional[float]
    seed: int
    reasons: bool
    build: bool
    build_directory: Path
    output: Path
    baseline: Optional[Path]
    verbose: bool = False

    @property
    def closed(self) -> bool:
        """Whether there are closed loops."""
        return self.sweep or not self.rates


def _window(text: str) -> float:
    seconds = parse_duration(text)
    if not 0.4 <= seconds <= 600:
        raise ValueError(f"'{text}' is not between 400ms and 10min")
    return seconds


def _rate(text: str) -> Optional[float]:
    """None: a sweep."""
    if text == SWEEP:
        return None
    is_number = text.replace(".", "", 1).isdecimal() and text.isascii()
    if not is_number or not 0 < float(text) <= _MOST_RATE:
        raise ValueError(f"'{text}' is not a number of requests a second, nor {SWEEP}")
    return float(text)


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="tools/compare", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add, names = parser.add_argument, ",".join(scenarios.DEFAULT)
    quick = f"only {','.join(scenarios.QUICK)}, fewer rounds, shorter loads: about half a minute"
    kinds = f"of {', '.join(scenarios.KINDS)}; or all; default: {names}"
    rates = "open loops: requests/s to offer; or sweep: 20 to 95 %% of what each mode can serve"
    pools = f"of pools whose threads may block; default: {DEFAULT_THREADS}"
    reasons = "do not measure memory a client, nor system calls and instructions a request"
    add("--quick", action="store_true", help=quick)
    modes = ["epoll", "threads"]
    add("--modes", metavar="A,B", type=listed(mode_name), default=modes, help="default: epoll,threads; or all")
    add("--scenarios", metavar="A,B", type=listed(scenarios.named), default=[], help=kinds)
    add("--task", metavar="T,U", type=listed(Task.parse), default=[],
        help="keep-alive clients with this task: none, sleep:D, block:D or cpu:D")
    add("--connections", metavar="N,M", type=listed(within(1, 50_000)), help="default: each scenario has its own")
    add("--rate", metavar="R,S", type=listed(_rate), default=[], help=rates)
    add("--arrivals", choices=("poisson", "fixed"), default="poisson", help="of open loops; default: poisson")
    add("--threads", metavar="N", type=explained(within(1, 10_000)), default=DEFAULT_THREADS, help=pools)
    add("--rounds", metavar="N", type=explained(within(1, 100)), help="of every row, interleaved; default: 5, quick: 3")
    add("--duration", metavar="D", type=explained(_window), help="of a load; default: 600ms, more with a task")
    add("--seed", metavar="N", type=explained(within(0, 2**32 - 1)), help="of the order in each round")
    add("--no-reasons", action="store_true", help=reasons)
    add("--baseline", metavar="FILE", type=Path, help="an earlier JSON file of this machine to compare with")
    add("--verbose", action="store_true", help="print the whole report, as without a terminal")
    add("--no-install", action="store_true", help="do not install missing packages")
    add("--no-build", action="store_true", help="measure the programs in the build directory")
    add("--build-dir", metavar="DIR", type=Path, default=Path("build"), help="default: build")
    add("--output", metavar="DIR", type=Path, default=Path("results"), help="for the files; default: results")
    return parser


def parse(arguments: list[str]) -> Options:
    """Exits with 2 for bad usage, with 0 after --help."""
    given = _parser().parse_args(arguments)
    names = given.scenarios
    if not names and not given.task:
        names = ["keep-alive"] if given.rate else list(scenarios.QUICK if given.quick else scenarios.DEFAULT)
    return Options(
        modes=given.modes,
        kinds=list(dict.fromkeys(scenarios.chosen(names) + [scenarios.with_task(task) for task in given.task])),
        connections=given.connections or ([64] if given.quick or given.rate else None),
        rates=[rate for rate in given.rate if rate is not None],
        sweep=None in given.rate,
        poisson=given.arrivals == "poisson",
        threads=given.threads,
        rounds=given.rounds or (3 if given.quick else 5),
        duration=given.duration or (0.5 if given.quick else None),
        seed=secrets.randbits(32) if given.seed is None else given.seed,
        reasons=not given.no_reasons,
        build=not given.no_build,
        build_directory=given.build_dir,
        output=given.output,
        baseline=given.baseline,
        verbose=given.verbose,
    )


if __name__ == "__main__":
    parse(sys.argv[1:])
