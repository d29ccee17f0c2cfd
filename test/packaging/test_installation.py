# SPDX-License-Identifier: MIT
"""What an installation has: the programs, and units that start the server and that systemd finds hardened.

Installs into a temporary directory (DESTDIR). Expects MESON, BUILD_DIR, PREFIX, BINDIR and UNIT_DIR in the
environment. Without systemd-analyze, its checks are skipped.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

# Of `systemd-analyze security`, times ten: from 0, perfect, to 100.
MOST_EXPOSURE = 15


def run(*command: str | pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          check=False, stdin=subprocess.DEVNULL)


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = pathlib.Path(scratch.name)
        cls.destdir = cls.scratch / "destdir"
        done = run(os.environ["MESON"], "install", "--no-rebuild", "--skip-subprojects", "-C",
                   os.environ["BUILD_DIR"], "--destdir", cls.destdir)
        if done.returncode != 0:
            raise AssertionError(f"meson install failed:\n{done.stdout}")
        cls.program = pathlib.Path(os.environ["PREFIX"], os.environ["BINDIR"], "majuscule")
        cls.client = cls.program.with_name("majuscule-load")

    def installed(self, path: pathlib.Path) -> pathlib.Path:
        return self.destdir / path.relative_to("/")

    def unit(self, name: str) -> pathlib.Path:
        if not os.environ["UNIT_DIR"]:
            self.skipTest("configured without -Dsystemd_unit_dir")
        return self.installed(pathlib.Path(os.environ["PREFIX"], os.environ["UNIT_DIR"], name))

    def analyzable_units(self) -> list[pathlib.Path]:
        """Returns copies of the units that start the program from its present place."""
        if shutil.which("systemd-analyze") is None:
            self.skipTest("there is no systemd-analyze")
        copies = []
        for name in ("majuscule.service", "majuscule.socket"):
            text = self.unit(name).read_text(encoding="utf-8")
            copies.append(self.scratch / name)
            copies[-1].write_text(text.replace(f"={self.program} ", f"={self.installed(self.program)} "),
                                  encoding="utf-8")
        return copies

    def test_has_a_program_that_runs(self) -> None:
        done = run(self.installed(self.program), "--version")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(done.stdout.startswith("majuscule "), done.stdout)

    def test_has_a_load_client_that_runs(self) -> None:
        done = run(self.installed(self.client), "--version")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(done.stdout.startswith("majuscule-load "), done.stdout)

    def test_has_a_service_that_starts_the_program(self) -> None:
        service = self.unit("majuscule.service").read_text(encoding="utf-8")
        self.assertIn(f"\nExecStart={self.program} ", service)
        self.assertNotIn("@BINDIR@", service)
        self.assertTrue(self.unit("majuscule.socket").is_file())

    def test_has_a_service_that_does_not_give_up_while_an_address_is_missing(self) -> None:
        lines = self.unit("majuscule.service").read_text(encoding="utf-8").splitlines()
        self.assertIn("Wants=network-online.target", lines)
        self.assertTrue(any(line.startswith("After=") and "network-online.target" in line for line in lines))
        self.assertIn("Restart=on-failure", lines)
        self.assertTrue(any(line.startswith("RestartSec=") for line in lines))
        unit = lines[lines.index("[Unit]"):lines.index("[Service]")]
        self.assertIn("StartLimitIntervalSec=0", unit)

    def test_has_units_that_systemd_accepts_without_a_warning(self) -> None:
        done = run("systemd-analyze", "verify", "--man=no", *self.analyzable_units())
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_has_a_service_that_systemd_finds_hardened(self) -> None:
        done = run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSURE}", "--no-pager",
                   self.analyzable_units()[0])
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
