# SPDX-License-Identifier: MIT
"""The pure parts of tools/soak: parsing answers, and finding faults."""

import contextlib
import io
import random
import unittest
from dataclasses import replace

from comparison import conformance
from comparison.observer import Stats
from soaking import answers, exchanges, garbage, memory, options, soak, table
from soaking.client import Wrong
from soaking.load import Tally
from soaking.memory import Growth, MemorySample
from soaking.outcome import OBSERVERS, Fault, Outcome, faults, verdict

BAD = b"HTTP/1.1 400 Bad Request\r\nDate: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
KIB = 1024


class Answers(unittest.TestCase):
    def test_of_a_pipeline(self) -> None:
        got = answers.parse(conformance.answer(b"One") + CONTINUE + conformance.answer(b"") + BAD)
        self.assertEqual([answer.status for answer in got], [200, 200, 400])
        self.assertEqual([answer.body for answer in got], [b"One", b"", b"no"])
        self.assertEqual([answer.capitalized for answer in got], [True, True, False])
        self.assertEqual([answer.closing for answer in got], [False, False, True])

    def test_nothing_is_no_answer(self) -> None:
        self.assertEqual(answers.parse(b""), [])

    def test_those_that_do_not_count(self) -> None:
        for whole in (
            conformance.answer(b"ok"),
            conformance.answer(b"Majuscule 0.1.0: a small server\nThis one"),
            conformance.answer(b"{}").replace(b"text/plain; charset=utf-8", b"application/json"),
        ):
            self.assertFalse(answers.parse(whole)[0].capitalized, whole)

    def test_incomplete_or_malformed_answers_are_refused(self) -> None:
        whole = conformance.answer(b"Hello")
        for length in range(1, len(whole)):
            with self.subTest(length), self.assertRaises(ValueError):
                answers.parse(whole[:length])
        for spoilt in (
            BAD + whole,
            whole.replace(b"200", b"299"),
            whole.replace(b"HTTP/1.1", b"HTTP/1.0"),
            whole.replace(b"Date: ", b"Date:"),
            whole.replace(b"Date: ", b"Content-Length: 5\r\nDate: "),
            whole.replace(b"Content-Length", b"Content-Size"),
            whole.replace(b"Content-Length: 5", b"Content-Length: -5"),
            b"\r\n" + whole,
        ):
            with self.subTest(spoilt), self.assertRaises(ValueError):
                answers.parse(spoilt)


class Exchanges(unittest.TestCase):
    def test_the_same_seed_makes_the_same_requests(self) -> None:
        for make in [*exchanges.KEEPING, exchanges.old, exchanges.closing]:
            self.assertEqual(make(random.Random("a")), make(random.Random("a")))

    def test_a_pipeline_counts_what_its_parts_count(self) -> None:
        exchange = exchanges.pipelined(random.Random(1), 16)
        [(sent, wanted)] = exchange.steps
        self.assertEqual(exchange.counts, sent.count(b"GET /capitalize"))
        self.assertEqual(wanted.count(b"HTTP/1.1 200 OK"), sent.count(b" HTTP/1.1\r\n"))

    def test_garbage_fits_into_one_read_and_is_never_a_head(self) -> None:
        chance = random.Random(1)
        for _ in range(2000):
            data = garbage.spoilt(chance)
            self.assertLessEqual(len(data), 1200)
            self.assertNotIn(b"HEAD ", data)


def sample(at: float, anonymous: int = 2000 * KIB) -> MemorySample:
    return MemorySample(at, resident=8000 * KIB, anonymous=anonymous, descriptors=13, threads=2)


class Memory(unittest.TestCase):
    def test_growth_is_between_the_second_tenth_and_the_last(self) -> None:
        samples = [sample(at, anonymous=int(at)) for at in range(110)]
        grown = memory.growth(samples, 100.0, lambda one: one.anonymous)
        self.assertEqual(grown, Growth(settled=14.5, last=95.5))

    def test_a_leak_of_50_bytes_a_connection_is_seen(self) -> None:
        settled = 12_000 * KIB
        self.assertTrue(Growth(settled, settled + 500 * KIB).flat)
        self.assertFalse(Growth(settled, settled + 8 / 10 * 180 * 600 * 50).flat)

    def test_a_busy_machine_gives_a_result_too(self) -> None:
        samples = [sample(1, anonymous=10), sample(7, anonymous=20), sample(9, anonymous=5)]
        self.assertEqual(memory.growth(samples, 8.0, lambda one: one.anonymous), Growth(20, 20))


TALLY = Tally(connections=100, requests=70, timed_out=5)
STATS = Stats(0.0, 70, 1, 100 + OBSERVERS, 0, 5, 0.1, 0.0, 1, 1, 1, 2**20)
OUTCOME = Outcome(
    mode="epoll",
    seconds=600.0,
    tally=TALLY,
    stats=STATS,
    last_tally=Tally(connections=3),
    last_stats=replace(STATS, requests=72, accepted=STATS.accepted + 4),
    start=sample(0),
    end=sample(600),
    anonymous=Growth(2e6, 2e6),
    resident=Growth(8e6, 8e6),
    unjudged="",
    said=[],
)


class Faults(unittest.TestCase):
    def expect(self, words: str, outcome: Outcome) -> None:
        [fault] = faults(outcome)
        self.assertIn(words, fault.text)

    def test_none(self) -> None:
        self.assertEqual(faults(OUTCOME), [])

    def test_every_count_is_exact(self) -> None:
        self.expect("69 requests, the clients 70 (-1)", replace(OUTCOME, stats=replace(STATS, requests=69)))
        self.expect("71 requests, the clients 70 (+1)", replace(OUTCOME, stats=replace(STATS, requests=71)))
        late = replace(OUTCOME.last_stats, timed_out=6)
        self.expect("6 timeouts, the clients 5 (+1)", replace(OUTCOME, last_stats=late))
        self.expect("1 refused", replace(OUTCOME, last_stats=replace(OUTCOME.last_stats, refused=1)))
        self.expect("102 accepted connections, the", replace(OUTCOME, tally=replace(TALLY, connections=99)))
        self.expect("connections to die", replace(OUTCOME, last_tally=Tally(connections=4)))

    def test_only_clients_that_died_in_a_task_may_be_counted_or_not(self) -> None:
        for requests, fine in {69: False, 70: True, 73: True, 74: False}.items():
            outcome = replace(OUTCOME, last_stats=replace(OUTCOME.last_stats, requests=requests))
            self.assertEqual(not faults(outcome), fine, requests)

    def test_leaks(self) -> None:
        more = replace(sample(600), descriptors=14)
        self.expect("13 descriptors at the start, 14", replace(OUTCOME, end=more))
        self.expect("2 threads at the start, 3", replace(OUTCOME, end=replace(sample(600), threads=3)))

    def test_memory_growth_unless_it_is_not_checked(self) -> None:
        grown = replace(OUTCOME, anonymous=Growth(2e6, 3e6))
        self.expect("anonymous memory grew by 977 KiB", grown)
        self.expect("resident", replace(OUTCOME, resident=Growth(8e6, 10e6)))
        self.assertEqual(faults(replace(grown, unjudged="sanitized")), [])

    def test_wrong_answers_and_error_messages(self) -> None:
        tally = replace(TALLY)
        for number in range(7):
            tally.note_wrong(f"answer {number}")
        self.expect("7 clients found a fault: answer 0", replace(OUTCOME, tally=tally))
        self.expect("and 4 more", replace(OUTCOME, tally=tally))
        self.expect("the server logged", replace(OUTCOME, said=["2026 warn something"]))

    def test_a_timeout_that_comes_too_early_is_wrong(self) -> None:
        tally = Tally()
        tally.note_timeout(2.25, 2.0)
        self.assertEqual((tally.timed_out, tally.latest), (1, 0.25))
        with self.assertRaises(Wrong):
            tally.note_timeout(1.5, 2.0)


class Verdict(unittest.TestCase):
    def test_late_clients_excuse_only_what_they_may_have_caused(self) -> None:
        crash, slow = Fault("it crashed", certain=True), Fault("no answer", certain=False)
        self.assertEqual(verdict([], 5.0), "PASS")
        self.assertEqual(verdict([slow], 0.1), "FAIL: no answer")
        self.assertTrue(verdict([slow], 5.0).startswith("INVALID: the clients were up to 5.0 s"))
        self.assertEqual(verdict([crash, slow], 5.0), "FAIL: it crashed; no answer")

    def test_which_faults_those_are(self) -> None:
        late = replace(OUTCOME, last_stats=replace(OUTCOME.last_stats, timed_out=6))
        lost = replace(OUTCOME, stats=replace(STATS, requests=69))
        self.assertEqual([fault.certain for fault in faults(late)], [False])
        self.assertEqual([fault.certain for fault in faults(lost)], [True])


class Shown(unittest.TestCase):
    def test_a_row_has_a_figure_for_each_mode(self) -> None:
        shown = table.table([OUTCOME, replace(OUTCOME, mode="threads")])
        for words in ("epoll", "threads", "must be", "requests in /stats"):
            self.assertIn(words, shown)
        self.assertNotIn("\x1b", shown)

    def test_the_clients_at_a_time_are_bounded(self) -> None:
        self.assertLess(soak.CLIENTS, 100)


class Options(unittest.TestCase):
    def test_defaults(self) -> None:
        wanted = options.parse([])
        self.assertEqual((wanted.modes, wanted.seconds, wanted.in_turn), (["all"], 600, False))
        self.assertEqual(options.parse(["--modes=threads,epoll"]).modes, ["threads", "epoll"])

    def test_bad_usage_is_one_line_and_exit_code_2(self) -> None:
        for argument, words in {
            "--seconds=1": "from 5 to",
            "--modes=": "--list-modes",
            "--majuscule=/nowhere": "no program",
            "--secon=10": "--secon",
        }.items():
            with self.subTest(argument):
                said = io.StringIO()
                with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as exit_:
                    options.parse([argument])
                self.assertEqual(exit_.exception.code, 2)
                self.assertEqual(said.getvalue().count("\n"), 1)
                self.assertTrue(said.getvalue().startswith("soak: "))
                self.assertIn(words, said.getvalue())


if __name__ == "__main__":
    unittest.main()
