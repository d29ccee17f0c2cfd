# SPDX-License-Identifier: MIT
"""Builders for the tests: a sample that passes every check, to be changed in one point."""

from __future__ import annotations

from dataclasses import replace

from comparison import conformance, load_client, wrk
from comparison.load_client import Times
from comparison.modes import Mode
from comparison.plan import Measurement, Offer, Scenario
from comparison.proc import ListenQueue
from comparison.sample import Account, Cost, CrossCheck, Sample, Start, Window
from comparison.scenarios import KINDS
from comparison.wrk import Errors

# Their entries in --list-modes=json.
MODES = {
    mode.name: mode
    for mode in (
        Mode("epoll"),
        Mode("threads", holds="own thread"),
        Mode("sequential", holds="only thread"),
        Mode("pool", holds="pool thread by client", stages=1),
        Mode("half-sync", holds="pool thread by request", stages=1, has_io_thread=True),
        Mode("pipeline", holds="pool thread by request", stages=3),
        Mode("reactors", stages=1),
        Mode("busy", spins=True),
    )
}
SCENARIO = Scenario(KINDS["keep-alive"], 16)
MEASUREMENT = Measurement(SCENARIO, "epoll")
OPEN_MEASUREMENT = Measurement(Scenario(KINDS["keep-alive"], 16, Offer(rate=1000.0)), "epoll", 1000.0)
NO_ERRORS = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0, "body": 0}
TIMES = Times(mean=110.0, p50=100.0, p90=200.0, p99=300.0, p99_9=400.0, max=900.0)


def result(
    requests: int = 1000, rate: float = 1000.0, errors: dict[str, int] = NO_ERRORS, in_flight: int = 16
) -> load_client.Result:
    """A result of our client. The mean times are those of so many requests in flight."""
    times = replace(TIMES, mean=in_flight / rate * 1e6)
    return load_client.Result(
        requests=requests,
        warmup_requests=100,
        seconds=1.0,
        requests_per_second=rate,
        invalid_reasons=[f"{count} {name}" for name, count in errors.items() if count],
        errors=errors,
        service=times,
        response=times,
        connect=TIMES,
        first_byte=TIMES,
        lateness=TIMES,
        client_cpu_share=0.3,
        connections=16,
        curves={"service": [(50.0, 100.0), (100.0, 900.0)], "response": [(50.0, 100.0), (100.0, 900.0)]},
    )


def of_wrk(requests: int = 1000, errors: Errors = Errors(), rate: float = 1000.0, longest: float = 900.0) -> wrk.Result:
    return wrk.Result(
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


ACCOUNT = Account(requests=1100, accepted=16, refused=0, timed_out=0)
WRK_ACCOUNT = Account(requests=1004, accepted=17, refused=0, timed_out=0)
COST = Cost(
    requests=700, user_seconds=0.0014, system_seconds=0.0021, voluntary_switches=70, involuntary_switches=7
)
WINDOW = Window(seconds=0.7, server_share=0.5, foreign_share=0.01)
SAMPLE = Sample(
    load=result(),
    cross_check=CrossCheck(of_wrk(), WRK_ACCOUNT),
    start=Start(seconds=0.2, connections=16, expected=0.2),
    window=WINDOW,
    cost=COST,
    account=ACCOUNT,
    listen_queue=ListenQueue(0, 0),
    threads=2,
    peak_resident=4 * 2**20,
)


def with_wrk(checked: wrk.Result) -> Sample:
    return replace(SAMPLE, cross_check=CrossCheck(checked, WRK_ACCOUNT))


def with_rate(rate: float, in_flight: int = 16) -> Sample:
    return replace(SAMPLE, load=result(rate=rate, in_flight=in_flight))
