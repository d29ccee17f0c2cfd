# SPDX-License-Identifier: MIT
"""Durations as the command line writes them: 250us, 200ms, 3s, 1.5s, 2min."""

from __future__ import annotations

import re

_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|min)")


def parse_duration(text: str) -> float:
    """Seconds. Raises ValueError with the right form."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is not a duration such as 250us, 200ms, 1.5s or 2min")
    return float(match[1]) * _SECONDS[match[2]]


def format_seconds(seconds: float) -> str:
    """In the unit that fits after rounding."""
    for unit in ("us", "ms"):
        text = f"{seconds / _SECONDS[unit]:.4g}"
        if float(text) < 1000:
            return text + unit
    return f"{seconds:.4g}s"
