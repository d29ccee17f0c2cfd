# SPDX-License-Identifier: MIT
"""Builds the programs, and refuses debug and sanitized builds."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparison import build_folder, child
from comparison.errors import CannotRun
from comparison.progress import Progress

_TARGETS = ["majuscule", "majuscule-load", "majuscule-reference"]
_TESTS = "-Dtests=auto"
_SECONDS = 300
_END_SECONDS = 10


@dataclass(frozen=True)
class Built:
    """The programs."""

    majuscule: Path
    client: Path
    reference: Path


def _run(command: list[str], root: Path, what: str) -> str:
    try:
        done = subprocess.run(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=_SECONDS, text=True, encoding="utf-8", errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"cannot {what}: {error}") from None
    if done.returncode != 0:
        raise CannotRun(f"cannot {what}: {' '.join(command)} failed:\n{done.stdout[-4000:].rstrip()}")
    return done.stdout


def _configure(root: Path, directory: Path, progress: Progress) -> None:
    """Configures the folder again when it is missing, of another place or of another Meson. With the tests, so that
    `meson test` runs them all."""
    folder = root / directory
    setup = ["meson", "setup", _TESTS]
    if not build_folder.exists(folder):
        progress.say(f"configuring {directory}/")
        _run([*setup, str(folder), str(root)], root, "configure")
        return
    why = build_folder.why_anew(root, folder, build_folder.installed_meson())
    if why:
        progress.keep(f"configuring {directory}/ again: {why}")
        _run([*setup, "--wipe", str(folder), str(root)], root, "configure")
    elif build_folder.option(folder, "tests") in (False, "false", None):
        progress.say(f"configuring {directory}/ with the tests")
        _run([*setup, "--reconfigure", str(folder), str(root)], root, "configure")


def build(root: Path, directory: Path, progress: Progress) -> None:
    """Builds the programs only."""
    _configure(root, directory, progress)
    command = ["ninja", "-C", str(directory), *_TARGETS]
    output = []
    try:
        with child.started(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as compiling:
            try:
                for line in compiling.stdout or []:
                    output.append(line)
                    progress.say(f"building {directory}/: {line.strip()}")
            except BaseException:
                compiling.terminate()  # ninja ends its compilers, and removes incomplete files
                compiling.wait(_END_SECONDS)
                raise
    except OSError as error:
        raise CannotRun(f"cannot build: {error}") from None
    if compiling.returncode != 0:
        raise CannotRun(f"cannot build: {' '.join(command)} failed:\n{''.join(output)[-4000:].rstrip()}")


def _introspect(root: Path, directory: Path, what: str) -> list[dict[str, Any]]:
    return json.loads(_run(["meson", "introspect", str(directory), f"--{what}"], root, f"ask for the {what}"))


def refusal(options: dict[str, Any]) -> str:
    """Why programs built with these options are not measured; empty when they are."""
    if options["b_sanitize"] != "none":
        return f"it is built with -Db_sanitize={options['b_sanitize']}"
    if options["optimization"] not in ("2", "3"):
        return f"it is built with -Doptimization={options['optimization']} (2 or 3 is needed)"
    if options.get("b_coverage"):
        return "it is built with -Db_coverage=true"
    return ""


def _program(targets: list[dict[str, Any]], name: str, directory: Path) -> Path:
    for target in targets:
        if target["name"] == name and target["type"] == "executable":
            program = Path(target["filename"][0])
            if program.exists():
                return program
    raise CannotRun(f"there is no {name} in {directory}: run without --no-build")


def inspect(root: Path, directory: Path) -> Built:
    """Raises CannotRun for a build that is not measured."""
    if not (root / directory / "build.ninja").exists():
        raise CannotRun(f"{directory} is not a build directory: run without --no-build")
    why = build_folder.why_anew(root, root / directory, "")
    if why:
        raise CannotRun(f"cannot use {directory}: {why}. Run without --no-build")
    options = {option["name"]: option["value"] for option in _introspect(root, directory, "buildoptions")}
    refused = refusal(options)
    if refused:
        raise CannotRun(f"no table from {directory}: {refused}. Use another --build-dir")
    targets = _introspect(root, directory, "targets")
    return Built(
        majuscule=_program(targets, "majuscule", directory),
        client=_program(targets, "majuscule-load", directory),
        reference=_program(targets, "majuscule-reference", directory),
    )
