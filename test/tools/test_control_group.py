# SPDX-License-Identifier: MIT
"""The CPU quota of the control group, in made-up trees of both versions."""

import tempfile
import unittest
from pathlib import Path

from comparison import checks, control_group
from comparison.control_group import Throttling


class Tree(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def cores(self) -> object:
        found = control_group.quota(self.root)
        return found and found.cores

    def test_without_control_groups_there_is_no_quota(self) -> None:
        self.assertIsNone(self.cores())
        self.assertEqual(control_group.throttling(self.root), Throttling(0))

    def test_version_2_with_the_smallest_of_all_parents(self) -> None:
        self.write("proc/self/cgroup", "0::/a.slice/b.scope\n")
        self.write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n")
        self.assertIsNone(self.cores())
        self.write("sys/fs/cgroup/a.slice/cpu.max", "150000 100000\n")
        self.assertEqual(self.cores(), 1.5)
        self.write("sys/fs/cgroup/cpu.max", "50000 100000\n")
        self.assertEqual(str(control_group.quota(self.root)), f"0.5 cores ({self.root}/sys/fs/cgroup/cpu.max)")

    def test_version_1_with_or_without_the_other_controller(self) -> None:
        for folder in ("cpu,cpuacct", "cpu"):
            with self.subTest(folder):
                self.setUp()
                self.write("proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/a/b\n1:name=systemd:/a\n0::/a\n")
                self.write(f"sys/fs/cgroup/{folder}/a/b/cpu.cfs_quota_us", "-1\n")
                self.write(f"sys/fs/cgroup/{folder}/a/b/cpu.cfs_period_us", "100000\n")
                self.assertIsNone(self.cores())
                self.write(f"sys/fs/cgroup/{folder}/a/cpu.cfs_quota_us", "200000\n")
                self.write(f"sys/fs/cgroup/{folder}/a/cpu.cfs_period_us", "100000\n")
                self.assertEqual(self.cores(), 2.0)

    def test_in_a_container_that_sees_names_of_outside(self) -> None:
        for path in ("/docker/0123456789ab", "/", "/../other"):
            self.write("proc/self/cgroup", f"0::{path}\n")
            self.write("sys/fs/cgroup/cpu.max", "25000 100000\n")
            self.assertEqual(self.cores(), 0.25, path)

    def test_invalid_values_are_no_quota(self) -> None:
        self.write("proc/self/cgroup", "0::/\nnonsense\n")
        for text in ("", "max", "100000", "-5 100000", "50000 0", "a b", "1 2 3"):
            self.write("sys/fs/cgroup/cpu.max", text)
            self.assertIsNone(self.cores(), text)

    def test_throttled_periods_are_those_of_the_group_and_its_parents(self) -> None:
        self.write("proc/self/cgroup", "0::/a\n")
        self.write("sys/fs/cgroup/a/cpu.stat", "usage_usec 5\nnr_periods 9\nnr_throttled 3\nthrottled_usec 7\n")
        before = control_group.throttling(self.root)
        self.write("sys/fs/cgroup/a/cpu.stat", "usage_usec 5\nnr_periods 9\nnr_throttled 5\nthrottled_usec 7\n")
        self.write("sys/fs/cgroup/cpu.stat", "usage_usec 5\nnr_throttled 1\n")
        self.assertEqual(control_group.throttling(self.root).since(before), Throttling(3))


class Mark(unittest.TestCase):
    def test_only_a_throttled_row_has_it(self) -> None:
        self.assertIsNone(checks.throttled(0))
        self.assertIn("throttled: ", checks.throttled(12) or "")
        self.assertIn("in 12 periods", checks.throttled(12) or "")


if __name__ == "__main__":
    unittest.main()
