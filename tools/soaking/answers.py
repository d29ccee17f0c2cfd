# SPDX-License-Identifier: MIT
"""Parses the answers to random requests: they must be whole and well-formed. No request may be a HEAD."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) [A-Z][A-Za-z ]*")
_FIELD = re.compile(rb"([A-Za-z-]+): ([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)")
_KNOWN = {100, 200, 204, 400, 404, 405, 408, 413, 414, 417, 431, 501, 505}


@dataclass(frozen=True)
class Answer:
    status: int
    fields: dict[bytes, bytes]
    body: bytes

    @property
    def capitalized(self) -> bool:
        """Whether the server counts it: no other 200 is plain text of this form."""
        plain = self.fields.get(b"Content-Type", b"text/plain").startswith(b"text/plain")
        return self.status == 200 and plain and self.body == self.body.capitalize()

    @property
    def closing(self) -> bool:
        return self.fields.get(b"Connection") == b"close"


def parse(received: bytes) -> list[Answer]:
    """Without 100 Continue. Raises ValueError when an answer is incomplete, malformed or behind the last one."""
    answers: list[Answer] = []
    while received:
        if answers and answers[-1].closing:
            raise ValueError(f"{received[:80]!r} behind the last answer")
        answer, received = _one(received)
        if answer.status != 100:
            answers.append(answer)
    return answers


def _one(received: bytes) -> tuple[Answer, bytes]:
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        raise ValueError(f"an answer ends within its head: {received[:80]!r}")
    status_line, *lines = head.split(b"\r\n")
    match = _STATUS_LINE.fullmatch(status_line)
    if not match or int(match[1]) not in _KNOWN:
        raise ValueError(f"no status line: {status_line[:80]!r}")
    fields = _fields(lines)
    if int(match[1]) == 100:
        return Answer(100, fields, b""), rest
    if int(match[1]) == 204 and b"Date" in fields and b"Content-Length" not in fields:
        return Answer(204, fields, b""), rest
    if b"Date" not in fields or not fields.get(b"Content-Length", b"").isdigit():
        raise ValueError(f"no Date or Content-Length: {head!r}")
    length = int(fields[b"Content-Length"])
    if len(rest) < length:
        raise ValueError(f"{len(rest)} bytes of a body of {length}: {head!r}")
    return Answer(int(match[1]), fields, rest[:length]), rest[length:]


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if not match or match[1] in fields:
            raise ValueError(f"no field, or a second one: {line[:80]!r}")
        fields[match[1]] = match[2]
    return fields
