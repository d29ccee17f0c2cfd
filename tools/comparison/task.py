# SPDX-License-Identifier: MIT
"""The simulated work of a scenario, and what it does to the longest wait that can be expected."""

from __future__ import annotations

from dataclasses import dataclass

from comparison.units import parse_duration

_KINDS = ("sleep", "block", "cpu")


@dataclass(frozen=True)
class Task:
    """`text` is what --task takes; `seconds` is 0 for none."""

    text: str
    kind: str
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Task:
        """Raises ValueError that says what a task looks like."""
        if text == "none":
            return cls(text, text, 0.0)
        kind, colon, duration = text.partition(":")
        if kind not in _KINDS or not colon:
            raise ValueError(f"'{text}' is not a task: none, sleep:D, block:D or cpu:D, as in sleep:100ms")
        return cls(text, kind, parse_duration(duration))

    def longest_wait(self, connections: int) -> float:
        """Seconds that a reply may take at worst: one thread serves block and cpu one after another."""
        in_turn = connections if self.kind in ("block", "cpu") else 1
        return 1.0 + self.seconds * in_turn

    def bound(self, connections: int) -> float | None:
        """Requests/s that no model can exceed in which every client's wait overlaps the others'."""
        return connections / self.seconds if self.kind == "sleep" and self.seconds else None
