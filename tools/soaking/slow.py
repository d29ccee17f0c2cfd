# SPDX-License-Identifier: MIT
"""Clients that exceed the timeouts of the server, and expect the timeout in time."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from itertools import chain, repeat
from typing import Iterable

from soaking import answers, exchanges
from soaking.client import Client, Wrong
from soaking.good import converse
from soaking.load import Kind, Site

_DRIP_SECONDS = 0.2


async def _drip(client: Client, drops: Iterable[bytes]) -> None:
    with suppress(OSError):  # the answer decides
        for drop in drops:
            await client.send(drop)
            await asyncio.sleep(_DRIP_SECONDS)


async def _expect_408(site: Site, first: bytes, drops: Iterable[bytes], allowed: float) -> None:
    with await site.connect() as client:
        began = time.monotonic()
        await client.send(first)
        dripping = asyncio.create_task(_drip(client, drops))
        try:
            received = await client.receive_to_end()
        finally:
            dripping.cancel()
            await asyncio.wait({dripping})
        seconds = time.monotonic() - began
    try:
        statuses = [answer.status for answer in answers.parse(received)]
    except ValueError as error:
        raise Wrong(str(error)) from None
    if statuses != [408]:
        raise Wrong(f"answered {statuses} instead of 408")
    site.tally.note_timeout(seconds, allowed)


async def head(site: Site, chance: random.Random) -> None:
    whole = b"GET /capitalize?text=a HTTP/1.1\r\nHost: a\r\nX-Slow: "
    cut = chance.randint(1, len(whole))
    rest = (whole[i : i + 1] for i in range(cut, len(whole)))
    await _expect_408(site, whole[:cut], chain(rest, repeat(b"s")), site.timeouts.header)


async def body(site: Site, chance: random.Random) -> None:
    fields, drop = chance.choice(
        ((b"Content-Length: 100000\r\n\r\n", b"b"), (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nb\r\n"))
    )
    first = b"POST /capitalize HTTP/1.1\r\nHost: a\r\n" + fields
    await _expect_408(site, first, repeat(drop), site.timeouts.body)


async def idle(site: Site, chance: random.Random) -> None:
    with await site.connect() as client:
        began = time.monotonic()
        await converse(site, client, exchanges.get(chance))
        await client.expect_end()
        site.tally.note_timeout(time.monotonic() - began, site.timeouts.idle)


async def silent(site: Site, chance: random.Random) -> None:
    began = time.monotonic()
    with await site.connect(chance.choice(("http", "raw"))) as client:
        await client.expect_end()
        site.tally.note_timeout(time.monotonic() - began, min(site.timeouts.header, site.timeouts.idle))


async def flood(client: Client) -> None:
    """Sends requests without reading. Ends with an OSError, when the server closes the connection."""
    batch = 100 * exchanges.HEALTHZ
    while True:
        await client.send(batch)


async def stuck(site: Site, _: random.Random) -> None:
    """Sends more than the kernel buffers, so that answers get stuck in the server."""
    with await site.connect(narrow=True) as client:
        began = time.monotonic()
        with suppress(ConnectionError):
            await flood(client)
        site.tally.note_timeout(time.monotonic() - began, site.timeouts.write)


KINDS = [
    Kind("slow: head", head, 6, 0.5),
    Kind("slow: body", body, 4, 0.5),
    Kind("slow: idle", idle, 8, 0.5),
    Kind("slow: silent", silent, 3, 0.5),
    Kind("slow: stuck", stuck, 2, 0.5),
]
