# SPDX-License-Identifier: MIT
"""The validity checks of a sample, and the marks of a row. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison import conformance, load_client
from comparison.plan import Measurement, Scenario
from comparison.sample import Account, CrossCheck, Sample
from comparison.speed import TOLERANCE
from comparison.wrk import PROBE_CONNECTIONS, Result

CLIENT_LIMIT = 0.80
CEILING_MARGIN = 0.95
START_LIMIT = 0.30
FOREIGN_LIMIT = 0.15
# The busy share of the connections of a closed loop. Valid loads of all modes have 0.95 to 1.01, also on a busy
# machine, since the client takes rate and mean from one clock.
LITTLE_LEAST = 0.5
LITTLE_MOST = 1.02
_SIZE_TOLERANCE = 0.02  # wrk prints bytes with three digits, and the last answers may be incomplete
_MOST_OF_A_SLOW_READER = 100  # requests during one visit


@dataclass(frozen=True)
class Check:
    """Not `passed`: the row is INVALID, and `detail` says why."""

    name: str
    passed: bool
    detail: str


def of(sample: Sample, measurement: Measurement) -> list[Check]:
    found = [_answers(sample, measurement), *_account(sample, measurement.scenario), _listen_queue(sample)]
    if measurement.rate is not None:
        found.append(_rate(sample.load, measurement.rate))
    else:
        found += _little(sample, measurement.scenario)
    found += _start(sample, measurement.scenario)
    if sample.cross_check:
        found.append(_cross_check(sample.cross_check, sample, measurement.scenario))
    return found


def reasons(sample: Sample, measurement: Measurement) -> list[str]:
    """Why the row is INVALID; empty when it is valid."""
    return [f"{check.name}: {check.detail}" for check in of(sample, measurement) if not check.passed]


def _answers(sample: Sample, measurement: Measurement) -> Check:
    """All errors of our client, except timeouts of clients that a mode lets wait by design."""
    result = sample.load
    errors = {name: count for name, count in result.errors.items() if count}
    if starves(sample, measurement.scenario):
        errors.pop("timeout", None)
    wrong = [] if not errors and result.requests else result.invalid_reasons
    if not result.requests:
        wrong = wrong or ["no request has a good answer"]
    detail = "; ".join(wrong) or f"{result.requests:,} answers, each with the right status and body"
    return Check("every answer checked", not wrong, detail)


def _rate(result: load_client.Result, rate: float) -> Check:
    achieved = result.requests_per_second / rate
    detail = f"{result.requests_per_second:,.0f} of {rate:,.0f} requests/s ({achieved:.1%})"
    return Check("offered rate achieved", achieved >= 0.99, detail)


def _account(sample: Sample, scenario: Scenario) -> list[Check]:
    account, result = sample.account, sample.load
    if not account:
        return []
    kind = scenario.kind
    extra = account.requests - result.all_requests
    counted = 0 <= extra <= kind.slow_readers * _MOST_OF_A_SLOW_READER
    refused = f"{account.refused:,} refused, {account.timed_out:,} timed out"
    return [
        Check(
            "both count the same requests",
            counted,
            f"the server counted {account.requests:,}, the client {result.all_requests:,}"
            + (" (the difference: slow readers)" if counted and extra else ""),
        ),
        Check(
            "every connection accepted",
            account.accepted == result.connections,
            f"{account.accepted:,} connections accepted, {result.connections:,} made",
        ),
        Check("no connection refused", not account.refused and not account.timed_out, refused),
    ]


def _listen_queue(sample: Sample) -> Check:
    queue = sample.listen_queue
    lost = f"{queue.overflows:,} overflows, {queue.drops:,} drops"
    return Check("listen queue lost no connection", not queue.overflows and not queue.drops, lost)


def _little(sample: Sample, scenario: Scenario) -> list[Check]:
    """Little's law (1961) in a closed loop: rate times mean time is the average number of requests in flight. It
    cannot exceed what the connections allow, and is hardly less, since each client sends again when it has its
    answer. In a mode that serves few clients at a time, the others may have no answer at all.

    The lower limit takes the response time, which includes the connect. The upper limit takes the service time, since
    the first connect is before the time of the rate. Not checked for a load with errors: their time is in no mean.
    """
    result = sample.load
    service, response = result.service.mean, result.response.mean
    if not result.requests or service is None or response is None or result.total_errors:
        return []
    depth = scenario.kind.pipeline
    least = min(scenario.connections, sample.served_at_once or scenario.connections) * depth
    too_many = result.requests_per_second * service / 1e6 > LITTLE_MOST * scenario.connections * depth
    mean = service if too_many else response
    in_flight = result.requests_per_second * mean / 1e6
    each = f" with {depth:,} requests in flight on each" if depth > 1 else ""
    figures = (
        f"{scenario.connections:,} connections{each}, {result.requests_per_second:,.0f} requests/s and a mean of"
        f" {mean:,.1f} us"
    )
    passed = not too_many and in_flight >= LITTLE_LEAST * least
    told = f"{in_flight:,.1f} were in flight on average"
    return [Check("Little's law", passed, f"{figures}: {told}" if passed else f"{figures} cannot all be true: {told}")]


def _start(sample: Sample, scenario: Scenario) -> list[Check]:
    start = sample.start
    found = []
    if start.connections is not None:
        opened = f"{start.connections:,} of {scenario.connections:,} connections open after {start.seconds:.2f} s"
        found.append(Check("all connections open", start.connections >= scenario.connections, opened))
    counted = f"{sample.cost.requests:,} requests in the window of the costs"
    return [*found, Check("costs have requests", sample.cost.requests > 0, counted)]


def _cross_check(cross_check: CrossCheck, sample: Sample, scenario: Scenario) -> Check:
    found = _of_wrk(cross_check.result, starves(sample, scenario), scenario)
    if cross_check.account and not scenario.kind.close:
        found += _of_wrk_account(cross_check.account, cross_check.result, scenario)
    detail = "; ".join(found) or f"{cross_check.result.requests:,} answers without an error"
    return Check("wrk without errors", not found, detail)


def _of_wrk(result: Result, starving: bool, scenario: Scenario) -> list[str]:
    errors = result.errors
    counted = {
        "timeouts (wrk drops them from its latencies)": 0 if starving else errors.timeout,
        "connect errors": errors.connect,
        "read errors": errors.read,
        "write errors": errors.write,
        "answers that are not 2xx": errors.status,
    }
    found = [f"{count:,} {what}" for what, count in counted.items() if count]
    if result.requests == 0:
        return [*found, "wrk got no answer"]
    if result.max == 0:
        found.append("wrk shows answers without any latency")
    expected = len(conformance.answer(b"Hello world", closing=scenario.kind.close))
    size = result.bytes_read / result.requests
    # With pipelining, wrk may have read many answers after its last count.
    if abs(size / expected - 1) > _SIZE_TOLERANCE and not errors.status and scenario.kind.pipeline == 1:
        found.append(f"answers of {size:.1f} bytes, {expected} expected")
    return found


def _of_wrk_account(account: Account, result: Result, scenario: Scenario) -> list[str]:
    found = []
    asked = scenario.connections + PROBE_CONNECTIONS
    if account.accepted > asked:
        found.append(f"{account.accepted:,} connections accepted, {asked:,} asked for (with wrk's probe)")
    if account.refused or account.timed_out:
        found.append(f"{account.refused:,} connections refused, {account.timed_out:,} timed out")
    in_flight = account.requests - result.requests
    most = scenario.connections * scenario.kind.pipeline
    most += scenario.kind.slow_readers * _MOST_OF_A_SLOW_READER
    if not 0 <= in_flight <= most:
        found.append(
            f"the server counted {account.requests:,} requests, wrk {result.requests:,}:"
            f" they may differ by the {most:,} in flight at the end"
        )
    return found


def starves(sample: Sample, scenario: Scenario) -> bool:
    """Whether some of the connected clients waited for others to leave."""
    return sample.served_at_once is not None and sample.served_at_once < scenario.connections


def served_few(sample: Sample, scenario: Scenario) -> Optional[str]:
    """For a mode that serves a client to its end before it takes the next."""
    if not starves(sample, scenario):
        return None
    waited = scenario.connections - (sample.served_at_once or 0)
    waiting = f"{waited:,} of {scenario.connections:,} clients waited for one to leave"
    return f"serves {sample.served_at_once:,} at a time: {waiting}"


def client_bound(client_share: float, rate: float, ceiling: Optional[float]) -> Optional[str]:
    """When the client was the bottleneck. `ceiling`: requests/s of the do-nothing server."""
    if client_share >= CLIENT_LIMIT:
        return f"client-bound: the client used {client_share:.0%} of its core"
    if ceiling and rate >= CEILING_MARGIN * ceiling:
        return f"client-bound: {rate / ceiling:.0%} of what the do-nothing server reached"
    return None


def few_of_wrk(sample: Sample, scenario: Scenario) -> Optional[str]:
    """When some connections of wrk were not accepted in time: it sends before all are open."""
    account = sample.cross_check.account if sample.cross_check else None
    asked = scenario.connections + PROBE_CONNECTIONS
    if not account or scenario.kind.close or account.accepted >= asked:
        return None
    return f"wrk without all: {asked - account.accepted:,} of its {asked:,} connections were not accepted in time"


def slow_start(start_share: float) -> Optional[str]:
    """When connecting took much of the load of wrk, which counts it as part of the load."""
    if start_share < START_LIMIT:
        return None
    return f"slow start: connecting took up to {start_share:.0%} of a load"


def disturbed(foreign_share: float) -> Optional[str]:
    """When other processes, or a hypervisor, took much of a core. The limit is wide, since the count is in ticks."""
    if foreign_share < FOREIGN_LIMIT:
        return None
    return f"disturbed: other processes took up to {foreign_share:.0%} of a core in a round"


def unsteady(disagreement: float) -> Optional[str]:
    """When the calibrations before and after a load differ, on the best of its tries."""
    if disagreement <= TOLERANCE:
        return None
    return f"unsteady: the machine's speed changed by up to {disagreement:.0%} around a load"


def throttled(periods: int) -> Optional[str]:
    """When the quota of the control group stopped processes."""
    if not periods:
        return None
    return f"throttled: the CPU quota of the control group stopped processes in {periods:,} periods of a round"
