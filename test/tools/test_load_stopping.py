# SPDX-License-Identifier: MIT
"""SIGINT and SIGTERM end a run early: it prints its results, marked as interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import unittest
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import load_runs
from load_servers import Conversation, always, answer, full, serving, silent


@contextmanager
def started(*arguments: str, prepare: Optional[Callable[[], None]] = None) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(load_runs.command("--json", *arguments), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          preexec_fn=prepare) as client:
        try:
            yield client
        finally:
            if client.poll() is None:
                client.kill()


def await_handler(client: subprocess.Popen[bytes]) -> None:
    """Waits until the process has blocked the signals."""
    deadline = time.monotonic() + load_runs.PATIENCE_SECONDS
    wanted = 1 << (signal.SIGINT - 1)
    while time.monotonic() < deadline:
        status = Path(f"/proc/{client.pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        if int(fields["SigBlk"], 16) & wanted:
            return
        time.sleep(0.001)
    raise AssertionError("it never blocks SIGINT")


class Stopping(unittest.TestCase):
    def outcome(self, client: subprocess.Popen[bytes]) -> dict[str, Any]:
        stdout, _ = client.communicate(timeout=load_runs.PATIENCE_SECONDS)
        self.assertEqual(client.returncode, 1)
        result: dict[str, Any] = json.loads(stdout)
        self.assertIs(result["valid"], False)
        self.assertEqual(result["invalid_reasons"][0], "interrupted")
        return result

    def test_in_the_middle_of_a_run(self) -> None:
        def script(conversation: Conversation) -> None:
            while conversation.request():
                conversation.send(answer())

        for number in (signal.SIGINT, signal.SIGTERM):
            for arguments in (["--connections=3"], ["--rate=500"], ["--close"]):
                with self.subTest(f"{number.name} {arguments}"), serving(script) as server:
                    reached = server.expect(100)
                    with started(load_runs.ENDLESS, *arguments, server.url()) as client:
                        self.assertTrue(reached.wait(load_runs.PATIENCE_SECONDS))
                        client.send_signal(number)
                        result = self.outcome(client)
                    self.assertEqual(result["requests"], server.requests)
                    self.assertEqual(sum(result["errors"].values()), 0)
                    self.assertGreater(result["service_time_us"]["p50"], 0)

    def test_a_second_signal_does_not_wait_for_what_is_in_flight(self) -> None:
        with serving(silent) as server:
            with started(load_runs.ENDLESS, "--timeout=10min", server.url()) as client:
                await_handler(client)
                client.send_signal(signal.SIGINT)
                client.send_signal(signal.SIGTERM)
                result = self.outcome(client)
        self.assertEqual(result["requests"], 0)
        self.assertIsNone(result["requests_per_second"])

    def test_while_it_connects(self) -> None:
        with full() as port:
            for arguments in (["--connections=50"], ["--idle=50"]):
                arguments += [load_runs.ENDLESS, "--timeout=10min", f"http://127.0.0.1:{port}/"]
                with self.subTest(arguments), started(*arguments) as client:
                    await_handler(client)
                    client.send_signal(signal.SIGINT)
                    self.assertEqual(self.outcome(client)["requests"], 0)

    def test_assertions_are_not_checked(self) -> None:
        with serving(silent) as server:
            with started(load_runs.ENDLESS, "--timeout=10min", "--assert=p99<1s", server.url()) as client:
                await_handler(client)
                client.send_signal(signal.SIGTERM)
                client.send_signal(signal.SIGINT)
                self.outcome(client)


def ignoring_signals() -> None:
    """Signals ignored by nohup, a background job of a shell, or another parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})


class Inherited(unittest.TestCase):
    def test_signals_that_the_parent_ignored_or_blocked_work(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name), serving(always(answer())) as server:
                reached = server.expect(100)
                with started(load_runs.ENDLESS, server.url(), prepare=ignoring_signals) as client:
                    self.assertTrue(reached.wait(load_runs.PATIENCE_SECONDS))
                    client.send_signal(number)
                    stdout, _ = client.communicate(timeout=load_runs.PATIENCE_SECONDS)
                self.assertEqual(client.returncode, 1)
                self.assertEqual(json.loads(stdout)["invalid_reasons"], ["interrupted"])


class StandingStill(unittest.TestCase):
    """The client is stopped for longer than its own timeout."""

    def stopped(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        with serving(always(answer())) as server:
            reached = server.expect(50)
            with started("--timeout=1s", "--duration=2500ms", "--connections=4", *arguments, server.url()) as client:
                self.assertTrue(reached.wait(load_runs.PATIENCE_SECONDS))
                client.send_signal(signal.SIGSTOP)
                time.sleep(1.3)
                client.send_signal(signal.SIGCONT)
                stdout, _ = client.communicate(timeout=load_runs.PATIENCE_SECONDS)
        return client.returncode, json.loads(stdout)

    def test_a_closed_loop_notes_it_without_errors(self) -> None:
        for arguments in ([], ["--close"]):
            code, result = self.stopped(*arguments)
            self.assertEqual((code, sum(result["errors"].values())), (0, 0), result)
            self.assertRegex(" ".join(result["notes"]), "the client itself did not run for [1-9]")

    def test_an_open_loop_is_invalid_for_that_reason(self) -> None:
        code, result = self.stopped("--rate=200")
        self.assertEqual((code, sum(result["errors"].values())), (1, 0), result)
        self.assertRegex(result["invalid_reasons"][0], "the client itself did not run for [1-9]")


if __name__ == "__main__":
    unittest.main()
