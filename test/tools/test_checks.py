# SPDX-License-Identifier: MIT
"""Every truth check must be able to fail, alone, and none may fail on a sound sample."""

import unittest
from dataclasses import replace

from comparison import checks
from comparison.proc import ListenQueue
from comparison.sample import Sample, Start
from comparison.wrk import Errors
from samples import ACCOUNT, COST, SAMPLE, SCENARIO, result


class Reasons(unittest.TestCase):
    def expect_only(self, sample: Sample, words: str) -> None:
        found = checks.reasons(sample, SCENARIO)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_a_sound_sample_has_none(self) -> None:
        self.assertEqual(checks.reasons(SAMPLE, SCENARIO), [])

    def test_every_error_that_wrk_counts(self) -> None:
        for name, words in {
            "timeout": "timeouts",
            "connect": "connect errors",
            "read": "read errors",
            "write": "write errors",
            "status": "not 2xx",
        }.items():
            with self.subTest(name):
                self.expect_only(replace(SAMPLE, wrk=result(errors=replace(Errors(), **{name: 1}))), words)

    def test_no_answer(self) -> None:
        silent = replace(SAMPLE, wrk=result(requests=0), account=replace(ACCOUNT, requests=0))
        self.expect_only(silent, "wrk got no answer")

    def test_latencies_of_zero(self) -> None:
        self.expect_only(replace(SAMPLE, wrk=result(longest=0.0)), "without any latency")

    def test_answers_of_another_size(self) -> None:
        short = replace(result(), bytes_read=120_000.0)
        self.expect_only(replace(SAMPLE, wrk=short), "answers of 120.0 bytes")

    def test_listen_queue(self) -> None:
        self.expect_only(replace(SAMPLE, listen_queue=ListenQueue(0, 1)), "listen queue")
        self.expect_only(replace(SAMPLE, listen_queue=ListenQueue(1, 0)), "listen queue")

    def test_accepted_must_be_exact(self) -> None:
        for accepted in (16, 18):
            account = replace(ACCOUNT, accepted=accepted)
            self.expect_only(replace(SAMPLE, account=account), f"{accepted} connections")

    def test_all_connections_must_stand(self) -> None:
        late = replace(SAMPLE, start=Start(0.5, 15))
        self.expect_only(late, "only 15 of 16 connections stood after 0.50 s")
        self.assertEqual(checks.reasons(replace(SAMPLE, start=Start(0.5, None)), SCENARIO), [])

    def test_clients_who_wait_by_nature_are_a_mark_and_no_fault(self) -> None:
        alone = replace(SAMPLE, account=None, start=Start(0.2, None))
        starving = replace(alone, wrk=result(errors=Errors(timeout=14)), served_at_once=2)
        self.assertEqual(checks.reasons(starving, SCENARIO), [])
        self.assertIn("serves 2 at a time: 14 of 16", checks.served_few(starving, SCENARIO) or "")
        self.expect_only(replace(starving, served_at_once=16), "timeouts")
        self.assertIsNone(checks.served_few(replace(starving, served_at_once=16), SCENARIO))
        self.expect_only(replace(starving, wrk=result(errors=Errors(status=1))), "not 2xx")
        self.assertIsNone(checks.served_few(SAMPLE, SCENARIO))

    def test_refused_and_timed_out(self) -> None:
        self.expect_only(replace(SAMPLE, account=replace(ACCOUNT, refused=1)), "1 connections refused")
        self.expect_only(replace(SAMPLE, account=replace(ACCOUNT, timed_out=1)), "1 timed out")

    def test_requests_may_differ_by_those_in_flight(self) -> None:
        for requests in (1000, 1016):
            sample = replace(SAMPLE, account=replace(ACCOUNT, requests=requests))
            self.assertEqual(checks.reasons(sample, SCENARIO), [])
        for requests in (999, 1017):
            sample = replace(SAMPLE, account=replace(ACCOUNT, requests=requests))
            self.expect_only(sample, "the server counted")

    def test_an_empty_window(self) -> None:
        self.expect_only(replace(SAMPLE, cost=replace(COST, requests=0)), "no request in the window")

    def test_the_reference_server_keeps_no_account(self) -> None:
        self.assertEqual(checks.reasons(replace(SAMPLE, account=None), SCENARIO), [])


class SlowStart(unittest.TestCase):
    def test_when_connecting_took_much_of_the_load(self) -> None:
        self.assertIsNone(checks.slow_start(0.29))
        self.assertIn("up to 30%", checks.slow_start(0.30) or "")


class Disturbed(unittest.TestCase):
    def test_when_others_took_much_of_a_core(self) -> None:
        self.assertIsNone(checks.disturbed(0.14))
        self.assertIn("up to 15%", checks.disturbed(0.15) or "")


class ClientBound(unittest.TestCase):
    def test_by_the_clients_core(self) -> None:
        self.assertIsNone(checks.client_bound(0.79, 10.0, 100.0))
        self.assertIn("80%", checks.client_bound(0.80, 10.0, 100.0) or "")

    def test_by_the_ceiling(self) -> None:
        self.assertIsNone(checks.client_bound(0.5, 94.0, 100.0))
        self.assertIn("95%", checks.client_bound(0.5, 95.0, 100.0) or "")

    def test_without_a_ceiling(self) -> None:
        self.assertIsNone(checks.client_bound(0.5, 95.0, None))


if __name__ == "__main__":
    unittest.main()
