# SPDX-License-Identifier: MIT
"""How long requests wait for a place when they come at random times (Poisson), by queueing theory.

`rate` is in requests/s, `seconds` the time that one occupies its place, and so many can at once. One queue,
first come first served, and nobody leaves it: the theory of an open loop. Where more comes than can be
served, the wait grows without end.
"""

from __future__ import annotations

import math


def erlang_c(load: float, places: int) -> float:
    """The chance that a request has to wait, with exponential times of service; `load` is rate times seconds.
    By the recursion of Erlang's B formula, whose terms stay between 0 and 1 with any number of places."""
    if places < 1 or load < 0:
        raise ValueError(f"{places} places and a load of {load} are no queue")
    if load >= places:
        return 1.0
    blocked = 1.0
    for place in range(1, places + 1):
        blocked = load * blocked / (place + load * blocked)
    use = load / places
    return blocked / (1 - use * (1 - blocked))


def mmc_wait(rate: float, seconds: float, places: int) -> float:
    """The mean wait in seconds, with exponential times of service (M/M/c)."""
    load = rate * seconds
    if load >= places:
        return math.inf
    return erlang_c(load, places) * seconds / (places - load)


def mdc_wait(rate: float, seconds: float, places: int) -> float:
    """The mean wait in seconds, when all take the same time (M/D/c), as with a task. It is an approximation,
    by G. P. Cosmetatos (INFOR 13, 1975): half of the wait of M/M/c, which is exact for one place (Pollaczek
    and Khinchine) and at the limit of the load, and a correction for places that are seldom all taken. That
    one grows too large under light load, and is held here to its exact limit there, 2c / (c + 1) of the half.
    Within 5 % of a simulation from half of the load on, up to 64 places."""
    load = rate * seconds
    if load >= places:
        return math.inf
    if load <= 0:
        return 0.0
    use = load / places
    correction = (1 - use) * (places - 1) * (math.sqrt(4 + 5 * places) - 2) / (16 * use * places)
    return (1 + min(correction, (places - 1) / (places + 1))) / 2 * mmc_wait(rate, seconds, places)
