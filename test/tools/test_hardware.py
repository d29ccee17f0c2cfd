# SPDX-License-Identifier: MIT
"""The counters of the processor with a fake opener: sums, scaling, missing counters, messages."""

import errno
import os
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path
from typing import Optional

from comparison import hardware
from comparison.errors import Untrusted
from comparison.hardware import EVENTS, counting, describe, per_request, why_not


class FakeOpener:
    """Each descriptor gives `reads` in turn: count, time enabled and time running. `refused`: an errno by event."""

    def __init__(self, *reads: tuple[int, int, int], refused: Optional[dict[str, int]] = None) -> None:
        self.reads = reads
        self.refused = refused or {}
        self.opened: list[tuple[str, int]] = []
        self.descriptors: list[int] = []

    def __call__(self, event: str, thread: int) -> int:
        if event in self.refused:
            raise OSError(self.refused[event], os.strerror(self.refused[event]))
        out, into = os.pipe()
        os.write(into, b"".join(struct.pack("=QQQ", *read) for read in self.reads))
        os.close(into)
        self.opened.append((event, thread))
        self.descriptors.append(out)
        return out


def refusing(error: int, *events: str) -> FakeOpener:
    return FakeOpener(refused={event: error for event in events or EVENTS})


class Counting(unittest.TestCase):
    def test_sums_over_the_threads_and_takes_the_difference(self) -> None:
        opener = FakeOpener((1000, 5, 5), (51000, 9, 9))
        with counting(os.getpid(), list(EVENTS), opener) as counters:
            first, last = counters.read(), counters.read()
        threads = len(os.listdir("/proc/self/task"))
        self.assertEqual(len(opener.opened), threads * len(EVENTS))
        found = per_request(first, last, requests=100)
        self.assertEqual(found, {f"{event}_per_request": 500.0 * threads for event in EVENTS})

    def test_a_count_of_a_part_of_the_time_is_scaled(self) -> None:
        with counting(os.getpid(), ["user_cycles"], FakeOpener((300, 8, 2))) as counters:
            threads = len(os.listdir("/proc/self/task"))
            self.assertEqual(counters.read(), {"user_cycles": 1200.0 * threads})

    def test_one_that_never_ran_is_nothing(self) -> None:
        with counting(os.getpid(), ["user_cycles"], FakeOpener((0, 0, 0))) as counters:
            self.assertEqual(counters.read(), {"user_cycles": 0.0})

    def test_children_are_counted_and_descriptors_are_closed(self) -> None:
        code = "import subprocess, sys; subprocess.run(['cat'])"
        opener = FakeOpener((1, 1, 1))
        with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as parent:
            children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
            while not children.read_text().strip():
                time.sleep(0.001)
            with counting(parent.pid, ["user_cycles"], opener):
                pass
            assert parent.stdin
            parent.stdin.close()
        self.assertEqual(len({thread for _, thread in opener.opened}), 2)
        for descriptor in opener.descriptors:
            with self.assertRaises(OSError):
                os.fstat(descriptor)

    def test_a_counter_refused_later_has_no_figure(self) -> None:
        for error, words in ((errno.EACCES, "does not allow them"), (errno.EMFILE, "open files")):
            with self.assertRaisesRegex(Untrusted, words):
                with counting(os.getpid(), list(EVENTS), refusing(error, "kernel_cycles")):
                    pass

    def test_no_requests_have_no_counts(self) -> None:
        self.assertEqual(per_request({"user_cycles": 1.0}, {"user_cycles": 5.0}, 0), {})


class Missing(unittest.TestCase):
    def test_no_message_where_all_is_counted(self) -> None:
        self.assertIsNone(describe(why_not(FakeOpener((1, 1, 1)))))

    def test_a_machine_without_counters_is_reported_once(self) -> None:
        for error in (errno.ENOENT, errno.EOPNOTSUPP):
            text = describe(why_not(refusing(error)))
            self.assertEqual(text, "Not counted: this machine, or its hypervisor, has no such counters.")

    def test_the_kernel_may_refuse_its_own_part(self) -> None:
        text = describe(why_not(refusing(errno.EACCES, "kernel_instructions", "kernel_cycles")))
        self.assertIn("Not counted: kernel instructions, kernel cycles: the kernel does not allow them", text or "")
        self.assertIn("perf_event_paranoid is ", text or "")

    def test_a_kernel_without_the_call(self) -> None:
        self.assertIn("no perf_event_open", describe(why_not(refusing(errno.ENOSYS))) or "")

    def test_this_machine_counts_or_has_a_reason(self) -> None:
        """No error on any machine; counts grow where there are counters."""
        missing = why_not()
        events = [event for event in EVENTS if event not in missing and event.startswith("user")]
        self.assertTrue(events or describe(missing))
        if events:
            with counting(os.getpid(), events) as counters:
                first = counters.read()
                sum(range(100_000))
                self.assertTrue(all(counters.read()[event] > first[event] for event in events))


if __name__ == "__main__":
    unittest.main()
