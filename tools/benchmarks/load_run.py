# SPDX-License-Identifier: MIT
"""One run of majuscule-load on its core, and the CPU time that it took."""

from __future__ import annotations

import json
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparison.errors import Untrusted

_PATIENCE_SECONDS = 120.0


def cpu_of_children() -> float:
    """Seconds of CPU time of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@dataclass(frozen=True)
class Run:
    """`result`: its JSON."""

    result: dict[str, Any]
    cpu_seconds: float


def run(program: Path, core: int, *arguments: str) -> Run:
    """Raises Untrusted unless it is valid, whatever was achieved of the rate."""
    before = cpu_of_children()
    command = [str(program), "--json", f"--cpu={core}", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=_PATIENCE_SECONDS, check=False)
    used = cpu_of_children() - before
    if done.returncode not in (0, 1) or not done.stdout:
        raise Untrusted(f"majuscule-load failed: {done.stderr.strip()}")
    result: dict[str, Any] = json.loads(done.stdout)
    if sum(result["errors"].values()) or not result["requests"]:
        raise Untrusted("; ".join(result["invalid_reasons"]))
    return Run(result, used)
