# SPDX-License-Identifier: MIT
"""Counting system calls: the log of strace, the requests, and a traced server."""

import os
import socket
import sys
import threading
import unittest
from collections import Counter
from unittest import mock

from comparison import conformance, trace
from comparison.errors import Untrusted

LOG = """\
501 1700000000.000001 epoll_wait(0x5, 0x7ffd, 0x400, 0xffffffff) = 0x1
501 1700000001.000001 read(0x7, 0x7f00, 0x10000) = 0x4e
501 1700000001.000002 sendmsg(0x7, 0x7ffd, 0x4000 <unfinished ...>
502 1700000001.000003 recvfrom(0x8, 0x7f00, 0x10000, 0, NULL, NULL <unfinished ...>
501 1700000001.000004 <... sendmsg resumed>) = 0x8b
501 1700000001.000005 read(0x7, 0x7f00, 0x10000) = -1 EAGAIN (Resource temporarily unavailable)
501 1700000001.000006 --- SIGCHLD {si_signo=SIGCHLD, si_pid=503} ---
502 1700000001.000007 +++ exited with 0 +++
501 1700000002.000001 epoll_wait(0x5, 0x7ffd, 0x400, 0xffffffff) = ? <detached ...>
"""

# A server of one thread that blocks in accept and then, for each request, in recv: two calls each.
SERVER = """
import os, signal, socket
from comparison import conformance
listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on http://127.0.0.1:{listener.getsockname()[1]} (test)", flush=True)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
while True:
    client, _ = listener.accept()
    try:
        while client.recv(4096):
            client.sendall(conformance.ANSWER)
    except ConnectionResetError:
        pass
    client.close()
"""
COMMAND = [sys.executable, "-c", SERVER]


class Log(unittest.TestCase):
    def test_a_call_counts_when_it_begins_within_the_window_and_once(self) -> None:
        calls = trace.parse_log(LOG, 1700000001.0, 1700000001.5)
        self.assertEqual(calls, Counter(read=2, sendmsg=1, recvfrom=1))

    def test_the_window_has_two_ends(self) -> None:
        self.assertEqual(trace.parse_log(LOG, 1700000001.5, 1700000003.0), Counter(epoll_wait=1))
        self.assertEqual(trace.parse_log(LOG, 1699999999.0, 1700000000.5), Counter(epoll_wait=1))


class PerRequest(unittest.TestCase):
    def test_the_most_frequent_is_first_and_all_add_up(self) -> None:
        found = trace.per_request(Counter(epoll_wait=10, read=400, write=200), 200)
        self.assertEqual(list(found.by_name.items()), [("read", 2.0), ("write", 1.0), ("epoll_wait", 0.05)])
        self.assertAlmostEqual(found.per_request or 0, 3.05)
        self.assertEqual((found.requests, found.reason, found.note), (200, None, None))

    def test_no_calls_seen_is_a_reason_and_not_zero(self) -> None:
        for found in (trace.per_request(Counter(), 100), trace.per_request(Counter(read=1), 0)):
            self.assertIsNone(found.per_request)
            self.assertTrue(found.reason)

    def test_a_ring_is_reported(self) -> None:
        self.assertIn("ring", trace.per_request(Counter(io_uring_enter=9), 10).note or "")


    def test_locks_are_reported_to_be_too_many_when_there_are_many(self) -> None:
        self.assertIn("futex", trace.per_request(Counter(read=10, futex=50), 10).note or "")
        self.assertIsNone(trace.per_request(Counter(read=10, futex=1), 10).note)


class Asking(unittest.TestCase):
    def crowd(self, answer: bytes, clients: int) -> tuple[list[socket.socket], list[int]]:
        """Clients of threads that send the answer in two pieces, and the number of requests of each."""
        asked = [0] * clients

        def serve(number: int, server: socket.socket) -> None:
            while server.recv(4096):
                asked[number] += 1
                server.sendall(answer[:50])
                server.sendall(answer[50:])

        crowd = []
        for number in range(clients):
            client, server = socket.socketpair()
            threading.Thread(target=serve, args=(number, server), daemon=True).start()
            self.addCleanup(server.close)
            self.addCleanup(client.close)
            crowd.append(client)
        return crowd, asked

    def test_each_client_sends_the_given_number(self) -> None:
        crowd, asked = self.crowd(conformance.ANSWER, 5)
        trace.ask_all(crowd, 8000, 7)
        self.assertEqual(asked, [7] * 5)

    def test_a_wrong_answer_is_refused(self) -> None:
        crowd, _ = self.crowd(conformance.ANSWER.replace(b"Hello", b"hELLO"), 1)
        with self.assertRaisesRegex(Untrusted, "hELLO"):
            trace.ask_all(crowd, 8000, 1)

    def test_a_close_instead_of_an_answer_is_refused(self) -> None:
        client, server = socket.socketpair()
        self.addCleanup(client.close)
        client.send(b"")
        server.shutdown(socket.SHUT_WR)
        with server, self.assertRaises(Untrusted):
            trace.ask_all([client], 8000, 1)


class Tracing(unittest.TestCase):
    def test_this_process_is_not_traced(self) -> None:
        self.assertTrue(trace.all_traced_by(os.getpid(), 0))
        self.assertFalse(trace.all_traced_by(os.getpid(), 1))

    def test_without_strace_there_is_a_reason(self) -> None:
        with mock.patch.object(trace.shutil, "which", return_value=None):
            found = trace.system_calls(COMMAND, None)
        self.assertEqual((found.per_request, found.by_name), (None, {}))
        self.assertIn("strace is not installed", found.reason or "")

    def test_a_refused_tracer_gives_its_message_as_the_reason(self) -> None:
        said = "strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted"
        refused = ["sh", "-c", f"echo '{said}' >&2; exit 1"]
        with (
            mock.patch.object(trace, "strace_command", return_value=refused),
            mock.patch.object(trace.shutil, "which", return_value="strace"),
        ):
            found = trace.system_calls(COMMAND, None, places=1)
        self.assertIsNone(found.per_request)
        self.assertEqual(found.reason, said)

    def test_a_server_that_does_not_start_is_a_reason(self) -> None:
        with mock.patch.object(trace.shutil, "which", return_value="strace"):
            found = trace.system_calls([sys.executable, "-c", "raise SystemExit('no socket')"], None)
        self.assertIsNone(found.per_request)
        self.assertIn("no socket", found.reason or "")

    def test_a_blocking_server_makes_two_calls_a_request(self) -> None:
        found = trace.system_calls(COMMAND, None, places=1, requests_each=40)
        if "not installed" in (found.reason or "") or "not permitted" in (found.reason or ""):
            self.skipTest(found.reason or "")
        self.assertIsNone(found.reason)
        self.assertEqual(found.requests, 32 * 40)
        self.assertAlmostEqual(found.per_request or 0, 2.0, delta=0.06)
        self.assertEqual(set(found.by_name), {"recvfrom", "sendto"})


if __name__ == "__main__":
    unittest.main()
