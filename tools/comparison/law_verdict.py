# SPDX-License-Identifier: MIT
"""Whether a measurement follows its law, and if not, which limit was met instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from comparison.checks import CLIENT_LIMIT, FOREIGN_LIMIT
from comparison.theory import Law

TOLERANCE = 0.05
SERVER_LIMIT = 0.90  # of its cores; the rest goes to interrupts and to those who measure


@dataclass(frozen=True)
class Evidence:
    """What was seen beside the rate; None: not known. Shares are of the cores given, 0 to 1; `foreign` is
    what neither of the two used. `offered`: the requests/s of an open loop. `clients`: how many connections
    stood. `service_p50_us`: the median service time."""

    client_cpu_share: Optional[float] = None
    server_cpu_share: Optional[float] = None
    foreign_cpu_share: Optional[float] = None
    errors: int = 0
    offered: Optional[float] = None
    clients: Optional[int] = None
    service_p50_us: Optional[float] = None


@dataclass(frozen=True)
class Verdict:
    """`share`: of the law that was reached."""

    share: float
    text: str


def judge(law: Law, measured: float, evidence: Evidence = Evidence()) -> Verdict:
    """`measured` in requests/s. More than the law allows is a fault of the law or of the count: it says
    so."""
    share = measured / law.requests_per_second
    if share > 1 + TOLERANCE:
        return Verdict(share, f"exceeds its law: reaches {share:.2f} of it, so the law or the count is wrong")
    if share >= 1 - TOLERANCE:
        return Verdict(share, "follows its law")
    limits = " and ".join(_limits(law, evidence)) or "not found"
    if evidence.offered is not None and evidence.offered < law.requests_per_second:
        if measured >= (1 - TOLERANCE) * evidence.offered:
            return Verdict(share, f"serves what was offered, {share:.2f} of its law")
        part = measured / evidence.offered
        return Verdict(share, f"serves {part:.2f} of what was offered, which its law allows; limit: {limits}")
    return Verdict(share, f"leaves its law: reaches {share:.2f} of it; limit: {limits}")


def _limits(law: Law, evidence: Evidence) -> list[str]:
    found = []
    client, server, foreign = evidence.client_cpu_share, evidence.server_cpu_share, evidence.foreign_cpu_share
    if evidence.errors:
        found.append(f"errors ({evidence.errors:,})")
    if evidence.clients is not None and evidence.clients < law.places:
        found.append(f"clients ({evidence.clients:,} stood, the law has places for {law.places:,})")
    if client is not None and client >= CLIENT_LIMIT:
        found.append(f"the client's CPU ({client:.0%})")
    if server is not None and server >= SERVER_LIMIT and not law.spins:
        found.append(f"the server's CPU ({server:.0%})")
    if foreign is not None and foreign >= FOREIGN_LIMIT:
        found.append(f"other processes ({foreign:.0%} of a core)")
    return found or _late(law, evidence)


def _late(law: Law, evidence: Evidence) -> list[str]:
    """Nobody was busy, and yet each request took longer: timers and wake-ups came late."""
    if law.seconds is None or evidence.service_p50_us is None:
        return []
    expected = law.seconds * 1e6
    if evidence.service_p50_us <= (1 + TOLERANCE) * expected:
        return []
    took = f"half took {evidence.service_p50_us:,.0f} us or more"
    return [f"late wake-ups ({took}, the law has {expected:,.0f})"]
