# SPDX-License-Identifier: MIT
"""Every validity check fails alone on a bad sample, and none fails on a good one."""

import unittest
from dataclasses import replace

from comparison import checks
from comparison.plan import Measurement, Scenario
from comparison.proc import ListenQueue
from comparison.sample import CrossCheck, Sample, Start
from comparison.scenarios import KINDS
from comparison.wrk import Errors
from samples import (
    ACCOUNT,
    MEASUREMENT,
    COST,
    NO_ERRORS,
    OPEN_MEASUREMENT,
    SAMPLE,
    SCENARIO,
    WRK_ACCOUNT,
    of_wrk,
    result,
    with_rate,
    with_wrk,
)


class Reasons(unittest.TestCase):
    def expect_only(self, sample: Sample, words: str, measurement: Measurement = MEASUREMENT) -> None:
        found = checks.reasons(sample, measurement)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_a_good_sample_has_none(self) -> None:
        self.assertEqual(checks.reasons(SAMPLE, MEASUREMENT), [])
        self.assertTrue(all(check.passed for check in checks.of(SAMPLE, MEASUREMENT)))

    def test_every_error_that_our_client_counts(self) -> None:
        for name in NO_ERRORS:
            with self.subTest(name):
                spoilt = replace(SAMPLE, load=result(errors={**NO_ERRORS, name: 3}))
                self.expect_only(spoilt, f"3 {name}")

    def test_no_answer(self) -> None:
        silent = replace(result(requests=0), warmup_requests=1100)
        self.expect_only(replace(SAMPLE, load=silent), "no request has a good answer")

    def test_every_error_that_wrk_counts(self) -> None:
        for name, words in {
            "timeout": "timeouts",
            "connect": "connect errors",
            "read": "read errors",
            "write": "write errors",
            "status": "not 2xx",
        }.items():
            with self.subTest(name):
                self.expect_only(with_wrk(of_wrk(errors=replace(Errors(), **{name: 1}))), words)

    def test_what_else_wrk_shows(self) -> None:
        no_answer = CrossCheck(of_wrk(requests=0), replace(WRK_ACCOUNT, requests=0))
        self.expect_only(replace(SAMPLE, cross_check=no_answer), "wrk got no answer")
        self.expect_only(with_wrk(of_wrk(longest=0.0)), "without any latency")
        self.expect_only(with_wrk(replace(of_wrk(), bytes_read=120_000.0)), "answers of 120.0 bytes")

    def test_closing_answers_are_longer(self) -> None:
        measurement = Measurement(Scenario(KINDS["close"], 16), "epoll")
        self.expect_only(SAMPLE, "answers of", measurement)
        closing = with_wrk(replace(of_wrk(), bytes_read=of_wrk().bytes_read + 1000 * len("Connection: close\r\n")))
        self.assertEqual(checks.reasons(closing, measurement), [])

    def test_listen_queue(self) -> None:
        self.expect_only(replace(SAMPLE, listen_queue=ListenQueue(0, 1)), "1 drops")
        self.expect_only(replace(SAMPLE, listen_queue=ListenQueue(1, 0)), "1 overflows")

    def test_accepted_must_be_exact(self) -> None:
        for accepted in (15, 17):
            account = replace(ACCOUNT, accepted=accepted)
            self.expect_only(replace(SAMPLE, account=account), f"{accepted} connections accepted, 16 made")
        checked = CrossCheck(of_wrk(), replace(WRK_ACCOUNT, accepted=18))
        self.expect_only(replace(SAMPLE, cross_check=checked), "18 connections accepted, 17 asked")

    def test_connections_of_wrk_that_came_too_late_are_a_mark(self) -> None:
        late = replace(SAMPLE, cross_check=CrossCheck(of_wrk(), replace(WRK_ACCOUNT, accepted=14)))
        self.assertEqual(checks.reasons(late, MEASUREMENT), [])
        self.assertIn("3 of its 17 connections", checks.few_of_wrk(late, SCENARIO) or "")
        self.assertIsNone(checks.few_of_wrk(SAMPLE, SCENARIO))

    def test_both_count_the_same_requests(self) -> None:
        for requests in (1099, 1101):
            account = replace(ACCOUNT, requests=requests)
            self.expect_only(replace(SAMPLE, account=account), "both count the same requests")

    def test_requests_of_slow_readers_may_count(self) -> None:
        measurement = Measurement(Scenario(KINDS["slow-readers"], 16), "epoll")
        sample = replace(SAMPLE, account=replace(ACCOUNT, requests=1150))
        self.assertEqual(checks.reasons(sample, measurement), [])
        self.expect_only(replace(SAMPLE, account=replace(ACCOUNT, requests=1099)), "the same requests", measurement)

    def test_rate_and_mean_cannot_be_those_of_more_clients_than_there_are(self) -> None:
        """Little's law: 1,000 requests/s of 16,000 us each are 16 in flight."""
        for in_flight in (17, 32, 1600):
            found = checks.reasons(with_rate(1000.0, in_flight), MEASUREMENT)
            self.assertEqual(len(found), 1, found)
            for words in ("Little's law", "16 connections", "1,000 requests/s", f"mean of {in_flight:,}", "cannot all"):
                self.assertIn(words, found[0].replace(",000.0 us", ""))

    def test_rate_and_mean_cannot_be_those_of_far_fewer_clients(self) -> None:
        self.expect_only(with_rate(1000.0, 7), "7.0 were in flight on average")
        for in_flight in (9, 13, 16):  # a client that is busy itself
            self.assertEqual(checks.reasons(with_rate(1000.0, in_flight), MEASUREMENT), [])

    def test_rate_and_mean_of_pipelined_requests_are_checked(self) -> None:
        measurement = Measurement(Scenario(KINDS["pipelined"], 16), "epoll")
        for in_flight, fine in {100: False, 130: True, 256: True, 300: False}.items():
            sample = replace(with_rate(1000.0, in_flight), cross_check=None)
            self.assertEqual(not checks.reasons(sample, measurement), fine, in_flight)

    def test_clients_that_wait_for_others_to_leave_need_not_be_in_flight(self) -> None:
        few = replace(with_rate(1000.0, 1), served_at_once=1, cross_check=None)
        self.assertEqual(checks.reasons(few, Measurement(SCENARIO, "sequential")), [])
        self.expect_only(replace(few, served_at_once=4), "Little's law", Measurement(SCENARIO, "pool"))
        self.assertEqual(checks.reasons(replace(few, load=result(in_flight=16)), MEASUREMENT), [], "all had their answer")

    def test_a_connect_is_no_time_of_a_request_that_is_missing(self) -> None:
        """With a connection for each request, half of the time is the connect; the first connect is before the load."""
        measurement = Measurement(Scenario(KINDS["close"], 16), "epoll")
        load = result()
        mean = load.service.mean or 0.0
        for service, response, fine in ((0.3, 1.0, True), (1.0, 1.1, True), (0.2, 0.3, False), (1.1, 1.1, False)):
            times = [replace(load.service, mean=share * mean) for share in (service, response)]
            sample = replace(SAMPLE, load=replace(load, service=times[0], response=times[1]), cross_check=None)
            self.assertEqual(not checks.reasons(sample, measurement), fine, (service, response))

    def test_the_law_does_not_apply_to_open_loops_or_errors(self) -> None:
        self.assertEqual(checks.reasons(replace(with_rate(1000.0, 1), cross_check=None), OPEN_MEASUREMENT), [])
        wrong = replace(SAMPLE, load=result(errors={**NO_ERRORS, "timeout": 1}, in_flight=1))
        self.expect_only(wrong, "1 timeout")

    def test_wrk_may_differ_by_those_in_flight(self) -> None:
        for requests in (1000, 1016):
            checked = CrossCheck(of_wrk(), replace(WRK_ACCOUNT, requests=requests))
            self.assertEqual(checks.reasons(replace(SAMPLE, cross_check=checked), MEASUREMENT), [])
        for requests in (999, 1017):
            checked = CrossCheck(of_wrk(), replace(WRK_ACCOUNT, requests=requests))
            self.expect_only(replace(SAMPLE, cross_check=checked), "the server counted")

    def test_all_connections_must_stand(self) -> None:
        self.expect_only(replace(SAMPLE, start=Start(0.5, 15)), "15 of 16 connections open after 0.50 s")
        self.assertEqual(checks.reasons(replace(SAMPLE, start=Start(0.5, None)), MEASUREMENT), [])

    def test_the_offered_rate_must_be_achieved(self) -> None:
        alone = replace(SAMPLE, cross_check=None)
        self.assertEqual(checks.reasons(alone, OPEN_MEASUREMENT), [])
        slow = replace(with_rate(989.0), cross_check=None)
        self.expect_only(slow, "989 of 1,000 requests/s", OPEN_MEASUREMENT)

    def test_clients_that_a_mode_queues_are_a_mark_and_no_fault(self) -> None:
        alone = replace(SAMPLE, account=None, start=Start(0.2, None))
        waiting = replace(alone, load=result(errors={**NO_ERRORS, "timeout": 14}))
        starving = replace(waiting, served_at_once=2, cross_check=CrossCheck(of_wrk(errors=Errors(timeout=14)), None))
        self.assertEqual(checks.reasons(starving, MEASUREMENT), [])
        self.assertIn("serves 2 at a time: 14 of 16", checks.served_few(starving, SCENARIO) or "")
        self.assertEqual(len(checks.reasons(replace(starving, served_at_once=16), MEASUREMENT)), 2)
        self.assertIsNone(checks.served_few(replace(starving, served_at_once=16), SCENARIO))
        self.expect_only(replace(starving, load=result(errors={**NO_ERRORS, "status": 1})), "1 status")
        self.assertIsNone(checks.served_few(SAMPLE, SCENARIO))

    def test_refused_and_timed_out(self) -> None:
        self.expect_only(replace(SAMPLE, account=replace(ACCOUNT, refused=1)), "1 refused")
        self.expect_only(replace(SAMPLE, account=replace(ACCOUNT, timed_out=1)), "1 timed out")

    def test_an_empty_window(self) -> None:
        self.expect_only(replace(SAMPLE, cost=replace(COST, requests=0)), "0 requests in the window")

    def test_the_reference_server_has_no_counters(self) -> None:
        self.assertEqual(checks.reasons(replace(SAMPLE, account=None), MEASUREMENT), [])


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
