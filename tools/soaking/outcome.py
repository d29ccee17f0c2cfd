# SPDX-License-Identifier: MIT
"""The outcome of the load of one mode, and its faults."""

from __future__ import annotations

from dataclasses import dataclass

from comparison.observer import Stats
from soaking.load import Tally
from soaking.memory import Growth, MemorySample

OBSERVERS = 2  # connections of our own until the end of the mixed load; they only read /stats
_LATEST_SECONDS = 0.8  # less than half of the shortest timeout


@dataclass(frozen=True)
class Fault:
    """`certain`: late clients cannot have caused it."""

    text: str
    certain: bool


@dataclass(frozen=True)
class Outcome:
    """`tally` and `stats` are of the mixed load; `last_*` of the clients that died in their tasks, after it.

    `start` and `end`: samples with one observer as the only client. `unjudged`: why the memory is not judged; empty when
    it is. `said`: what the server printed.
    """

    mode: str
    seconds: float
    tally: Tally
    stats: Stats
    last_tally: Tally
    last_stats: Stats
    start: MemorySample
    end: MemorySample
    anonymous: Growth
    resident: Growth
    unjudged: str
    said: list[str]

    @property
    def answered_dead(self) -> int:
        return self.last_stats.requests - self.stats.requests


def faults(outcome: Outcome) -> list[Fault]:
    """Empty for a good server."""
    certain = [*_accounts(outcome), *_leftovers(outcome)]
    if outcome.said:
        certain.append(f"the server logged {len(outcome.said)} warnings: {outcome.said[0]}")
    timely = [*_answers(outcome.tally), *_answers(outcome.last_tally), *_timeouts(outcome)]
    return [
        *(Fault(f"{outcome.mode}: {fault}", certain=True) for fault in certain),
        *(Fault(f"{outcome.mode}: {fault}", certain=False) for fault in timely),
    ]


def verdict(found: list[Fault], late: float) -> str:
    """`late`: the greatest lateness of the clients, in seconds."""
    if not found:
        return "PASS"
    reasons = "; ".join(fault.text for fault in found)
    if late > _LATEST_SECONDS and not any(fault.certain for fault in found):
        return f"INVALID: the clients were up to {late:.1f} s late, a busy machine: {reasons}"
    return f"FAIL: {reasons}"


def _answers(tally: Tally) -> list[str]:
    if not tally.wrong:
        return []
    hidden = tally.wrong - len(tally.wrongs)
    more = f" and {hidden:,} more" if hidden else ""
    return [f"{tally.wrong:,} clients found a fault: " + "; ".join(tally.wrongs) + more]


def _accounts(outcome: Outcome) -> list[str]:
    stats, last_stats, dead = outcome.stats, outcome.last_stats, outcome.last_tally.connections
    found = [
        *_difference("requests", stats.requests, outcome.tally.requests),
        *_difference("accepted connections", stats.accepted, outcome.tally.connections + OBSERVERS),
        *_difference("accepted connections to die", last_stats.accepted - stats.accepted, dead + 1),
        *_difference("refused connections", last_stats.refused, 0),
    ]
    if not 0 <= outcome.answered_dead <= dead:
        found.append(f"/stats counts {outcome.answered_dead:,} requests of {dead:,} clients that died in a task")
    return found


def _timeouts(outcome: Outcome) -> list[str]:
    return _difference("timeouts", outcome.last_stats.timed_out, outcome.tally.timed_out)


def _difference(what: str, counted: int, wanted: int) -> list[str]:
    if counted == wanted:
        return []
    return [f"/stats counts {counted:,} {what}, the clients {wanted:,} ({counted - wanted:+,})"]


def _leftovers(outcome: Outcome) -> list[str]:
    start, end = outcome.start, outcome.end
    found = []
    if end.descriptors != start.descriptors:
        found.append(f"{start.descriptors} descriptors at the start, {end.descriptors} at the end")
    if end.threads != start.threads:
        found.append(f"{start.threads} threads at the start, {end.threads} at the end")
    for name, growth in (("anonymous", outcome.anonymous), ("resident", outcome.resident)):
        if not outcome.unjudged and not growth.flat:
            found.append(
                f"{name} memory grew by {(growth.last - growth.settled) / 1024:,.0f} KiB from"
                f" {growth.settled / 1024:,.0f} KiB, {growth.allowed / 1024:,.0f} KiB are allowed"
            )
    return found
