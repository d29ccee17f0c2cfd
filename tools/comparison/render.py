# SPDX-License-Identifier: MIT
"""A document of headings, paragraphs, lists and tables, written for a terminal or as Markdown."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Union

_WIDTH = 110


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Bullets:
    items: list[str]


@dataclass(frozen=True)
class Table:
    """The first and the last column are text, those between are numbers."""

    header: list[str]
    rows: list[list[str]]


Block = Union[Heading, Paragraph, Bullets, Table]


def text(blocks: list[Block]) -> str:
    return "\n\n".join(_text_of(block) for block in blocks) + "\n"


def markdown(blocks: list[Block]) -> str:
    return "\n\n".join(_markdown_of(block) for block in blocks) + "\n"


def _text_of(block: Block) -> str:
    if isinstance(block, Heading):
        return block.text + "\n" + ("=" if block.level == 1 else "-") * len(block.text)
    if isinstance(block, Paragraph):
        return _wrapped(block.text)
    if isinstance(block, Bullets):
        return "\n".join(_wrapped(item, "* ", "  ") for item in block.items)
    widths = [max(len(row[i]) for row in [block.header, *block.rows]) for i in range(len(block.header))]
    rule = "  ".join("-" * width for width in widths)
    lines = [_aligned(row, widths) for row in [block.header, *block.rows]]
    return "\n".join([lines[0], rule, *lines[1:]])


def _wrapped(content: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        content,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _aligned(row: list[str], widths: list[int]) -> str:
    last = len(row) - 1
    cells = [
        cell.ljust(width) if i in (0, last) else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(row, widths))
    ]
    return "  ".join(cells).rstrip()


def _markdown_of(block: Block) -> str:
    if isinstance(block, Heading):
        return "#" * block.level + " " + block.text
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Bullets):
        return "\n".join(f"* {item}" for item in block.items)
    last = len(block.header) - 1
    rule = ["---" if i in (0, last) else "---:" for i in range(len(block.header))]
    rows = [_escaped(block.header), rule, *map(_escaped, block.rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _escaped(row: list[str]) -> list[str]:
    return [cell.replace("|", "\\|") for cell in row]
