# SPDX-License-Identifier: MIT
"""Small scripted servers on loopback, with a thread for each connection."""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from typing import Callable, Iterator, Optional

HELLO = b"Hello"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NOTHING_MORE = 64 * 1024


def answer(body: bytes = HELLO, status: str = "200 OK", fields: tuple[str, ...] = ()) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


class Conversation:
    """One connection as its script sees it. `number`: in the order of their arrival, from 0."""

    def __init__(self, connection: socket.socket, number: int, server: Server) -> None:
        self.socket = connection
        self.number = number
        self.server = server
        self._buffer = b""

    def _more(self) -> bool:
        received = self.socket.recv(_NOTHING_MORE)
        self._buffer += received
        return bool(received)

    def request(self) -> bool:
        """Reads a whole request; False: the client has closed."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return False
        head, _, _ = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = len(head) + 4 + (int(length[1]) if length else 0)
        while len(self._buffer) < size:
            if not self._more():
                return False
        self._buffer = self._buffer[size:]
        self.server.count_request()
        return True

    def message(self) -> bytes:
        """Reads with one recv, as in the raw protocol."""
        return self.socket.recv(_NOTHING_MORE)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def until_closed(self) -> None:
        """Reads without an answer until the client has closed."""
        while self._more():
            self._buffer = b""

    def reset(self) -> None:
        """Closes with an RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


Script = Callable[[Conversation], None]


class Server:
    """`peers`: the address of each client that has connected."""

    def __init__(self, script: Script, host: str) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._requests = 0
        self._wanted: Optional[int] = None
        self._reached = threading.Event()
        self.peers: list[str] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def count_request(self) -> None:
        with self._lock:
            self._requests += 1
            if self._requests == self._wanted:
                self._reached.set()

    @property
    def requests(self) -> int:
        return self._requests

    def expect(self, requests: int) -> threading.Event:
        """Returns an event that is set at that request, counted from now on."""
        with self._lock:
            self._wanted = requests
        return self._reached

    def die(self) -> None:
        """Like a killed process: closes the listener and every connection."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections, self._connections = self._connections, []
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, peer = self._listener.accept()
                conversation = Conversation(connection, len(self.peers), self)
                self.peers.append(peer[0])
                with self._lock:
                    self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(conversation,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, conversation: Conversation) -> None:
        with suppress(OSError), conversation.socket:
            self._script(conversation)
        with self._lock, suppress(ValueError):
            self._connections.remove(conversation.socket)


@contextmanager
def serving(script: Script, host: str = "127.0.0.1") -> Iterator[Server]:
    server = Server(script, host)
    try:
        yield server
    finally:
        server.die()
        server.join()


def always(reply: bytes) -> Script:
    """The same answer to each request, on a keep-alive connection."""

    def script(conversation: Conversation) -> None:
        while conversation.request():
            conversation.send(reply)

    return script


def once(reply: bytes) -> Script:
    """Answers the first request of a connection, then closes it."""

    def script(conversation: Conversation) -> None:
        if conversation.request():
            conversation.send(reply)

    return script


def silent(conversation: Conversation) -> None:
    conversation.until_closed()


@contextmanager
def refusing() -> Iterator[int]:
    """A port without a listener that no other process can take meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def full() -> Iterator[int]:
    """A port whose queue holds one client, without an accept."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        yield listener.getsockname()[1]
