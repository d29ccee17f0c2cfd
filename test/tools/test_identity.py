# SPDX-License-Identifier: MIT
"""The report names what was measured: the stamp in the programs, the checked-out commit, the build folder."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from comparison import build_folder, identity, programs
from comparison.errors import Untrusted
from comparison.identity import Identity

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = _ROOT / "src" / "flags" / "build_stamp.py"
_SPEC = importlib.util.spec_from_file_location("build_stamp", _SCRIPT)
assert _SPEC and _SPEC.loader
build_stamp = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(build_stamp)

PRINTED = {
    "program": "majuscule", "version": "0.1.0", "commit": "0123456789ab-dirty", "libraries": {"libuv": "1.44.2"},
    "modes": ["epoll", "threads"],
}


class WhatProgramsSay(unittest.TestCase):
    def test_is_read_from_the_program(self) -> None:
        with tempfile.TemporaryDirectory(prefix="majuscule-test-") as folder:
            program = Path(folder) / "majuscule"
            program.write_text(f"#!/bin/sh\n[ \"$1\" = --version=json ] && echo '{json.dumps(PRINTED)}'\n")
            program.chmod(0o755)
            found = identity.of(program)
        self.assertEqual(found.versions, "majuscule 0.1.0; libuv 1.44.2; modes epoll, threads")
        self.assertEqual((found.get("commit"), found.get("compiler")), ("0123456789ab-dirty", "unknown"))

    def test_nothing_is_unknown(self) -> None:
        self.assertEqual(identity.of(Path("/nowhere")), Identity())
        self.assertEqual((Identity().get("commit"), Identity().versions), ("unknown", "unknown"))

    def test_another_commit_is_named(self) -> None:
        one, other = Identity({"commit": "aaa"}), Identity({"commit": "bbb"})
        self.assertEqual(identity.differences(one, one, "aaa"), [])
        self.assertEqual(identity.differences(one, one, "unknown"), [])
        self.assertIn("checked out is aaa-dirty", identity.differences(one, one, "aaa-dirty")[0])
        self.assertIn("majuscule-load of bbb", identity.differences(one, other, "aaa")[0])

    def test_a_program_rebuilt_meanwhile_is_not_measured(self) -> None:
        with tempfile.TemporaryDirectory(prefix="majuscule-test-") as folder:
            program = Path(folder) / "majuscule"
            program.write_text("one")
            programs.expect_unchanged(program)
            programs.expect_unchanged(program)
            other = Path(folder) / "new"
            other.write_text("two")
            other.rename(program)
            with self.assertRaisesRegex(Untrusted, "majuscule was built again"):
                programs.expect_unchanged(program)


@unittest.skipUnless(subprocess.run(["sh", "-c", "command -v git"], stdout=subprocess.DEVNULL).returncode == 0, "no git")
class Commit(unittest.TestCase):
    """The tools and the build name the same commit."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name) / "a checkout"
        self.root.mkdir()
        (self.root / "file").write_text("1")
        self.git("init", "-q")
        self.git("add", "file")
        self.git("-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "one")

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "safe.directory=*", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def expect(self, wanted: str, root: Path) -> None:
        self.assertEqual(identity.checked_out(root), wanted)
        self.assertEqual(build_stamp.commit(str(root)), wanted)

    def test_is_named_and_changes_are_reported(self) -> None:
        commit = self.git("rev-parse", "--short=12", "HEAD")
        (self.root / "untracked").write_text("")
        self.expect(commit, self.root)
        (self.root / "file").write_text("2")
        self.expect(commit + "-dirty", self.root)

    def test_of_a_worktree_whose_git_folder_is_a_file(self) -> None:
        other = self.root.parent / "other"
        self.git("worktree", "add", "-q", "--detach", str(other))
        self.expect(self.git("rev-parse", "--short=12", "HEAD"), other)

    def test_of_a_folder_around_an_archive_is_unknown(self) -> None:
        inside = self.root / "unpacked"
        inside.mkdir()
        self.expect("unknown", inside)

    def test_is_not_that_of_a_hook_that_calls(self) -> None:
        with mock.patch.dict(os.environ, {"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere"}):
            self.expect(self.git_without_hook(), self.root)
            self.assertEqual(os.environ["GIT_DIR"], "/nowhere")

    def git_without_hook(self) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        command = ["git", "-C", str(self.root), "rev-parse", "--short=12", "HEAD"]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout.strip()

    @unittest.skipUnless(os.geteuid() == 0, "needs root to give files away")
    def test_of_another_users_checkout(self) -> None:
        commit = self.git("rev-parse", "--short=12", "HEAD")
        for path in [self.root, *self.root.rglob("*")]:
            os.chown(path, 65534, 65534)
        with mock.patch.dict(os.environ, {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}):
            self.expect(commit, self.root)

    def test_without_git_is_unknown(self) -> None:
        with mock.patch.dict(os.environ, {"PATH": "/nowhere"}):
            self.expect("unknown", self.root)


class Stamp(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.output = self.folder / "stamp.cpp"
        self.input = self.folder / "lib.a"
        self.input.write_text("")
        os.utime(self.input, (1000.0, 1000.0))

    def write(self, options: str = "buildtype=release", epoch: str = "") -> tuple[str, int]:
        arguments = [str(_SCRIPT), str(self.folder), str(self.output), options, str(self.input)]
        with mock.patch.object(sys, "argv", arguments), mock.patch.dict(os.environ, {"SOURCE_DATE_EPOCH": epoch}):
            build_stamp.main()
        return self.output.read_text(), self.output.stat().st_mtime_ns

    def age(self, text: str = "") -> None:
        """Gives the file an old time."""
        if text:
            self.output.write_text(text)
        os.utime(self.output, (2000.0, 2000.0))

    def test_names_commit_time_with_zone_and_options(self) -> None:
        text, _ = self.write('a="ö?" \\')
        self.assertIn('"commit unknown\\n"', text)
        self.assertRegex(text, r'"built " "\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}" "\\n"')
        self.assertIn(r"options a=\042\303\266\077\042 \134", text)

    def test_is_left_alone_while_nothing_changes(self) -> None:
        old = self.write()[0].replace("built \" \"2", "built \" \"1")
        self.age(old)
        self.assertEqual(self.write(), (old, 2000 * 10**9))

    def test_is_written_when_a_part_of_the_program_is_newer(self) -> None:
        old = self.write()[0].replace("built \" \"2", "built \" \"1")
        self.age(old)
        os.utime(self.input, (3000.0, 3000.0))
        self.assertNotEqual(self.write()[0], old)

    def test_is_written_when_the_options_change(self) -> None:
        self.write()
        self.age()
        self.assertNotEqual(self.write("buildtype=debug")[1], 2000 * 10**9)

    def test_can_be_the_same_at_any_time(self) -> None:
        text, _ = self.write(epoch="86400")
        self.assertIn('"1970-01-02 00:00:00 +0000"', text)


class BuildFolder(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="majuscule-test-")
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name) / "a checkout"
        self.folder = self.root / "build"
        (self.folder / "meson-info").mkdir(parents=True)
        self.tell({"directories": {"source": str(self.root), "build": str(self.folder)}, "meson_version": {"full": "1"}})

    def tell(self, info: Any) -> None:
        (self.folder / "meson-info" / "meson-info.json").write_text(json.dumps(info))

    def test_of_this_place_and_this_meson_is_used(self) -> None:
        self.assertEqual(build_folder.why_anew(self.root, self.folder, "1"), "")
        self.assertEqual(build_folder.why_anew(self.root, self.folder, ""), "", "that Meson is not asked")

    def test_by_another_name_of_the_same_place_is_used(self) -> None:
        link = self.root.parent / "link"
        link.symlink_to(self.root)
        self.assertEqual(build_folder.why_anew(link, link / "build", "1"), "")

    def test_of_another_meson_is_not(self) -> None:
        self.assertIn("made by Meson 1, installed is 2", build_folder.why_anew(self.root, self.folder, "2"))

    def test_that_was_renamed_or_copied_is_not(self) -> None:
        other = self.root.parent / "other"
        self.root.rename(other)
        why = build_folder.why_anew(other, other / "build", "1")
        self.assertEqual(why, f"it was made for {self.root}")

    def test_without_information_is_not(self) -> None:
        for info in ({}, [], {"directories": {"source": 1}}):
            self.tell(info)
            self.assertTrue(build_folder.why_anew(self.root, self.folder, "1"))
        (self.folder / "meson-info" / "meson-info.json").write_text("{")
        self.assertTrue(build_folder.why_anew(self.root, self.folder, "1"))

    def test_has_its_options(self) -> None:
        self.assertIsNone(build_folder.option(self.folder, "tests"))
        options = [{"name": "tests", "value": False}]
        (self.folder / "meson-info" / "intro-buildoptions.json").write_text(json.dumps(options))
        self.assertIs(build_folder.option(self.folder, "tests"), False)


if __name__ == "__main__":
    unittest.main()
