# SPDX-License-Identifier: MIT
"""Standard output and standard error as they are found: closed, full, without a reader, in any encoding. Nothing
that is said there may end a run, or hide its exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Optional


def prepare() -> None:
    """Call it first: no file that is opened later may be taken for a standard stream that is closed."""
    for stream in range(3):
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR if stream == 0 else os.O_RDONLY)  # the lowest that is free
    for text in (sys.stdout, sys.stderr):
        if text is not None:
            text.reconfigure(errors="backslashreplace")


def show(text: str, all_of_it: bool = False) -> Optional[str]:
    """Writes to standard output. None when that worked, or when the reader has seen enough (`| head`) and does not
    want all of it; else the reason why not."""
    if sys.stdout is None:
        return "standard output is closed"
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        _silence(sys.stdout)
        if isinstance(error, OSError) and error.errno == errno.EPIPE and not all_of_it:
            return None
        return f"cannot write to standard output: {reason(error)}"
    return None


def tell(text: str) -> None:
    """Writes to standard error what it can."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        _silence(sys.stderr)


def reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).strip()


def _silence(stream: object) -> None:
    """Python would try again at its end, with a complaint and an exit code of its own."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())  # type: ignore[attr-defined]
        os.close(null)
    except (OSError, ValueError):
        pass
