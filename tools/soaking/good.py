# SPDX-License-Identifier: MIT
"""Clients that follow the protocol and check every byte of every answer."""

from __future__ import annotations

import asyncio
import random

from comparison import conformance
from soaking import exchanges
from soaking.client import Client, Wrong
from soaking.exchanges import Exchange
from soaking.load import Kind, Site

_LARGEST_RAW = 1024


def _expect(received: bytes, wanted: bytes) -> None:
    """Raises Wrong when they differ, except in a date."""
    same_dates = conformance.with_same_dates(received)
    if same_dates != wanted:
        raise Wrong(conformance.difference(same_dates, wanted))


async def converse(site: Site, client: Client, exchange: Exchange) -> None:
    for sent, wanted in exchange.steps:
        await client.send(sent)
        _expect(await client.receive(len(wanted)), wanted)
    site.tally.requests += exchange.counts


async def keep_alive(site: Site, chance: random.Random) -> None:
    with await site.connect() as client:
        for _ in range(chance.randint(1, 60)):
            await converse(site, client, chance.choice(exchanges.KEEPING)(chance))
            await asyncio.sleep(chance.uniform(0, 0.05))


async def pipelining(site: Site, chance: random.Random) -> None:
    with await site.connect() as client:
        for _ in range(chance.randint(1, 10)):
            await converse(site, client, exchanges.pipelined(chance, 16))
            await asyncio.sleep(chance.uniform(0, 0.1))


async def one_request(site: Site, chance: random.Random) -> None:
    with await site.connect() as client:
        await converse(site, client, chance.choice((exchanges.closing, exchanges.old))(chance))
        await client.expect_end()


async def half_closed(site: Site, chance: random.Random) -> None:
    """Whether the answer says close depends on when the server sees the half-close."""
    exchange = exchanges.get(chance)
    [(sent, wanted)] = exchange.steps
    closing = wanted.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
    with await site.connect() as client:
        await client.send(sent)
        client.half_close()
        received = await client.receive_to_end()
    _expect(received, closing if b"Connection: close" in received else wanted)
    site.tally.requests += exchange.counts


async def raw(site: Site, chance: random.Random) -> None:
    message = chance.randbytes(chance.randint(1, _LARGEST_RAW))
    with await site.connect("raw") as client:
        await client.send(message)
        if chance.random() < 0.5:
            client.half_close()
        _expect(await client.receive_to_end(), message.capitalize())
    site.tally.requests += 1


async def in_pieces(site: Site, chance: random.Random) -> None:
    """A slow network: a request in pieces, but within the timeouts."""
    exchange = chance.choice((exchanges.get, exchanges.chunked))(chance)
    [(sent, wanted)] = exchange.steps
    cuts = sorted(chance.sample(range(1, len(sent)), k=min(6, len(sent) - 1)))
    with await site.connect() as client:
        for begin, end in zip([0, *cuts], [*cuts, len(sent)]):
            await client.send(sent[begin:end])
            await asyncio.sleep(chance.uniform(0, 0.1))
        _expect(await client.receive(len(wanted)), wanted)
    site.tally.requests += exchange.counts


KINDS = [
    Kind("good: keep-alive", keep_alive, 6),
    Kind("good: pipelining", pipelining, 2),
    Kind("good: one request", one_request, 3),
    Kind("good: half-closed", half_closed, 1),
    Kind("good: raw", raw, 3),
    Kind("good: in pieces", in_pieces, 3),
]
