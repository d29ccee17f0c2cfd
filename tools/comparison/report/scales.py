# SPDX-License-Identifier: MIT
"""Axes: the place of a value between the ends, and the ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Iterable, Optional

Text = Callable[[float], str]
_STANDARD = (50.0, 90.0, 99.0, 99.9, 99.99, 99.999, 99.9999, 99.99999)
_MAX_SLOT = 0.6  # distance of the maximum from the last percentile, in tenfolds


@dataclass(frozen=True)
class Tick:
    """`at`: from 0 to 1. Without a text it is only a line."""

    at: float
    text: str


@dataclass(frozen=True)
class Scale:
    low: float
    high: float
    ticks: tuple[Tick, ...]
    transform: Callable[[float], float]

    def at(self, value: float) -> float:
        """From 0 to 1; a value outside is put at the end."""
        share = (self.transform(value) - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share))


def _scale(
    low: float, high: float, marks: Iterable[tuple[float, str]], transform: Callable[[float], float]
) -> Scale:
    bottom, top = transform(low), transform(high)
    ticks = tuple(Tick((transform(value) - bottom) / (top - bottom), text) for value, text in marks)
    return Scale(bottom, top, ticks, transform)


def _identity(value: float) -> float:
    return value


def _log(value: float) -> float:
    return math.log10(value) if value > 0 else -math.inf


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that makes at most so many steps."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power * most >= span * (1 - 1e-9))


def linear(values: Iterable[float], text: Text, most: int = 5) -> Scale:
    """From zero, so that lengths can be compared."""
    high = max([*values, 0.0]) or 1.0
    step = nice_step(high, most)
    count = max(1, math.ceil(high / step - 1e-9))
    return _scale(0.0, count * step, [(i * step, text(i * step)) for i in range(count + 1)], _identity)


def _between(low: float, high: float, factors: tuple[int, ...]) -> list[float]:
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    steps = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    return [step for step in steps if low * (1 - 1e-9) <= step <= high * (1 + 1e-9)]


def logarithmic(values: Iterable[float], text: Text, most: int = 7) -> Scale:
    """Of values above zero. Its ends are 1, 2 or 5 times a power of ten."""
    found = list(values)
    low, high = min(found), max(found)
    steps = _between(low / 10, high * 10, (1, 2, 5))
    low = max((step for step in steps if step <= low * (1 + 1e-9)), default=low / 2)
    high = min((step for step in steps if step >= high * (1 - 1e-9)), default=high * 2)
    if low == high:
        low, high = low / 2, high * 2
    lines, labels = _between(low, high, (1, 2, 5)), _between(low, high, (1, 2, 5))
    if len(labels) > most:
        lines, labels = _between(low, high, (1, 3)), _between(low, high, (1,))
    if len(labels) > most:
        lines, labels = labels, labels[:: math.ceil(len(labels) / most)]
    return _scale(low, high, [(line, text(line) if line in labels else "") for line in lines], _log)


def fitting(values: Iterable[float], text: Text) -> Scale:
    """Logarithmic when the values are far apart and none is zero."""
    found = list(values) or [1.0]
    if min(found) > 0 and max(found) / min(found) > 20:
        return logarithmic(found, text)
    return linear(found, text)


def at_values(
    values: Iterable[float], text: Text, apart: Optional[bool] = None, closest: float = 0.09
) -> Scale:
    """Ticks at the values, for counts that a person chose. `apart`: logarithmic; None: when the values are far apart."""
    found = sorted(set(values)) or [1.0]
    if apart is None:
        apart = found[0] > 0 and found[-1] / found[0] > 8
    apart = apart and found[0] > 0
    transform = _log if apart else _identity
    low, high = (found[0], found[-1]) if apart else (min(0.0, found[0]), found[-1])
    if low == high:
        high = low + 1.0
    bare = _scale(low, high, [], transform)
    marks: list[tuple[float, str]] = []
    for value in reversed(found):
        if not marks or bare.at(marks[-1][0]) - bare.at(value) >= closest:
            marks.append((value, text(value)))
    return _scale(low, high, reversed(marks), transform)


def nines(percentile: float) -> float:
    """How many nines: 1 for 90, 3 for 99.9."""
    return -math.log10(1 - percentile / 100)


def percentiles(values: Iterable[float], text: Text) -> Scale:
    """Each step to the right is ten times rarer. The maximum (100) is apart from the rest, at the end."""
    found = sorted(set(values)) or [50.0]
    below = [value for value in found if value < 100]
    last = max(nines(below[-1]) if below else 0.0, 1.0)
    has_max = found[-1] >= 100

    def transform(value: float) -> float:
        return min(nines(value), last) if value < 100 else last + _MAX_SLOT

    first = below[0] if below else 0.0
    shown = [value for value in _STANDARD if first <= value and nines(value) <= last + 1e-6]
    marks = [(value, text(value)) for value in shown] + ([(100.0, text(100.0))] if has_max else [])
    bottom, top = transform(first), transform(100.0) if has_max else last
    if bottom >= top:
        bottom = top - 1.0
    ticks = tuple(Tick((transform(value) - bottom) / (top - bottom), label) for value, label in marks)
    return Scale(bottom, top, ticks, transform)
