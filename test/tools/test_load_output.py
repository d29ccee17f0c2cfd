# SPDX-License-Identifier: MIT
"""The output, the files and the exit codes of majuscule-load."""

import os
import pty
import re
import resource
import subprocess
import tempfile
import unittest
from pathlib import Path

import load_runs
from load_servers import HELLO, always, answer, serving

SERIES = ("response", "service", "first_byte", "connect", "lateness")
_LINE = re.compile(r" *(\d+\.\d+) (\d\.\d{12}) +(\d+)(?: +(\d+\.\d+))?")


def percentiles(text: str) -> list[tuple[float, float, int]]:
    """The lines of HdrHistogram's file: value in ms, share, count up to there."""
    head, empty, *lines = text.splitlines()
    if head.split() != ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"] or empty:
        raise ValueError(f"begins with {head!r}")
    found = []
    for line in lines:
        if line.startswith("#["):
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise ValueError(f"{line!r} in a percentile file")
        found.append((float(match[1]), float(match[2]), int(match[3])))
    return found


class Output(unittest.TestCase):
    def setUp(self) -> None:
        self.server = self.enterContext(serving(always(answer())))

    def enterContext(self, context):  # type: ignore[no-untyped-def]  # Python 3.11 has it
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def test_the_table_has_the_load_and_the_figures(self) -> None:
        done = load_runs.run("--requests=30", self.server.url())
        self.assertEqual((done.code, done.stderr), (0, ""))
        self.assertIn(f"GET {self.server.url()}, 1 connection, closed loop, 30 requests", done.stdout)
        self.assertIn("30 requests in", done.stdout)
        for row in ("response time", "service time", "first byte", "connect", "own lateness"):
            self.assertRegex(done.stdout, rf"(?m)^{row} +\d")

    def test_an_invalid_table_has_the_reason_and_no_figures(self) -> None:
        done = load_runs.run("--requests=3", self.server.url("/capitalize?text=other"))
        self.assertEqual(done.code, 1)
        self.assertRegex(done.stdout, r"(?m)^INVALID: 3 answers with a wrong body")
        self.assertRegex(done.stdout, r"(?m)^response time +none$")
        self.assertNotIn("requests/s", done.stdout)

    def test_json_is_one_line_and_nothing_else(self) -> None:
        done = load_runs.run_json("--requests=3", self.server.url())
        self.assertEqual((done.code, done.stderr, done.stdout.count("\n")), (0, "", 1))
        figures = done.result["service_time_us"]
        self.assertLessEqual(figures["min"], figures["p50"])
        self.assertLessEqual(figures["p50"], figures["max"])

    def test_percentile_files(self) -> None:
        with tempfile.TemporaryDirectory(prefix="majuscule-test-") as scratch:
            done = load_runs.run_json("--requests=200", f"--hgrm={scratch}/a", self.server.url())
            self.assertEqual(done.code, 0, done.stderr)
            names = sorted(path.name for path in Path(scratch).iterdir())
            self.assertEqual(names, sorted(f"a.{name}.hgrm" for name in SERIES))
            lines = percentiles(Path(scratch, "a.service.hgrm").read_text())
        self.assertEqual(lines, sorted(lines))
        value, share, count = lines[-1]
        self.assertEqual((share, count), (1.0, 200))
        self.assertAlmostEqual(value * 1000, done.result["service_time_us"]["max"], places=2)

    def test_unwritable_percentile_files_prevent_the_load(self) -> None:
        done = load_runs.run("--requests=5", "--hgrm=/no/such/directory/a", self.server.url())
        self.assertEqual((done.code, done.stdout), (1, ""))
        self.assertIn("/no/such/directory/a.response.hgrm", done.stderr)
        self.assertEqual(self.server.peers, [])

    def written_to(self, *arguments: str, redirection: str) -> tuple[int, str]:
        shell = ["sh", "-c", f'exec "$@" {redirection}', "sh"]
        done = subprocess.run(shell + load_runs.command(*arguments), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=load_runs.PATIENCE_SECONDS, check=False)
        return done.returncode, done.stderr

    def test_a_full_disk_is_reported(self) -> None:
        for arguments in (["--json"], []):
            code, said = self.written_to(*arguments, "--requests=5", self.server.url(),
                                         redirection=">/dev/full")
            self.assertEqual((code, said.count("\n")), (1, 1))
            self.assertIn("standard output", said)
        for option in ("--help", "--version"):
            code, said = self.written_to(option, redirection=">/dev/full")
            self.assertEqual((code, said.count("\n")), (1, 1))
            self.assertIn("standard output: No space left on device", said)

    def test_a_closed_pipe_is_reported(self) -> None:
        for arguments in (["--json", "--requests=5", self.server.url()], ["--help"]):
            reading, writing = os.pipe()
            os.close(reading)
            with os.fdopen(writing, "wb") as closed:
                done = subprocess.run(load_runs.command(*arguments), stdin=subprocess.DEVNULL, stdout=closed,
                                      stderr=subprocess.PIPE, text=True, check=False,
                                      timeout=load_runs.PATIENCE_SECONDS)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
            self.assertIn("standard output: Broken pipe", done.stderr)

    def test_percentile_files_beyond_the_limit_of_a_file_are_reported(self) -> None:
        def small_files() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        with tempfile.TemporaryDirectory(prefix="majuscule-test-") as scratch:
            done = load_runs.run_json("--requests=20", f"--hgrm={scratch}/a", self.server.url(),
                                      prepare=small_files)
        self.assertEqual((done.code, done.stderr.count("\n")), (1, 1), done.stderr)
        self.assertIn("a.response.hgrm: File too large", done.stderr)
        self.assertEqual(done.result["requests"], 20, "the result is printed all the same")

    def test_percentile_files_are_kept_when_the_result_cannot_be_printed(self) -> None:
        with tempfile.TemporaryDirectory(prefix="majuscule-test-") as scratch:
            code, _ = self.written_to("--requests=5", f"--hgrm={scratch}/a", self.server.url(),
                                      redirection=">/dev/full")
            kept = percentiles(Path(scratch, "a.service.hgrm").read_text())
        self.assertEqual((code, kept[-1][2]), (1, 5))

    def test_an_unwritable_standard_error_changes_nothing(self) -> None:
        for redirection in ("2>/dev/full", "2>&-"):
            code, _ = self.written_to("--requests=5", "--assert=p50<1ns", self.server.url(),
                                      redirection=redirection)
            self.assertEqual(code, 3)

    def test_a_closed_standard_output_is_reported_and_no_socket_is_taken_for_it(self) -> None:
        code, said = self.written_to("--json", "--requests=5", self.server.url(), redirection=">&- <&-")
        self.assertEqual(code, 1)
        self.assertIn("standard output", said)
        self.assertEqual(self.server.requests, 5)

    def test_progress_is_for_a_terminal(self) -> None:
        master, slave = pty.openpty()
        with os.fdopen(master, "rb", buffering=0) as terminal:
            arguments = load_runs.command("--json", "--duration=1200ms", self.server.url())
            with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=slave) as client:
                os.close(slave)
                stdout, _ = client.communicate(timeout=load_runs.PATIENCE_SECONDS)
            shown = terminal.read(64 * 1024).decode()
        self.assertRegex(shown, r"\r\x1b\[K +\d+\.\d s  \d+ requests  \d+/s  0 errors")
        self.assertTrue(stdout.startswith(b"{") and stdout.endswith(b"}\n"), stdout)

    def test_no_progress_is_for_a_file(self) -> None:
        done = load_runs.run_json("--duration=1200ms", self.server.url())
        self.assertEqual((done.code, done.stderr), (0, ""))


class ExitCodes(unittest.TestCase):
    def test_bad_usage_is_two_and_one_line(self) -> None:
        for arguments in ([], ["http://"], ["--rate=0", "http://h/"], ["--no-such", "http://h/"],
                          ["--arrivals=poisson", "http://h/"], ["--pipeline=2", "raw://h:1"],
                          ["--assert=p99", "http://h/"], ["--json", "http://h/", "http://h/"]):
            with self.subTest(arguments):
                done = load_runs.run(*arguments)
                self.assertEqual((done.code, done.stdout, done.stderr.count("\n")), (2, "", 1), done.stderr)
                self.assertTrue(done.stderr.startswith("majuscule-load: "), done.stderr)

    def test_help_and_version_are_zero(self) -> None:
        self.assertRegex(load_runs.run("--version").stdout, r"\Amajuscule-load \d+\.\d+\.\d+\ncommit \w+.*\nbuilt 2\d{3}-.* [+-]\d{4}\noptions buildtype=.*\n\Z")
        told = load_runs.run("--help")
        self.assertEqual((told.code, told.stderr), (0, ""))
        for option in ("--rate", "--idle", "--assert", "--hgrm"):
            self.assertIn(option, told.stdout)

    def code(self, body: bytes, *assertions: str) -> tuple[int, str]:
        with serving(always(answer(body))) as server:
            given = [f"--assert={assertion}" for assertion in assertions]
            done = load_runs.run("--requests=20", *given, server.url("/capitalize?text=hello"))
        return done.code, done.stderr

    def test_assertions_that_hold_are_zero(self) -> None:
        self.assertEqual(self.code(HELLO, "p99<10min", "service.max<=10min", "rate>0.001"), (0, ""))

    def test_one_that_does_not_hold_is_three_and_named(self) -> None:
        code, said = self.code(HELLO, "p99<10min", "response.p50<1ns", "connect.min>10min")
        self.assertEqual((code, said.count("\n")), (3, 2))
        self.assertIn("response.p50<1ns: it is", said)
        self.assertIn("connect.min>10min: it is", said)

    def test_an_invalid_run_is_one_for_any_assertion(self) -> None:
        self.assertEqual(self.code(b"Hullo", "p99<1ns")[0], 1)
        self.assertEqual(self.code(b"Hullo", "p99<10min")[0], 1)


if __name__ == "__main__":
    unittest.main()
