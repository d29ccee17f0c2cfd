# SPDX-License-Identifier: MIT
"""The simulated work of a scenario."""

from __future__ import annotations

from dataclasses import dataclass

from comparison.units import parse_duration

_KINDS = ("sleep", "block", "cpu")


@dataclass(frozen=True)
class Task:
    """`text`: as for --task. `seconds`: 0 for none."""

    text: str
    kind: str
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Task:
        """Raises ValueError with the right form."""
        if text == "none":
            return cls(text, text, 0.0)
        kind, colon, duration = text.partition(":")
        if kind not in _KINDS or not colon:
            raise ValueError(f"'{text}' is not a task: none, sleep:D, block:D or cpu:D, as in sleep:100ms")
        return cls(text, kind, parse_duration(duration))

    def longest_wait(self, connections: int) -> float:
        """The longest time of an answer in seconds: one thread serves block and cpu one after another."""
        in_turn = connections if self.kind in ("block", "cpu") else 1
        return 1.0 + self.seconds * in_turn

    def bound(self, connections: int) -> float | None:
        """Requests/s when all clients wait at the same time; None: not a task that sleeps."""
        return connections / self.seconds if self.kind == "sleep" and self.seconds else None
