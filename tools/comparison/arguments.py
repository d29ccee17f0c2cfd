# SPDX-License-Identifier: MIT
"""The common parts of the command lines of the tools. A wrong option is one line on stderr and exit code 2."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, NoReturn, Optional, TextIO, TypeVar

from comparison import console

Value = TypeVar("Value")


class OneLineParser(argparse.ArgumentParser):
    def print_help(self, file: Optional[TextIO] = None) -> None:
        failed = console.show(self.format_help(), all_of_it=True)
        if failed:
            self.exit(1, f"{Path(self.prog).name}: {failed}\n")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{Path(self.prog).name}: {message} (--help lists the options)\n")


def listed(convert: Callable[[str], Value]) -> Callable[[str], list[Value]]:
    def parse(text: str) -> list[Value]:
        return list(dict.fromkeys(explained(convert)(part) for part in text.split(",")))

    return parse


def explained(convert: Callable[[str], Value]) -> Callable[[str], Value]:
    def parse(text: str) -> Value:
        try:
            return convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def within(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"'{text}' is not a number from {lowest:,} to {highest:,}")
        return int(text)

    return parse


def mode_name(text: str) -> str:
    if not text or not all(c.isalnum() or c == "-" for c in text):
        raise ValueError(f"'{text}' is not a mode's name: majuscule --list-modes prints them")
    return text
