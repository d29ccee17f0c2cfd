# SPDX-License-Identifier: MIT
"""Memory a client and system calls a request, each measured in runs apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Callable

from comparison import memory_slope, trace
from comparison.bench import Bench
from comparison.errors import CannotRun, Untrusted
from comparison.plan import REFERENCE
from comparison.progress import Progress
from comparison.server import reference_command


@dataclass
class Reasons:
    """As in the document. `notes`: for the footnotes."""

    memory: list[dict[str, Any]] = field(default_factory=list)
    system_calls: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def measure(bench: Bench, modes: list[str], broken: dict[str, str], progress: Progress, found: Reasons) -> None:
    """Adds to `found`."""
    for mode in modes:
        if mode in broken:
            continue
        progress.say(f"memory a client: {mode}")
        found.memory.append({"mode": mode, **_asked(lambda: _memory(bench, mode), _NO_MEMORY)})
    for mode in [*modes, REFERENCE]:
        if mode in broken:
            continue
        progress.say(f"system calls a request: {mode}")
        calls = _asked(lambda: _system_calls(bench, mode), _NO_CALLS)
        note = calls.pop("note", None)
        if note:
            found.notes.append(f"{mode}: {note}")
        found.system_calls.append({"mode": mode, **calls})


_NO_MEMORY = {"points": [], "anonymous_per_connection": None, "kernel_per_connection": None, "how": ""}
_NO_CALLS = {"per_request": None, "by_name": {}, "requests": 0}


def _asked(ask: Callable[[], dict[str, Any]], nothing: dict[str, Any]) -> dict[str, Any]:
    try:
        return ask()
    except (Untrusted, CannotRun, OSError) as error:
        return {**nothing, "reason": str(error)}


def _memory(bench: Bench, mode: str) -> dict[str, Any]:
    pinning = bench.pinning
    places = bench.modes[mode].served_at_once(bench.threads)
    counts = list(memory_slope.DEFAULT_COUNTS)
    return asdict(memory_slope.measure(bench.command(mode), pinning.server, counts, pinning.client, places))


def _system_calls(bench: Bench, mode: str) -> dict[str, Any]:
    pinning = bench.pinning
    if mode == REFERENCE:
        command, places = reference_command(bench.reference, "epoll"), None
    else:
        command, places = bench.command(mode), bench.modes[mode].served_at_once(bench.threads)
    return asdict(
        trace.system_calls(command, pinning.server, pinning.client, places, tells_stats=mode != REFERENCE)
    )
