# SPDX-License-Identifier: MIT
"""Reads the document for the reports. A member that is missing is no error: the report leaves it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Optional

from comparison.intervals import interval_name
from comparison.report.numbers import number, share, whole


@dataclass(frozen=True)
class Figure:
    """The median over the rounds, and its interval."""

    median: float
    low: float
    high: float
    rounds: int = 1

    @property
    def spread(self) -> float:
        """The distance from the median to the farther end of the interval, as a share of the median."""
        farthest = max(self.high - self.median, self.median - self.low)
        return farthest / abs(self.median) if self.median else 0.0


@dataclass(frozen=True)
class Row:
    data: dict[str, Any]
    scenario: int
    index: int

    @property
    def mode(self) -> str:
        return str(self.data.get("mode", "?"))

    @property
    def reference(self) -> bool:
        return bool(self.data.get("reference"))

    @property
    def valid(self) -> bool:
        return bool(self.data.get("valid", True))

    @property
    def anchor(self) -> str:
        return f"s{self.scenario + 1}r{self.index + 1}"

    @property
    def rate(self) -> Optional[float]:
        return number(self.data.get("rate"))

    @property
    def reasons(self) -> list[str]:
        """Why the row is INVALID."""
        return [] if self.valid else self.texts("invalid_reasons") or ["no reason was recorded"]

    @property
    def labels(self) -> list[str]:
        """The first words of the marks."""
        return list(dict.fromkeys(mark.partition(":")[0] for mark in self.texts("marks")))

    @property
    def bound(self) -> Optional[str]:
        """The row against its bound, as a sentence."""
        bound = self.data.get("law")
        if not isinstance(bound, dict):
            return None
        rate = number(bound.get("requests_per_second"))
        name = str(bound.get("name", "bound")) + (f" = {whole(rate)} requests/s" if rate is not None else "")
        return f"{name}: {bound.get('verdict') or 'no verdict'}"

    def texts(self, name: str) -> list[str]:
        return [str(text) for text in self.data.get(name) or []]

    def figure(self, name: str) -> Optional[Figure]:
        found = (self.data.get("figures") or {}).get(name)
        median = number(found.get("median")) if isinstance(found, dict) else None
        if median is None:
            return None
        low, high, rounds = (number(found.get(key)) for key in ("low", "high", "rounds"))
        return Figure(median, median if low is None else low, median if high is None else high, int(rounds or 1))

    def relative(self, name: str) -> dict[str, Any]:
        found = (self.data.get("relative") or {}).get(name)
        return found if isinstance(found, dict) and number(found.get("ratio")) is not None else {}

    def spectrum(self, time: str) -> list[tuple[float, float]]:
        """Percentile and microseconds, rising; only what a logarithmic axis can show."""
        pairs = (self.data.get("spectrum") or {}).get(time) or []
        numbers = [(number(pair[0]), number(pair[1])) for pair in pairs if len(pair) == 2]
        good = [(at, us) for at, us in numbers if at is not None and us is not None and us > 0]
        return sorted((at, us) for at, us in good if 0 <= at <= 100)


@dataclass(frozen=True)
class Scenario:
    data: dict[str, Any]
    index: int

    @property
    def anchor(self) -> str:
        return f"s{self.index + 1}"

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def title(self) -> str:
        return str(self.data.get("title") or self.name or f"Scenario {self.index + 1}")

    @property
    def what(self) -> str:
        return str(self.data.get("what") or "")

    @property
    def connections(self) -> Optional[float]:
        return number(self.data.get("connections"))

    @property
    def bound(self) -> Optional[float]:
        return number(self.data.get("bound_requests_per_second"))

    @property
    def rows(self) -> list[Row]:
        return [Row(data, self.index, i) for i, data in enumerate(self.data.get("rows") or [])]

    @property
    def open(self) -> bool:
        """Whether a schedule decides when requests are sent, and not the answers."""
        rates = [self.data.get("rate"), self.data.get("rate_share"), *(row.rate for row in self.rows)]
        return any(rate is not None for rate in rates)

    @property
    def time(self) -> str:
        return "response" if self.open else "service"

    @property
    def short(self) -> str:
        """What differs from the other scenarios of the group."""
        part, rate = number(self.data.get("rate_share")), number(self.data.get("rate"))
        if part is not None:
            return share(part)
        if rate is not None:
            return f"{whole(rate)}/s"
        return whole(self.connections) if self.connections is not None else self.title


@dataclass(frozen=True)
class Group:
    """Scenarios that differ only in connections or in rate."""

    scenarios: tuple[Scenario, ...]

    @property
    def anchor(self) -> str:
        return f"g{self.scenarios[0].index + 1}"

    @property
    def title(self) -> str:
        """The words that all titles begin with."""
        titles = [scenario.title for scenario in self.scenarios]
        if len(titles) == 1:
            return titles[0]
        common = []
        for words in zip(*(title.split() for title in titles)):
            if len(set(words)) > 1:
                break
            common.append(words[0])
        named = self.scenarios[0].name.replace("-", " ").capitalize()
        return " ".join(common).rstrip(",;:–-( ") or named or titles[0]

    @property
    def what(self) -> str:
        """The description, when it is the same for all."""
        texts = {scenario.what for scenario in self.scenarios}
        return texts.pop() if len(texts) == 1 else ""

    @property
    def closed(self) -> list[Scenario]:
        return [scenario for scenario in self.scenarios if not scenario.open]

    @property
    def loads(self) -> list[list[Scenario]]:
        """The open loops, by number of connections."""
        found: dict[Any, list[Scenario]] = {}
        for scenario in self.scenarios:
            if scenario.open:
                found.setdefault(scenario.connections, []).append(scenario)
        return list(found.values())


def interval(rows: Iterable[Row], name: str) -> str:
    """The name of the intervals of a figure, by the row with the most rounds."""
    return interval_name(max([figure.rounds for row in rows if (figure := row.figure(name))], default=1))


def scenarios(document: dict[str, Any]) -> list[Scenario]:
    return [Scenario(data, i) for i, data in enumerate(document.get("scenarios") or [])]


def groups(document: dict[str, Any]) -> list[Group]:
    found: dict[tuple[str, str], list[Scenario]] = {}
    for scenario in scenarios(document):
        found.setdefault((scenario.name, str(scenario.data.get("task") or "none")), []).append(scenario)
    return [Group(tuple(members)) for members in found.values()]


def modes(document: dict[str, Any]) -> tuple[list[str], list[str]]:
    """All names in the order of the document, and which of them are reference servers."""
    rows = [row for scenario in scenarios(document) for row in scenario.rows]
    also = [entry for part in ("capacity", "memory", "system_calls") for entry in document.get(part) or []]
    names = [row.mode for row in rows if not row.reference] + [str(entry.get("mode", "?")) for entry in also]
    references = list(dict.fromkeys(row.mode for row in rows if row.reference)) or ["reference"]
    competitors = [name for name in dict.fromkeys(names) if name not in references]
    used = [name for name in references if any(row.mode == name for row in rows) or name in names]
    return competitors + used, references
