# SPDX-License-Identifier: MIT
"""Clients that reset the connection (RST) at every point of a conversation.

Their requests can be counted all the same: they are of a kind that does not count, or the first byte of the answer,
or a close without a reset, proves that they count. For a client that resets in a task it is not known, so those come
last.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from soaking import exchanges
from soaking.client import Client, Wrong
from soaking.load import Kind, Site
from soaking.slow import flood

_LARGE_BYTES = 100_000
_UNCOUNTED = (exchanges.head, exchanges.healthz)


async def _moment(chance: random.Random) -> None:
    """Zero, or long enough for the server to read."""
    await asyncio.sleep(chance.choice((0.0, chance.uniform(0, 0.05))))


async def _after_connect(site: Site, chance: random.Random) -> None:
    with await site.connect(chance.choice(("http", "raw"))) as client:
        await _moment(chance)
        client.reset()


async def _after_part(site: Site, chance: random.Random) -> None:
    """In the head, in the body, and sometimes after a half-close, while the refusal is sent."""
    head, body = b"POST /capitalize HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n", bytes(8000)
    with await site.connect() as client:
        await client.send(head[: chance.randint(1, len(head))] if chance.random() < 0.5 else head + body)
        await _moment(chance)
        if chance.random() < 0.3:
            client.half_close()
            await _moment(chance)
        client.reset()


async def _with_answers_unread(site: Site, chance: random.Random) -> None:
    """Some of them sent, some not yet made."""
    requests = [chance.choice(_UNCOUNTED)(chance).steps[0][0] for _ in range(chance.randint(1, 30))]
    with await site.connect() as client:
        await client.send(b"".join(requests))
        await _moment(chance)
        client.reset()


async def _in_a_flood(site: Site, chance: random.Random) -> None:
    """While the server is stuck, or before."""
    with await site.connect(narrow=True) as client:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(flood(client), chance.uniform(0, 0.1))
        client.reset()


async def _in_an_answer(site: Site, chance: random.Random) -> None:
    body = chance.randbytes(_LARGE_BYTES)
    with await site.connect(narrow=True) as client:
        await client.send(exchanges.post_request(body))
        await _expect_first_byte(client)
        site.tally.requests += 1
        await _moment(chance)
        client.reset()


async def _expect_first_byte(client: Client) -> None:
    if await client.receive(1) != b"H":
        raise Wrong("no answer begins")


async def _without_waiting(site: Site, chance: random.Random) -> None:
    """Closes after its request. For the server it looks like a half-closed client, which gets an answer."""
    scheme = chance.choice(("http", "raw"))
    with await site.connect(scheme) as client:
        await client.send(exchanges.get(chance).steps[0][0] if scheme == "http" else b"gONE")
    site.tally.requests += 1


_POINTS = (_after_connect, _after_part, _with_answers_unread, _in_a_flood, _in_an_answer, _without_waiting)


async def act(site: Site, chance: random.Random) -> None:
    await chance.choice(_POINTS)(site, chance)


async def in_a_task(site: Site, chance: random.Random) -> None:
    """Modes differ in whether they notice it, and so in whether they answer."""
    with await site.connect() as client:
        await client.send(exchanges.get(chance).steps[0][0])
        await asyncio.sleep(chance.uniform(0, 0.01))
        client.reset()


KINDS = [Kind("dying", act, 4)]
KINDS_IN_A_TASK = [Kind("dying in a task", in_a_task, 16, 0.05)]
