# SPDX-License-Identifier: MIT
"""The command line of tools/compare, and the order of the rounds that follows from it."""

import contextlib
import io
import unittest
from typing import Optional

from comparison import options, plan
from comparison.task import Task
from comparison.units import format_seconds, parse_duration


class Parse(unittest.TestCase):
    def test_defaults(self) -> None:
        wanted = options.parse([])
        self.assertEqual(wanted.modes, ["epoll", "threads"])
        self.assertEqual(wanted.threads, 64)
        self.assertEqual(wanted.connections, [16, 256, 1000])
        self.assertEqual([task.text for task in wanted.tasks], ["none", "sleep:100ms"])
        self.assertEqual((wanted.rounds, wanted.duration, wanted.build), (3, None, True))

    def test_quick_is_only_a_default(self) -> None:
        quick = options.parse(["--quick", "--rounds=5"])
        self.assertEqual((quick.rounds, quick.connections), (5, [16, 256]))

    def test_repeated_values_count_once(self) -> None:
        self.assertEqual(options.parse(["--connections=16,16,8"]).connections, [16, 8])

    def test_a_seed_of_zero_is_a_seed(self) -> None:
        self.assertEqual(options.parse(["--seed=0"]).seed, 0)

    def test_bad_usage_is_one_line_and_exit_code_2(self) -> None:
        for arguments, words in {
            ("--connections=0",): "from 1 to 50,000",
            ("--connections=16,,",): "not a number",
            ("--connections=٣",): "not a number",
            ("--rounds=many",): "not a number",
            ("--task=nap:1s",): "sleep:D",
            ("--task=sleep:1",): "not a duration",
            ("--duration=1h",): "not a duration",
            ("--duration=1ms",): "between 400ms",
            ("--modes=",): "--list-modes",
            ("--quik",): "--quik",
            ("--roun=3",): "--roun",
            ("stray",): "stray",
        }.items():
            with self.subTest(arguments):
                said = io.StringIO()
                with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as exit_:
                    options.parse(list(arguments))
                self.assertEqual(exit_.exception.code, 2)
                self.assertEqual(said.getvalue().count("\n"), 1)
                self.assertIn(words, said.getvalue())


class Units(unittest.TestCase):
    def test_durations(self) -> None:
        for text, seconds in {"250us": 0.00025, "200ms": 0.2, "3s": 3, "1.5s": 1.5, "2min": 120}.items():
            self.assertAlmostEqual(parse_duration(text), seconds)
        self.assertEqual([format_seconds(s) for s in (1.5, 0.1, 0.00025)], ["1.5s", "100ms", "250us"])

    def test_tasks(self) -> None:
        self.assertEqual(Task.parse("sleep:100ms").bound(1000), 10_000)
        self.assertIsNone(Task.parse("block:100ms").bound(1000))
        self.assertAlmostEqual(Task.parse("sleep:1s").longest_wait(10), 2.0)
        self.assertAlmostEqual(Task.parse("block:1s").longest_wait(10), 11.0)


class Rounds(unittest.TestCase):
    def test_every_round_visits_every_cell_once(self) -> None:
        wanted = options.parse(["--seed=1"])
        for cells in plan.rounds(wanted):
            self.assertEqual(len(cells), 2 * 2 * 3 + 3)
            self.assertEqual(set(cells), set(plan.cells(wanted)))

    def test_the_order_is_the_seeds_and_differs_between_rounds(self) -> None:
        first, second, _ = plan.rounds(options.parse(["--seed=1"]))
        self.assertEqual(plan.rounds(options.parse(["--seed=1"]))[0], first)
        self.assertNotEqual(plan.rounds(options.parse(["--seed=2"]))[0], first)
        self.assertNotEqual(first, second)

    def test_a_load_lasts_several_of_its_tasks(self) -> None:
        def seconds(task: str, connections: int = 16, asked: Optional[float] = None) -> float:
            return plan.load_seconds(plan.Scenario(Task.parse(task), connections), asked)

        self.assertEqual(seconds("none"), 1.0)
        self.assertEqual(seconds("none", connections=1000), 1.8)
        self.assertEqual(seconds("sleep:100ms"), 1.5)
        self.assertEqual(seconds("sleep:100ms", asked=0.5), 0.8)
        self.assertEqual(seconds("sleep:1s"), 8.0)


if __name__ == "__main__":
    unittest.main()
