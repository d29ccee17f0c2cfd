# SPDX-License-Identifier: MIT
"""majuscule-load over real sockets, against known delays. Noise only adds: it breaks no test.

The benchmark load-calibration measures the accuracy on a quiet machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

import load_runs
from load_servers import Conversation, answer, serving

_MS = 1000.0  # in the client's microseconds


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def await_stopped(pid: int) -> None:
    deadline = time.monotonic() + load_runs.PATIENCE_SECONDS
    while state(pid) != "T":
        if time.monotonic() > deadline:
            raise AssertionError("SIGSTOP does not stop it")
        time.sleep(0.001)


class ServiceTime(unittest.TestCase):
    def test_one_slow_request_in_a_hundred_is_in_the_right_percentile(self) -> None:
        """With one connection, 1 % of requests delayed by 500 ms: the truth of p75 is microseconds."""
        with load_runs.majuscule("--task-every=100", task="sleep:500ms") as server:
            done = load_runs.run_json("--requests=300", load_runs.capitalize(server))
        self.assertEqual(done.code, 0, done.stdout + done.stderr)
        for series in ("service_time_us", "response_time_us"):
            figures = done.result[series]
            self.assertLess(figures["p75"], 100 * _MS)
            self.assertGreaterEqual(figures["p99.9"], 500 * _MS)
            self.assertGreaterEqual(figures["mean"], 5 * _MS)
        self.assertGreaterEqual(done.result["seconds"], 3 * 0.5)

    def test_no_percentile_is_below_the_servers(self) -> None:
        """Each request takes longer for the client than for the server, so every rank does."""
        delays = [0.0, 0.005, 0.010, 0.100, 0.100]
        seen: list[float] = []

        def script(conversation: Conversation) -> None:
            while conversation.request():
                began = time.monotonic()
                time.sleep(delays[conversation.server.requests % len(delays)])
                seen.append((time.monotonic() - began) * 1e6)
                conversation.send(answer())

        with serving(script) as server:
            done = load_runs.run_json("--requests=100", server.url())
        self.assertEqual((done.code, len(seen)), (0, 100), done.stdout)
        seen.sort()
        figures = done.result["service_time_us"]
        for name, rank in (("min", 1), ("p50", 50), ("p75", 75), ("p90", 90), ("p95", 95), ("max", 100)):
            self.assertGreaterEqual(figures[name], seen[rank - 1], name)
        self.assertLess(figures["p50"], seen[75 - 1], "the median is none of the slow ones")


class ResponseTime(unittest.TestCase):
    def test_a_stall_of_the_server_is_in_the_response_time_of_all_requests_meanwhile(self) -> None:
        """200 requests/s for 4 s, and a stall of 1.5 s: of these 800, the 200 of its first second have waited
        500 ms or more. Only those in flight have had a slow service."""
        with load_runs.majuscule() as server:
            arguments = ["--json", "--rate=200", "--duration=4s", "--connections=4", "--timeout=60s"]
            client = subprocess.Popen(load_runs.command(*arguments, load_runs.capitalize(server)),
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            with client:
                while load_runs.stats(server)["requests"] < 20:
                    self.assertIsNone(client.poll())
                os.kill(server.pid, signal.SIGSTOP)
                await_stopped(server.pid)
                time.sleep(1.5)  # the stall
                os.kill(server.pid, signal.SIGCONT)
                stdout, _ = client.communicate(timeout=load_runs.PATIENCE_SECONDS)
        done = load_runs.Run(client.returncode, stdout.decode(), "")
        response, service = done.result["response_time_us"], done.result["service_time_us"]
        self.assertEqual(done.result["requests"], 800)
        self.assertGreaterEqual(response["p90"], 500 * _MS)
        self.assertGreaterEqual(response["max"], 1400 * _MS)
        self.assertGreaterEqual(service["max"], 1400 * _MS)
        self.assertLess(service["p90"], response["p90"] / 2)
        self.assertLess(service["p50"], 100 * _MS)

    def test_a_closed_loop_has_no_other_response_time_than_service_time(self) -> None:
        with load_runs.majuscule() as server:
            done = load_runs.run_json("--requests=500", "--connections=5", load_runs.capitalize(server))
        result = done.result
        self.assertEqual(result["response_time_us"], result["service_time_us"])

    def test_a_connection_each_has_its_connect_in_the_response_time(self) -> None:
        with load_runs.majuscule() as server:
            result = load_runs.run_json("--requests=100", "--close", load_runs.capitalize(server)).result
        self.assertEqual(result["connect_time_us"]["count"], 100)
        for name in ("min", "mean", "p50", "max"):
            self.assertGreater(result["response_time_us"][name], result["service_time_us"][name])


if __name__ == "__main__":
    unittest.main()
