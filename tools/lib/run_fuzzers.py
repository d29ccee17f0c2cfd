# SPDX-License-Identifier: MIT
"""Runs the fuzz targets in build-fuzz: `run_fuzzers.py SECONDS JOBS [TARGET...]`, from the project's root.

Each begins with its seeds and the inputs of earlier runs. Prints a line for each target, each finding with the command
that repeats it, then PASS or FAIL.
"""

from __future__ import annotations

import concurrent.futures
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BUILD = Path("build-fuzz")
SOURCE = Path("test/fuzz")

# Large enough for all code paths, small enough to be quick.
LARGEST_INPUT = {
    "answers": 512,
    "command_line": 512,
    "http_connection": 4608,
    "raw_connection": 1600,
    "url": 256,
}
LONGEST_INPUT_SECONDS = 10
# For the seeds before the run, and a report after it.
GRACE_SECONDS = 300

RUNS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)$", re.MULTILINE)
COVERAGE = re.compile(r"^#\d+\s.* cov: (\d+) .*corp: (\d+)/", re.MULTILINE)
SECONDS = re.compile(r"^Done \d+ runs in (\d+) second", re.MULTILINE)
REASON = re.compile(r"what\(\):\s+(.*)$|(runtime error: .*)$|ERROR: \w+: (.*)$", re.MULTILINE)
FINDING = re.compile(r"Test unit written to (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    target: str
    log: Path
    runs: int
    seconds: int
    coverage: int  # edges of the program
    corpus: int  # inputs, without seeds that add nothing
    found: str  # a line; empty: nothing
    inputs: list[str]  # files that repeat it


def run(target: str, seconds: int) -> Outcome:
    learned = BUILD / "corpus" / target
    findings = BUILD / "findings"
    learned.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    log = BUILD / f"fuzz_{target}.log"
    dictionary = SOURCE / f"{target}.dict"
    command = [
        program(target),
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST_INPUT[target]}",
        f"-timeout={LONGEST_INPUT_SECONDS}",
        f"-artifact_prefix={findings}/{target}-",
        "-print_final_stats=1",
        *([f"-dict={dictionary}"] if dictionary.exists() else []),
        str(learned),
        str(SOURCE / "corpus" / target),
    ]
    with open(log, "wb") as output:
        try:
            status = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=seconds + GRACE_SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            status = 1
    return outcome(target, log, status)


def program(target: str) -> str:
    return str(BUILD / SOURCE / f"fuzz_{target}")


def outcome(target: str, log: Path, status: int) -> Outcome:
    text = log.read_text(encoding="utf-8", errors="replace")
    coverage = [(int(edges), int(inputs)) for edges, inputs in COVERAGE.findall(text)]
    return Outcome(
        target=target,
        log=log,
        runs=last_number(RUNS, text),
        seconds=last_number(SECONDS, text),
        coverage=coverage[-1][0] if coverage else 0,
        corpus=coverage[-1][1] if coverage else 0,
        found=reason(text) if status != 0 else "",
        inputs=FINDING.findall(text),
    )


def reason(log: str) -> str:
    match = REASON.search(log)
    return next(filter(None, match.groups())) if match else "it failed"


def last_number(pattern: re.Pattern[str], text: str) -> int:
    numbers = pattern.findall(text)
    return int(numbers[-1]) if numbers else 0


def show(result: Outcome) -> None:
    print(
        f"{result.target:16}{result.runs:>12,} runs{result.seconds:>7,} s   coverage{result.coverage:>6,}"
        f"   corpus{result.corpus:>6,}   {result.found or 'found nothing'}"
    )
    if result.found:
        print(f"  report: {result.log}")
        for name in result.inputs:
            print(f"  again:  {program(result.target)} {name}")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    seconds, jobs = int(arguments[0]), int(arguments[1])
    targets = arguments[2:] or sorted(LARGEST_INPUT)
    found = False
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = [pool.submit(run, target, seconds) for target in targets]
        for done in concurrent.futures.as_completed(runs):
            show(done.result())
            found = found or done.result().found != ""
    print("FAIL" if found else "PASS")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python writes again at exit
        sys.exit(1)
