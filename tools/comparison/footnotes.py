# SPDX-License-Identifier: MIT
"""What a reader must know of the tables; at the end of every report."""

from __future__ import annotations

from comparison.calibrator import MOST_VISITS
from comparison.intervals import RESOLUTION, interval_name
from comparison.speed import TOLERANCE

_FIGURES = (
    "Each figure is the median over the rounds; ± is the farther end of {interval}. Relative: to the first row, round by"
    " round; in open loops the p99. Every round starts a fresh server for each row, in a new random order, and drops a"
    " warm-up. The JSON file has every round."
)
_REST = [
    "requests/s and all times are from majuscule-load, which keeps every sample and checks every answer. Service time"
    " counts from the real send, response time from the intended send. In a closed loop they are the same, and a server"
    " that stalls slows its own clients down (coordinated omission): --rate measures what users would see.",
    "wrk's: requests/s of wrk with as many connections on the same server afterwards, as a cross-check. It counts no"
    " request in flight at its end: with a task of D in a load of T, its requests/s may be D/T lower. Its percentiles are"
    " in the JSON file only: they lack answers slower than its timeout, and wrk 4 rewrites the rest.",
    "CPU µs/request and switches: user and system time, voluntary and involuntary context switches of the server, by"
    " getrusage, for each capitalize request that it counted, in the middle of the load, while all connections are open."
    " For the reference row, and for modes that serve few at a time: over the whole load. Threads and peak MiB (resident,"
    " VmHWM) include one client more: the one that reads /stats.",
    "CPU µs/request, user and system are corrected for the speed of the machine: the reference server is loaded for a"
    " moment before and after each load, and the cost is multiplied by (median of all calibrations / mean of these two),"
    " except for what a CPU task burns. CPU raw is not corrected; requests/s and times never are. Where the two"
    f" calibrations differ by more than {TOLERANCE:.0%} the load is measured again, up to {MOST_VISITS} times in all."
    " unsteady: they differ on the best try too. CPU relative: a difference is shown when all of five rounds agree and it"
    f" is {RESOLUTION:.0%} or more; with fewer rounds the intervals must be apart too.",
    "no difference shown: the intervals overlap, or there are fewer than 3 rounds.",
    "instructions and cycles: of the server, for a request, counted by the processor in a load apart, since counting makes"
    " changes of thread dearer. Instructions hardly vary with the speed of the machine.",
    "client-bound: the client was the bottleneck: it used 80 % of its core or more, or the row is within 5 % of the"
    " do-nothing reference server with as many connections. Compare CPU µs/request instead of requests/s.",
    "disturbed: other processes, or other machines on this hardware, took 15 % or more of a core in at least one round:"
    " end them and measure again.",
    "bound: the most that theory allows: places / (task + own CPU time), where places are the clients, the threads of a"
    " pool, or one; or what a core can pay for. A row within 5 % of its bound reaches it.",
    "reference: a server that parses nothing and sends the same bytes from one raw epoll loop. It is the yardstick of CPU"
    " time. It is no ceiling of requests/s: rows may pass it, where the client or the batching of the kernel is the limit.",
    "One machine, loopback, one client: a network, and other machines, will differ.",
]


def footnotes(rounds: int) -> list[str]:
    """For tables whose rows have so many rounds."""
    interval = "nothing, since there is one round" if rounds <= 1 else f"the {interval_name(rounds)}"
    return [_FIGURES.format(interval=interval), *_REST]
