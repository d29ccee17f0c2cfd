# SPDX-License-Identifier: MIT
"""The bound of each model under each kind of task, and the verdict on a measurement with the limit that it met."""

from __future__ import annotations

import unittest
from typing import Any, Optional

from comparison.bounds import Bound, bound_of
from comparison.task import Task
from comparison.verdicts import Evidence, judge
from samples import MODES

LOOPS = ("epoll", "busy")
POOLS = ("pool", "pipeline", "half-sync")
EACH = ("threads",)


def found_for(mode: str, task: str, **given: Any) -> Optional[Bound]:
    settings = {"task_every": 1, "connections": 64, "threads": 16, "cores": 2, **given}
    return bound_of(MODES.get(mode), Task.parse(task), **settings)


class Bounds(unittest.TestCase):
    def expect(
        self, modes: tuple[str, ...], task: str, name: str, rate: float, places: int, **given: Any
    ) -> None:
        for mode in modes:
            with self.subTest(mode=mode, task=task, **given):
                found = found_for(mode, task, **given)
                assert found
                self.assertEqual((found.name, found.places), (name, places))
                self.assertAlmostEqual(found.requests_per_second, rate)

    def test_sleeping(self) -> None:
        self.expect((*LOOPS, *EACH, "reactors"), "sleep:100ms", "connections/D", 640, 64)
        self.expect(POOLS, "sleep:100ms", "threads/D", 160, 16)
        self.expect(("sequential",), "sleep:100ms", "1/D", 10, 1)

    def test_blocking_holds_the_thread(self) -> None:
        self.expect((*LOOPS, "sequential"), "block:100ms", "1/D", 10, 1)
        self.expect(("reactors",), "block:100ms", "loops/D", 20, 2, threads=2)
        self.expect(EACH, "block:100ms", "connections/D", 640, 64)
        self.expect(POOLS, "block:100ms", "threads/D", 160, 16)

    def test_burning_needs_a_core(self) -> None:
        self.expect((*LOOPS, "sequential"), "cpu:10ms", "1/D", 100, 1)
        self.expect((*EACH, *POOLS, "reactors"), "cpu:10ms", "cores/D", 200, 2)
        self.expect(("half-sync", "reactors"), "cpu:10ms", "cores/D", 100, 1, cores=1)
        self.expect(("pool",), "cpu:10ms", "threads/D", 100, 1, threads=1)
        self.expect(("threads",), "cpu:10ms", "connections/D", 100, 1, connections=1)

    def test_more_threads_than_clients_are_of_no_use(self) -> None:
        self.expect(POOLS, "sleep:100ms", "connections/D", 40, 4, connections=4)
        self.expect(("reactors",), "block:100ms", "connections/D", 10, 1, connections=1)

    def test_a_pool_of_no_given_size_has_a_thread_for_each_core(self) -> None:
        self.expect(POOLS, "sleep:100ms", "threads/D", 20, 2, threads=None)
        self.expect(("reactors",), "block:100ms", "loops/D", 20, 2, threads=None)

    def test_workers_multiply_the_places(self) -> None:
        self.expect(("epoll", "sequential"), "block:100ms", "workers/D", 40, 4, workers=4)
        self.expect(("pool",), "sleep:100ms", "threads/D", 320, 32, workers=2)
        self.expect(("epoll", "threads"), "sleep:100ms", "connections/D", 640, 64, workers=4)
        self.expect(("sequential",), "sleep:100ms", "connections/D", 20, 2, workers=4, connections=2)

    def test_a_task_every_so_many_requests_divides_the_time(self) -> None:
        self.expect(("epoll",), "sleep:100ms", "connections × 10/D", 6400, 64, task_every=10)
        self.expect(("epoll",), "block:100ms", "10/D", 100, 1, task_every=10)
        self.expect(("pool",), "block:100ms", "threads × 10/D", 1600, 16, task_every=10)
        self.expect(("threads",), "cpu:100ms", "cores × 10/D", 200, 2, task_every=10)

    def test_the_servers_own_time_comes_on_top(self) -> None:
        self.expect(("epoll",), "block:1ms", "10/D", 1 / 110e-6, 1, task_every=10, own_cpu_seconds=10e-6)
        self.expect(("threads",), "cpu:1ms", "cores/D", 2 / 1.1e-3, 2, own_cpu_seconds=100e-6)

    def test_the_servers_own_time_is_a_ceiling(self) -> None:
        self.expect(("epoll",), "sleep:1ms", "1/CPU", 50_000, 64, own_cpu_seconds=20e-6)
        self.expect(("threads",), "sleep:100us", "2/CPU", 100_000, 64, own_cpu_seconds=20e-6)
        self.expect(("reactors",), "sleep:100us", "2/CPU", 100_000, 64, own_cpu_seconds=20e-6)
        for mode, count in {"epoll": 1, "pool": 1, "half-sync": 2, "pipeline": 3, "threads": 8}.items():
            given = {"cores": 8, "threads": 1, "own_cpu_seconds": 1.0}
            places = 1 if mode in POOLS else 64
            self.expect((mode,), "none", f"{count}/CPU", count, places, **given)
        self.expect(("epoll",), "none", "3/CPU", 3.0, 64, cores=8, workers=3, own_cpu_seconds=1.0)
        self.expect(("epoll",), "none", "1/CPU", 50_000, 64, own_cpu_seconds=20e-6)

    def test_there_is_none_without_a_task_or_for_an_unknown_model(self) -> None:
        self.assertIsNone(found_for("epoll", "none"))
        self.assertIsNone(found_for("epoll", "sleep:0ms"))
        self.assertIsNone(found_for("reference", "sleep:100ms"))
        self.assertIsNone(found_for("a-model-of-their-own", "sleep:100ms"))

    def test_the_time_of_one_request_is_known_without_a_queue(self) -> None:
        for mode, task, seconds in (
            ("epoll", "sleep:100ms", 0.1),
            ("pool", "sleep:100ms", None),
            ("epoll", "block:100ms", None),
        ):
            found = found_for(mode, task)
            assert found
            self.assertEqual(found.seconds, seconds)
        found = found_for("epoll", "sleep:100ms", task_every=2)
        assert found
        self.assertIsNone(found.seconds)


class Verdicts(unittest.TestCase):
    BOUND = Bound("connections/D", 1000.0, 100, seconds=0.1)

    def expect(self, measured: float, text: str, **seen: Any) -> None:
        self.assertEqual(judge(self.BOUND, measured, Evidence(**seen)), text)

    def test_within_five_percent_the_bound_is_reached(self) -> None:
        for measured in (950.0, 1000.0, 1050.0):
            self.expect(measured, "reaches its bound", client_cpu_share=0.99)

    def test_more_than_the_bound_allows_is_an_alarm(self) -> None:
        self.expect(1060.0, "exceeds its bound: reaches 1.06 of it, so the bound or the count is wrong")

    def test_less_names_the_limit(self) -> None:
        left = "stays below its bound: reaches 0.61 of it; limit: "
        self.expect(610.0, left + "not found")
        self.expect(610.0, left + "not found", client_cpu_share=0.79, server_cpu_share=0.89, clients=100)
        self.expect(610.0, left + "the client's CPU (80%)", client_cpu_share=0.8, server_cpu_share=0.5)
        self.expect(610.0, left + "the server's CPU (98%)", server_cpu_share=0.98)
        self.expect(610.0, left + "errors (1,200)", errors=1200)
        self.expect(610.0, left + "clients (61 connected, the bound has places for 100)", clients=61)
        self.expect(610.0, left + "other processes (30% of a core)", foreign_cpu_share=0.3)
        both = left + "the client's CPU (90%) and the server's CPU (95%)"
        self.expect(610.0, both, client_cpu_share=0.9, server_cpu_share=0.95)

    def test_late_wake_ups_are_the_limit_when_no_cpu_was_busy(self) -> None:
        left = "stays below its bound: reaches 0.61 of it; limit: "
        late = "late wake-ups (median 164,000 us, the bound has 100,000)"
        self.expect(610.0, left + late, server_cpu_share=0.1, service_p50_us=164e3)
        self.expect(610.0, left + "the server's CPU (99%)", server_cpu_share=0.99, service_p50_us=164e3)
        self.expect(610.0, left + "not found", service_p50_us=101e3)

    def test_the_cpu_of_a_spinning_server_is_ignored(self) -> None:
        busy = Bound("connections/D", 1000.0, 100, spins=True)
        found = judge(busy, 610.0, Evidence(server_cpu_share=1.0))
        self.assertEqual(found, "stays below its bound: reaches 0.61 of it; limit: not found")
        sleeping = found_for("busy", "sleep:100ms")
        assert sleeping
        self.assertTrue(sleeping.spins)

    def test_an_open_loop_below_the_bound_is_judged_by_what_it_offers(self) -> None:
        self.expect(398.0, "serves what was offered, 0.40 of its bound", offered=400.0)
        half = "serves 0.50 of what was offered, which its bound allows; limit: not found"
        self.expect(200.0, half, offered=400.0)
        self.expect(990.0, "reaches its bound", offered=2000.0)
        self.expect(500.0, "stays below its bound: reaches 0.50 of it; limit: not found", offered=2000.0)


if __name__ == "__main__":
    unittest.main()
