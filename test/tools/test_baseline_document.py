# SPDX-License-Identifier: MIT
"""A file that is no baseline is refused with one line that has the reason."""

from __future__ import annotations

import copy
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any, Optional

from baseline_samples import document, figure, row, row_of, scenario, set_figure
from comparison import baseline, baseline_document
from comparison.errors import CannotRun


class Documents(unittest.TestCase):
    def setUp(self) -> None:
        self.old = document()

    def refused(self, old: Any, words: str) -> None:
        with self.assertRaisesRegex(CannotRun, words) as caught:
            baseline.compare(old, document())
        self.assertNotIn("\n", str(caught.exception))

    def test_other_documents_are_refused(self) -> None:
        for other in (None, [], "text", 7, {}, {"format": 2}, {"scenarios": []}):
            self.refused(other, "the baseline cannot be compared: tools/compare did not write it")

    def test_another_format_is_refused(self) -> None:
        for number in (1, 3, "2", None):
            self.refused({**self.old, "format": number}, f"of format {number}, and 2 is needed")

    def test_a_damaged_one_is_refused(self) -> None:
        for spoil in (
            lambda d: d.update(environment=None),
            lambda d: d.update(scenarios=7),
            lambda d: d["scenarios"].append(None),
            lambda d: d["scenarios"][0].pop("connections"),
            lambda d: d["scenarios"][0].update(connections="many"),
            lambda d: d["scenarios"][0].update(rows={"a": 1}),
            lambda d: row_of(d, "epoll").pop("figures"),
            lambda d: row_of(d, "epoll").update(figures=[1]),
            lambda d: row_of(d, "epoll").pop("valid"),
            lambda d: set_figure(d, "epoll", "cpu_us_per_request", {**figure(1.0), "rounds": None}),
            lambda d: set_figure(d, "epoll", "cpu_us_per_request", {**figure(1.0), "low": 10**400}),
        ):
            damaged = copy.deepcopy(self.old)
            spoil(damaged)
            self.refused(damaged, "missing or damaged")

    def test_two_rows_of_one_key_are_refused(self) -> None:
        self.old["scenarios"].append(scenario([row("epoll")]))
        self.refused(self.old, "two rows of epoll, keep-alive, 64 connections")

    def test_a_baseline_without_a_valid_row_is_refused(self) -> None:
        self.refused(document(scenario([row("reference")])), "no valid row")
        self.refused({**self.old, "scenarios": []}, "no valid row")


class Files(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "baseline.json"

    def refused(self, content: Optional[bytes], words: str) -> None:
        if content is not None:
            self.path.write_bytes(content)
        with self.assertRaisesRegex(CannotRun, words) as caught:
            baseline_document.load(self.path)
        self.assertIn(str(self.path), str(caught.exception))

    def test_a_written_document_is_read_again(self) -> None:
        written = document()
        self.path.write_text(json.dumps(written, indent=1))
        self.assertEqual(baseline_document.load(self.path), written)

    def test_a_missing_one(self) -> None:
        self.refused(None, "No such file")

    def test_a_directory(self) -> None:
        self.path.mkdir()
        self.refused(None, "Is a directory")

    def test_every_way_to_cut_it_short(self) -> None:
        whole = json.dumps(document(), indent=1).encode()
        for length in range(0, len(whole), 97):
            self.refused(whole[:length], "is cut short")
        self.refused(whole[:-1], "is cut short")

    def test_no_json(self) -> None:
        for content in (b"| a | table |", b"\xff\xfe", b"[" * 100_000, b'{"a": 1,}', b"9" * 10_000 + b"x"):
            self.refused(content, "is no JSON|cut short|did not write it")

    def test_another_format(self) -> None:
        self.refused(json.dumps({**document(), "format": 1}).encode(), "format 1, and 2 is needed")


if __name__ == "__main__":
    unittest.main()
