# SPDX-License-Identifier: MIT
"""The conformance check accepts the right bytes and nothing else."""

import contextlib
import socket
import threading
import unittest
from typing import Iterator
from unittest import mock

from comparison import conformance
from comparison.conformance import ANSWER, Case
from comparison.errors import Untrusted
from comparison.wrk import HOST, request_bytes


@contextlib.contextmanager
def answering(answers: bytes) -> Iterator[int]:
    """A server for one client: sends these bytes for any request, and closes after the client."""

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            client.settimeout(60)
            client.recv(65536)
            client.sendall(answers)
            while client.recv(65536):
                pass

    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(60)
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def check(answers: bytes) -> None:
    with answering(answers) as port:
        conformance.check(port, [Case("one request", [request_bytes(port)], ANSWER)])


class Check(unittest.TestCase):
    def test_the_right_answer_with_any_date(self) -> None:
        check(ANSWER)
        check(ANSWER.replace(b"Fri, 20 Nov 2026 13:04:30", b"Sun, 06 Nov 1994 08:49:37"))

    def test_anything_else_is_shown(self) -> None:
        wrong = {
            "HELLO": ANSWER.replace(b"Hello", b"HELLO"),
            "Data": ANSWER.replace(b"Date", b"Data"),
            "html": ANSWER.replace(b"plain", b"htmls"),
            "X": ANSWER + b"X",
            "10": ANSWER.replace(b": 11\r\n", b": 10\r\n"),
        }
        for name, answers in wrong.items():
            with self.subTest(name), self.assertRaises(Untrusted):
                check(answers)

    def test_a_truncated_answer_is_shown_and_ends_the_wait(self) -> None:
        with mock.patch.object(conformance, "_SECONDS", 0.2):
            with self.assertRaisesRegex(Untrusted, f"from byte {len(ANSWER) - 1} it answers b''"):
                check(ANSWER[:-1])

    def test_an_answer_that_is_too_long_is_reported(self) -> None:
        with self.assertRaisesRegex(Untrusted, f"from byte {len(ANSWER)} it answers b'more'"):
            check(ANSWER + b"more")

    def test_the_expected_answer_is_that_of_the_design(self) -> None:
        self.assertEqual(
            ANSWER,
            b"HTTP/1.1 200 OK\r\n"
            b"Date: Fri, 20 Nov 2026 13:04:30 GMT\r\n"
            b"Content-Type: text/plain; charset=utf-8\r\n"
            b"Content-Length: 11\r\n"
            b"\r\n"
            b"Hello world",
        )


if __name__ == "__main__":
    unittest.main()
