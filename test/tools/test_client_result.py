# SPDX-License-Identifier: MIT
"""The interface of tools/compare to majuscule-load: its JSON object, percentile files and command line."""

import unittest
from pathlib import Path

from comparison import load_client
from comparison.load_client import Load, parse_percentile_file, parse_result

SERIES = {"min": 1.0, "mean": 2.0, "p50": 3.0, "p75": 4.0, "p90": 5.0, "p99": 6.0, "p99.9": 7.0, "max": 8.0}
NOTHING = dict.fromkeys(SERIES)
DOCUMENT = {
    "requests": 2000,
    "warmup_requests": 10,
    "seconds": 6.1,
    "requests_per_second": 327.8,
    "offered_rate": None,
    "valid": True,
    "invalid_reasons": [],
    "errors": {"connect": 0, "read": 1, "write": 0, "timeout": 2, "status": 0, "body": 0},
    "service_time_us": SERIES,
    "response_time_us": SERIES,
    "connect_time_us": NOTHING,
    "first_byte_us": SERIES,
    "lateness_us": SERIES,
    "client_cpu_share": 0.41,
    "connections": 3,
}
FILE = """\
       Value     Percentile TotalCount 1/(1-Percentile)

    0.010000 0.000000000000         10           1.00
    0.020000 0.500000000000        600           2.00
    0.030000 0.900000000000        900          10.00
    0.040000 0.990000000000        995         100.00
    0.090000 1.000000000000       1000
#[Mean    =     0.018000, StdDeviation   =     0.001000]
#[Max     =     0.090000, Total count    =         1000]
#[Buckets =           32, SubBuckets     =         2048]
"""


class Result(unittest.TestCase):
    def test_has_the_figures_of_the_object(self) -> None:
        result = parse_result(DOCUMENT, {})
        self.assertEqual((result.requests, result.all_requests, result.total_errors), (2000, 2010, 3))
        self.assertEqual((result.service.p99_9, result.service.max, result.service.mean), (7.0, 8.0, 2.0))
        self.assertIsNone(result.connect.p99, "nothing was measured")

    def test_another_object_is_refused(self) -> None:
        for name in DOCUMENT:
            if name in ("offered_rate", "valid"):
                continue
            with self.assertRaises(KeyError, msg=name):
                parse_result({key: value for key, value in DOCUMENT.items() if key != name}, {})


class PercentileFile(unittest.TestCase):
    def test_gives_microseconds_at_the_grid(self) -> None:
        curve = dict(parse_percentile_file(FILE))
        self.assertEqual(curve[0.0], 10.0)
        self.assertEqual(curve[50.0], 20.0)
        self.assertEqual(curve[90.0], 30.0)
        self.assertEqual(curve[99.5], 40.0, "995 of 1,000 are no longer")
        self.assertEqual(curve[99.75], 90.0)
        self.assertEqual(curve[100.0], 90.0)

    def test_has_no_percentile_beyond_its_samples(self) -> None:
        self.assertEqual(max(p for p, _ in parse_percentile_file(FILE) if p < 100), 99.9)

    def test_of_nothing_is_empty(self) -> None:
        self.assertEqual(parse_percentile_file(FILE.splitlines()[0] + "\n\n#[Mean    =     0.000000]\n"), [])


class Command(unittest.TestCase):
    def words(self, load: Load) -> list[str]:
        return load.command(Path("majuscule-load"), 8000)

    def test_of_a_closed_loop(self) -> None:
        words = self.words(Load(64, 0.6, 0.15, 2.0))
        self.assertEqual(words[0], "majuscule-load")
        self.assertIn("--settle=50ms", self.words(Load(64, 0.6, 0.15, 2.0, settle=0.05)))
        for word in ("--connections=64", "--duration=600ms", "--warmup=150ms", "--timeout=2000ms"):
            self.assertIn(word, words)
        self.assertFalse([word for word in words if word.startswith(("--rate", "--close", "--pipeline", "--seed"))])

    def test_of_an_open_loop(self) -> None:
        words = self.words(Load(64, 0.6, 0.15, 2.0, rate=1234.5, seed=7))
        for word in ("--rate=1234.500", "--arrivals=poisson", "--seed=7"):
            self.assertIn(word, words)
        self.assertIn("--arrivals=fixed", self.words(Load(1, 1.0, 0.0, 1.0, rate=1.0, poisson=False)))

    def test_of_what_clients_do(self) -> None:
        self.assertIn("--close", self.words(Load(1, 1.0, 0.1, 1.0, close=True)))
        self.assertIn("--pipeline=16", self.words(Load(1, 1.0, 0.1, 1.0, pipeline=16)))

    def test_ends_in_the_url(self) -> None:
        self.assertEqual(self.words(Load(1, 1.0, 0.1, 1.0))[-1], load_client.url(8000))


if __name__ == "__main__":
    unittest.main()
