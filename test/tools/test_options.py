# SPDX-License-Identifier: MIT
"""The command line of tools/compare, and the order of its rounds."""

import contextlib
import io
import unittest
from typing import Optional

from comparison import options, plan
from comparison.scenarios import KINDS, with_task
from comparison.task import Task
from comparison.units import format_seconds, parse_duration


class Parse(unittest.TestCase):
    def test_defaults(self) -> None:
        wanted = options.parse([])
        self.assertEqual(wanted.modes, ["epoll", "threads"])
        self.assertEqual(wanted.threads, 64)
        self.assertEqual([kind.name for kind in wanted.kinds], ["keep-alive", "wait", "close"])
        self.assertEqual((wanted.connections, wanted.rates, wanted.sweep, wanted.closed), (None, [], False, True))
        self.assertEqual((wanted.rounds, wanted.duration, wanted.build, wanted.reasons), (5, None, True, True))

    def test_quick_is_only_a_default(self) -> None:
        quick = options.parse(["--quick", "--rounds=5"])
        self.assertEqual((quick.rounds, quick.connections), (5, [64]))
        self.assertEqual(options.parse(["--quick", "--connections=8"]).connections, [8])

    def test_scenarios_by_name_and_by_task(self) -> None:
        names = [kind.name for kind in options.parse(["--scenarios=all"]).kinds]
        self.assertEqual(names, list(KINDS))
        tasks = options.parse(["--task=none,cpu:5ms"]).kinds
        self.assertEqual([(kind.name, kind.task.text) for kind in tasks], [("keep-alive", "none"), ("keep-alive", "cpu:5ms")])
        self.assertEqual(len(options.parse(["--scenarios=close", "--task=cpu:5ms"]).kinds), 2)

    def test_rates_mean_open_loops(self) -> None:
        wanted = options.parse(["--rate=1000,2500.5"])
        self.assertEqual((wanted.rates, wanted.sweep, wanted.closed, wanted.poisson), ([1000, 2500.5], False, False, True))
        self.assertFalse(options.parse(["--rate=1", "--arrivals=fixed"]).poisson)
        swept = options.parse(["--rate=sweep"])
        self.assertEqual((swept.rates, swept.sweep, swept.closed), ([], True, True))

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
            ("--scenarios=sunny",): "keep-alive, wait",
            ("--rate=fast",): "sweep",
            ("--rate=0",): "requests a second",
            ("--rate=1e9",): "requests a second",
            ("--arrivals=late",): "poisson",
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
        # A value that rounds to the next unit uses it.
        edges = {0.00099994: "999.9us", 0.00099996: "1ms", 0.99996: "1s", 0.0: "0us", 60.0: "60s"}
        self.assertEqual([format_seconds(s) for s in edges], list(edges.values()))

    def test_tasks(self) -> None:
        self.assertEqual(Task.parse("sleep:100ms").bound(1000), 10_000)
        self.assertIsNone(Task.parse("block:100ms").bound(1000))
        self.assertAlmostEqual(Task.parse("sleep:1s").longest_wait(10), 2.0)
        self.assertAlmostEqual(Task.parse("block:1s").longest_wait(10), 11.0)


class Plan(unittest.TestCase):
    def order(self, seed: int = 1) -> list[list[plan.Measurement]]:
        return plan.rounds(plan.closed_measurements(options.parse([])), 5, seed)

    def test_every_round_visits_every_cell_once(self) -> None:
        measurements = plan.closed_measurements(options.parse([]))
        self.assertEqual(len(measurements), 2 * (3 + 1 + 1) + 3, "and the ceilings of keep-alive")
        for visited in self.order():
            self.assertEqual((len(visited), set(visited)), (len(measurements), set(measurements)))

    def test_the_order_is_the_seeds_and_differs_between_rounds(self) -> None:
        first, second, *_ = self.order()
        self.assertEqual(self.order()[0], first)
        self.assertNotEqual(self.order(2)[0], first)
        self.assertNotEqual(first, second)

    def test_a_load_lasts_several_of_its_tasks(self) -> None:
        def seconds(task: str, connections: int = 16, asked: Optional[float] = None) -> float:
            return plan.load_seconds(plan.Scenario(with_task(Task.parse(task)), connections), asked)

        self.assertEqual(seconds("none"), 0.6)
        self.assertEqual(seconds("none", connections=1000), 0.9)
        self.assertEqual(seconds("sleep:100ms"), 0.8)
        self.assertEqual(seconds("sleep:100ms", asked=2.0), 2.0)
        self.assertEqual(seconds("sleep:1s", asked=0.5), 8.0)
        self.assertEqual(seconds("cpu:1s"), 0.6)


class Ceilings(unittest.TestCase):
    def modes(self, name: str) -> list[str]:
        measurements = plan.closed_measurements(options.parse([f"--scenarios={name}", "--modes=epoll"]))
        return [f"{measurement.mode} {measurement.scenario.kind.name}" for measurement in measurements]

    def test_are_there_where_the_reference_server_can_do_the_same(self) -> None:
        self.assertEqual(self.modes("pipelined"), ["epoll pipelined", "reference pipelined"])
        self.assertEqual(self.modes("idle"), ["epoll idle", "reference keep-alive"])
        self.assertEqual(self.modes("close"), ["epoll close"])
        self.assertEqual(self.modes("cpu"), ["epoll cpu"])


class OpenLoops(unittest.TestCase):
    CLOSED = plan.Scenario(KINDS["keep-alive"], 64)

    def test_rates_are_offered_to_all_modes_alike(self) -> None:
        measurements = plan.open_measurements(options.parse(["--rate=100,200"]), {})
        self.assertEqual([(measurement.mode, measurement.rate) for measurement in measurements],
                         [("epoll", 100), ("threads", 100), ("epoll", 200), ("threads", 200)])

    def test_a_sweep_offers_shares_of_each_capacity_and_the_same_rates_to_all(self) -> None:
        capacities = {"epoll": {self.CLOSED: 1000.0}, "threads": {self.CLOSED: 500.0}}
        measurements = plan.open_measurements(options.parse(["--rate=sweep"]), capacities)
        offered = {mode: [round(measurement.rate or 0) for measurement in measurements if measurement.mode == mode] for mode in capacities}
        same = [100, 250, 400, 475]
        self.assertEqual(offered["epoll"], [200, 400, 600, 800, 900, 950, *same])
        self.assertEqual(offered["threads"], [100, 200, 300, 400, 450, 475, *same])

    def test_a_mode_without_a_capacity_is_offered_only_what_all_are(self) -> None:
        measurements = plan.open_measurements(options.parse(["--rate=sweep"]), {"epoll": {self.CLOSED: 1000.0}})
        self.assertEqual([measurement.rate for measurement in measurements if measurement.mode == "threads"], [200.0, 500.0, 800.0, 950.0])

    def test_without_capacities_nothing_is_offered(self) -> None:
        self.assertEqual(plan.open_measurements(options.parse(["--rate=sweep"]), {}), [])


if __name__ == "__main__":
    unittest.main()
