# SPDX-License-Identifier: MIT
"""Checks before the measurement that a mode gives the same answers as the others, to the byte."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from comparison.errors import Untrusted
from comparison.wrk import HOST, request_bytes

_DATE = re.compile(rb"Date: [A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT\r\n")
_SAME_DATE = b"Date: Fri, 20 Nov 2026 13:04:30 GMT\r\n"
_SECONDS = 5.0


def answer(body: bytes, closing: bool = False, head_only: bool = False) -> bytes:
    """A whole answer with a fixed date."""
    return (
        b"HTTP/1.1 200 OK\r\n"
        + _SAME_DATE
        + (b"Content-Type: text/plain; charset=utf-8\r\n" if body else b"")
        + b"Content-Length: %d\r\n" % len(body)
        + (b"Connection: close\r\n\r\n" if closing else b"\r\n")
        + (b"" if head_only else body)
    )


ANSWER = answer(b"Hello world")


@dataclass(frozen=True)
class Case:
    name: str
    pieces: list[bytes]
    answers: bytes


def cases(port: int) -> list[Case]:
    request = request_bytes(port)
    post = b"POST /capitalize HTTP/1.1\r\nHost: %s\r\nContent-Length: 6\r\n\r\nmIXED!" % HOST.encode()
    return [
        Case("the request that wrk sends", [request], ANSWER),
        Case("the same, byte by byte", [request[i : i + 1] for i in range(len(request))], ANSWER),
        Case("16 of them at once", [request * 16], ANSWER * 16),
        Case("a POST and a GET", [post, request], answer(b"Mixed!") + ANSWER),
    ]


def with_same_dates(received: bytes) -> bytes:
    return _DATE.sub(_SAME_DATE, received)


def _conversation(port: int, case: Case) -> bytes:
    """The bytes that the server sends until it closes the connection."""
    received = b""
    with socket.create_connection((HOST, port), timeout=_SECONDS) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in case.pieces:
            client.sendall(piece)
        try:
            while len(received) < len(case.answers):
                some = client.recv(65536)
                if not some:
                    return received
                received += some
            client.shutdown(socket.SHUT_WR)
            while some := client.recv(65536):
                received += some
        except socket.timeout:
            pass  # the answer is short, or the server keeps a connection that the client has ended
    return received


def check(port: int, chosen: list[Case]) -> None:
    """Raises Untrusted that shows the first difference."""
    for case in chosen:
        try:
            received = with_same_dates(_conversation(port, case))
        except OSError as error:
            raise Untrusted(f"conformance, {case.name}: {error}") from None
        if received != case.answers:
            raise Untrusted(f"conformance, {case.name}: {difference(received, case.answers)}")


def difference(received: bytes, wanted: bytes) -> str:
    """The first difference, in words."""
    shorter = min(len(received), len(wanted))
    at = next((i for i, (a, b) in enumerate(zip(received, wanted)) if a != b), shorter)
    return f"from byte {at} it answers {received[at : at + 40]!r} instead of {wanted[at : at + 40]!r}"
