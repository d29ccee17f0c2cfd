# SPDX-License-Identifier: MIT
"""A keep-alive connection that reads /stats. The server accepts it once and counts no request for it."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

from comparison.errors import Untrusted
from comparison.wrk import HOST


@dataclass(frozen=True)
class Stats:
    """The server at one moment, by its own counts. `peak_resident` in bytes."""

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
    peak_resident: int

    @classmethod
    def parse(cls, document: dict[str, Any], at: float) -> Stats:
        """Raises KeyError when the document is not as specified."""
        flat = {**document, **document["connections"], **document["resources"]}
        flat["peak_resident"] = flat["max_rss_bytes"]
        return cls(at=at, **{name: flat[name] for name in cls.__dataclass_fields__ if name != "at"})


class Observer:
    """`patience`: seconds to wait for an answer, since a blocking task may delay it."""

    def __init__(self, port: int, patience: float) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=patience)
        self._patience = patience

    def __enter__(self) -> Observer:
        return self

    def __exit__(self, *_: object) -> None:
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

    def settle(self, others: int = 0) -> Stats:
        """Waits until this observer and so many others are the only clients."""
        deadline = time.monotonic() + self._patience
        while True:
            stats = self.read()
            if stats.open == 1 + others:
                return stats
            if time.monotonic() > deadline:
                left = stats.open - 1 - others
                raise Untrusted(f"{left} connections are still open {self._patience:.0f} s after the load ended")
            time.sleep(0.01)
