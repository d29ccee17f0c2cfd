# SPDX-License-Identifier: MIT
"""What is measured, and in which order: every round visits all cells once, shuffled anew."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Optional

from comparison.options import Options
from comparison.task import Task

REFERENCE = "reference"  # stands where a mode's name does, for the do-nothing server


@dataclass(frozen=True)
class Scenario:
    task: Task
    connections: int

    def __str__(self) -> str:
        return f"task {self.task.text}, {self.connections:,} connections"


@dataclass(frozen=True)
class Cell:
    """One row of one table, measured once a round."""

    scenario: Scenario
    mode: str

    def __str__(self) -> str:
        return f"{self.mode}, {self.scenario}"


def scenarios(options: Options) -> list[Scenario]:
    return [Scenario(task, count) for task in options.tasks for count in options.connections]


def ceiling_cell(scenario: Scenario) -> Cell:
    """The reference server has no tasks: one ceiling serves all scenarios with as many connections."""
    return Cell(Scenario(Task.parse("none"), scenario.connections), REFERENCE)


def cells(options: Options) -> list[Cell]:
    measured = [Cell(scenario, mode) for scenario in scenarios(options) for mode in options.modes]
    ceilings = dict.fromkeys(ceiling_cell(scenario) for scenario in scenarios(options))
    return measured + list(ceilings)


def rounds(options: Options) -> list[list[Cell]]:
    chance = random.Random(options.seed)
    everything = cells(options)
    return [chance.sample(everything, len(everything)) for _ in range(options.rounds)]


def load_seconds(scenario: Scenario, asked: Optional[float]) -> float:
    """Several times the task's time, so that the requests unfinished at the end weigh little; longer for a crowd,
    whose connections take a while to stand when each needs a thread."""
    least = 8 * scenario.task.seconds
    if asked is not None:
        return max(asked, least)
    if scenario.task.kind == "none":
        return 1.0 if scenario.connections < 512 else 1.8
    return max(1.5, least)
