# SPDX-License-Identifier: MIT
"""The figures of all modes, one below the other, with what each must be."""

from __future__ import annotations

from typing import Callable

from comparison.report import terminal
from soaking.memory import Growth
from soaking.outcome import OBSERVERS, Outcome

_GROUPS = ("good", "slow", "garbage", "dying")


def _kib(size: float) -> str:
    return f"{size / 1024:,.0f} KiB"


def _grown(growth: Growth, connections: int) -> str:
    grown = growth.last - growth.settled
    return f"{_kib(growth.settled)} to {_kib(growth.last)} ({grown / max(connections, 1):+.1f} B/client)"


def _rows() -> list[tuple[str, Callable[[Outcome], str], str]]:
    groups: list[tuple[str, Callable[[Outcome], str], str]] = [
        (f"clients: {group}", lambda o, group=group: f"{o.tally.clients[group]:,}", "") for group in _GROUPS
    ]
    return [
        *groups,
        ("clients that met what is wrong", lambda o: f"{o.tally.wrong + o.last_tally.wrong:,}", "0"),
        ("clients a second", lambda o: f"{o.tally.connections / o.seconds:.0f}", ""),
        ("requests a second", lambda o: f"{o.tally.requests / o.seconds:.0f}", ""),
        ("requests, as clients counted", lambda o: f"{o.tally.requests:,}", ""),
        ("requests in /stats", lambda o: f"{o.stats.requests:,}", "as counted"),
        ("connections made", lambda o: f"{o.tally.connections:,}", ""),
        ("accepted in /stats", lambda o: f"{o.stats.accepted:,}", f"those made and {OBSERVERS} of our own"),
        ("refused in /stats", lambda o: f"{o.last_stats.refused:,}", "0"),
        ("timeouts, as clients saw", lambda o: f"{o.tally.timed_out:,}", ""),
        ("timed_out in /stats", lambda o: f"{o.last_stats.timed_out:,}", "as seen"),
        ("latest of them", lambda o: f"{o.tally.latest * 1000:.0f} ms late", ""),
        ("clients that died in a task", lambda o: f"{o.last_tally.connections:,}", ""),
        ("of them in requests", lambda o: f"{o.answered_dead:,}", "at most all: models differ"),
        ("descriptors, start to end", lambda o: f"{o.start.descriptors} to {o.end.descriptors}", "the same"),
        ("threads, start to end", lambda o: f"{o.start.threads} to {o.end.threads}", "the same"),
        ("anonymous memory, quiet", lambda o: f"{_kib(o.start.anonymous)} to {_kib(o.end.anonymous)}", ""),
        (
            "anonymous memory, loaded",
            lambda o: _grown(o.anonymous, o.tally.connections),
            "from the 2nd tenth to the last: at most 2% + 512 KiB",
        ),
        ("resident memory, loaded", lambda o: _grown(o.resident, o.tally.connections), "the same"),
    ]


def table(outcomes: list[Outcome]) -> str:
    header = ["", *(outcome.mode for outcome in outcomes), "must be"]
    return terminal.table(header, [[name, *(figure(one) for one in outcomes), must] for name, figure, must in _rows()]).rstrip("\n")
