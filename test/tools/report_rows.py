# SPDX-License-Identifier: MIT
"""Builds one row of a document (format 2) for the tests."""

from __future__ import annotations

import math
import random
from typing import Any, Optional

_PERCENTILES = (
    *(0.0, 10.0, 25.0, 50.0, 60.0, 70.0, 75.0, 80.0, 85.0),
    *(90.0, 92.5, 95.0, 96.0, 97.0, 98.0, 99.0, 99.25, 99.5),
    *(99.6, 99.7, 99.8, 99.9, 99.95, 99.99, 99.995, 99.999, 100.0),
)
SPEED = {
    "epoll": 169986,
    "threads": 142452,
    "pool": 141860,
    "sequential": 15133,
    "reference": 178106,
    "pipeline": 38444,
}
_CPU = {
    "epoll": 5.11,
    "threads": 6.97,
    "pool": 7.02,
    "sequential": 24.31,
    "reference": 4.81,
    "pipeline": 25.4,
}
_TAIL = {"epoll": 1.2, "threads": 2.2, "pool": 2.6, "sequential": 1.5, "reference": 1.1}
_THREADS = {"threads": 1.0, "process": 1.0}


class RowMaker:
    def __init__(self, modes: tuple[str, ...], rounds: int) -> None:
        self.modes = modes
        self.rounds = rounds
        self.random = random.Random(7)

    def figure(self, value: float, noise: float = 0.02) -> dict[str, Any]:
        median = value * (1 + self.random.uniform(-noise, noise))
        low, high = (median * (1 + sign * self.random.uniform(0, noise)) for sign in (-1, 1))
        return {"median": median, "low": low, "high": high, "rounds": self.rounds}

    def spectrum(self, median: float, tail: float) -> list[list[float]]:
        """`tail`: by how much each further nine multiplies."""
        found, us = [], 0.0
        for i, percentile in enumerate(_PERCENTILES):
            nines = 6.0 if percentile == 100 else -math.log10(1 - percentile / 100)
            us = max(us, median * tail ** (nines - 0.3) * self.random.uniform(0.98, 1.03) + i * 0.01)
            found.append([percentile, round(us, 3)])
        return found

    def row(
        self, mode: str, rate: float, median_us: float, connections: int, offered: Optional[float] = None
    ) -> dict[str, Any]:
        tail, cpu = _TAIL.get(mode, 1.6), _CPU.get(mode, 5.5)
        service, response = self.spectrum(median_us, tail), self.spectrum(median_us * 1.3, tail * 1.15)
        figures = {
            "requests_per_second": self.figure(rate),
            "wrk_requests_per_second": self.figure(rate * 0.97),
            "connect_p99_us": self.figure(180, 0.2),
            "connect_max_us": self.figure(900, 0.2),
            "first_byte_p99_us": self.figure(260, 0.2),
            "lateness_p99_us": self.figure(4, 0.2),
            "cpu_us_per_request": self.figure(cpu),
            "user_us_per_request": self.figure(cpu * 0.35),
            "system_us_per_request": self.figure(cpu * 0.65),
            "voluntary_switches_per_request": self.figure(0.036 if mode == "epoll" else 0.999),
            "involuntary_switches_per_request": self.figure(0.001),
            "client_cpu_share": self.figure(0.62),
            "foreign_cpu_share": self.figure(0.02),
            "threads": self.figure(connections + 2 if mode in _THREADS else 1, 0),
            "peak_resident_bytes": self.figure(5.3 * 2**20),
            "listen_overflows": self.figure(0),
            "errors": self.figure(0),
        }
        for time, spectrum in (("service", service), ("response", response)):
            at = {percentile: us for percentile, us in spectrum}
            for name, percentile in (
                ("p50", 50.0),
                ("p90", 90.0),
                ("p99", 99.0),
                ("p99_9", 99.9),
                ("max", 100.0),
            ):
                figures[f"{time}_{name}_us"] = self.figure(at[percentile])
        return {
            "mode": mode,
            "reference": mode == "reference",
            "rate": offered,
            "valid": True,
            "invalid_reasons": [],
            "marks": [],
            "checks": [
                {
                    "name": "every reply checked",
                    "passed": True,
                    "detail": f"{int(rate):,} of {int(rate):,} right",
                },
                {
                    "name": "connections",
                    "passed": True,
                    "detail": f"{connections:,} accepted, {connections:,} asked for",
                },
                {"name": "client CPU", "passed": True, "detail": "62 % of its core, below 80 %"},
                {"name": "listen queue", "passed": True, "detail": "0 overflows, 0 drops"},
            ],
            "law": None,
            "figures": figures,
            "relative": {},
            "spectrum": {"service": service, "response": response},
            "rounds": [{"requests": int(rate), "noise": self.random.random()} for _ in range(self.rounds)],
        }
