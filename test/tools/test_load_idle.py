# SPDX-License-Identifier: MIT
"""The idle crowd of a comparison: silent clients of majuscule-load."""

from __future__ import annotations

import os
import unittest
from pathlib import Path

import load_runs
from comparison import crowd
from comparison.errors import Untrusted
from comparison.observer import Observer

_CLIENT = Path(os.environ["MAJUSCULE_LOAD"]).resolve()
_CORE = min(os.sched_getaffinity(0))
_COUNT = 50


class IdleCrowd(unittest.TestCase):
    def test_is_connected_and_sends_nothing(self) -> None:
        with load_runs.majuscule() as server, Observer(server.port, load_runs.PATIENCE_SECONDS) as observer:
            with crowd.idle(_CLIENT, server.port, _COUNT, _CORE):
                stats = observer.settle(_COUNT)
                self.assertEqual((stats.accepted, stats.requests), (_COUNT + 1, 0))
            self.assertEqual(observer.settle().open, 1)

    def test_is_refused_when_the_server_closes_a_client(self) -> None:
        with load_runs.majuscule("--idle-timeout=300ms", "--header-timeout=300ms") as server:
            with Observer(server.port, load_runs.PATIENCE_SECONDS) as observer:
                with self.assertRaisesRegex(Untrusted, "the idle crowd: the server closed .* silent clients"):
                    with crowd.idle(_CLIENT, server.port, _COUNT, _CORE):
                        while observer.read().timed_out < _COUNT:
                            pass


if __name__ == "__main__":
    unittest.main()
