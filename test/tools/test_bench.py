# SPDX-License-Identifier: MIT
"""What the benchmarks ask, and how they take the answers."""

import contextlib
import io
import sys
import unittest
from unittest import mock

from bench import __main__ as bench
from bench import cpu_per_request, crowd
from comparison import conformance
from comparison.errors import Untrusted


class Crowd(unittest.TestCase):
    def test_an_http_client_asks_for_a_close_and_takes_any_date(self) -> None:
        message = crowd.HTTP.message(8000)
        self.assertTrue(message.endswith(b"\r\nConnection: close\r\n\r\n"), message)
        self.assertEqual(message.count(b"\r\n\r\n"), 1)
        answer = conformance.answer(b"Hello world", closing=True)
        other_day = answer.replace(b"Fri, 20 Nov 2026", b"Sat, 21 Nov 2026")
        self.assertTrue(crowd.HTTP.is_right(answer) and crowd.HTTP.is_right(other_day))
        self.assertFalse(crowd.HTTP.is_right(answer[:-1]))
        self.assertFalse(crowd.HTTP.is_right(b""))

    def test_a_raw_client_takes_the_message_and_nothing_more(self) -> None:
        self.assertTrue(crowd.RAW.is_right(b"Hello crowd"))
        self.assertFalse(crowd.RAW.is_right(b"Hello crowd!"))

    def test_the_wait_counts_from_the_connect_that_the_figure_names(self) -> None:
        for kind, seconds in ((crowd.RAW, 2.0), (crowd.HTTP, 2.5)):
            waited = crowd._Crowd(kind, {}, first_connect=1.0, last_connect=1.5, last_answer=3.5)
            self.assertEqual(waited.waited_seconds, seconds)


class Question(unittest.TestCase):
    def test_says_beside_what(self) -> None:
        self.assertIn("poll, CPU per request / do-nothing epoll", str(cpu_per_request.Question("poll", None, 1)))
        self.assertIn("/ do-nothing threads", str(cpu_per_request.Question("threads", None, 1)))
        self.assertIn("/ threads,", str(cpu_per_request.Question("pool", "threads", 1)))
        self.assertIn("16 pipelined", str(cpu_per_request.Question("epoll", None, 16)))


class Verdict(unittest.TestCase):
    def code(self, error: Exception) -> int:
        arguments = ["bench", "idle-memory", "--mode=uring", "--majuscule=x"]
        said = io.StringIO()
        with (
            mock.patch.object(sys, "argv", arguments),
            mock.patch.object(bench, "_measure", side_effect=error),
            mock.patch.object(bench.os, "sched_setaffinity"),
            contextlib.redirect_stdout(said),
        ):
            code = bench.main()
        self.assertIn(f"not measured: {error}", said.getvalue())
        return code

    def test_a_mode_that_cannot_run_here_is_skipped_with_its_reason(self) -> None:
        self.assertEqual(self.code(Untrusted("exit code 1: majuscule: --mode=uring cannot run here: no")), 77)

    def test_what_could_not_be_measured_fails(self) -> None:
        self.assertEqual(self.code(Untrusted("exit code 1: majuscule: bind: address in use")), 1)


if __name__ == "__main__":
    unittest.main()
