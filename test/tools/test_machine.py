# SPDX-License-Identifier: MIT
"""Checks of the machine and the build before the measurement."""

import unittest

from benchmarks.target import Target
from comparison import build, limits, pinning


class Pinning(unittest.TestCase):
    def test_client_prefers_another_physical_core(self) -> None:
        siblings = {0: {0, 2}, 1: {1, 3}, 2: {0, 2}, 3: {1, 3}}
        chosen = pinning.choose([0, 1, 2, 3], siblings)
        self.assertEqual((chosen.server, chosen.client, chosen.watcher), (3, 2, 0))
        self.assertFalse(chosen.siblings or chosen.shared)

    def test_siblings_are_reported(self) -> None:
        chosen = pinning.choose([0, 1], {0: {0, 1}, 1: {0, 1}})
        self.assertTrue(chosen.siblings)
        self.assertIn("one physical core", chosen.describe())

    def test_two_cores_leave_the_watcher_with_the_client(self) -> None:
        chosen = pinning.choose([4, 6], {4: {4}, 6: {6}})
        self.assertEqual((chosen.server, chosen.client, chosen.watcher), (6, 4, 4))
        self.assertIn("disjoint", chosen.describe())

    def test_one_core_is_shared(self) -> None:
        chosen = pinning.choose([2], {2: {2}})
        self.assertTrue(chosen.shared)
        self.assertIn("SHARED", chosen.describe())

    def test_core_lists(self) -> None:
        self.assertEqual(pinning.parse_core_list("0-2,8\n"), {0, 1, 2, 8})


class BuildRefusal(unittest.TestCase):
    GOOD = {"b_sanitize": "none", "optimization": "3", "b_coverage": False}

    def test_a_release_build_is_measured(self) -> None:
        self.assertEqual(build.refusal(self.GOOD), "")
        self.assertEqual(build.refusal({**self.GOOD, "optimization": "2"}), "")

    def test_debug_sanitized_and_instrumented_builds_are_not(self) -> None:
        bad = [("optimization", "0"), ("optimization", "g"), ("b_sanitize", "address"), ("b_coverage", True)]
        for name, value in bad:
            self.assertIn(name, build.refusal({**self.GOOD, name: value}))


class Limits(unittest.TestCase):
    def test_hit_when_less_than_needed(self) -> None:
        self.assertTrue(limits.Limit("n", 99, 100, "raise it").hit)
        self.assertFalse(limits.Limit("n", 100, 100, "raise it").hit)
        self.assertFalse(limits.Limit("n", None, 100, "raise it").hit)

    def test_reports_how_to_raise_it(self) -> None:
        limit = limits.Limit("n", 99, 1000, "ulimit -n 1000")
        self.assertEqual(str(limit), "n is 99, 1,000 needed: ulimit -n 1000")

    def test_threads_have_more_limits(self) -> None:
        self.assertGreater(len(limits.check(16, True)), len(limits.check(16, False)))

    def test_a_thousand_million_ports_are_too_many(self) -> None:
        hit = [limit.name for limit in limits.check(10**9, False) if limit.hit]
        self.assertIn("net.ipv4.ip_local_port_range", hit)


class BenchmarkTarget(unittest.TestCase):
    def test_verdicts(self) -> None:
        target = Target("CPU", 1.1, "")
        self.assertEqual(target.judge(1.1, "x"), "CPU: 1.100 (x); target at most 1.1: PASS")
        self.assertIn("FALLS SHORT", target.judge(1.101, "x"))
        self.assertIn("FALLS SHORT: 3 lost", target.judge(1.0, "x", "3 lost"))
        self.assertIn("12,288 bytes", Target("memory", 12288, "bytes").judge(1.0, "x"))

    def test_a_figure_without_a_target_has_no_verdict(self) -> None:
        self.assertEqual(Target("memory", None, "bytes").judge(1234.0, "x"), "memory: 1,234 bytes (x)")


if __name__ == "__main__":
    unittest.main()
