# SPDX-License-Identifier: MIT
"""What a reader must know to read the tables; it stands under every report."""

FOOTNOTES = [
    "Each figure is the median over the rounds, ± how far the farthest round is from it; errors are"
    " summed, threads and peak MiB are the highest. Every round starts a fresh server for each row, in an"
    " order shuffled anew, and drops a warm-up. The JSON file has every round.",
    "CPU us/req and switches: the server's own (user and system time, voluntary and involuntary context"
    " switches by getrusage) per capitalize request that it counted, in the middle of the load, while all"
    " connections stand. The reference row: over its whole load. Threads and peak MiB (resident, VmHWM)"
    " include one client more than asked: the one that reads /stats.",
    "The percentiles are wrk's, of a closed loop, and known to be distorted in two ways: replies slower"
    " than its timeout are missing from them (a row with a timeout is INVALID), and wrk 4 rewrites the"
    " histogram to correct for coordinated omission, which inflates percentiles of connections that were"
    " seldom slow. Use them to cross-check, not to decide.",
    "wrk counts no request that is in flight when it stops: with a task of D in a load of T, requests/s"
    " may be D/T less than was served.",
    "client-bound: the client was the bottleneck (it used 80 % of its core or more, or the row is within"
    " 5 % of what the do-nothing reference server reached with as many connections). Then requests/s says"
    " what wrk can do; compare CPU us/req.",
    "slow start: making the connections took 30 % of a load or more, and wrk's requests/s counts that time;"
    " CPU us/req does not.",
    "disturbed: other processes, or other machines on this hardware, took 15 % or more of the server's or"
    " the client's core in at least one round: end them and measure again.",
    "reference: a server that parses nothing and answers the same bytes from one epoll loop. It is the"
    " ceiling, not a competitor.",
    "One machine, loopback, one client: the network, and other machines, will differ.",
]
