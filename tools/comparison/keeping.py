# SPDX-License-Identifier: MIT
"""Writes the files of the results: whole or not at all, never over the files of another run. The folder is tested
before the measurement."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

from comparison import console
from comparison.errors import CannotRun

_PROBE_BYTES = 1 << 20  # about what the files of one run need


@dataclass
class Kept:
    """`written`: complete files. `failed`: the reason for each other file."""

    written: list[Path] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def expect_writable(folder: Path) -> None:
    """Makes the folder, and writes and removes a file in it. Raises CannotRun."""
    probe = folder / f".compare-{os.getpid()}.probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            _write(probe, b"\0" * _PROBE_BYTES)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise CannotRun(f"cannot write to {folder}: {console.reason(error)}") from None


def write(folder: Path, texts: dict[str, str]) -> Kept:
    """A file for each suffix, with a name of this moment that no other run has. Goes on when a file cannot be
    written."""
    kept = Kept()
    try:
        with _own_stem(folder, texts) as stem:
            for suffix, text in texts.items():
                path = stem.with_name(stem.name + suffix)
                try:
                    _replace(path, text.encode("utf-8", "backslashreplace"))
                    kept.written.append(path)
                except OSError as error:
                    kept.failed.append(f"cannot write {path}: {console.reason(error)}")
    except OSError as error:
        kept.failed.append(f"cannot write to {folder}: {console.reason(error)}")
    return kept


@contextmanager
def _own_stem(folder: Path, texts: dict[str, str]) -> Iterator[Path]:
    """Holds a claim file, which only one process can create, while the files are written."""
    base = time.strftime("compare-%Y%m%d-%H%M%S")
    number = 1
    while True:
        stem = folder / (base if number == 1 else f"{base}-{number}")
        claim = folder / f".{stem.name}.claim"
        number += 1
        try:
            os.close(os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except FileExistsError:
            continue
        try:
            if any(os.path.lexists(f"{stem}{suffix}") for suffix in texts):
                continue
            yield stem
            return
        finally:
            claim.unlink(missing_ok=True)


def _replace(path: Path, data: bytes) -> None:
    """The name never shows an incomplete file."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _write(unfinished, data)
        os.replace(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
