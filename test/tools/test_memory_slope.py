# SPDX-License-Identifier: MIT
"""Memory per connection: the line, its limits, and the part of the kernel."""

import os
import socket
import sys
import threading
import unittest
from contextlib import ExitStack
from unittest import mock

from comparison import conformance, idle_crowd, kernel_memory, memory_slope, proc
from comparison.errors import Untrusted
from comparison.memory_slope import Point

SLABINFO = """\
slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit>
TCP                   10     13   2368   13    8 : tunables    0    0    0 : slabdata      1      1      0
dentry               100    210    192   21    1 : tunables    0    0    0 : slabdata     10     10      0
"""

MEMINFO = """\
MemTotal:        8000000 kB
Slab:             110972 kB
KernelStack:        1520 kB
HugePages_Total:       0
"""

# A thread for each client, which waits in recv.
SERVER = """
import os, signal, socket, threading
from comparison import conformance
listener = socket.create_server(("127.0.0.1", 0), backlog=512)
print(f"listening on http://127.0.0.1:{listener.getsockname()[1]} (test)", flush=True)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
def serve(client):
    try:
        while client.recv(4096):
            client.sendall(conformance.ANSWER)
    except ConnectionResetError:
        pass
    client.close()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""
COMMAND = [sys.executable, "-c", SERVER]


def points(anonymous: list[int], kernel: list[int]) -> list[Point]:
    return [Point(100 * number, *both) for number, both in enumerate(zip(anonymous, kernel))]


class Fit(unittest.TestCase):
    def test_a_line_is_found_without_error(self) -> None:
        line = memory_slope.fit([0, 50, 150, 300], [7, 107, 307, 607])
        self.assertAlmostEqual(line.slope, 2.0)
        self.assertAlmostEqual(line.error or 0, 0.0)

    def test_the_error_is_the_standard_one(self) -> None:
        line = memory_slope.fit([0, 1, 2], [0, 2, 1])
        self.assertAlmostEqual(line.slope, 0.5)
        self.assertAlmostEqual(line.error or 0, (1.5 / 1 / 2) ** 0.5)

    def test_two_points_show_no_error(self) -> None:
        self.assertEqual(memory_slope.fit([0, 10], [5, 25]), memory_slope.Line(2.0, None))

    def test_one_place_is_no_line(self) -> None:
        with self.assertRaises(ValueError):
            memory_slope.fit([3, 3], [1, 2])


class Through(unittest.TestCase):
    def test_both_slopes(self) -> None:
        found = memory_slope.through(points([5, 1005, 2005], [0, 400000, 800000]), "so", [])
        self.assertAlmostEqual(found.anonymous_per_connection or 0, 10.0)
        self.assertAlmostEqual(found.kernel_per_connection or 0, 4000.0)
        self.assertEqual((found.how, found.reason), ("so", None))

    def test_what_was_not_measured_is_none_with_its_reason(self) -> None:
        unknown = [Point(0, 0, None), Point(100, 1000, None)]
        found = memory_slope.through(unknown, "", ["kernel memory: no /proc/slabinfo"])
        self.assertAlmostEqual(found.anonymous_per_connection or 0, 10.0)
        self.assertIsNone(found.kernel_per_connection)
        self.assertEqual(found.reason, "kernel memory: no /proc/slabinfo")

    def test_points_off_the_line_are_disturbances(self) -> None:
        found = memory_slope.through(points([0, 0, 0], [0, 900000, 800000]), "", [])
        self.assertEqual(found.anonymous_per_connection, 0.0)
        self.assertIsNone(found.kernel_per_connection)
        self.assertIn("disturbed", found.reason or "")

    def test_falling_kernel_memory_is_a_disturbance(self) -> None:
        found = memory_slope.through(points([0, 0, 0], [0, -400000, -800000]), "", [])
        self.assertIsNone(found.kernel_per_connection)
        self.assertIn("disturbed", found.reason or "")

    def test_too_few_clients_give_no_slope(self) -> None:
        found = memory_slope.through([Point(0, 0, 0), Point(1, 4096, 4096)], "", [])
        self.assertIsNone(found.anonymous_per_connection)
        self.assertIn("too few", found.reason or "")


class Parsers(unittest.TestCase):
    def test_slabs_are_counted_in_objects_in_use(self) -> None:
        self.assertEqual(kernel_memory.parse_slab_objects(SLABINFO), 10 * 2368 + 100 * 192)

    def test_the_inodes_of_proc_are_our_own_and_do_not_count(self) -> None:
        inodes = "proc_inode_cache  7  11  688  11  2 : tunables  0  0  0 : slabdata  1  1  0\n"
        self.assertEqual(kernel_memory.parse_slab_objects(SLABINFO + inodes), 10 * 2368 + 93 * 192)

    def test_other_text_is_no_slabinfo(self) -> None:
        for text in ("", MEMINFO):
            with self.assertRaises(ValueError):
                kernel_memory.parse_slab_objects(text)

    def test_meminfo(self) -> None:
        fields = kernel_memory.parse_meminfo(MEMINFO)
        self.assertEqual(fields["Slab"], 110972 * 1024)
        self.assertNotIn("HugePages_Total", fields)

    def test_page_tables_of_the_living_and_the_ended(self) -> None:
        self.assertEqual(proc.parse_page_tables("Name:\ta\nVmPTE:\t      52 kB\n"), 52 * 1024)
        self.assertEqual(proc.parse_page_tables("Name:\ta\nState:\tZ (zombie)\n"), 0)

    def test_a_stack_is_a_power_of_two_though_threads_come_and_go(self) -> None:
        self.assertEqual(kernel_memory.stack_bytes(1520 * 1024, 99), 16384)
        self.assertEqual(kernel_memory.stack_bytes(16384 * 100, 96), 16384)
        for stacks, threads in ((0, 99), (16384, 0)):
            with self.assertRaises(Untrusted):
                kernel_memory.stack_bytes(stacks, threads)


class Objects(unittest.TestCase):
    def test_the_client_end_is_half_a_pair_though_other_processes_disturb_some_reads(self) -> None:
        level, reads = 0, [0]  # the first is whether it can be read
        for each in (10**6, 7200, 7200, -(10**6), 7200, 7300, 7100, 10**6, 7200):  # bytes for a pair
            reads += [level, level := level + each * kernel_memory._BATCH]
        with ExitStack() as held, mock.patch.object(kernel_memory.Slab, "read", side_effect=reads):
            self.assertEqual(kernel_memory.KernelMemory(held).client_end, 3600)

    def test_both_ends_of_the_crowd_are_separated(self) -> None:
        still = mock.patch.object(kernel_memory.Slab, "read", return_value=10**6)
        with ExitStack() as held, still:
            kernel = kernel_memory.KernelMemory(held)
            kernel.client_end = 3600
            kernel.begin()
            alone = kernel.read(os.getpid(), 0)
            self.assertEqual(kernel.read(os.getpid(), 10), alone - 36000)

    def test_without_the_right_to_see_objects_pages_are_counted(self) -> None:
        real = kernel_memory.Path.read_text

        def refused(path: kernel_memory.Path) -> str:
            if str(path) == "/proc/slabinfo":
                raise PermissionError(str(path))
            return MEMINFO if str(path) == "/proc/meminfo" else real(path)

        with mock.patch.object(kernel_memory.Path, "read_text", refused):
            slab = kernel_memory.Slab.here()
            self.assertEqual((slab.exact, slab.read()), (False, 110972 * 1024))
            self.assertIn("pages", slab.describe())

    def test_a_machine_that_shows_no_slab_is_refused(self) -> None:
        with mock.patch.object(kernel_memory.Path, "read_text", side_effect=FileNotFoundError()):
            with self.assertRaises(Untrusted):
                kernel_memory.Slab.here()


class Crowd(unittest.TestCase):
    def test_settled_is_the_value_of_two_equal_reads(self) -> None:
        reads = iter([1, 9, 5, 5, 7])
        with mock.patch.object(idle_crowd.time, "sleep"):
            self.assertEqual(idle_crowd.settled(lambda: next(reads)), 5)

    def test_settled_within_the_slack(self) -> None:
        reads = iter([100, 80, 75, 74])
        with mock.patch.object(idle_crowd.time, "sleep"):
            self.assertEqual(idle_crowd.settled(lambda: next(reads), slack=10), 75)

    def test_an_unsettled_value_is_used(self) -> None:
        reads = iter(range(100))
        with mock.patch.object(idle_crowd.time, "sleep"):
            self.assertEqual(idle_crowd.settled(lambda: next(reads), patience=-1.0), 1)

    def test_a_client_whose_answer_is_wrong_is_refused(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve() -> None:
                with listener.accept()[0] as client:
                    client.recv(4096)
                    client.sendall(conformance.ANSWER[:-1] + b"D")

            threading.Thread(target=serve, daemon=True).start()
            with self.assertRaisesRegex(Untrusted, "worlD"):
                idle_crowd.client_after_one_request(listener.getsockname()[1])


class Here(unittest.TestCase):
    def test_page_tables_of_this_process(self) -> None:
        self.assertGreater(proc.family_page_tables(os.getpid()), 0)

    def test_a_thread_for_each_client_costs_a_stack_in_the_kernel(self) -> None:
        still = mock.patch.object(kernel_memory.Slab, "read", return_value=10**8)
        with still, mock.patch.object(kernel_memory, "_stack_bytes_here", return_value=16384):
            found = memory_slope.measure(COMMAND, None, [0, 20, 40], None)
        self.assertEqual([point.connections for point in found.points], [0, 20, 40])
        self.assertGreater(found.anonymous_per_connection or 0, 4096)
        self.assertGreaterEqual(found.kernel_per_connection or 0, 16384)
        self.assertIsNone(found.reason)

    def test_a_disturbed_measurement_is_repeated(self) -> None:
        spoilt = memory_slope.through(points([0, 0, 0], [0, 900000, 800000]), "", [])
        fine = memory_slope.through(points([0, 0, 0], [0, 400000, 800000]), "", [])
        with mock.patch.object(memory_slope, "_attempt", side_effect=[spoilt, fine, spoilt]):
            self.assertEqual(memory_slope.measure(COMMAND, None, [0, 300], None), fine)

    def test_more_clients_than_places_are_not_tried(self) -> None:
        found = memory_slope.measure(COMMAND, None, [0, 50], None, places=1)
        self.assertEqual([point.connections for point in found.points], [0, 1])
        self.assertIsNone(found.anonymous_per_connection)
        self.assertIn("serves 1 at a time", found.reason or "")

    def test_a_kernel_that_shows_nothing_leaves_the_anonymous_memory(self) -> None:
        with mock.patch.object(memory_slope, "KernelMemory", side_effect=Untrusted("tells nothing")):
            found = memory_slope.measure(COMMAND, None, [0, 20, 40], None)
        self.assertGreater(found.anonymous_per_connection or 0, 4096)
        self.assertEqual([point.kernel for point in found.points], [None] * 3)
        self.assertEqual((found.kernel_per_connection, found.reason), (None, "kernel memory: tells nothing"))

    def test_a_server_that_does_not_start_is_a_reason(self) -> None:
        found = memory_slope.measure([sys.executable, "-c", "raise SystemExit('no')"], None, [0, 20], None)
        self.assertEqual((found.points, found.anonymous_per_connection), ([], None))
        self.assertIn("exit code 1", found.reason or "")

    def test_this_process_returns_to_its_cores(self) -> None:
        before = os.sched_getaffinity(0)
        memory_slope.measure([sys.executable, "-c", "raise SystemExit(1)"], None, [0], min(before))
        self.assertEqual(os.sched_getaffinity(0), before)


if __name__ == "__main__":
    unittest.main()
