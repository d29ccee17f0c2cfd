# SPDX-License-Identifier: MIT
"""One connection of a client that can misbehave. The callers limit every wait."""

from __future__ import annotations

import asyncio
import socket
import struct

from comparison.wrk import HOST

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_SMALL_BUFFER = 4096
_SMALL_SEGMENT = 1000


class Wrong(Exception):
    """The server made a fault; the text says which."""


class Client:
    """Closed at the end of its `with` block."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def connect(cls, port: int, narrow: bool = False) -> Client:
        """`narrow`: with small buffers, so that answers that are not read soon get stuck."""
        connection = socket.socket()
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if narrow:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SMALL_SEGMENT)
            await asyncio.get_running_loop().sock_connect(connection, (HOST, port))
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._socket, data)

    async def receive_some(self) -> bytes:
        """Empty at the end."""
        return await self._loop.sock_recv(self._socket, 65536)

    async def receive(self, count: int) -> bytes:
        """So many bytes; fewer at the end of the connection."""
        received = b""
        while len(received) < count:
            some = await self._loop.sock_recv(self._socket, min(count - len(received), 65536))
            if not some:
                break
            received += some
        return received

    async def receive_to_end(self) -> bytes:
        received = b""
        while some := await self.receive_some():
            received += some
        return received

    async def expect_end(self) -> None:
        if some := await self.receive_some():
            raise Wrong(f"sends {some[:40]!r} instead of the end of the connection")

    def half_close(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Closes with an RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._socket.close()
