# SPDX-License-Identifier: MIT
"""The truth checks: reasons not to believe a sample, and marks that belong beside it. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from comparison import conformance
from comparison.plan import Scenario
from comparison.sample import Account, Sample, Start
from comparison.wrk import PROBE_CONNECTIONS, Result

CLIENT_LIMIT = 0.80
CEILING_MARGIN = 0.95
START_LIMIT = 0.30
FOREIGN_LIMIT = 0.15
_SIZE_TOLERANCE = 0.02  # wrk prints bytes with three digits, and the last answers may be half read


def reasons(sample: Sample, scenario: Scenario) -> list[str]:
    """Why the row is INVALID; nothing when it is not."""
    result = sample.wrk
    if starves(sample, scenario):  # those who wait in vain are its nature, and are said in a mark
        result = replace(result, errors=replace(result.errors, timeout=0))
    found = _of_wrk(result) + _of_listen_queue(sample) + _of_start(sample.start, scenario)
    if sample.account:
        found += _of_account(sample.account, sample.wrk, scenario)
    if sample.cost.requests <= 0:
        found.append("the server counted no request in the window")
    return found


def _of_start(start: Start, scenario: Scenario) -> list[str]:
    if start.connections is None or start.connections >= scenario.connections:
        return []
    stood = f"{start.connections:,} of {scenario.connections:,} connections stood"
    return [f"only {stood} after {start.seconds:.2f} s"]


def _of_wrk(result: Result) -> list[str]:
    errors = result.errors
    counted = {
        "timeouts (wrk drops them from its latencies)": errors.timeout,
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
    size = result.bytes_read / result.requests
    if abs(size / len(conformance.ANSWER) - 1) > _SIZE_TOLERANCE and not errors.status:
        found.append(f"answers of {size:.1f} bytes, {len(conformance.ANSWER)} expected")
    return found


def _of_listen_queue(sample: Sample) -> list[str]:
    queue = sample.listen_queue
    if queue.overflows or queue.drops:
        return [f"the listen queue lost connections ({queue.overflows:,} overflows, {queue.drops:,} drops)"]
    return []


def _of_account(account: Account, result: Result, scenario: Scenario) -> list[str]:
    found = []
    asked = scenario.connections + PROBE_CONNECTIONS
    if account.accepted != asked:
        found.append(f"{account.accepted:,} connections accepted, {asked:,} asked for (with wrk's probe)")
    if account.refused or account.timed_out:
        found.append(f"{account.refused:,} connections refused, {account.timed_out:,} timed out")
    in_flight = account.requests - result.requests
    if not 0 <= in_flight <= scenario.connections:
        found.append(
            f"the server counted {account.requests:,} requests, wrk {result.requests:,}:"
            f" they may differ by the {scenario.connections:,} in flight at the end"
        )
    return found


def starves(sample: Sample, scenario: Scenario) -> bool:
    """Whether the model let some of the connected clients wait for others to leave."""
    return sample.served_at_once is not None and sample.served_at_once < scenario.connections


def served_few(sample: Sample, scenario: Scenario) -> Optional[str]:
    """The nature of a model that serves a client to its end before it takes the next."""
    if not starves(sample, scenario):
        return None
    waited = scenario.connections - (sample.served_at_once or 0)
    vain = f"{waited:,} of {scenario.connections:,} clients waited for one to leave"
    return f"serves {sample.served_at_once:,} at a time: {vain}"


def client_bound(client_share: float, rate: float, ceiling: Optional[float]) -> Optional[str]:
    """Why the number is the client's and not the server's. `ceiling`: the do-nothing server's requests/s."""
    if client_share >= CLIENT_LIMIT:
        return f"client-bound: wrk used {client_share:.0%} of its core"
    if ceiling and rate >= CEILING_MARGIN * ceiling:
        return f"client-bound: {rate / ceiling:.0%} of what the do-nothing server reached"
    return None


def slow_start(start_share: float) -> Optional[str]:
    """When connecting took much of a load, which wrk counts as part of it."""
    if start_share < START_LIMIT:
        return None
    return f"slow start: connecting took up to {start_share:.0%} of a load, and wrk's requests/s includes it"


def disturbed(foreign_share: float) -> Optional[str]:
    """When other processes, or a hypervisor, took much of a core. Counted in ticks: hence the wide limit."""
    if foreign_share < FOREIGN_LIMIT:
        return None
    return f"disturbed: others took up to {foreign_share:.0%} of a core in a round"
