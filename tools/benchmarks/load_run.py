# SPDX-License-Identifier: MIT
"""One run of majuscule-load on its core, and its CPU time."""

from __future__ import annotations

import json
import resource
import subprocess
from typing import Any

from comparison.bench import Bench
from comparison.errors import Untrusted

_PATIENCE_SECONDS = 120.0


def cpu_of_children() -> float:
    """Seconds of CPU time of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(bench: Bench, *arguments: str) -> tuple[dict[str, Any], float]:
    """Its JSON object and CPU seconds. Raises Untrusted when there are errors; any rate is accepted."""
    before = cpu_of_children()
    command = [str(bench.client), "--json", f"--cpu={bench.pinning.client}", *arguments]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
    )
    used = cpu_of_children() - before
    if done.returncode not in (0, 1) or not done.stdout:
        raise Untrusted(f"majuscule-load failed: {done.stderr.strip()}")
    result: dict[str, Any] = json.loads(done.stdout)
    if sum(result["errors"].values()) or not result["requests"]:
        raise Untrusted("; ".join(result["invalid_reasons"]))
    return result, used
