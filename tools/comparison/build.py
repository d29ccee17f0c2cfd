# SPDX-License-Identifier: MIT
"""Builds the programs, and finds out how: a table from a debug or sanitized build is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparison.errors import CannotRun
from comparison.progress import Progress

_TARGETS = ["majuscule", "majuscule-load", "majuscule-reference"]
_SECONDS = 300


@dataclass(frozen=True)
class Built:
    """The programs, and in words what made them."""

    majuscule: Path
    client: Path
    reference: Path
    compiler: str
    options: str


def _run(command: list[str], root: Path, what: str) -> str:
    try:
        done = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"cannot {what}: {error}") from None
    if done.returncode != 0:
        raise CannotRun(f"cannot {what}: {' '.join(command)} failed:\n{done.stdout[-4000:].rstrip()}")
    return done.stdout


def build(root: Path, directory: Path, progress: Progress) -> None:
    if not (root / directory / "build.ninja").exists():
        progress.say(f"configuring {directory}/")
        _run(["meson", "setup", str(directory), "-Dtests=false"], root, "configure")
    command = ["meson", "compile", "-C", str(directory), *_TARGETS]
    output = []
    try:
        with subprocess.Popen(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as compiling:
            for line in compiling.stdout or []:
                output.append(line)
                progress.tick(f"building {directory}/: {line.strip()}")
    except OSError as error:
        raise CannotRun(f"cannot build: {error}") from None
    if compiling.returncode != 0:
        raise CannotRun(f"cannot build: {' '.join(command)} failed:\n{''.join(output)[-4000:].rstrip()}")


def _introspect(root: Path, directory: Path, what: str) -> list[dict[str, Any]]:
    return json.loads(_run(["meson", "introspect", str(directory), f"--{what}"], root, f"ask for the {what}"))


def refusal(options: dict[str, Any]) -> str:
    """Why programs built with these options must not be measured; empty when they may."""
    if options["b_sanitize"] != "none":
        return f"it is built with -Db_sanitize={options['b_sanitize']}"
    if options["optimization"] not in ("2", "3"):
        return f"it is built with -Doptimization={options['optimization']} (2 or 3 is needed)"
    if options.get("b_coverage"):
        return "it is built with -Db_coverage=true"
    return ""


def _compiler(targets: list[dict[str, Any]]) -> str:
    for target in targets:
        for source in target.get("target_sources", []):
            if target["name"] == "majuscule" and source.get("language") == "cpp":
                command = [*source["compiler"], "--version"]
                if shutil.which(command[0]):
                    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=30).stdout
                    return said.splitlines()[0]
    return "unknown"


def _program(targets: list[dict[str, Any]], name: str, directory: Path) -> Path:
    for target in targets:
        if target["name"] == name and target["type"] == "executable":
            program = Path(target["filename"][0])
            if program.exists():
                return program
    raise CannotRun(f"there is no {name} in {directory}: run without --no-build")


def inspect(root: Path, directory: Path) -> Built:
    """Raises CannotRun when the build is not one to measure."""
    if not (root / directory / "build.ninja").exists():
        raise CannotRun(f"{directory} is not a build directory: run without --no-build")
    options = {option["name"]: option["value"] for option in _introspect(root, directory, "buildoptions")}
    refused = refusal(options)
    if refused:
        raise CannotRun(f"no table from {directory}: {refused}. Use another --build-dir")
    targets = _introspect(root, directory, "targets")
    names = ("buildtype", "optimization", "b_ndebug", "b_lto", "cpp_args")
    said = [f"{name}={options[name]}" for name in names if options.get(name) not in ([], "", None)]
    return Built(
        majuscule=_program(targets, "majuscule", directory),
        client=_program(targets, "majuscule-load", directory),
        reference=_program(targets, "majuscule-reference", directory),
        compiler=_compiler(targets),
        options=" ".join(said),
    )


def modes_of(program: Path) -> list[str]:
    listed = subprocess.run([program, "--list-modes"], stdout=subprocess.PIPE, text=True, timeout=10)
    return [line.split()[0] for line in listed.stdout.splitlines() if line.strip()]


def chosen_modes(program: Path, asked: list[str]) -> list[str]:
    """Those asked for; "all" is every one that is built in. Raises CannotRun for one that is not."""
    known = modes_of(program)
    if "all" in asked:
        return known
    unknown = [mode for mode in asked if mode not in known]
    if unknown:
        raise CannotRun(f"no mode {', '.join(unknown)} in this build: there are {', '.join(known)}")
    return asked
