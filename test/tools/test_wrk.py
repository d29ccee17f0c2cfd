# SPDX-License-Identifier: MIT
"""The parser of the output of wrk, and the bytes that wrk sends."""

import os
import shutil
import socket
import unittest
from pathlib import Path

from comparison import wrk

PLAIN = """\
Running 1s test @ http://127.0.0.1:35189/capitalize?text=hello%20world
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   238.17us  290.82us   6.01ms   98.40%
    Req/Sec   162.67k     9.07k  168.05k    81.82%
  Latency Distribution
     50%  191.00us
     75%  225.00us
     90%  347.00us
     99%    1.05ms
  177967 requests in 1.10s, 21.72MB read
Requests/sec: 161576.96
Transfer/sec:     19.72MB
"""

TROUBLED = """\
Running 2m test @ http://127.0.0.1:1/
  1 threads and 5 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.00s   100.00ms   1.50m   50.00%
    Req/Sec     1.00      0.00     1.00    100.00%
  Latency Distribution
     50%    1.00s
     75%    1.25s
     90%    2.50s
     99%    1.25m
  12 requests in 2.00m, 1.56KB read
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 5
Requests/sec:      0.10
Transfer/sec:      13.31B
"""

NOTHING = """\
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     0.00us    0.00us   0.00us    -nan%
    Req/Sec     0.00      0.00     0.00      -nan%
  Latency Distribution
     50%    0.00us
     75%    0.00us
     90%    0.00us
     99%    0.00us
  0 requests in 1.00s, 0.00B read
Requests/sec:      0.00
Transfer/sec:       0.00B
"""


class ParseOutput(unittest.TestCase):
    def test_reads_every_figure(self) -> None:
        result = wrk.parse_output(PLAIN)
        self.assertEqual(result.requests, 177967)
        self.assertAlmostEqual(result.seconds, 1.10)
        self.assertAlmostEqual(result.bytes_read, 21.72 * 1024 * 1024)
        self.assertAlmostEqual(result.requests_per_second, 161576.96)
        self.assertEqual((result.p50, result.p90, result.p99, result.max), (191.0, 347.0, 1050.0, 6010.0))
        self.assertEqual(result.errors, wrk.Errors())

    def test_reads_errors_and_long_times(self) -> None:
        result = wrk.parse_output(TROUBLED)
        self.assertEqual(result.errors, wrk.Errors(connect=1, read=2, write=3, timeout=4, status=5))
        self.assertEqual(result.errors.total, 15)
        self.assertEqual((result.p50, result.p90, result.p99), (1e6, 2.5e6, 75e6))
        self.assertEqual(result.max, 90e6)
        self.assertEqual(result.seconds, 120.0)
        self.assertAlmostEqual(result.bytes_read, 1.56 * 1024)

    def test_reads_a_load_without_an_answer(self) -> None:
        result = wrk.parse_output(NOTHING)
        self.assertEqual((result.requests, result.max, result.bytes_read), (0, 0.0, 0.0))

    def test_refuses_what_is_not_its_output(self) -> None:
        refused = "unable to connect to 127.0.0.1:1 Connection refused\n"
        for output in ("", refused, PLAIN.replace("99%  ", "98%  ")):
            with self.assertRaises(ValueError):
                wrk.parse_output(output)


class Units(unittest.TestCase):
    def test_all_of_wrks_units(self) -> None:
        times = {"1.50us": 1.5, "1.50ms": 1500, "1.50s": 1.5e6, "1.50m": 90e6, "1.50h": 5.4e9}
        for text, microseconds in times.items():
            self.assertAlmostEqual(wrk.parse_time(text), microseconds)
        for text, count in {"12": 12, "1.50k": 1500, "1.50M": 1.5e6, "1.50G": 1.5e9}.items():
            self.assertAlmostEqual(wrk.parse_count(text), count)
        sizes = {"12.00B": 12, "1.50KB": 1536, "1.00MB": 2**20, "1.00GB": 2**30, "1.00TB": 2**40}
        for text, size in sizes.items():
            self.assertAlmostEqual(wrk.parse_bytes(text), size)

    def test_unknown_ones_are_refused(self) -> None:
        for text in ("-nan", "1.5x", "", "ms", "1.5.2s"):
            with self.assertRaises(ValueError):
                wrk.parse_time(text)


class Command(unittest.TestCase):
    def test_timeout_is_three_times_the_longest_wait(self) -> None:
        self.assertIn("--timeout=10s", wrk.Load(16, 1.0, longest_wait=3.1).command(1))

    def test_fractions_of_a_second_are_rounded_up_for_wrk(self) -> None:
        self.assertIn("-d2s", wrk.Load(16, 1.5).command(1))

    def test_the_depth_of_a_pipeline_follows_the_url(self) -> None:
        command = wrk.Load(1, 1.0, pipeline=16).command(8000)
        self.assertEqual(command[-3:], [wrk.url(8000), "--", "16"])
        script = next(word for word in command if word.startswith("--script="))
        self.assertTrue(Path(script.partition("=")[2]).is_file())

    def test_a_connection_for_each_request_is_asked_for_in_a_header(self) -> None:
        self.assertIn("--header=Connection: close", wrk.Load(1, 1.0, close=True).command(1))
        self.assertEqual(wrk.Load(1, 1.0).command(1)[-1], wrk.url(1))


@unittest.skipUnless(shutil.which("wrk") and shutil.which("taskset"), "wrk is not installed")
class RealWrk(unittest.TestCase):
    def test_sends_exactly_request_bytes_after_one_probe(self) -> None:
        with socket.create_server((wrk.HOST, 0)) as listener:
            listener.settimeout(60)
            port = listener.getsockname()[1]
            with wrk.loading(wrk.Load(1, 0.3), port, core=_first_core()) as run:
                probe, client = (listener.accept()[0] for _ in range(1 + wrk.PROBE_CONNECTIONS))
                with probe, client:
                    client.settimeout(60)
                    self.assertEqual(probe.recv(4096), b"")
                    self.assertEqual(client.recv(4096), wrk.request_bytes(port))
                    self.assertEqual(run.result().requests, 0)


def _first_core() -> int:
    return min(os.sched_getaffinity(0))


if __name__ == "__main__":
    unittest.main()
