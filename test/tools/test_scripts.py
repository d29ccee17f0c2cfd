# SPDX-License-Identifier: MIT
"""The five commands in tools/: called by a symbolic link, from any folder, with an output that is full, closed or without
a reader."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import IO, Union

_ROOT = Path(__file__).resolve().parents[2]
NAMES = ("compare", "fuzz", "simulate", "soak", "test")


def helped(
    script: Path, stdout: Union[int, IO[bytes]] = subprocess.PIPE, closed: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Runs --help in a shell that can close inherited descriptors."""
    return subprocess.run(
        ["sh", "-c", f'exec "$0" --help {closed}', str(script)], stdin=subprocess.DEVNULL, stdout=stdout,
        stderr=subprocess.PIPE, encoding="utf-8", timeout=100, cwd="/", env={**os.environ, **environment}, check=False,
    )


class Scripts(unittest.TestCase):
    def test_are_found_by_a_link_in_a_folder_with_blanks_with_any_cdpath(self) -> None:
        with tempfile.TemporaryDirectory(prefix="majuscule test ") as folder:
            (Path(folder) / "lib").mkdir()
            (Path(folder) / "tools").mkdir()  # where CDPATH would lead
            checkout = Path(folder) / "a checkout"
            checkout.symlink_to(_ROOT)
            for name in NAMES:
                with self.subTest(name):
                    link = Path(folder) / f"{name} link"
                    link.symlink_to(checkout / "tools" / name)
                    done = helped(link, CDPATH=folder)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertTrue(done.stdout.startswith(f"usage: tools/{name} "), done.stdout)

    def expect_one_line(self, done: "subprocess.CompletedProcess[str]", name: str) -> None:
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(f"{name}: ", done.stderr)
        self.assertIn("standard output", done.stderr)

    def test_report_that_their_help_could_not_be_written(self) -> None:
        for name in NAMES:
            with self.subTest(name):
                script = _ROOT / "tools" / name
                with open("/dev/full", "wb") as full:
                    self.expect_one_line(helped(script, full), name)
                self.expect_one_line(helped(script, closed=">&-"), name)

    def test_end_quietly_or_with_a_line_when_the_reader_has_gone(self) -> None:
        for name in NAMES:
            with self.subTest(name):
                reader, writer = os.pipe()
                os.close(reader)
                with open(writer, "wb") as gone:
                    done = helped(_ROOT / "tools" / name, gone)
                self.expect_one_line(done, name)


if __name__ == "__main__":
    unittest.main()
