# SPDX-License-Identifier: MIT
"""tools/compare on the build in BUILD_DIR: a short comparison, and refusals."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

_SHORT = ["--scenarios=keep-alive", "--connections=8", "--rounds=1", "--duration=400ms", "--seed=1"]
_RELEASE = os.environ["RELEASE"] == "yes"


def compare(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "comparison", "--no-build", f"--build-dir={os.environ['BUILD_DIR']}", *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=100
    )


@unittest.skipUnless(_RELEASE, "only a release build is measured; this one is not")
@unittest.skipUnless(shutil.which("wrk") and shutil.which("taskset"), "wrk is not installed")
class AShortComparison(unittest.TestCase):
    """On a busy machine rows may be INVALID or have no figure. The test checks that each row reports
    it; test_checks has the figures that make a row INVALID."""

    done: "subprocess.CompletedProcess[str]"
    files: dict[str, Path]
    document: dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        cls.addClassCleanup(scratch.cleanup)
        cls.output = Path(scratch.name)
        cls.done = compare(*_SHORT, f"--output={cls.output}")
        if cls.done.returncode not in (0, 1):
            raise AssertionError(cls.done.stderr)
        cls.files = {path.suffix: path for path in cls.output.iterdir()}
        cls.document = json.loads(cls.files[".json"].read_text())

    def rows(self) -> list[dict[str, Any]]:
        return [row for scenario in self.document["scenarios"] for row in scenario["rows"]]

    def test_writes_the_report_in_every_form_and_says_where(self) -> None:
        self.assertEqual(set(self.files), {".html", ".md", ".json", ".csv"})
        for path in self.files.values():
            self.assertIn(f"written: {path}", self.done.stdout)
        self.assertLess(self.files[".html"].stat().st_size, 1_000_000)

    def test_measures_every_mode_beside_the_reference(self) -> None:
        self.assertEqual([row["mode"] for row in self.rows()], ["epoll", "threads", "reference"])
        for row in self.rows():
            with self.subTest(row["mode"]):
                self.assertEqual(row["valid"], not row["invalid_reasons"])
                self.assertEqual(bool(row["figures"]), bool(row["rounds"]))
                if not row["valid"]:
                    continue
                self.assertGreater(row["figures"]["requests_per_second"]["median"], 0)
                checked = row["figures"].get("wrk_requests_per_second")
                self.assertEqual(checked is None, row["reference"], "wrk has no need of a ceiling")
                self.assertGreater(row["figures"]["cpu_us_per_request"]["median"], 0)
                self.assertTrue(row["spectrum"]["service"])

    def test_calibrates_the_machine_around_each_load(self) -> None:
        speed = self.document["speed"]
        self.assertRegex(speed["began"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$")
        tried = len(speed["calibrations"]) + len(speed["failures"])
        self.assertGreater(tried, len(self.rows()), speed)
        self.assertGreater(len(speed["calibrations"]), 1, speed["failures"])
        self.assertIn("Machine speed varied by", self.done.stdout)
        self.assertIn("Machine speed over the run", self.files[".html"].read_text())
        for row in self.rows():
            self.assertGreater(row["figures"]["cpu_us_per_request_raw"]["median"], 0)
            bracketed = all(one["bracket"] for one in row["rounds"])
            self.assertTrue(bracketed or speed["failures"], row["mode"])

    def test_exits_with_1_only_for_an_invalid_row(self) -> None:
        invalid = [row for row in self.rows() if not row["valid"]]
        self.assertEqual(self.done.returncode, 1 if invalid else 0)
        self.assertEqual(self.document["invalid_rows"], len(invalid))
        self.assertTrue(all(row["invalid_reasons"] for row in invalid))

    def test_has_what_is_needed_to_repeat_it(self) -> None:
        environment = self.document["environment"]
        self.assertIn("--seed=1", environment["command"])
        for name in ("machine", "kernel", "governor", "cores", "compiler", "build", "commit", "libuv", "pre-flight"):
            self.assertTrue(environment[name], name)

    def test_has_memory_and_system_calls_or_the_reason(self) -> None:
        for one in [*self.document["memory"], *self.document["system_calls"]]:
            measured = one.get("anonymous_per_connection", one.get("per_request"))
            self.assertTrue(measured is not None or one["reason"], one)

    def test_has_a_line_for_each_row_in_the_csv_file(self) -> None:
        with self.files[".csv"].open(newline="") as file:
            lines = list(csv.DictReader(file))
        self.assertEqual([line["mode"] for line in lines], [row["mode"] for row in self.rows()])

    def test_has_the_versions_of_the_programs(self) -> None:
        environment = self.document["environment"]
        for program, name in (("majuscule", "server"), ("majuscule-load", "client")):
            command = [str(Path(os.environ["BUILD_DIR"]) / program), "--version"]
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=100).stdout
            self.assertTrue(environment[name].startswith(said.splitlines()[0]))
            for line in (f"commit {environment['commit']}", f"options {environment['build']}"):
                self.assertIn(line, said.splitlines())
        self.assertRegex(environment["built"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$")

    def test_is_its_own_baseline(self) -> None:
        if not any(row["valid"] and not row["reference"] for row in self.rows()):
            self.skipTest("a busy machine: no row is valid, so there is no baseline")
        other = compare(*_SHORT, "--no-reasons", f"--output={self.output / 'again'}", f"--baseline={self.files['.json']}")
        self.assertIn(other.returncode, (0, 1, 4), other.stderr)
        again = json.loads(next((self.output / "again").glob("*.json")).read_text())
        self.assertEqual(len(again["baseline"]["rows"]), len(self.rows()))
        self.assertEqual(other.returncode == 0, not again["invalid_rows"] and not again["baseline"]["exit_code"])


class Refusals(unittest.TestCase):
    def expect_one_line(self, done: "subprocess.CompletedProcess[str]", code: int, *words: str) -> None:
        self.assertEqual(done.returncode, code, done.stderr)
        last = done.stderr.strip().splitlines()[-1]
        for word in words:
            self.assertIn(word, last)
        self.assertNotIn("Traceback", done.stderr)

    def test_a_wrong_flag(self) -> None:
        self.expect_one_line(compare("--scenarios=sunny"), 2, "sunny", "keep-alive")

    def test_an_invalid_baseline(self) -> None:
        self.expect_one_line(compare("--baseline=/nowhere.json"), 1, "/nowhere.json")

    def test_a_folder_that_cannot_be_written(self) -> None:
        self.expect_one_line(compare("--output=/dev/null/results"), 1, "/dev/null/results")

    @unittest.skipIf(_RELEASE, "this build may be measured")
    def test_a_build_that_is_no_release(self) -> None:
        self.expect_one_line(compare(), 1, "no table from")

    @unittest.skipUnless(_RELEASE, "this build is refused before")
    @unittest.skipUnless(shutil.which("wrk") and shutil.which("taskset"), "wrk is not installed")
    def test_a_mode_that_is_not_there(self) -> None:
        self.expect_one_line(compare("--modes=nonsense"), 1, "nonsense", "epoll")


if __name__ == "__main__":
    unittest.main()
