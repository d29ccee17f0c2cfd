# SPDX-License-Identifier: MIT
"""Clients that send random bytes and damaged requests. They must get whole, well-formed answers and then the end.

All is sent at once and fits into one read, so that a close by the server cannot overtake an answer.
"""

from __future__ import annotations

import random

from soaking import answers
from soaking.client import Wrong
from soaking.load import Kind, Site

_LONGEST = 1200
# None is a HEAD: the length of its answer is not known without the request.
_REQUESTS = [
    b"GET /capitalize?text=sOAK+%21 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nX-Long: " + b"x" * 200 + b"\r\n\r\n",
    b"GET http://a/stats HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"POST /capitalize HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhELLO sOAK!",
    b"POST /capitalize HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhELLO\r\n6;x=y\r\n sOAK!\r\n0\r\nX-Trailer: t\r\n\r\n",
    b"POST /capitalize HTTP/1.1\r\nHost: [::1]:80\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhI",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"DELETE /nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
]


def spoilt(chance: random.Random) -> bytes:
    """Random bytes, or requests with up to four random changes."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randint(1, _LONGEST))
    data = bytearray(b"".join(chance.choices(_REQUESTS, k=chance.randint(1, 4))))
    for _ in range(chance.randint(0, 4)):
        _spoil(data, chance)
    return bytes(data[:_LONGEST])


def _spoil(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.randint(1, 12))
    change = chance.randrange(6)
    if change == 0:
        data[at:end] = b""
    elif change == 1:
        data[at:at] = data[at:end]
    elif change == 2:
        data[at:at] = chance.randbytes(chance.randint(1, 8))
    elif change == 3:
        data[at:at] = chance.choice((b"\r", b"\n", b"\r\n", b" ", b":", b"\0", b"\r\n\r\n", b"9", b"f", b"%"))
    elif change == 4:
        del data[max(at, 1) :]
    elif at < len(data):
        data[at] ^= 1 << chance.randrange(8)


async def act(site: Site, chance: random.Random) -> None:
    sent = spoilt(chance)
    with await site.connect() as client:
        await client.send(sent)
        client.half_close()
        try:
            received = await client.receive_to_end()
            got = answers.parse(received)
        except (OSError, ValueError) as error:
            raise Wrong(f"for {sent!r}: {error}") from None
    site.tally.requests += sum(answer.capitalized for answer in got)
    late = sum(answer.status == 408 for answer in got)
    site.tally.timed_out += late


KINDS = [Kind("garbage", act, 4)]
