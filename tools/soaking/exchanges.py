# SPDX-License-Identifier: MIT
"""Requests with their only right answer, to the byte."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable
from urllib.parse import quote_plus

from comparison import conformance

_HOST = b"Host: majuscule\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HEALTHZ = b"GET /healthz HTTP/1.1\r\n" + _HOST + b"\r\n"


@dataclass(frozen=True)
class Exchange:
    """`steps`: what is sent, and what must come before the next step. `counts`: as in /stats."""

    steps: list[tuple[bytes, bytes]]
    counts: int = 1


def small_body(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randint(0, 200))


def any_body(chance: random.Random) -> bytes:
    """Usually small, rarely large."""
    largest = chance.choices((200, 4_000, 100_000), (90, 9, 1))[0]
    return chance.randbytes(chance.randint(0, largest))


def get(chance: random.Random, fields: bytes = b"", closing: bool = False) -> Exchange:
    text = chance.randbytes(chance.randint(0, 60))
    line = b"GET /capitalize?text=%s HTTP/1.1\r\n" % quote_plus(text).encode()
    request = line + _HOST + fields + b"\r\n"
    return Exchange([(request, conformance.answer(text.capitalize(), closing))])


def post(chance: random.Random, fields: bytes = b"", closing: bool = False) -> Exchange:
    body = any_body(chance)
    return Exchange([(post_request(body, fields), conformance.answer(body.capitalize(), closing))])


def post_request(body: bytes, fields: bytes = b"") -> bytes:
    head = b"POST /capitalize HTTP/1.1\r\n" + _HOST + fields
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(chance: random.Random) -> Exchange:
    body = any_body(chance)
    request = b"POST /capitalize HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    at = 0
    while at < len(body):
        piece = body[at : at + chance.randint(1, len(body))]
        request += b"%x\r\n%s\r\n" % (len(piece), piece)
        at += len(piece)
    trailer = chance.choice((b"", b"X-Trailer: soaked\r\n"))
    return Exchange([(request + b"0\r\n" + trailer + b"\r\n", conformance.answer(body.capitalize()))])


def expecting(chance: random.Random) -> Exchange:
    body = small_body(chance) + b"!"
    whole = post_request(body, b"Expect: 100-continue\r\n")
    head = whole[: -len(body)]
    return Exchange([(head, _CONTINUE), (body, conformance.answer(body.capitalize()))])


def head(_: random.Random) -> Exchange:
    request = b"HEAD /capitalize?text=hELLO HTTP/1.1\r\n" + _HOST + b"\r\n"
    return Exchange([(request, conformance.answer(b"Hello", head_only=True))], counts=0)


def healthz(_: random.Random) -> Exchange:
    return Exchange([(HEALTHZ, conformance.answer(b"ok"))], counts=0)


def old(chance: random.Random) -> Exchange:
    """HTTP/1.0, after which the server closes."""
    body = any_body(chance)
    request = b"POST /capitalize HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    return Exchange([(request, conformance.answer(body.capitalize(), closing=True))])


def closing(chance: random.Random) -> Exchange:
    return chance.choice((get, post))(chance, b"Connection: close\r\n", True)


def pipelined(chance: random.Random, most: int) -> Exchange:
    """Small requests, sent at once: a client that sends large ones must read meanwhile."""
    exchanges = [chance.choice((get, head, healthz, get))(chance) for _ in range(chance.randint(2, most))]
    steps = [step for exchange in exchanges for step in exchange.steps]
    joined = (b"".join(sent for sent, _ in steps), b"".join(wanted for _, wanted in steps))
    return Exchange([joined], sum(exchange.counts for exchange in exchanges))


KEEPING: list[Callable[[random.Random], Exchange]] = [
    *(get, get, get, post, post, chunked, expecting),
    *(head, healthz),
]
