# SPDX-License-Identifier: MIT
"""Builds a document of a comparison (format 2) for the tests."""

from __future__ import annotations

from typing import Any

from report_rows import SPEED, RowMaker

MODES = ("epoll", "threads", "pool", "sequential")
ALL_MODES = (
    *("epoll", "threads", "sequential", "process", "pool", "leader-follower", "pipeline", "half-sync"),
    *("reactors", "busy", "select", "poll", "sigio", "uring", "coroutine", "fibers"),
)


class _Maker(RowMaker):
    def relate(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        base = rows[0]["figures"]["requests_per_second"]["median"]
        for row in rows:
            if row["figures"]:
                ratio = row["figures"]["requests_per_second"]["median"] / base
                row["relative"]["requests_per_second"] = {
                    "to": rows[0]["mode"],
                    "ratio": ratio,
                    "low": ratio * 0.98,
                    "high": ratio * 1.02,
                    "difference_shown": abs(ratio - 1) > 0.04,
                }
        return rows

    def scenario(
        self, name: str, title: str, what: str, connections: int, rows: list[dict[str, Any]], **more: Any
    ) -> dict[str, Any]:
        return {
            "name": name,
            "title": title,
            "what": what,
            "task": "none",
            "connections": connections,
            "rate": None,
            "rate_share": None,
            "bound_requests_per_second": None,
            "rows": self.relate(rows),
            **more,
        }

    def keep_alive(self, connections: int) -> dict[str, Any]:
        rows = []
        for mode in (*self.modes, "reference"):
            rate = SPEED.get(mode, 160000) * (1 - 0.0002 * connections * (0.2 if mode == "epoll" else 0.5))
            rows.append(self.row(mode, rate, 1e6 * connections / rate, connections))
            if mode == "reference" or rate > 165000:
                rows[-1]["marks"].append("client-bound: the client used 84 % of its core")
            if mode == "sequential":
                rows[-1]["marks"].append(
                    f"serves 1 at a time: {connections - 1:,} clients waited for one to leave"
                )
        what = "Every client sends its next request when it has the reply: what a request costs."
        return self.scenario(
            "keep-alive", f"Keep-alive, {connections:,} connections", what, connections, rows
        )

    def wait(self, connections: int) -> dict[str, Any]:
        rows, bound = [], connections / 0.1
        for mode in self.modes:
            places = {"sequential": 1, "pool": 64}.get(mode, connections)
            rate = min(places, connections) / 0.1 * 0.96
            rows.append(self.row(mode, rate, 1e6 * connections / rate, connections))
            name = {"sequential": "1/D", "pool": "min(N, connections)/D"}.get(mode, "connections/D")
            verdict = (
                "reaches its bound"
                if mode != "pool"
                else "stays below its bound: reaches 0.61 of it; limit: not found"
            )
            part = 0.96 if mode != "pool" else 0.61
            rows[-1]["law"] = {
                "name": name,
                "requests_per_second": rate / 0.96,
                "share": part,
                "verdict": verdict,
            }
        return self.scenario(
            "wait",
            f"Every request waits 100 ms, {connections:,} connections",
            "Each request waits: models that wait for all at once serve connections/D.",
            connections,
            rows,
            task="sleep:100ms",
            bound_requests_per_second=bound,
        )

    def close(self) -> dict[str, Any]:
        rows = [
            self.row(mode, SPEED.get(mode, 160000) * 0.15, 400, 64) for mode in (*self.modes, "reference")
        ]
        return self.scenario(
            "close", "A connection for each request, 64 at a time", "What it costs to come and go.", 64, rows
        )

    def sweep(self, part: float) -> dict[str, Any]:
        rows = []
        for mode in (*self.modes, "reference"):
            capacity = SPEED.get(mode, 160000)
            rows.append(self.row(mode, capacity * part, 40 / (1 - part), 64, offered=capacity * part))
        return self.scenario(
            "load",
            f"Open loop, 64 connections, {part:.0%} of the capacity",
            "Requests come by a Poisson process, whether or not the server keeps up.",
            64,
            rows,
            rate_share=part,
        )


def _spoil(row: dict[str, Any]) -> None:
    reason = "round 2: 3 of 142,452 replies were wrong"
    row.update(valid=False, invalid_reasons=[reason])
    row["checks"][0].update(passed=False, detail="142,449 of 142,452 right")


def _empty(row: dict[str, Any]) -> None:
    reason = "round 1: the server ended by itself, exit code 1: out of threads"
    row.update(
        valid=False, invalid_reasons=[reason], figures={}, relative={}, spectrum={}, checks=[], rounds=[]
    )


def _memory(modes: tuple[str, ...]) -> list[dict[str, Any]]:
    how = "anonymous: smaps_rollup of all processes; kernel: a memory cgroup of the server's own"
    found = []
    for mode in modes:
        anonymous, kernel = {"epoll": (330.0, 4100.0), "threads": (10600.0, 21000.0)}.get(
            mode, (620.0, 4300.0)
        )
        points = [
            {"connections": n, "anonymous": 1.1e6 + anonymous * n, "kernel": 3e5 + kernel * n}
            for n in (0, 50, 150, 300)
        ]
        found.append(
            {
                "mode": mode,
                "points": points,
                "anonymous_per_connection": anonymous,
                "kernel_per_connection": kernel,
            }
        )
        found[-1].update(how=how, reason=None)
        if mode == "sequential":
            reason = "serves 1 at a time: idle clients would wait in the backlog"
            found[-1].update(
                points=[], anonymous_per_connection=None, kernel_per_connection=None, reason=reason
            )
    return found


def _system_calls(modes: tuple[str, ...]) -> list[dict[str, Any]]:
    by_name = {
        "epoll": {"read": 1.0, "write": 1.0, "epoll_wait": 0.04},
        "pool": {"recvfrom": 1.0, "sendto": 1.0, "futex": 0.13},
    }
    found = []
    for mode in (*modes, "reference"):
        calls = by_name.get(mode, {"recvfrom": 1.0, "sendto": 1.0, "clock_nanosleep": 0.001})
        found.append(
            {
                "mode": mode,
                "per_request": sum(calls.values()),
                "by_name": calls,
                "requests": 1600,
                "reason": None,
            }
        )
    if len(found) > 3:
        found[3].update(
            per_request=None,
            by_name={},
            requests=0,
            reason="ptrace is forbidden here: kernel.yama.ptrace_scope is 3",
        )
    return found


def _speed(modes: tuple[str, ...]) -> dict[str, Any]:
    """Two levels, and a load between each two calibrations."""
    costs = [6.1, 6.08, 6.12, 4.7, 4.69, 4.71, 4.7, 6.1]
    calibrations = [
        {"at": 2.0 * i, "requests": 30_000, "cpu_seconds": us * 0.03, "us_per_request": us} for i, us in enumerate(costs)
    ]
    visits = [
        {
            "mode": (*modes, "reference")[i % (len(modes) + 1)],
            "scenario": "Keep-alive, 16 connections",
            "round": 1,
            "at": 2.0 * i + 1,
            "us_per_request": (before + after) / 2,
            "disagreement": abs(after - before) * 2 / (before + after),
            "kept": before == after,
        }
        for i, (before, after) in enumerate(zip(costs, costs[1:]))
    ]
    return {
        "text": "machine speed varied by 29.8 % over the run, in 2 steps; 8 calibrations",
        "median_us_per_request": 5.4,
        "calibrations": calibrations,
        "visits": visits,
    }


def document(modes: tuple[str, ...] = MODES, rounds: int = 5, invalid: bool = True) -> dict[str, Any]:
    """One row INVALID and one without any figure, unless not `invalid`."""
    make = _Maker(modes, rounds)
    scenarios = [make.keep_alive(n) for n in (16, 256, 1000)]
    scenarios += [make.wait(n) for n in (16, 256, 1000)]
    scenarios += [make.close(), *map(make.sweep, (0.2, 0.5, 0.7, 0.8, 0.95))]
    if invalid:
        _spoil(scenarios[1]["rows"][1])
        _empty(scenarios[2]["rows"][1])
    every = sum(len(scenario["rows"]) for scenario in scenarios)
    spoilt = (
        f"2 of {every} rows INVALID: do not quote them" if invalid else f"all {every} rows passed every check"
    )
    return {
        "format": 2,
        "verdict": spoilt,
        "invalid_rows": 2 if invalid else 0,
        "environment": {
            "machine": "AMD EPYC, 2 virtual cores",
            "kernel": "Linux 6.18.0",
            "governor": "performance",
            "cores": "server on 0, client on 1",
            "server": "majuscule 0.9.0",
            "libuv": "1.44.2",
            "compiler": "c++ (Debian 12.2.0-14+deb12u1) 12.2.0",
            "build": "buildtype=debugoptimized optimization=3 b_ndebug=if-release b_lto=true",
            "commit": "61d8c5a3f0de",
            "client": "majuscule-load 0.9.0, wrk 4.1.0 as the cross-check",
            "limits": "1,048,576 descriptors, 28,232 ports, 15,000 threads",
            "command": "tools/compare --modes=" + ",".join(modes) + " --rate=sweep --seed=7",
        },
        "modes": list(ALL_MODES),
        "settings": {
            "server": "majuscule --mode=MODE --port=0 --task=none, fresh for each row and round",
            "load": "majuscule-load --connections=16 --duration=1s --json http://127.0.0.1:8000/capitalize",
            "rounds": f"{rounds}, interleaved, order shuffled by seed 7",
        },
        "speed": _speed(modes),
        "scenarios": scenarios,
        "capacity": [{"mode": mode, "requests_per_second": float(SPEED.get(mode, 160000))} for mode in modes],
        "memory": _memory(modes),
        "system_calls": _system_calls(modes),
        "footnotes": [
            "Each figure is the median over the rounds; ± is the farther end of its interval.",
            "no difference shown: the intervals overlap, so this run cannot tell the two apart.",
            "client-bound: the client was the bottleneck; compare the CPU time.",
            "reference: a server that parses nothing. It is the yardstick, not a competitor.",
            "One machine, loopback, one client: the network, and other machines, will differ.",
        ],
    }
