# SPDX-License-Identifier: MIT
"""The folder of the results: tried before anything is measured, written whole or not at all, and no run writes
over the files of another."""

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
    """`written` stand whole; `failed` says of each other file what kept it from being written."""

    written: list[Path] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def expect_writable(folder: Path) -> None:
    """Makes the folder, and a file in it that is gone afterwards. Raises CannotRun."""
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
    """A file for each suffix, with a name of this moment that no other run has. One that cannot be written does
    not keep the others from it."""
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
    """A claim that only one process can make stands as long as its files are written."""
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
    """Nothing else than the whole is ever seen under the name."""
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
