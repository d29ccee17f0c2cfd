# SPDX-License-Identifier: MIT
"""Standard output and standard error that may be closed, full, without a reader, or in any encoding. A failed write
never ends a run and never hides its exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Optional


def prepare() -> None:
    """Call it first: a file opened later must not get the descriptor of a closed standard stream."""
    for stream in range(3):
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR if stream == 0 else os.O_RDONLY)  # gets the lowest free descriptor
    for text in (sys.stdout, sys.stderr):
        if text is not None:
            text.reconfigure(errors="backslashreplace")


def show(text: str, all_of_it: bool = False) -> Optional[str]:
    """Writes to standard output. None when that worked, or when the reader has closed it (`| head`) and not
    `all_of_it` is needed; else the reason."""
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
    """Writes to standard error if possible."""
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
    """Else Python would write again at exit, and print an error."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())  # type: ignore[attr-defined]
        os.close(null)
    except (OSError, ValueError):
        pass
