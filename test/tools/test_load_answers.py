# SPDX-License-Identifier: MIT
"""majuscule-load accepts every form of answer that HTTP allows."""

import socket
import unittest

import load_runs
from load_servers import HELLO, Conversation, Script, always, answer, once, serving

MIB = b"x" * 2**20


def in_pieces(conversation: Conversation) -> None:
    while conversation.request():
        for byte in answer():
            conversation.send(bytes([byte]))


def all_at_once(conversation: Conversation) -> None:
    """Waits for four requests, then sends four answers in one segment."""
    while all(conversation.request() for _ in range(4)):
        conversation.send(4 * answer())


def half_closing(conversation: Conversation) -> None:
    conversation.request()
    conversation.send(answer())
    conversation.socket.shutdown(socket.SHUT_WR)
    conversation.until_closed()


def tired(conversation: Conversation) -> None:
    """Marks the third answer as the last one."""
    for fields in ((), (), ("Connection: close",)):
        if not conversation.request():
            return
        conversation.send(answer(fields=fields))


def lingering(*replies: bytes) -> Script:
    """One answer to each request of a connection; requests after the last one are read without an answer."""

    def script(conversation: Conversation) -> None:
        for reply in replies:
            if not conversation.request():
                return
            conversation.send(reply)
        conversation.socket.shutdown(socket.SHUT_WR)
        conversation.until_closed()

    return script


def closing_unannounced(conversation: Conversation) -> None:
    """The answer and the end leave in one segment."""
    if conversation.request():
        conversation.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        conversation.send(answer())
        conversation.socket.shutdown(socket.SHUT_WR)
        conversation.until_closed()


class Answers(unittest.TestCase):
    def all_right(self, script: Script, *arguments: str, path: str = "/") -> dict:
        with serving(script) as server:
            done = load_runs.run_json(*arguments, server.url(path))
            served = server.requests
        self.assertEqual(done.code, 0, done.stdout + done.stderr)
        self.assertEqual(done.result["requests"], served)
        return done.result

    def test_chunked(self) -> None:
        chunks = b"2\r\nHe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n"
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
        result = self.all_right(always(chunked), "--requests=20", path="/capitalize?text=hello")
        self.assertEqual(result["connections"], 1)

    def test_up_to_the_end_of_the_connection(self) -> None:
        result = self.all_right(once(b"HTTP/1.1 200 OK\r\n\r\n" + HELLO), "--requests=20",
                                path="/capitalize?text=hello")
        self.assertEqual(result["connections"], 20)

    def test_http_1_0(self) -> None:
        old = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nHello"
        self.assertEqual(self.all_right(always(old), "--requests=20")["connections"], 20)

    def test_http_1_0_that_keeps_alive(self) -> None:
        old = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nHello"
        self.assertEqual(self.all_right(always(old), "--requests=20")["connections"], 1)

    def test_empty(self) -> None:
        self.all_right(always(answer(b"")), "--requests=20", "--connections=2")
        self.all_right(always(b"HTTP/1.1 204 No Content\r\n\r\n"), "--requests=20", "--connections=2")

    def test_large(self) -> None:
        self.all_right(always(answer(8 * MIB)), "--requests=8", "--connections=2")

    def test_announced(self) -> None:
        interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        self.all_right(always(interim + answer()), "--requests=20")

    def test_byte_by_byte(self) -> None:
        self.all_right(in_pieces, "--requests=10", path="/capitalize?text=hello")

    def test_pipelined_answers_in_one_segment(self) -> None:
        self.all_right(all_at_once, "--requests=400", "--pipeline=4")

    def test_half_closed(self) -> None:
        self.assertEqual(self.all_right(half_closing, "--requests=10", "--close")["connections"], 10)

    def test_the_last_one_of_a_connection(self) -> None:
        self.assertEqual(self.all_right(tired, "--requests=20")["connections"], 7)

    def test_requests_after_the_last_answer_are_sent_again(self) -> None:
        said = lingering(answer(), answer(), answer(fields=("Connection: close",)))
        old = lingering(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nHello")
        to_the_end = lingering(b"HTTP/1.1 200 OK\r\n\r\nHello")
        for script, each in ((said, 3), (old, 1), (to_the_end, 1)):
            result = self.all_right(script, "--requests=60", "--pipeline=16")
            self.assertEqual((result["requests"], sum(result["errors"].values())), (60, 0))
            self.assertEqual(result["connections"], 60 // each)
            self.assertGreaterEqual(result["resent"], 60 // each)
            self.assertIn("sent again", " ".join(result["notes"]))
        result = self.all_right(said, "--requests=60", "--pipeline=4", "--requests-per-connection=5")
        self.assertGreater(result["resent"], 0)

    def test_requests_of_a_schedule_are_sent_again(self) -> None:
        closing = lingering(answer(), answer(fields=("Connection: close",)))
        with serving(closing) as server:
            done = load_runs.run_json("--pipeline=16", "--rate=50000", "--requests=60", server.url())
            self.assertEqual((done.result["requests"], server.requests), (60, 60), done.stdout)
        self.assertEqual(sum(done.result["errors"].values()), 0)
        self.assertGreater(done.result["resent"], 0)

    def test_chunk_extensions(self) -> None:
        chunks = b'2;a;b="c;\\"d"\r\nHe\r\n3 ; e = f\r\nllo\r\n0;z\r\nA: b\r\n\r\n'
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
        result = self.all_right(always(chunked), "--requests=20", path="/capitalize?text=hello")
        self.assertEqual(result["connections"], 1)

    def test_a_connection_that_ends_unannounced_after_an_answer(self) -> None:
        result = self.all_right(closing_unannounced, "--requests=10")
        self.assertEqual(result["connections"], 10)

    def test_an_unannounced_end_in_an_open_loop(self) -> None:
        with serving(closing_unannounced) as server:
            result = load_runs.run_json("--requests=10", "--rate=500", server.url()).result
        self.assertEqual((result["requests"], sum(result["errors"].values())), (10, 0))
        self.assertEqual(result["connections"], 10)


if __name__ == "__main__":
    unittest.main()
