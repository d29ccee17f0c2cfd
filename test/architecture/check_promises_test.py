#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that check_promises.py finds a promise whose test does not exist: each kind of name, right and wrong."""

import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # nothing is written into the source tree
import check_promises

TESTS = [
    {"name": "drain-epoll", "suite": ["majuscule:conformance", "majuscule:epoll"]},
    {"name": "pool-only", "suite": ["majuscule:conformance", "majuscule:pool"]},
]
CASES = {"drain": "TEST_P(Drain, EndsAtOnce) {}\n", "pool": "TEST_F(Pool, IsFull) {}\nTEST(Other, IsEmpty) {}\n"}


class CheckPromises(unittest.TestCase):
    def missing(self, cell):
        with tempfile.TemporaryDirectory() as folder:
            source, build = pathlib.Path(folder, "source"), pathlib.Path(folder, "build")
            (source / "test/conformance").mkdir(parents=True)
            (source / "tools").mkdir()
            (source / "tools/test").touch()
            for subject, text in CASES.items():
                (source / f"test/conformance/{subject}_test.cpp").write_text(text)
            (build / "meson-info").mkdir(parents=True)
            (build / "meson-info/intro-tests.json").write_text(json.dumps(TESTS))
            (build / "meson-info/intro-benchmarks.json").write_text("[]")
            return list(check_promises.missing(source, build, f"| a promise | {cell} |\n"))

    def test_existing_names_are_found(self):
        for cell in [
            "`drain`",
            "`drain-epoll`",
            "`drain`: `EndsAtOnce`",
            "`drain`: `Ends…`",
            "`pool-only`: `IsFull`, `IsEmpty`",
            "`tools/test`",
            "`tools/test drain`",
            "`tools/test --sanitize=address drain-epoll`",
            "`MAJUSCULE_TEST_ROUNDS=200 tools/test drain`",
        ]:
            with self.subTest(cell):
                self.assertEqual(self.missing(cell), [])

    def test_missing_names_are_reported(self):
        for cell in [
            "`drained`",
            "`drain`: `EndsNever`",
            "`pool-only`: `IsHalfFull`",
            "`tools/none`",
            "`tools/none drain`",
            "`any/thing goes here`",
            "`tools/test drained`",
            "`MAJUSCULE_TEST_ROUNDS=200 tools/none drain`",
            "`MAJUSCULE_TEST_ROUNDS=200 tools/test drained`",
        ]:
            with self.subTest(cell):
                self.assertEqual(len(self.missing(cell)), 1)


if __name__ == "__main__":
    unittest.main()
