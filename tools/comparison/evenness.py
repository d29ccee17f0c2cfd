# SPDX-License-Identifier: MIT
"""Whether the machine kept its speed during a load. The load is divided into pieces; the cost of a piece is CPU time
of the server for each packet on the loopback device. In a closed loop all pieces cost the same, unless the machine
changed."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from comparison import proc
from comparison.child import ClientRun

TOLERANCE = 0.01  # of the mean piece beside the median one: on a steady machine they differ by 0.3 %
_PIECE_SECONDS = 0.04
_LEAST_PIECES = 5
_LEAST_PACKETS = 200
_PACKETS = Path("/sys/class/net/lo/statistics/rx_packets")


@dataclass(frozen=True)
class Mark:
    """Counts so far."""

    cpu_seconds: float
    packets: int


def watch(run: ClientRun, server: int, until: float) -> list[Mark]:
    """Marks pieces of the load, until so many seconds after its start. None for a server with children: their CPU time
    is updated too rarely."""
    marks: list[Mark] = []
    single = len(proc.family(server)) == 1
    while (now := run.age()) < until:
        if single:
            marks.append(Mark(proc.cpu_seconds(server), int(_PACKETS.read_text())))
        run.sleep_until(min(until, now + _PIECE_SECONDS))
    return marks


def unevenness(marks: list[Mark]) -> Optional[float]:
    """How far the mean cost of a packet is from the median piece, as a share. None: too few pieces."""
    pieces = [
        (later.cpu_seconds - earlier.cpu_seconds, later.packets - earlier.packets)
        for earlier, later in zip(marks, marks[1:])
        if later.packets - earlier.packets >= _LEAST_PACKETS
    ]
    if len(pieces) < _LEAST_PIECES:
        return None
    usual = statistics.median(seconds / packets for seconds, packets in pieces)
    if usual <= 0:
        return None
    return abs(sum(seconds for seconds, _ in pieces) / sum(packets for _, packets in pieces) / usual - 1)
