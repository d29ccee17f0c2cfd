# SPDX-License-Identifier: MIT
"""Intervals of medians over the rounds, and of ratios of two medians.

The interval of a median is the 95 % percentile bootstrap over the rounds (Efron 1979): both ends are rounds,
or means of two, and a resample's median is at or beyond each with a chance of 2.5 % or more. It is computed
exactly, not drawn: the same values always give the same interval. With few rounds 95 % is only its name. How
often it holds the true median of independent rounds, whatever their distribution: 3 rounds 75 %, 4 rounds
87.5 %, 5 rounds 93.75 %; up to there it reaches from the least round to the greatest. Beyond, it is narrower:
7 rounds 87.5 %, 9 rounds 96 %.

A difference is only said to be shown when the intervals of both medians lie apart and that of their ratio
does not hold 1. Where there is none, that still happens by chance in 10 % of the comparisons of 3 rounds with
3, in 2.9 % with 4 and in 0.8 % with 5; with fewer than 3 rounds it is never said.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Iterable, Optional, Sequence

LEAST_ROUNDS = 3  # for a difference
NO_DIFFERENCE = "no difference shown"
_TAIL = 40  # one part in 40, 2.5 %, lies beyond each end
_MOST_ENUMERATED = 7  # rounds: they have 1,716 different resamples; beyond, some are drawn
_DRAWN = 4000


@dataclass(frozen=True)
class Interval:
    """Of a median over so many rounds. One round: low and high are the median."""

    median: float
    low: float
    high: float
    rounds: int

    def overlaps(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Ratio:
    """Of two medians. None: there is none, since a value is not finite or the base may be 0."""

    ratio: Optional[float]
    low: Optional[float]
    high: Optional[float]
    difference_shown: bool


_NO_RATIO = Ratio(None, None, None, False)


def median_interval(values: Sequence[float]) -> Optional[Interval]:
    """None without values, and when one is not finite: then there is no figure."""
    if not values or not all(map(math.isfinite, values)):
        return None
    ordered = sorted(values)
    medians = [((ordered[i] + ordered[j]) / 2, weight) for i, j, weight in _middles(len(ordered))]
    low, high = _ends(medians)
    return Interval(_median(ordered), low, high, len(ordered))


def ratio_interval(
    values: Sequence[float], base: Sequence[float], paired: Optional[bool] = None, seed: int = 1
) -> Ratio:
    """Of the median of `values` to that of `base`, none of which is negative.

    Paired, value i and base i are of the same round, and whole rounds are resampled: what disturbs both of a
    round cancels out. By default they are when there are as many of both. Not paired, the ends are the
    quotients of the ends of both intervals, which is wider. `seed` matters beyond seven rounds only.
    """
    own, other = median_interval(values), median_interval(base)
    if own is None or other is None or min(base) <= 0:
        return _NO_RATIO
    together = len(values) == len(base) and paired is not False
    low, high = _paired_ends(values, base, seed) if together else (own.low / other.high, own.high / other.low)
    ratio = own.median / other.median
    if not all(map(math.isfinite, (ratio, low, high))):
        return _NO_RATIO
    enough = min(own.rounds, other.rounds) >= LEAST_ROUNDS
    return Ratio(ratio, low, high, enough and not own.overlaps(other) and not low <= 1 <= high)


def format_ratio(ratio: Ratio) -> str:
    """As a table shows it: "1.00" for the base itself, "1.42 ± 0.03", or that no difference is shown. The
    width is that of the farther end, rounded up."""
    if ratio.ratio is None or ratio.low is None or ratio.high is None:
        return "-"
    if ratio.low == ratio.ratio == ratio.high == 1:
        return "1.00"
    if not ratio.difference_shown:
        return NO_DIFFERENCE
    digits = _digits(ratio.ratio)
    unit = 10.0**-digits
    width = math.ceil(max(ratio.high - ratio.ratio, ratio.ratio - ratio.low) / unit - 1e-9) * unit
    return f"{ratio.ratio:,.{digits}f} ± {width:,.{digits}f}"


def _digits(ratio: float) -> int:
    """Behind the point: two, none for hundreds, and three that count for small ones."""
    if ratio >= 100:
        return 0
    return 2 if ratio >= 0.1 or ratio == 0 else 2 - math.floor(math.log10(ratio))


def _median(ordered: Sequence[float]) -> float:
    count = len(ordered)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def _ends(weighted: Iterable[tuple[float, int]]) -> tuple[float, float]:
    """The least value with at least a tail's weight up to it, and the greatest with one from it on."""
    ordered = sorted(weighted)
    total = sum(weight for _, weight in ordered)
    return _end(ordered, total), _end(reversed(ordered), total)


def _end(ordered: Iterable[tuple[float, int]], total: int) -> float:
    passed = 0
    for value, weight in ordered:
        passed += weight
        if passed * _TAIL >= total:
            return value
    raise AssertionError("no weights")


@lru_cache(maxsize=None)
def _middles(count: int) -> tuple[tuple[int, int, int], ...]:
    """Which ranks a resample's two middle ones are, and in how many of count ** count resamples: with an odd
    count the two are one."""
    half = (count + 1) // 2
    up_to = [_resamples_with(count, rank, half) for rank in range(count + 1)]
    single = [up_to[rank + 1] - up_to[rank] for rank in range(count)]
    if count % 2:
        return tuple((rank, rank, weight) for rank, weight in enumerate(single))
    middles = []
    for i in range(count):
        lower = (i + 1) ** half - i**half
        apart = [
            (i, j, math.comb(count, half) * lower * ((count - j) ** half - (count - j - 1) ** half))
            for j in range(i + 1, count)
        ]
        middles += [(i, i, single[i] - sum(weight for _, _, weight in apart)), *apart]
    return tuple(middles)


def _resamples_with(count: int, lowest: int, least: int) -> int:
    """In how many resamples at least so many are among the so many lowest ranks."""
    return sum(
        math.comb(count, among) * lowest**among * (count - lowest) ** (count - among)
        for among in range(least, count + 1)
    )


def _paired_ends(values: Sequence[float], base: Sequence[float], seed: int) -> tuple[float, float]:
    ratios = []
    for rounds, weight in _resamples(len(values), seed):
        own, other = sorted(values[i] for i in rounds), sorted(base[i] for i in rounds)
        ratios.append((_median(own) / _median(other), weight))
    return _ends(ratios)


@lru_cache(maxsize=None)
def _resamples(count: int, seed: int) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Sets of rounds with their weights: all there are, or a fair choice of them."""
    if count <= _MOST_ENUMERATED:
        every = combinations_with_replacement(range(count), count)
        return tuple((rounds, _arrangements(rounds)) for rounds in every)
    chance = random.Random(seed)
    return tuple((tuple(chance.choices(range(count), k=count)), 1) for _ in range(_DRAWN))


def _arrangements(rounds: tuple[int, ...]) -> int:
    """In how many orders they can be drawn."""
    return math.factorial(len(rounds)) // math.prod(math.factorial(rounds.count(i)) for i in set(rounds))
