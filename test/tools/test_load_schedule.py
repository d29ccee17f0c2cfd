# SPDX-License-Identifier: MIT
"""An open loop offers its rate for any behaviour of the server, and reports when it could not."""

import threading
import time
import unittest

import load_runs
from load_servers import Conversation, Script, always, answer, refusing, serving, silent


def answering_from(request: int) -> Script:
    """The first connection waits until the second has a request too."""
    both = threading.Barrier(2)

    def script(conversation: Conversation) -> None:
        while conversation.request():
            if conversation.server.requests <= request:
                both.wait(load_runs.PATIENCE_SECONDS)
            conversation.send(answer())

    return script


class Schedule(unittest.TestCase):
    def test_a_rate_beyond_the_client_is_named(self) -> None:
        with serving(always(answer())) as server:
            done = load_runs.run_json("--rate=10000000", "--duration=100ms", server.url())
        self.assertEqual(done.code, 1)
        self.assertLess(done.result["requests_per_second"], 10_000_000)
        self.assertGreater(done.result["unsent"], 0)
        self.assertIn("10000000.0 offered", done.reasons)
        self.assertIn("never sent", done.reasons)

    def test_a_server_slower_than_the_schedule_is_named(self) -> None:
        done = self.never_answered("--connections=2", "--rate=100", "--duration=100ms", "--timeout=1500ms")
        self.assertEqual(done.result["errors"]["timeout"], 2)
        self.assertEqual(done.result["unsent"], 8)
        self.assertIn("8 requests of the schedule were never sent", done.reasons)

    def test_it_sleeps_while_it_waits_for_answers_past_the_schedule(self) -> None:
        before = load_runs.cpu_of_children()
        self.never_answered("--rate=100", "--duration=100ms", "--timeout=5s")
        self.assertLess(load_runs.cpu_of_children() - before, 2.0)

    def never_answered(self, *arguments: str) -> load_runs.Run:
        with serving(silent) as server:
            done = load_runs.run_json(*arguments, server.url())
        self.assertEqual((done.code, done.result["requests"]), (1, 0))
        return done

    def test_requests_go_out_while_others_are_not_answered(self) -> None:
        """The second one is sent although the first one waits for it."""
        with serving(answering_from(2)) as server:
            done = load_runs.run_json("--connections=2", "--rate=100", "--requests=20", server.url())
        self.assertEqual((done.result["requests"], sum(done.result["errors"].values())), (20, 0))

    def test_a_schedule_of_one_request_has_no_rate(self) -> None:
        for arguments in (["--rate=0.1", "--duration=1s"], ["--rate=0.01", "--requests=1"]):
            with serving(always(answer())) as server:
                began = time.monotonic()
                done = load_runs.run_json(*arguments, server.url())
                passed = time.monotonic() - began
            self.assertEqual((done.code, done.result["requests"]), (1, 1))
            self.assertIsNone(done.result["requests_per_second"])
            self.assertIn("a schedule of 1 request says no rate", done.reasons)
            self.assertLess(done.result["seconds"], passed)

    def test_no_figure_covers_future_time(self) -> None:
        with serving(always(answer())) as server:
            began = time.monotonic()
            result = load_runs.run_json("--rate=4", "--requests=2", server.url()).result
            passed = time.monotonic() - began
        self.assertLessEqual(result["seconds"], passed)
        self.assertGreaterEqual(result["seconds"], 0.5)

    def test_the_seed_is_reported(self) -> None:
        with serving(always(answer())) as server:
            arguments = ["--arrivals=poisson", "--rate=1000", "--requests=20"]
            told = load_runs.run_json(*arguments, "--seed=7", server.url()).result["seed"]
            chosen = [load_runs.run_json(*arguments, server.url()).result["seed"] for _ in range(3)]
        self.assertEqual(told, 7)
        self.assertGreater(len(set(chosen)), 1)


class SilentClients(unittest.TestCase):
    def test_those_that_the_server_closes_are_reported(self) -> None:
        def script(conversation: Conversation) -> None:
            if conversation.number >= 3:  # the silent ones come first
                always(answer())(conversation)

        with serving(script) as server:
            done = load_runs.run_json("--idle=5", "--requests=2000", server.url())
        self.assertEqual((done.code, done.result["requests"]), (1, 2000))
        self.assertIn("the server closed 3 silent clients", done.reasons)

    def test_no_load_without_all_of_them(self) -> None:
        with refusing() as port:
            done = load_runs.run_json("--idle=5", "--requests=10", f"http://127.0.0.1:{port}/")
        self.assertEqual((done.code, done.result["requests"]), (1, 0))
        self.assertIn("only 0 of 5 silent clients could connect", done.reasons)
        self.assertEqual(done.result["connections"], 0)


if __name__ == "__main__":
    unittest.main()
