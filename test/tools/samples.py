# SPDX-License-Identifier: MIT
"""Builders for the tests: a sample that passes every check, to be spoilt in one point."""

from __future__ import annotations

from comparison import conformance
from comparison.plan import Scenario
from comparison.proc import ListenQueue
from comparison.sample import Account, Cost, Sample, Start, Window
from comparison.task import Task
from comparison.wrk import Errors, Result

SCENARIO = Scenario(Task.parse("none"), 16)


def result(
    requests: int = 1000, errors: Errors = Errors(), rate: float = 1000.0, longest: float = 900.0
) -> Result:
    return Result(
        requests=requests,
        seconds=1.0,
        bytes_read=float(requests * len(conformance.ANSWER)),
        requests_per_second=rate,
        p50=100.0,
        p90=200.0,
        p99=300.0,
        max=longest,
        errors=errors,
    )


ACCOUNT = Account(requests=1004, accepted=17, refused=0, timed_out=0)
COST = Cost(requests=700, cpu_seconds=0.0035, voluntary_switches=70, involuntary_switches=7)
WINDOW = Window(seconds=0.7, client_share=0.3, foreign_share=0.01)
SAMPLE = Sample(
    wrk=result(),
    start=Start(seconds=0.2, connections=16),
    window=WINDOW,
    cost=COST,
    account=ACCOUNT,
    listen_queue=ListenQueue(0, 0),
    threads=2,
    peak_resident=4 * 2**20,
)
