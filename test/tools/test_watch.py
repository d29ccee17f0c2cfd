# SPDX-License-Identifier: MIT
"""What used the two cores in the middle of a load."""

import unittest
from dataclasses import replace

from comparison.cpu_sample import CpuSample
from comparison.load_client import Load
from comparison.pinning import Pinning

FIRST = CpuSample(at=100.0, server=1.0, client=2.0, watcher=3.0, server_core=50.0, client_core=60.0)
LAST = CpuSample(at=102.0, server=2.0, client=3.6, watcher=3.2, server_core=51.5, client_core=61.9)
APART = Pinning(server=1, client=0, watcher=0, shared=False, siblings=False)


class Between(unittest.TestCase):
    def test_shares_are_of_one_core(self) -> None:
        window = LAST.since(FIRST, APART)
        self.assertAlmostEqual(window.seconds, 2.0)
        self.assertAlmostEqual(window.server_share, 0.5)
        self.assertAlmostEqual(window.foreign_share, 0.25)

    def test_the_watcher_counts_only_where_it_runs(self) -> None:
        quiet_server = replace(LAST, server_core=51.0)
        self.assertAlmostEqual(quiet_server.since(FIRST, APART).foreign_share, 0.05)
        elsewhere = replace(APART, watcher=3)
        self.assertAlmostEqual(quiet_server.since(FIRST, elsewhere).foreign_share, 0.15)

    def test_ticks_may_count_less_than_the_clock(self) -> None:
        lagging = replace(LAST, server_core=50.9, client_core=61.7)
        self.assertEqual(lagging.since(FIRST, APART).foreign_share, 0.0)

    def test_a_shared_core_counts_once(self) -> None:
        shared = Pinning(server=0, client=0, watcher=0, shared=True, siblings=False)
        window = replace(LAST, server_core=53.0, client_core=63.0).since(FIRST, shared)
        self.assertAlmostEqual(window.foreign_share, 0.1)


class Times(unittest.TestCase):
    def test_the_window_lies_within_the_load(self) -> None:
        for seconds in (0.4, 1.0, 60.0):
            begin, end = Load(1, seconds, warm_up=0.15, timeout=1.0, settle=0.1).window
            self.assertLess(0.25, begin)
            self.assertLess(begin, end)
            self.assertLess(end, 0.25 + seconds)


if __name__ == "__main__":
    unittest.main()
