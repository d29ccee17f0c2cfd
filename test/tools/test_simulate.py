# SPDX-License-Identifier: MIT
"""tools/simulate: the program that it runs, as it is called."""

from __future__ import annotations

import os
import re
import subprocess
import unittest
from pathlib import Path

_COMMAND = Path(__file__).resolve().parents[2] / "tools" / "simulate"


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=100, check=False,
    )  # fmt: skip


class Simulation(unittest.TestCase):
    def simulate(self, *options: str) -> "subprocess.CompletedProcess[str]":
        return run(os.environ["SIMULATION"], *options)

    def test_prints_seeds_hours_and_requests_for_each_driver(self) -> None:
        done = self.simulate("--seed=1")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[-1], "PASS")
        self.assertTrue(lines[0].startswith("readiness driver: "), lines[0])
        for line in lines[:-1]:
            self.assertRegex(
                line,
                r"^\w+ driver: seeds 1 to 1, 0\.\d virtual hours in [\d.]+ s, [1-9]\d* clients, [1-9]\d* requests$",
            )

    def test_a_seed_repeats_the_run(self) -> None:
        counts = [re.findall(r"(\d+) clients, (\d+) requests", self.simulate("--seed=7").stdout) for _ in range(2)]
        self.assertEqual(counts[0], counts[1])
        self.assertNotEqual(counts[0], re.findall(r"(\d+) clients, (\d+) requests", self.simulate("--seed=8").stdout))

    def test_runs_seeds_until_the_virtual_hours_are_over(self) -> None:
        done = self.simulate("--driver=readiness", "--seed=100", "--hours=1")
        self.assertRegex(done.stdout, r"^readiness driver: seeds 100 to 10[4-9], 1\.\d virtual hours")

    def test_refuses_wrong_options(self) -> None:
        for words in (["--seed=x"], ["--sead=1"], ["--driver=none"], ["1"]):
            with self.subTest(words):
                done = self.simulate(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.startswith("usage: "), done.stderr)


class Command(unittest.TestCase):
    def test_refuses_wrong_options_before_it_builds(self) -> None:
        for words in (["--seed=x"], ["--sead=1"], ["name"], ["--seed=1", "--mutations"], ["--mutations", "--seed=1"]):
            with self.subTest(words):
                done = run(str(_COMMAND), *words)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("tools/simulate: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
