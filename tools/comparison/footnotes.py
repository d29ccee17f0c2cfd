# SPDX-License-Identifier: MIT
"""What a reader must know to read the tables; it stands under every report."""

from __future__ import annotations

from comparison.calibrator import MOST_VISITS
from comparison.intervals import RESOLUTION, interval_name
from comparison.speed import TOLERANCE

_FIGURES = (
    "Each figure is the median over the rounds; in brackets {interval}. Relative: to the first row, round by"
    " round; for open loops of the p99. Where the intervals overlap it says that no difference is shown. Every round"
    " starts a fresh server for each row, in an order shuffled anew, and drops a warm-up. The JSON file has every"
    " round."
)
_REST = [
    "requests/s and all times are those of majuscule-load, which keeps every sample and checks every answer."
    " Service time counts from the real send, response time from the intended one: in a closed loop they are the"
    " same, and a server that stalls slows its own clients down (coordinated omission); measure with --rate to see"
    " what users would.",
    "wrk's: requests/s of wrk with as many connections on the same server afterwards, as a cross-check. Its own"
    " percentiles are left to the JSON file: replies slower than its timeout are missing from them, and wrk 4"
    " rewrites the rest. It counts no request that is in flight when it stops: with a task of D in a load of T, its"
    " requests/s may be D/T less than was served.",
    "CPU us/req and switches: the server's own (user and system time, voluntary + involuntary context switches by"
    " getrusage, those of threads and processes that have ended too) per capitalize request that it counted, in the"
    " middle of the load, while all connections stand. The reference row, and those that serve few at a time: over"
    " their whole load. Threads and peak MiB (resident, VmHWM) include one client more than asked: the one that"
    " reads /stats.",
    "CPU us/req, user and system are corrected for the machine's speed: right before and right after each load the"
    " reference server is loaded for a moment, and the cost is multiplied by (median of all such calibrations / mean of"
    " these two), but for what a CPU task burns. CPU raw is not corrected; requests/s and times never are. Where the two"
    f" calibrations differ by more than {TOLERANCE:.0%} the load is measured again, up to {MOST_VISITS} times in all;"
    " unsteady: they differ on the best try too. CPU relative: a difference is shown when all of five rounds agree on it"
    f" and it is {RESOLUTION:.0%} or more; with fewer rounds the intervals must lie apart, too.",
    "instr/req and cycles/req: instructions and cycles of the server a request, user + kernel, counted by the processor"
    " in a load of its own, since counting makes changes of thread dearer. Instructions hardly vary with the machine's"
    " speed.",
    "client-bound: the client was the bottleneck (it used 80 % of its core or more, or the row is within 5 % of what"
    " the do-nothing reference server reached with as many connections). Then requests/s says what the client can"
    " do; compare CPU us/req.",
    "disturbed: other processes, or other machines on this hardware, took 15 % or more of the server's or the"
    " client's core in at least one round: end them and measure again.",
    "law: what theory allows at most: places / (task + own CPU time), where places are the clients, the threads of a"
    " pool, or one; or what a core can pay for. A row follows its law within 5 %.",
    "reference: a server that parses nothing and answers the same bytes from one raw epoll loop. It is the yardstick"
    " of CPU time. It is no ceiling of requests/s: rows may pass it, since there the client, or how the kernel"
    " batches what it delivers, is the limit of both.",
    "One machine, loopback, one client: the network, and other machines, will differ.",
]


def footnotes(rounds: int) -> list[str]:
    """Of tables whose rows have so many rounds."""
    interval = "nothing, since there is one round" if rounds <= 1 else f"the {interval_name(rounds)}"
    return [_FIGURES.format(interval=interval), *_REST]
