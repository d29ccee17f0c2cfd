# SPDX-License-Identifier: MIT
"""The readers of /proc."""

import os
import signal
import threading
import time
import unittest

from comparison import proc

STATUS = """\
Name:\tmajuscule
State:\tS (sleeping)
VmHWM:\t    4321 kB
VmRSS:\t    4000 kB
RssAnon:\t     612 kB
Threads:\t17
voluntary_ctxt_switches:\t2271
nonvoluntary_ctxt_switches:\t45
"""

NETSTAT = """\
TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPHPHits
TcpExt: 0 12 13 99
IpExt: InNoRoutes InTruncatedPkts
IpExt: 0 0
"""

ROLLUP = """\
55d0c0a5f000-7ffd1b5f2000 ---p 00000000 00:00 0                          [rollup]
Rss:                4000 kB
Pss:                 900 kB
Pss_Anon:            306 kB
Anonymous:           612 kB
LazyFree:              0 kB
"""


STAT = """\
cpu  100 0 100 1000 0 0 0 0 0 0
cpu1 10 1 20 500 7 2 3 4 9 9
cpu10 1 1 1 1 1 1 1 1 0 0
intr 1 2 3
"""


class Parsers(unittest.TestCase):
    def test_busy_is_all_but_idle_and_waiting_and_guests_count_once(self) -> None:
        self.assertEqual(proc.parse_core_busy(STAT, 1), 40)
        self.assertEqual(proc.parse_core_busy(STAT, 10), 6)
        with self.assertRaises(ValueError):
            proc.parse_core_busy(STAT, 0)

    def test_status(self) -> None:
        status = proc.parse_status(STATUS)
        self.assertEqual(status, proc.Status(17, 4321 * 1024, 2271, 45))

    def test_cpu_time_of_reaped_children(self) -> None:
        stat = "7 (a) b (c) S 1 7 7 0 -1 0 1 2 3 4 10 20 30 40 20 0 1 0 99 0 0"
        self.assertEqual(proc.parse_reaped_ticks(stat), 70)

    def test_cpu_time_of_a_process_and_of_those_it_reaped(self) -> None:
        stat = "7 (a) b (c) S 1 7 7 0 -1 0 1 2 3 4 10 20 30 40 20 0 1 0 99 0 0"
        self.assertEqual(proc.parse_cpu_ticks(stat), (10, 20, 30, 40))

    def test_ticks_split_the_exact_sum_to_a_tick(self) -> None:
        for seconds, ticks in ((0.0, (0, 0)), (0.007, (0, 0)), (0.128, (3, 8)), (5.004, (0, 499))):
            user, system = proc.split_cpu(seconds, *ticks, tick=0.01)
            self.assertAlmostEqual(user + system, seconds)
            self.assertAlmostEqual(user, ticks[0] * 0.01, delta=0.01)
            self.assertAlmostEqual(system, ticks[1] * 0.01, delta=0.01)

    def test_a_sum_behind_its_ticks_is_split_as_they_are(self) -> None:
        user, system = proc.split_cpu(0.09, 2, 8, tick=0.01)
        self.assertAlmostEqual(user, 0.018)
        self.assertAlmostEqual(system, 0.072)

    def test_netstat_by_name_not_by_place(self) -> None:
        self.assertEqual(proc.parse_netstat(NETSTAT), proc.ListenQueue(12, 13))

    def test_netstat_without_the_counters_is_an_error(self) -> None:
        with self.assertRaises(ValueError):
            proc.parse_netstat("IpExt: InNoRoutes\nIpExt: 0\n")

    def test_listen_queue_difference(self) -> None:
        self.assertEqual(proc.ListenQueue(5, 9).since(proc.ListenQueue(5, 7)), proc.ListenQueue(0, 2))

    def test_memory(self) -> None:
        self.assertEqual(proc.parse_memory(ROLLUP), proc.Memory(4000 * 1024, 612 * 1024))

    def test_anonymous_memory_that_is_shared_counts_in_parts(self) -> None:
        self.assertEqual(proc.parse_shared_anonymous(ROLLUP), 306 * 1024)

    def test_other_units_are_refused(self) -> None:
        with self.assertRaises(ValueError):
            proc.parse_memory(ROLLUP.replace("kB", "MB"))


class Here(unittest.TestCase):
    def test_cpu_time_is_that_of_the_process_with_ended_threads(self) -> None:
        def burn() -> None:
            end = time.thread_time() + 0.05
            while time.thread_time() < end:
                pass

        before = proc.cpu_seconds(os.getpid())
        thread = threading.Thread(target=burn)
        thread.start()
        thread.join()
        used = proc.cpu_seconds(os.getpid())
        self.assertGreaterEqual(used - before, 0.05)
        self.assertAlmostEqual(used, time.process_time(), delta=0.02)

    def test_a_family_is_all_that_were_forked(self) -> None:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            grandchild = os.fork()
            if grandchild == 0:
                os.write(write, b"%d\n" % os.getpid())
                signal.pause()
            signal.pause()
        grandchild = int(os.read(read, 20))
        self.assertEqual(proc.family(child), [child, grandchild])
        self.assertEqual(proc.family_status(child).threads, 2)
        self.assertLess(proc.family_anonymous(child), 2 * proc.memory(child).anonymous)
        for pid in (grandchild, child):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(child, 0)

    def test_cpu_time_of_a_family_has_that_of_the_ended(self) -> None:
        before = proc.family_cpu_seconds(os.getpid())
        child = os.fork()
        if child == 0:
            while time.process_time() < 0.2:
                pass
            os._exit(0)
        os.waitpid(child, 0)
        self.assertGreaterEqual(proc.family_cpu_seconds(os.getpid()) - before, 0.1)

    def test_the_split_of_a_family_has_that_of_the_ended(self) -> None:
        def used() -> tuple[float, float]:
            return proc.family_cpu_split(os.getpid())

        user_before, _ = used()
        child = os.fork()
        if child == 0:
            while time.process_time() < 0.2:
                sum(range(10000))  # hardly any system call
            os._exit(0)
        os.waitpid(child, 0)
        user, system = used()
        whole = proc.family_cpu_seconds(os.getpid())
        self.assertGreaterEqual(user - user_before, 0.05)
        self.assertLessEqual(user + system, whole)
        self.assertGreaterEqual(system, 0.0)

    def test_a_process_that_is_not_there(self) -> None:
        with self.assertRaises(OSError):
            proc.cpu_seconds(2**22 + 1)

    def test_this_process(self) -> None:
        self.assertGreaterEqual(proc.status(os.getpid()).threads, 1)
        self.assertGreater(proc.status(os.getpid()).peak_resident, 2**20)
        self.assertGreater(proc.memory(os.getpid()).anonymous, 2**20)
        self.assertGreater(proc.descriptors(os.getpid()), 2)
        self.assertGreaterEqual(proc.listen_queue().overflows, 0)
        self.assertGreater(proc.core_busy_seconds(min(os.sched_getaffinity(0))), 0)


if __name__ == "__main__":
    unittest.main()
