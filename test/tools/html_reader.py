# SPDX-License-Identifier: MIT
"""Reads an HTML page for the tests. Its elements must be balanced."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any, Optional

_VOID = {"meta", "link", "br", "input", "hr", "img"}


class Reader(HTMLParser):
    """Elements with their texts; raises for one that is not closed, or closed in the wrong order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, Optional[str]]]] = []
        self.elements: list[tuple[str, dict[str, Optional[str]]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        if self.open:
            raise ValueError(f"not closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.open.pop()
        if opened != tag:
            raise ValueError(f"</{tag}> at {self.getpos()} closes <{opened}>")

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1][0] if self.open else "", data))

    def text(self) -> str:
        return " ".join(text for tag, text in self.texts if tag not in ("script", "style"))

    def count(self, tag: str, name: str = "") -> int:
        """Elements of the class, if one is given."""
        found = [attributes.get("class") or "" for element, attributes in self.elements if element == tag]
        return sum(not name or name in classes.split() for classes in found)

    def data(self) -> dict[str, Any]:
        return json.loads(next(text for tag, text in self.texts if tag == "script"))
