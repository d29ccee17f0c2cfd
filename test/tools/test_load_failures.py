# SPDX-License-Identifier: MIT
"""Every error is counted by its kind and makes the run invalid, without figures."""

import socket
import unittest

import load_runs
from load_runs import ENDLESS
from load_servers import HELLO, Conversation, Script, always, answer, full, once, refusing, serving, silent

SERIES = ("service_time_us", "response_time_us", "first_byte_us")
MIB = b"x" * 2**20


def unread(conversation: Conversation) -> None:
    """Resets the connection with a request half read."""
    conversation.message()
    conversation.reset()


def reset(conversation: Conversation) -> None:
    conversation.request()
    conversation.reset()


def twice(conversation: Conversation) -> None:
    while conversation.request():
        conversation.send(2 * answer())


def endless(conversation: Conversation) -> None:
    """An endless answer."""
    conversation.request()
    conversation.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        conversation.send(MIB)


def too_large(conversation: Conversation) -> None:
    """Answers without reading the body, which resets the connection."""
    conversation.message()
    conversation.send(answer(b"no", "413 Content Too Large", ("Connection: close",)))


class Failures(unittest.TestCase):
    def failed(self, run: load_runs.Run) -> dict[str, int]:
        """The kinds of errors of a run without a good answer."""
        self.assertEqual(run.code, 1, run.stdout + run.stderr)
        result = run.result
        self.assertIs(result["valid"], False)
        self.assertTrue(result["invalid_reasons"])
        self.assertEqual(result["requests"], 0)
        self.assertIsNone(result["requests_per_second"])
        for series in SERIES:
            figures = dict(result[series])
            self.assertEqual(figures.pop("count"), 0)
            self.assertEqual(set(figures.values()), {None}, series)
        return {kind: count for kind, count in result["errors"].items() if count}

    def failures(self, script: Script, *arguments: str) -> tuple[dict[str, int], str]:
        with serving(script) as server:
            done = load_runs.run_json(*arguments, server.url())
        return self.failed(done), done.reasons

    def test_there_is_no_listener(self) -> None:
        with refusing() as port:
            for arguments in (["--connections=5"], ["--connections=5", "--close"]):
                done = load_runs.run_json(ENDLESS, *arguments, f"http://127.0.0.1:{port}/")
                self.assertEqual(self.failed(done), {"connect": 5})
                self.assertIn("no connection could be made", done.reasons)
                self.assertIn("Connection refused", done.reasons)

    def test_a_schedule_without_a_listener(self) -> None:
        with refusing() as port:
            arguments = [ENDLESS, "--connections=500", "--rate=100", "--close"]
            done = load_runs.run_json(*arguments, f"http://127.0.0.1:{port}/")
        self.assertEqual(list(self.failed(done)), ["connect"])

    def test_a_host_without_an_address(self) -> None:
        done = load_runs.run_json(ENDLESS, "http://no.such.host.invalid/")
        self.assertEqual((done.code, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"\Amajuscule-load: cannot resolve 'no\.such\.host\.invalid': .+\n\Z")

    def test_there_is_no_accept(self) -> None:
        with full() as port:
            arguments = ["--connections=20", "--timeout=300ms", "--requests=20"]
            done = load_runs.run_json(*arguments, f"http://127.0.0.1:{port}/")
        kinds = self.failed(done)
        self.assertLessEqual({"connect"}, set(kinds))
        self.assertIn("timed out", done.reasons)

    def test_never_answered(self) -> None:
        kinds, reasons = self.failures(silent, "--connections=3", "--requests=6", "--timeout=200ms")
        self.assertEqual(kinds, {"timeout": 6})
        self.assertIn("not answered in time", reasons)

    def test_never_answered_counts_all_that_are_in_flight(self) -> None:
        kinds, _ = self.failures(silent, "--connections=2", "--requests=8", "--pipeline=4", "--timeout=200ms")
        self.assertEqual(kinds, {"timeout": 8})

    def test_never_answered_to_the_end(self) -> None:
        kinds, _ = self.failures(endless, "--requests=1", "--timeout=300ms")
        self.assertEqual(kinds, {"timeout": 1})

    def test_never_answered_ends_without_a_count(self) -> None:
        kinds, reasons = self.failures(silent, ENDLESS, "--connections=3", "--timeout=200ms")
        self.assertEqual(list(kinds), ["timeout"])
        self.assertIn("without a good answer", reasons)

    def test_wrong_status(self) -> None:
        kinds, reasons = self.failures(always(answer(status="503 Service Unavailable")), "--requests=5")
        self.assertEqual(kinds, {"status": 5})
        self.assertIn("503", reasons)

    def test_only_wrong_statuses(self) -> None:
        kinds, reasons = self.failures(always(answer(status="404 Not Found")), ENDLESS)
        self.assertEqual(list(kinds), ["status"])
        self.assertIn("without a good answer", reasons)

    def test_wrong_body(self) -> None:
        for body in (b"hello", b"Hell", b"Hello!", b""):
            with serving(always(answer(body))) as server:
                done = load_runs.run_json("--requests=5", server.url("/capitalize?text=hello"))
            self.assertEqual(self.failed(done), {"body": 5})

    def test_an_invalid_answer(self) -> None:
        kinds, _ = self.failures(always(b"SSH-2.0-OpenSSH_9.2\r\n"), "--requests=4")
        self.assertEqual(kinds, {"read": 4})

    def test_an_answer_cut_off(self) -> None:
        kinds, reasons = self.failures(once(answer(MIB)[:-1]), "--requests=4")
        self.assertEqual(kinds, {"read": 4})
        self.assertIn("closed within an answer", reasons)

    def test_no_answer_but_the_end(self) -> None:
        kinds, reasons = self.failures(once(b""), "--requests=4")
        self.assertEqual(kinds, {"read": 4})
        self.assertIn("closed without an answer", reasons)

    def test_reset(self) -> None:
        kinds, reasons = self.failures(reset, "--requests=4")
        self.assertEqual(kinds, {"read": 4})
        self.assertIn("reset", reasons)

    def test_reset_before_all_was_sent(self) -> None:
        with serving(unread) as server:
            done = load_runs.run_json("--requests=3", "--body-size=64MiB", server.url())
        self.assertEqual(self.failed(done), {"write": 3})

    def test_answered_before_all_was_sent(self) -> None:
        with serving(too_large) as server:
            done = load_runs.run_json("--requests=3", "--body-size=64MiB", server.url())
        self.assertEqual(self.failed(done), {"status": 3})
        self.assertIn("413", done.reasons)

    def test_raw_without_a_reply(self) -> None:
        with serving(lambda conversation: conversation.message() and None) as server:
            done = load_runs.run_json("--requests=3", f"raw://127.0.0.1:{server.port}")
        self.assertEqual(self.failed(done), {"read": 3})


class PartlyRight(unittest.TestCase):
    def test_an_answer_without_a_request(self) -> None:
        with serving(twice) as server:
            done = load_runs.run_json("--requests=5", server.url())
        self.assertEqual((done.code, done.result["valid"]), (1, False))
        self.assertGreater(done.result["errors"]["read"], 0)
        self.assertIn("bytes without a request", done.reasons)

    def test_a_server_that_dies(self) -> None:
        def mortal(conversation: Conversation) -> None:
            while conversation.request():
                if conversation.server.requests > 50:
                    return conversation.server.die()
                conversation.send(answer())

        with serving(mortal) as server:
            done = load_runs.run_json(ENDLESS, "--connections=3", server.url())
        self.assertEqual(done.code, 1)
        self.assertEqual(done.result["requests"], 50)
        self.assertIn("without a good answer", done.reasons)
        self.assertIn("Connection refused", done.reasons)

    def test_one_wrong_answer_among_many(self) -> None:
        def moody(conversation: Conversation) -> None:
            while conversation.request():
                wrong = conversation.server.requests == 70
                conversation.send(answer(b"Hullo" if wrong else HELLO))

        with serving(moody) as server:
            done = load_runs.run_json("--requests=100", server.url("/capitalize?text=hello"))
        self.assertEqual((done.code, done.result["requests"]), (1, 99))
        self.assertEqual(done.result["errors"]["body"], 1)

    def test_one_connection_lost_among_many_requests(self) -> None:
        def forgetful(conversation: Conversation) -> None:
            while conversation.request() and conversation.server.requests != 70:
                conversation.send(answer())

        with serving(forgetful) as server:
            done = load_runs.run_json("--requests=100", server.url())
        self.assertEqual((done.code, done.result["requests"], done.result["connections"]), (1, 99, 2))
        self.assertEqual(done.result["errors"]["read"], 1)

    def test_requests_after_an_unannounced_end_are_lost(self) -> None:
        """It is unknown whether they were processed."""

        def rude(conversation: Conversation) -> None:
            if conversation.request():
                conversation.send(answer())
                conversation.socket.shutdown(socket.SHUT_WR)
                conversation.until_closed()

        with serving(rude) as server:
            done = load_runs.run_json("--pipeline=4", "--requests=40", server.url())
        self.assertEqual((done.code, done.result["resent"]), (1, 0))
        self.assertGreater(done.result["errors"]["read"], 0)
        self.assertEqual(done.result["requests"] + done.result["errors"]["read"], 40)

    def test_slow_answers_beside_failures_are_waited_for(self) -> None:
        """A client that fails repeatedly does not end the run while others may get answers."""

        def mixed(conversation: Conversation) -> None:
            enough = conversation.server.expect(250)  # more than two seconds of failures
            while conversation.request():
                if conversation.number > 0:
                    return conversation.reset()
                enough.wait(load_runs.PATIENCE_SECONDS)
                conversation.send(answer())

        with serving(mixed) as server:
            done = load_runs.run_json("--connections=2", "--requests=300", server.url())
        self.assertNotIn("gave up", done.reasons)
        self.assertGreater(done.result["requests"], 0)
        self.assertEqual(done.result["requests"] + done.result["errors"]["read"], 300)


if __name__ == "__main__":
    unittest.main()
