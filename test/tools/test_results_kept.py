# SPDX-License-Identifier: MIT
"""A comparison never loses its results: for any standard output, any signal, any folder. The loads are simulated
(faked_compare.py)."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Callable, IO, Optional, Union

PATIENCE_SECONDS = 60.0
SUFFIXES = {".html", ".md", ".json", ".csv"}
COMMAND = [sys.executable, "-m", "faked_compare"]
_LITTLE_BYTES = 24 * 1024


class Comparison(unittest.TestCase):
    """`environment`: Python compiles its modules once for all runs of a class."""

    environment: dict[str, str]

    @classmethod
    def setUpClass(cls) -> None:
        cache = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        cls.addClassCleanup(cache.cleanup)
        cls.environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache.name}
        cls.environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name) / "with blanks" / "results"

    def files(self) -> dict[str, Path]:
        return {path.suffix: path for path in self.folder.iterdir()}

    def document(self) -> dict[str, Any]:
        return json.loads(self.files()[".json"].read_text(encoding="utf-8"))

    def expect_whole(self) -> None:
        names = [path.name for path in self.folder.iterdir()]
        self.assertEqual({Path(name).suffix for name in names}, SUFFIXES, names)
        self.assertFalse([name for name in names if name.startswith(".")], "nothing unfinished is left")

    def run_it(
        self,
        *arguments: str,
        stdout: Union[int, IO[bytes]] = subprocess.PIPE,
        prepare: Optional[Callable[[], None]] = None,
        **environment: str,
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, f"--output={self.folder}", *arguments], stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=subprocess.PIPE, encoding="utf-8", timeout=PATIENCE_SECONDS, preexec_fn=prepare,
            env={**self.environment, **environment}, check=False,
        )


class StandardOutput(Comparison):
    def expect_kept(self, done: "subprocess.CompletedProcess[str]", code: int) -> list[str]:
        """The lines on stderr except progress."""
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertNotIn("Exception", done.stderr)
        self.expect_whole()
        return [line for line in done.stderr.splitlines() if line.startswith("compare: ")]

    def test_with_a_reader(self) -> None:
        done = self.run_it()
        self.assertEqual(self.expect_kept(done, 0), [])
        for path in self.files().values():
            self.assertIn(f"written: {path}\n", done.stdout)

    def test_whose_reader_has_gone(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "wb") as gone:
            self.assertEqual(self.expect_kept(self.run_it(stdout=gone), 0), [])

    def test_on_a_full_disk(self) -> None:
        with open("/dev/full", "wb") as full:
            [line] = self.expect_kept(self.run_it(stdout=full), 1)
        self.assertIn("standard output: No space left on device", line)

    def test_that_is_closed_like_the_other_two(self) -> None:
        def close_all() -> None:
            for descriptor in range(3):
                os.close(descriptor)

        done = self.run_it(prepare=close_all)
        self.assertEqual(done.returncode, 1)
        self.expect_whole()

    def test_standard_error_without_a_reader(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)

        def say_into_it() -> None:
            os.dup2(writer, 2)

        done = self.run_it(prepare=say_into_it)
        os.close(writer)
        self.assertEqual(done.returncode, 0)
        self.expect_whole()

    def test_in_any_encoding(self) -> None:
        odd = "tools/compare --output=r\udce9sultats Ärger ✓"  # also a name that is not UTF-8
        for number, encoding in enumerate(({"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"}, {"PYTHONUTF8": "0",
                                           "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"})):
            with self.subTest(encoding):
                self.folder = self.folder.parent / str(number)
                done = self.run_it(FAKED_COMMAND=odd.encode("utf-8", "surrogateescape").decode("latin-1"), **encoding)
                self.expect_kept(done, 0)
                self.assertIn("written: ", done.stdout)


class Files(Comparison):
    def test_of_two_runs_of_one_second_stand_beside_each_other(self) -> None:
        commands = [[*COMMAND, f"--output={self.folder}"] for _ in range(3)]
        runs = [subprocess.Popen(one, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment)
                for one in commands]
        said = [run.communicate(timeout=PATIENCE_SECONDS)[0].decode() for run in runs]
        written = [line for text in said for line in text.splitlines() if line.startswith("written: ")]
        self.assertEqual(len(set(written)), 3 * len(SUFFIXES), written)
        self.assertEqual(len(list(self.folder.iterdir())), 3 * len(SUFFIXES))

    def expect_refused(self, folder: Path, words: str) -> None:
        done = self.run_it(f"--output={folder}")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"compare: cannot write to {folder}: {words}\n", "and nothing was measured")

    def test_a_folder_that_cannot_be_written_is_reported_before(self) -> None:
        self.folder.parent.mkdir()
        self.folder.write_text("a file")
        self.expect_refused(self.folder, "File exists")
        self.expect_refused(self.folder / "deeper", "Not a directory")
        self.expect_refused(Path("/proc/results"), "No such file or directory")
        if os.geteuid() != 0:
            self.folder.parent.chmod(0o500)
            self.addCleanup(self.folder.parent.chmod, 0o700)
            self.expect_refused(self.folder.parent, "Permission denied")

    def test_that_do_not_fit_are_named_and_the_others_are_kept(self) -> None:
        """A file size limit simulates a full disk: the page and the rounds are the largest files."""

        def allow_little() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (_LITTLE_BYTES, _LITTLE_BYTES))

        done = self.run_it(prepare=allow_little, FAKED_SMALL_PROBE="1")
        self.assertEqual(done.returncode, 1, done.stderr)
        for suffix in (".json", ".html"):
            self.assertRegex(done.stderr, rf"(?m)^compare: cannot write .*/compare-.*\{suffix}: File too large$")
        self.assertEqual(sorted(path.suffix for path in self.folder.iterdir()), [".csv", ".md"])
        self.assertIn("Keep-alive, 16 connections", done.stdout)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class Signals(Comparison):
    def begin(self, *signals_ignored: int, hang: int = 4, **environment: str) -> "subprocess.Popen[str]":
        """A comparison in the load of that number; the loads before it are complete."""

        def prepare() -> None:
            for number in signals_ignored:
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # as a careless parent may leave it

        run = subprocess.Popen(
            [*COMMAND, f"--output={self.folder}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8", preexec_fn=prepare,
            env={**self.environment, "FAKED_HANG": str(hang), **environment},
        )
        self.addCleanup(run.communicate)
        self.addCleanup(run.kill)
        assert run.stderr
        for line in run.stderr:
            found = re.fullmatch(r"HANGS pid=(\d+) folder=(.*)\n", line)
            if found:
                self.server, self.scratch = int(found[1]), Path(found[2])
                return run
        raise AssertionError("it did not begin")

    def expect_nothing_left(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not gone(self.server):
            self.assertLess(time.monotonic(), deadline, "the server outlives the comparison")
            time.sleep(0.01)
        self.assertFalse(self.scratch.exists(), "its temporary folder is left")

    def test_keep_complete_results_and_mark_every_file(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                self.folder = self.folder.parent / number.name
                run = self.begin()
                run.send_signal(number)
                stdout, stderr = run.communicate(timeout=PATIENCE_SECONDS)
                self.assertEqual(run.returncode, 128 + number, stderr)
                self.expect_whole()
                self.expect_nothing_left()
                found = self.document()
                self.assertEqual(found["partial"], f"stopped by {number.name} after 3 of 6 loads")
                rows = [row for scenario in found["scenarios"] for row in scenario["rows"]]
                self.assertEqual(sum(len(row["rounds"]) for row in rows), 3)
                self.assertTrue(all(row["valid"] for row in rows))
                for text in (stdout, *(self.files()[suffix].read_text() for suffix in (".md", ".html"))):
                    self.assertIn("PARTIAL", text)
                with self.files()[".csv"].open(newline="") as file:
                    marks = [line["marks"] for line in csv.DictReader(file)]
                self.assertTrue(marks and all("partial: 1 of 2 rounds" in mark for mark in marks), marks)

    def test_before_anything_is_complete_leave_no_file(self) -> None:
        run = self.begin(hang=1)
        run.send_signal(signal.SIGTERM)
        _, stderr = run.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(run.returncode, 143)
        self.assertIn("nothing was complete", stderr.splitlines()[-1])
        self.assertEqual(list(self.folder.iterdir()), [])
        self.expect_nothing_left()

    def test_a_second_one_ends_it_at_once_and_leaves_nothing(self) -> None:
        run = self.begin(FAKED_DEAF="1")
        run.send_signal(signal.SIGINT)
        time.sleep(0.2)  # sooner both may count as one signal
        self.assertIsNone(run.poll())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while run.poll() is None:  # on a busy machine the second may be merged with the first
            self.assertLess(time.monotonic(), deadline, "it does not end")
            run.send_signal(signal.SIGINT)
            time.sleep(0.2)
        run.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(run.returncode, 130)
        self.expect_nothing_left()

    def test_that_cannot_be_caught_end_the_servers(self) -> None:
        run = self.begin()
        run.kill()
        run.communicate(timeout=PATIENCE_SECONDS)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not gone(self.server):
            self.assertLess(time.monotonic(), deadline, "the server outlives the comparison")
            time.sleep(0.01)
        for left in self.scratch.parent.glob(self.scratch.name):
            left.rmdir()

    def test_that_the_parent_ignores_stay_ignored(self) -> None:
        run = self.begin(signal.SIGHUP)
        run.send_signal(signal.SIGHUP)
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=PATIENCE_SECONDS)
        self.assertEqual(run.returncode, 143)
        self.assertIn("SIGTERM", self.document()["partial"])

    def test_a_fault_of_the_comparison_itself_loses_nothing_either(self) -> None:
        done = self.run_it(FAKED_CRASH="4")
        self.assertEqual(done.returncode, 1)
        self.assertIn("what no comparison expects", done.stderr)
        self.expect_whole()
        self.assertIn("after 3 of 6 loads", self.document()["partial"])


if __name__ == "__main__":
    unittest.main()
