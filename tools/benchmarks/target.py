# SPDX-License-Identifier: MIT
"""A measured figure and its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Target:
    """At most `limit` `unit`; None: a figure without a target."""

    what: str
    limit: Optional[float]
    unit: str

    def judge(self, measured: float, detail: str, shortfall: str = "") -> str:
        """One line. A `shortfall` fails for any figure."""
        unit = f" {self.unit}" if self.unit else ""
        figure = f"{measured:,.0f}" if self.unit == "bytes" else f"{measured:.3f}"
        line = f"{self.what}: {figure}{unit} ({detail})"
        if self.limit is None:
            return line
        reached = measured <= self.limit and not shortfall
        verdict = "PASS" if reached else "FALLS SHORT" + (f": {shortfall}" if shortfall else "")
        return f"{line}; target at most {self.limit:,g}{unit}: {verdict}"
