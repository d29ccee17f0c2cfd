# SPDX-License-Identifier: MIT
"""The comparison as CSV (RFC 4180): one line a row, every figure with its interval."""

from __future__ import annotations

import csv
import io
from typing import Any

FIGURES = (
    "requests_per_second",
    "wrk_requests_per_second",
    *(
        f"{time}_{name}_us"
        for time in ("service", "response")
        for name in ("p50", "p90", "p99", "p99_9", "max")
    ),
    "connect_p99_us",
    "connect_max_us",
    "first_byte_p99_us",
    "lateness_p99_us",
    "wrk_p50_us",
    "wrk_p99_us",
    "wrk_max_us",
    "cpu_us_per_request",
    "cpu_us_per_request_raw",
    "user_us_per_request",
    "system_us_per_request",
    "voluntary_switches_per_request",
    "involuntary_switches_per_request",
    "client_cpu_share",
    "foreign_cpu_share",
    "threads",
    "peak_resident_bytes",
    "listen_overflows",
    "errors",
)
_ENDS = ("median", "low", "high")
_RELATIVE = ("to", "ratio", "low", "high", "difference_shown")
_RELATIVES = {"relative": "requests_per_second", "cpu_relative": "cpu_us_per_request"}
_BETWEEN = " | "  # between texts in one field


def rows(document: dict[str, Any]) -> str:
    """With a header. Figures that are not in the list above come behind them. An empty field: not measured."""
    found = [
        (scenario, row) for scenario in document.get("scenarios") or [] for row in scenario.get("rows") or []
    ]
    names = list(FIGURES)
    names += [name for _, row in found for name in (row.get("figures") or {}) if name not in names]
    names = list(dict.fromkeys(names))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["scenario", "title", "task", "connections", "rate", "rate_share", "mode", "reference", "valid"]
        + [f"{name}_{end}" for name in names for end in _ENDS]
        + [f"{name}_{part}" for name in _RELATIVES for part in _RELATIVE]
        + ["law", "law_requests_per_second", "law_share", "law_verdict", "marks", "invalid_reasons"]
    )
    writer.writerows(_line(scenario, row, names) for scenario, row in found)
    return out.getvalue()


def _line(scenario: dict[str, Any], row: dict[str, Any], names: list[str]) -> list[str]:
    figures, bound = row.get("figures") or {}, row.get("law") or {}
    relatives = row.get("relative") or {}
    rate = row.get("rate") if row.get("rate") is not None else scenario.get("rate")
    values = [scenario.get(name) for name in ("name", "title", "task", "connections")]
    values += [
        rate,
        scenario.get("rate_share"),
        row.get("mode"),
        bool(row.get("reference")),
        row.get("valid"),
    ]
    values += [(figures.get(name) or {}).get(end) for name in names for end in _ENDS]
    for name in _RELATIVES.values():
        values += [(relatives.get(name) or {}).get(part) for part in _RELATIVE]
    values += [bound.get(name) for name in ("name", "requests_per_second", "share", "verdict")]
    values += [_BETWEEN.join(map(str, row.get(name) or [])) for name in ("marks", "invalid_reasons")]
    return list(map(_text, values))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
