# SPDX-License-Identifier: MIT
"""The addresses of majuscule-load, at both ends, and its descriptors."""

import resource
import socket
import unittest
from collections import Counter

import load_runs
import without_pwait2
from load_servers import always, answer, refusing, serving

RIGHT = always(answer())


class Sources(unittest.TestCase):
    def test_several_are_used_in_turn(self) -> None:
        with serving(RIGHT) as server:
            done = load_runs.run_json("--sources=2", "--connections=6", "--requests=6", server.url())
        self.assertEqual(done.code, 0, done.stderr)
        self.assertEqual(Counter(server.peers), {"127.0.0.1": 3, "127.0.0.2": 3})

    def test_one_is_enough_for_a_few_connections(self) -> None:
        with serving(RIGHT) as server:
            done = load_runs.run_json("--connections=6", "--requests=6", server.url())
        self.assertEqual(done.code, 0, done.stderr)
        self.assertEqual(set(server.peers), {"127.0.0.1"})

    def test_a_connection_each_takes_more_than_the_ports_of_one(self) -> None:
        with serving(RIGHT) as server:
            done = load_runs.run_json("--close", "--requests=40", server.url())
        self.assertEqual(done.code, 0, done.stderr)
        self.assertGreater(len(set(server.peers)), 1)

    def test_there_is_only_one_elsewhere(self) -> None:
        done = load_runs.run("--sources=2", "--requests=1", "http://[::1]:1/")
        self.assertEqual((done.code, done.stdout, done.stderr.count("\n")), (1, "", 1))
        self.assertIn("--sources=2", done.stderr)


class Hosts(unittest.TestCase):
    def test_ipv6(self) -> None:
        try:
            with socket.create_server(("::1", 0), family=socket.AF_INET6):
                pass
        except OSError as error:
            self.skipTest(f"::1 is not there: {error}")
        with serving(RIGHT, host="::1") as server:
            done = load_runs.run_json("--connections=2", "--requests=20", f"http://[::1]:{server.port}/")
        self.assertEqual((done.code, done.result["requests"]), (0, 20), done.stderr)
        self.assertEqual(set(server.peers), {"::1"})
        self.assertEqual(done.result["addresses"], [f"[::1]:{server.port}"])

    def test_a_name_for_several_is_tried_until_one_answers(self) -> None:
        """In the hosts file of Debian localhost is ::1 and 127.0.0.1."""
        named = {info[4][0] for info in socket.getaddrinfo("localhost", 1, type=socket.SOCK_STREAM)}
        found = sorted(named & {"127.0.0.1", "::1"})
        if not found:
            self.skipTest("localhost is neither 127.0.0.1 nor ::1 here")
        for host in found:
            with self.subTest(host), serving(RIGHT, host=host) as server:
                url = f"http://localhost:{server.port}/"
                done = load_runs.run_json("--connections=3", "--requests=20", url)
                self.assertEqual((done.code, done.result["errors"]["connect"]), (0, 0), done.stdout)
                self.assertEqual(len(server.peers), 3)
                shown = f"[{host}]" if ":" in host else host
                self.assertEqual(done.result["addresses"], [f"{shown}:{server.port}"])


class Limits(unittest.TestCase):
    def test_too_few_descriptors_are_reported_before_the_load(self) -> None:
        def few() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

        for arguments in (["--connections=100"], ["--connections=1", "--idle=100"]):
            with serving(RIGHT) as server:
                done = load_runs.run(*arguments, server.url(), prepare=few)
            self.assertEqual((done.code, done.stdout, done.stderr.count("\n")), (1, "", 1))
            self.assertRegex(done.stderr, r"64 are allowed.*ulimit -n \d+")
            self.assertEqual(server.peers, [])

    def test_a_core_that_is_not_there_is_reported(self) -> None:
        done = load_runs.run("--cpu=1023", "--requests=1", "http://127.0.0.1:1/")
        self.assertEqual((done.code, done.stdout), (1, ""))
        self.assertIn("--cpu=1023", done.stderr)

    def test_works_on_an_older_kernel(self) -> None:
        if not without_pwait2.possible():
            self.skipTest("seccomp(2) cannot be used here")
        with serving(RIGHT) as server:
            for arguments in ([], ["--rate=2000"]):
                done = load_runs.run_json("--requests=100", *arguments, server.url(),
                                          prepare=without_pwait2.forbid)
                self.assertEqual(done.result["requests"], 100, done.stderr)
        with refusing() as port:
            url = f"http://127.0.0.1:{port}/"
            done = load_runs.run_json("--requests=3", url, prepare=without_pwait2.forbid)
            self.assertEqual(done.result["errors"]["connect"], 1)


if __name__ == "__main__":
    unittest.main()
