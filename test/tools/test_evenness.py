# SPDX-License-Identifier: MIT
"""Loads in pieces: which machines kept their speed."""

import unittest

from comparison.evenness import TOLERANCE, Mark, unevenness


def marks(*pieces: float, packets: int = 1_000) -> list[Mark]:
    """Marks of pieces that cost so many microseconds a packet."""
    made = [Mark(1.0, 50)]
    for us in pieces:
        made.append(Mark(made[-1].cpu_seconds + us * packets / 1e6, made[-1].packets + packets))
    return made


def known(found: list[Mark]) -> float:
    share = unevenness(found)
    assert share is not None
    return share


class Unevenness(unittest.TestCase):
    def test_equal_pieces_are_even(self) -> None:
        self.assertAlmostEqual(known(marks(*[4.0] * 10)), 0.0)

    def test_noise_is_tolerated(self) -> None:
        self.assertLess(known(marks(4.0, 4.02, 3.98, 4.01, 4.0, 3.99, 4.02, 3.97)), TOLERANCE)

    def test_one_slow_piece_is_detected(self) -> None:
        self.assertAlmostEqual(known(marks(*[4.0] * 9, 6.0)), 0.05)

    def test_one_fast_piece_is_detected(self) -> None:
        self.assertAlmostEqual(known(marks(*[4.0] * 9, 2.0)), 0.05)

    def test_a_few_pieces_are_not_enough(self) -> None:
        self.assertIsNone(unevenness(marks(4.0, 4.0, 4.0, 9.0)))
        self.assertIsNone(unevenness([]))

    def test_pieces_with_hardly_a_packet_are_left_out(self) -> None:
        self.assertIsNone(unevenness(marks(*[4.0] * 10, packets=10)))


if __name__ == "__main__":
    unittest.main()
