# SPDX-License-Identifier: MIT
"""One keep-alive connection that reads /stats: it is accepted once and counts as no request."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Optional

from comparison.errors import Untrusted
from comparison.wrk import HOST


@dataclass(frozen=True)
class Stats:
    """One moment of the server, by its own account."""

    at: float
    requests: int
    open: int
    accepted: int
    refused: int
    timed_out: int
    user_seconds: float
    system_seconds: float
    voluntary_switches: int
    involuntary_switches: int
    threads: int
    peak_resident: int  # bytes

    @classmethod
    def parse(cls, document: dict[str, Any], at: float) -> Stats:
        """Raises KeyError when the document is not the one of the contract."""
        connections, resources = document["connections"], document["resources"]
        return cls(
            at=at,
            requests=document["requests"],
            open=connections["open"],
            accepted=connections["accepted"],
            refused=connections["refused"],
            timed_out=connections["timed_out"],
            user_seconds=resources["user_seconds"],
            system_seconds=resources["system_seconds"],
            voluntary_switches=resources["voluntary_switches"],
            involuntary_switches=resources["involuntary_switches"],
            threads=resources["threads"],
            peak_resident=resources["max_rss_bytes"],
        )


class Observer:
    """`patience`: seconds to wait for an answer, since a blocking task may stand before it."""

    def __init__(self, port: int, patience: float) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=patience)
        self._patience = patience

    def __enter__(self) -> Observer:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._connection.close()

    def document(self) -> dict[str, Any]:
        try:
            self._connection.request("GET", "/stats")
            response = self._connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise Untrusted(f"/stats answered {response.status}")
            return json.loads(body)
        except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
            raise Untrusted(f"/stats failed: {error!r}") from None

    def read(self) -> Stats:
        document = self.document()
        try:
            return Stats.parse(document, time.monotonic())
        except (KeyError, TypeError) as error:
            raise Untrusted(f"/stats is not as specified: {error!r}") from None

    def settle(self, crowd: int = 0) -> Stats:
        """Waits until the observer and so many others are the only clients, and all work is done."""
        deadline = time.monotonic() + self._patience
        while True:
            stats = self.read()
            if stats.open == 1 + crowd:
                return stats
            if time.monotonic() > deadline:
                left = stats.open - 1 - crowd
                raise Untrusted(f"{left} connections open {self._patience:.0f} s after the load ended")
            time.sleep(0.01)
