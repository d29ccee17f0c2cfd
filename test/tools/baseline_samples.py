# SPDX-License-Identifier: MIT
"""Builders for the tests: the smallest document that can be compared, to be changed in one point."""

from __future__ import annotations

from typing import Any, Optional

Json = Any


def figure(median: float, width: float = 0.01, rounds: int = 5) -> Json:
    return {
        "median": median,
        "low": median * (1 - width),
        "high": median * (1 + width),
        "rounds": rounds,
    }


def row(mode: str, rate: float = 90_000.0, p99: float = 300.0, cpu: float = 5.0) -> Json:
    return {
        "mode": mode,
        "reference": mode == "reference",
        "valid": True,
        "invalid_reasons": [],
        "figures": {
            "requests_per_second": figure(rate),
            "service_p99_us": figure(p99),
            "response_p99_us": figure(2 * p99),
            "cpu_us_per_request": figure(cpu),
        },
    }


def scenario(rows: list[Json], **given: Any) -> Json:
    return {
        "name": "keep-alive",
        "title": "Keep-alive, 64 connections",
        "task": "none",
        "connections": 64,
        "rate": None,
        "rate_share": None,
        **given,
        "rows": rows,
    }


def document(*scenarios: Json) -> Json:
    return {
        "format": 2,
        "environment": {
            "machine": "A processor, 2 cores",
            "kernel": "Linux 6.1",
            "cores": "server on core 0, client on core 1",
            "commit": "1111",
            "compiler": "gcc 12.2",
            "command": "tools/compare --seed=1",
        },
        "settings": {"server": "majuscule --threads=64", "rounds": "5, seed 1"},
        "scenarios": list(scenarios) or [scenario([row("epoll"), row("threads"), row("reference")])],
    }


def row_of(where: Json, mode: str) -> Json:
    return next(one for one in where["scenarios"][0]["rows"] if one["mode"] == mode)


def set_figure(where: Json, mode: str, name: str, to: Optional[Json]) -> None:
    figures = row_of(where, mode)["figures"]
    if to is None:
        del figures[name]
    else:
        figures[name] = to
