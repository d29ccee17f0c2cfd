# SPDX-License-Identifier: MIT
"""All the visits: first that every mode answers rightly, then the rounds. No failure of one stops the rest."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace

from comparison import checks, control_group, counted, evenness, hardware, plan, programs
from comparison.calibrator import CALIBRATION_SECONDS, Calibrator, calibrating
from comparison.errors import Untrusted
from comparison.measure import Bench, check_conformance, measure
from comparison.options import Options
from comparison.plan import Measurement
from comparison.progress import Progress
from comparison.reasons import Reasons
from comparison.rows import Results
from comparison.sample import Sample
from comparison.speed import Visit

SPARE = 1 / 4  # of the visits, for those that are repeated since the machine changed its speed
_LEAST_SPARE = 1

# Of one visit: a server that has gone while /proc was read of it, or an answer that is not as specified, must not
# cost the others.
_FAILURES = (Untrusted, OSError, LookupError, ValueError, subprocess.SubprocessError)


@dataclass
class Measured:
    """All that there is so far, so that an end before its time loses only what was not complete. `measurements` in the
    order of the tables."""

    results: Results
    measurements: list[Measurement] = field(default_factory=list)
    reasons: Reasons = field(default_factory=Reasons)
    visits: int = 0  # that are complete ...
    planned: int = 0  # ... of those that are known to come

    @property
    def nothing(self) -> bool:
        return self.visits == 0


def measure_all(
    wanted: Options, bench: Bench, broken: dict[str, str], progress: Progress, found: Measured
) -> None:
    """Adds to what is found. In a sweep the closed loops come first: they say what there is to offer."""
    results = found.results
    with calibrating(bench.reference, bench.client, bench.pinning, results.speed) as calibrator:
        if wanted.closed:
            _visit_all(wanted, bench, plan.closed_measurements(wanted), broken, found, calibrator, progress)
        if wanted.rates or wanted.sweep:
            opened = plan.open_measurements(wanted, results.capacities(found.measurements))
            _visit_all(wanted, bench, opened, broken, found, calibrator, progress)
    progress.keep(results.speed.describe())
    if wanted.reasons:
        _count_all(bench, [measurement for measurement in found.measurements if not measurement.scenario.offer], results, progress)


def _visit_all(
    wanted: Options,
    bench: Bench,
    measurements: list[Measurement],
    broken: dict[str, str],
    found: Measured,
    calibrator: Calibrator,
    progress: Progress,
) -> None:
    found.measurements += measurements
    if not measurements:
        return
    order = plan.rounds(measurements, wanted.rounds, wanted.seed)
    seconds = sum(bench.seconds_of(one) + CALIBRATION_SECONDS for some in order for one in some)
    progress.expect(seconds)
    progress.keep(f"seed {wanted.seed}; the loads take about {seconds:.0f} s")
    visits = [(number, measurement) for number, some in enumerate(order, 1) for measurement in some]
    calibrator.allow_repeats(_LEAST_SPARE + round(SPARE * len(visits)))
    found.planned += len(visits)
    for done, (number, measurement) in enumerate(visits, 1):
        if measurement.mode in broken:
            found.results.fail(measurement, f"round {number}", broken[measurement.mode])
            found.visits += 1
            continue
        outcome = visit(bench, measurement, number, wanted.seed, found.results, calibrator)
        found.visits += 1
        line = f"[{done}/{len(visits)}] round {number}: {measurement}: {outcome}"
        if "INVALID" in outcome:
            progress.keep(line)
        progress.say(line, done=bench.seconds_of(measurement) + CALIBRATION_SECONDS)


def visit(bench: Bench, measurement: Measurement, number: int, seed: int, results: Results, calibrator: Calibrator) -> str:
    """What came of it, in words. Where the calibrations around it disagree it is measured again."""

    def once() -> Sample:
        stopped_before = control_group.throttling()
        programs.expect_unchanged(*bench.programs)
        sample = measure(bench, measurement, seed + number)
        programs.expect_unchanged(*bench.programs)
        return replace(sample, throttled=control_group.throttling().since(stopped_before).periods)

    try:
        found = calibrator.steadily(
            once,
            final=lambda sample: bool(checks.reasons(sample, measurement)),
            uneven=lambda sample: (sample.unevenness or 0.0) / evenness.TOLERANCE,
        )
    except _FAILURES as error:
        why = str(error) if isinstance(error, Untrusted) else f"{type(error).__name__}: {error}"
        results.fail(measurement, f"round {number}", why)
        return f"INVALID: {why}"
    for bracket in found.again:
        results.speed.visits.append(Visit(measurement.mode, measurement.scenario.title, number, bracket, kept=False))
    if found.bracket:
        results.speed.visits.append(Visit(measurement.mode, measurement.scenario.title, number, found.bracket, kept=True))
    sample = replace(found.value, bracket=found.bracket)
    reasons = results.add(measurement, number, sample)
    outcome = f"{sample.load.requests_per_second:,.0f} requests/s"
    if found.again:
        outcome += f" (try {len(found.again) + 1})"
    return f"{outcome}, INVALID: {'; '.join(reasons)}" if reasons else outcome


def _count_all(bench: Bench, measurements: list[Measurement], results: Results, progress: Progress) -> None:
    """Of the rows that are valid: what the processor can tell, or why it does not."""
    missing = hardware.why_not()
    text = hardware.describe(missing)
    if text:
        results.notes.append(f"instr/req and cycles/req: {text}")
    events = [event for event in hardware.EVENTS if event not in missing]
    for measurement in measurements if events else []:
        row = results.row(measurement)
        if not row.valid:
            continue
        progress.say(f"instructions a request: {measurement}")
        try:
            row.counts = counted.measure(bench, measurement, events)
        except _FAILURES as error:
            results.notes.append(f"instr/req and cycles/req: {measurement}: not counted: {error}")


def broken_modes(wanted: Options, bench: Bench, progress: Progress) -> dict[str, str]:
    """The modes whose answers are wrong, and how."""
    broken = {}
    for mode in [*wanted.modes, plan.REFERENCE]:
        try:
            check_conformance(bench, mode)
            progress.say(f"conformance: {mode} answers to the byte")
        except _FAILURES as error:
            broken[mode] = str(error)
            progress.keep(f"{mode}: INVALID: {error}")
    return broken
