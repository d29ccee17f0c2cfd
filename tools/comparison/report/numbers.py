# SPDX-License-Identifier: MIT
"""Numbers as the reports write them."""

from __future__ import annotations

import math
from typing import Any, Optional

NOTHING = "–"
_LATENCIES = ((1e6, "s"), (1e3, "ms"), (1.0, "µs"))
_SIZES = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B"))


def number(value: Any) -> Optional[float]:
    """A finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def significant(value: float, digits: int = 3) -> str:
    """1.23, 12.3, 123, 1,234: never an exponent, at most three decimals."""
    if value == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)) + 1e-12)
    if round(abs(value), max(0, decimals)) >= 10.0 ** (digits - decimals):
        decimals -= 1
    if decimals > 3 and abs(value) < 0.0005:
        return "<0.001"
    return f"{value:,.{min(3, max(0, decimals))}f}"


def count(value: float) -> str:
    return significant(value) if abs(value) < 100 else f"{value:,.0f}"


def whole(value: float) -> str:
    return f"{value:,.0f}"


def latency(microseconds: float) -> str:
    return _with_unit(microseconds, _LATENCIES)


def size(value: float) -> str:
    return _with_unit(value, _SIZES)


def tick(value: float) -> str:
    """Without trailing zeros."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def latency_tick(microseconds: float) -> str:
    scale, unit = _unit(microseconds, _LATENCIES)
    return f"{tick(microseconds / scale)} {unit}"


def percentile(value: float) -> str:
    return "max" if value >= 100 else f"{value:.7g} %"


def share(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _unit(value: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    return next((unit for unit in units if abs(value) >= unit[0] * 0.9995), units[-1])


def _with_unit(value: float, units: tuple[tuple[float, str], ...]) -> str:
    scale, unit = _unit(value, units)
    return f"{significant(value / scale)} {unit}"
