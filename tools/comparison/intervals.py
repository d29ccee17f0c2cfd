# SPDX-License-Identifier: MIT
"""Intervals of medians over the rounds, and of ratios, round by round.

Both ends of an interval are rounds (order statistics). So for any distribution of independent rounds, the probability
that the true median is outside depends only on the number of rounds. Up to five rounds 95 % cannot be reached: the
interval is the range, and holds the median in 50 % (2 rounds), 75 % (3), 87.5 % (4) and 93.75 % (5). From six rounds
on it is the narrowest interval that holds the median in 95 % or more. `interval_name` says which of the two it is.

A difference of raw figures is shown when the intervals of both medians are apart and the interval of their ratio does
not hold 1. By chance that happens in 10 % of comparisons of 3 rounds with 3, in 2.9 % with 4 and in 0.8 % with 5;
fewer than 3 rounds never show a difference.

A difference of corrected figures (CPU time corrected by calibrations) is shown when the interval of their ratios is
on one side of 1 and its median is 2 % or more from 1, the resolution of corrected figures. Of five rounds all must
agree: by chance in 6.25 % at most. With fewer rounds the rule for raw figures must hold too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Optional, Sequence

LEAST_ROUNDS = 3  # for a difference
LEAST_PAIRED_ROUNDS = 5  # for one that the ratios alone show
RESOLUTION = 0.02  # of corrected figures: see the benchmark `comparison-power`
NO_DIFFERENCE = "no difference shown"
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """Of a median. One round: low and high are the median."""

    median: float
    low: float
    high: float
    rounds: int

    def overlaps(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high

    def times(self, factor: float) -> Interval:
        return Interval(self.median * factor, self.low * factor, self.high * factor, self.rounds)


@dataclass(frozen=True)
class Ratio:
    """The median of the ratios. None: a value is not finite, or the base may be 0."""

    ratio: Optional[float]
    low: Optional[float]
    high: Optional[float]
    difference_shown: bool


_NO_RATIO = Ratio(None, None, None, False)


def confidence(rounds: int, left_out: int = 0) -> float:
    """The probability that the interval holds the true median, with that many rounds left out at each end."""
    beyond = sum(math.comb(rounds, i) for i in range(left_out + 1))
    return 1 - 2 * beyond / 2**rounds


def interval_name(rounds: int) -> str:
    """What the interval of so many rounds is called."""
    if rounds <= 1:
        return "one round"
    if confidence(rounds) < _CONFIDENCE:
        return f"range of {rounds} rounds (holds the median in {confidence(rounds):.0%})".replace("%", " %")
    return "95 % interval"


def median_interval(values: Sequence[float]) -> Optional[Interval]:
    """None without values, or when one is not finite."""
    if not values or not all(map(math.isfinite, values)):
        return None
    ordered, left_out = sorted(values), _left_out(len(values))
    return Interval(_median(ordered), ordered[left_out], ordered[-1 - left_out], len(ordered))


def ratio_interval(values: Sequence[float], base: Sequence[float], corrected: bool = False) -> Ratio:
    """Of `values` to `base`, none of which is negative.

    With as many values as base values, the ratio is taken in each round, so that a disturbance of both cancels out. Else
    it is the ratio of both medians, and its ends are the quotients of the ends of both intervals, which is wider.
    `corrected`: the rule by which a difference is shown.
    """
    own, other = median_interval(values), median_interval(base)
    if own is None or other is None or min(base) <= 0:
        return _NO_RATIO
    paired = len(values) == len(base)
    if paired:
        found = median_interval([value / below for value, below in zip(values, base)])
    else:
        rounds = min(own.rounds, other.rounds)
        found = Interval(own.median / other.median, own.low / other.high, own.high / other.low, rounds)
    if found is None or not all(map(math.isfinite, (found.median, found.low, found.high))):
        return _NO_RATIO
    shown = found.rounds >= LEAST_ROUNDS and not found.low <= 1 <= found.high
    if corrected:
        shown = shown and abs(found.median - 1) >= RESOLUTION
    if not (corrected and paired and found.rounds >= LEAST_PAIRED_ROUNDS):
        shown = shown and not own.overlaps(other)
    return Ratio(found.median, found.low, found.high, shown)


def format_ratio(ratio: Ratio) -> str:
    """As in a table: "1.00" for the base itself, "1.42 ± 0.03", or that no difference is shown. The width is that of
    the farther end, rounded up."""
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
    """Decimals: two, none for hundreds, more for small ratios."""
    if ratio >= 100:
        return 0
    return 2 if ratio >= 0.1 or ratio == 0 else 2 - math.floor(math.log10(ratio))


def _median(ordered: Sequence[float]) -> float:
    count = len(ordered)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def _left_out(rounds: int) -> int:
    """Rounds left out at each end: as many as the confidence allows, none when there are too few rounds."""
    left_out = 0
    while confidence(rounds, left_out + 1) >= _CONFIDENCE:
        left_out += 1
    return left_out
