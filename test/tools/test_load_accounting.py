# SPDX-License-Identifier: MIT
"""majuscule-load and the server count the same requests and connections."""

import unittest

import load_runs


class Accounting(unittest.TestCase):
    def agree(self, *arguments: str, path: str = "/capitalize?text=hello", connections: int) -> dict:
        """The client and the server count the same requests and connections."""
        with load_runs.majuscule() as server:
            done = load_runs.run_json(*arguments, f"http://127.0.0.1:{server.port}{path}")
            result, stats = done.result, load_runs.stats(server)
            server.drain()
        self.assertEqual(sum(result["errors"].values()), 0, done.stdout)
        if result["offered_rate"] is None:  # otherwise a busy machine may achieve less than was offered
            self.assertEqual((done.code, result["valid"]), (0, True), done.stdout + done.stderr)
        self.assertEqual(stats["requests"], result["requests"] + result["warmup_requests"])
        self.assertEqual(stats["connections"]["accepted"], connections + 1)
        self.assertEqual(result["service_time_us"]["count"], result["requests"])
        self.assertEqual(result["response_time_us"]["count"], result["requests"])
        return result

    def test_keep_alive(self) -> None:
        result = self.agree("--connections=7", "--requests=1001", connections=7)
        self.assertEqual((result["requests"], result["connections"]), (1001, 7))

    def test_a_connection_each(self) -> None:
        result = self.agree("--connections=4", "--requests=203", "--close", connections=203)
        self.assertEqual((result["requests"], result["connections"]), (203, 203))

    def test_some_requests_a_connection(self) -> None:
        arguments = ["--connections=1", "--requests=100", "--requests-per-connection=7"]
        result = self.agree(*arguments, connections=15)  # the last one with two requests
        self.assertEqual((result["requests"], result["connections"]), (100, 15))

    def test_pipelined(self) -> None:
        result = self.agree("--connections=3", "--requests=1000", "--pipeline=16", connections=3)
        self.assertEqual(result["requests"], 1000)

    def test_pipelined_some_requests_a_connection(self) -> None:
        arguments = ["--connections=1", "--requests=60", "--pipeline=4", "--requests-per-connection=10"]
        self.assertEqual(self.agree(*arguments, connections=6)["requests"], 60)

    def test_large_pipelined_bodies(self) -> None:
        arguments = ["--connections=2", "--requests=24", "--pipeline=4", "--body-size=1MiB"]
        self.assertEqual(self.agree(*arguments, path="/capitalize", connections=2)["requests"], 24)

    def test_empty_bodies(self) -> None:
        arguments = ["--requests=20", "--body-size=0"]
        self.assertEqual(self.agree(*arguments, path="/capitalize", connections=1)["requests"], 20)

    def test_warm_up_counts_apart(self) -> None:
        result = self.agree("--connections=2", "--requests=50", "--warmup=100ms", connections=2)
        self.assertEqual(result["requests"], 50)
        self.assertGreater(result["warmup_requests"], 0)

    def test_a_schedule_sends_what_it_promises(self) -> None:
        for arrivals in ("fixed", "poisson"):
            with self.subTest(arrivals):
                arguments = [f"--arrivals={arrivals}", "--rate=500", "--connections=4"]
                result = self.agree(*arguments, "--requests=250", "--warmup=200ms", connections=4)
                # A machine that stands still may leave the end of the schedule unsent, and the run reports
                # it.
                self.assertEqual((result["requests"] + result["unsent"], result["warmup_requests"]), (250, 100))
                self.assertEqual(result["offered_rate"], 500)

    def test_silent_clients_are_connected_before_the_load(self) -> None:
        self.agree("--connections=2", "--requests=10", "--idle=50", connections=52)

    def test_more_clients_than_requests(self) -> None:
        result = self.agree("--connections=50", "--requests=5", connections=50)
        self.assertEqual(result["requests"], 5)

    def test_raw(self) -> None:
        with load_runs.majuscule(raw=True) as server:
            address = f"raw://127.0.0.1:{server.ports['raw']}"
            done = load_runs.run_json("--connections=5", "--requests=105", "--text=hi THERE", address)
            stats = load_runs.stats(server)
        self.assertEqual(done.code, 0, done.stdout + done.stderr)
        self.assertEqual((done.result["requests"], stats["requests"]), (105, 105))
        self.assertEqual(stats["connections"]["accepted"], 105 + 1)


if __name__ == "__main__":
    unittest.main()
