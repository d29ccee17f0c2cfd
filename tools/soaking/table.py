# SPDX-License-Identifier: MIT
"""The figures of all modes with the values that they must have."""

from __future__ import annotations

from comparison.report import terminal
from soaking.memory import Growth
from soaking.outcome import OBSERVERS, Outcome

_GROUPS = ("good", "slow", "garbage", "dying")


def _kib(size: float) -> str:
    return f"{size / 1024:,.0f} KiB"


def _grown(growth: Growth, connections: int) -> str:
    grown = growth.last - growth.settled
    return f"{_kib(growth.settled)} to {_kib(growth.last)} ({grown / max(connections, 1):+.1f} B/client)"


def _figures(o: Outcome) -> dict[tuple[str, str], str]:
    """By name and required value."""
    tally, stats, start, end = o.tally, o.stats, o.start, o.end
    return {
        **{(f"clients: {group}", ""): f"{tally.clients[group]:,}" for group in _GROUPS},
        ("clients that found a fault", "0"): f"{tally.wrong + o.last_tally.wrong:,}",
        ("clients a second", ""): f"{tally.connections / o.seconds:.0f}",
        ("requests a second", ""): f"{tally.requests / o.seconds:.0f}",
        ("requests, as clients counted", ""): f"{tally.requests:,}",
        ("requests in /stats", "as counted"): f"{stats.requests:,}",
        ("connections made", ""): f"{tally.connections:,}",
        ("accepted in /stats", f"those made and {OBSERVERS} of our own"): f"{stats.accepted:,}",
        ("refused in /stats", "0"): f"{o.last_stats.refused:,}",
        ("timeouts, as clients saw", ""): f"{tally.timed_out:,}",
        ("timed_out in /stats", "as seen"): f"{o.last_stats.timed_out:,}",
        ("latest of them", ""): f"{tally.latest * 1000:.0f} ms late",
        ("clients that died in a task", ""): f"{o.last_tally.connections:,}",
        ("of them in requests", "at most all: models differ"): f"{o.answered_dead:,}",
        ("descriptors, start to end", "the same"): f"{start.descriptors} to {end.descriptors}",
        ("threads, start to end", "the same"): f"{start.threads} to {end.threads}",
        ("anonymous memory, quiet", ""): f"{_kib(start.anonymous)} to {_kib(end.anonymous)}",
        ("anonymous memory, loaded", "from the 2nd tenth to the last: at most 2% + 512 KiB"): _grown(
            o.anonymous, tally.connections
        ),
        ("resident memory, loaded", "the same"): _grown(o.resident, tally.connections),
    }


def table(outcomes: list[Outcome]) -> str:
    columns = [_figures(outcome) for outcome in outcomes]
    rows = [[name, *(column[name, must] for column in columns), must] for name, must in columns[0]]
    return terminal.table(["", *(outcome.mode for outcome in outcomes), "must be"], rows).rstrip("\n")
