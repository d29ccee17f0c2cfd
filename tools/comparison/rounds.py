# SPDX-License-Identifier: MIT
"""All visits: first the conformance of every mode, then the rounds. A failure of one visit does not stop the others."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace

from comparison import checks, control_group, counted, evenness, hardware, plan, programs
from comparison.bench import Bench
from comparison.calibrator import CALIBRATION_SECONDS, Calibrator, calibrating
from comparison.errors import Untrusted
from comparison.measure import check_conformance, measure
from comparison.options import Options
from comparison.plan import Measurement
from comparison.progress import Progress
from comparison.reasons import Reasons
from comparison.rows import Results
from comparison.sample import Sample
from comparison.speed import Visit

SPARE = 1 / 4  # of the visits: how many may be repeated because the machine changed its speed
_LEAST_SPARE = 1
# Of one visit: the server ended while its /proc was read, or an answer is not as specified.
_FAILURES = (Untrusted, OSError, LookupError, ValueError, subprocess.SubprocessError)


@dataclass
class Measured:
    """What is complete so far: an early end loses nothing of it. `measurements` in the order of the tables."""

    results: Results
    measurements: list[Measurement] = field(default_factory=list)
    reasons: Reasons = field(default_factory=Reasons)
    visits: int = 0  # complete ones
    planned: int = 0

    @property
    def nothing(self) -> bool:
        return self.visits == 0


def measure_all(wanted: Options, bench: Bench, broken: dict[str, str], progress: Progress, found: Measured) -> None:
    """Adds to `found`. In a sweep the closed loops come first, since the rates follow from them."""
    results = found.results
    with calibrating(bench.reference, bench.client, bench.pinning, results.speed) as calibrator:
        if wanted.closed:
            _visit_all(wanted, bench, plan.closed_measurements(wanted), broken, found, calibrator, progress)
        if wanted.rates or wanted.sweep:
            opened = plan.open_measurements(wanted, results.capacities(found.measurements))
            _visit_all(wanted, bench, opened, broken, found, calibrator, progress)
    progress.keep(results.speed.describe())
    if wanted.reasons:
        _count_all(bench, [one for one in found.measurements if not one.scenario.offer], results, progress)


def _visit_all(
    wanted: Options, bench: Bench, measurements: list[Measurement], broken: dict[str, str], found: Measured,
    calibrator: Calibrator, progress: Progress,
) -> None:
    found.measurements += measurements
    if not measurements:
        return
    order = plan.rounds(measurements, wanted.rounds, wanted.seed)
    visits = [(number, one) for number, some in enumerate(order, 1) for one in some]
    seconds = sum(bench.seconds_of(one) + CALIBRATION_SECONDS for _, one in visits)
    progress.expect(seconds)
    progress.keep(f"seed {wanted.seed}; the loads take about {seconds:.0f} s")
    calibrator.allow_repeats(_LEAST_SPARE + round(SPARE * len(visits)))
    found.planned += len(visits)
    for done, (number, one) in enumerate(visits, 1):
        if one.mode in broken:
            found.results.fail(one, f"round {number}", broken[one.mode])
            found.visits += 1
            continue
        outcome = visit(bench, one, number, wanted.seed, found.results, calibrator)
        found.visits += 1
        line = f"[{done}/{len(visits)}] round {number}: {one}: {outcome}"
        if "INVALID" in outcome:
            progress.keep(line)
        progress.say(line, done=bench.seconds_of(one) + CALIBRATION_SECONDS)


def visit(
    bench: Bench, measurement: Measurement, number: int, seed: int, results: Results, calibrator: Calibrator
) -> str:
    """The outcome in words. When the calibrations around the load disagree it is measured again."""

    def once() -> Sample:
        throttled_before = control_group.throttling()
        programs.expect_unchanged(*bench.programs)
        sample = measure(bench, measurement, seed + number)
        programs.expect_unchanged(*bench.programs)
        return replace(sample, throttled=control_group.throttling().since(throttled_before).periods)

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
    for bracket, kept in [*((one, False) for one in found.again), (found.bracket, True)]:
        if bracket:
            results.speed.visits.append(Visit(measurement.mode, measurement.scenario.title, number, bracket, kept))
    sample = replace(found.value, bracket=found.bracket)
    reasons = results.add(measurement, number, sample)
    outcome = f"{sample.load.requests_per_second:,.0f} requests/s"
    outcome += f" (try {len(found.again) + 1})" if found.again else ""
    return f"{outcome}, INVALID: {'; '.join(reasons)}" if reasons else outcome


def _count_all(bench: Bench, measurements: list[Measurement], results: Results, progress: Progress) -> None:
    """Counts instructions and cycles for the valid rows, or notes why they are not counted."""
    missing = hardware.why_not()
    text = hardware.describe(missing)
    if text:
        results.notes.append(f"instructions and cycles: {text}")
    events = [event for event in hardware.EVENTS if event not in missing]
    for one in measurements if events else []:
        row = results.row(one)
        if row.valid:
            progress.say(f"instructions a request: {one}")
            try:
                row.counts = counted.measure(bench, one, events)
            except _FAILURES as error:
                results.notes.append(f"instructions and cycles: {one}: not counted: {error}")


def broken_modes(wanted: Options, bench: Bench, progress: Progress) -> dict[str, str]:
    """The modes whose answers are wrong, with the reason."""
    broken = {}
    for mode in [*wanted.modes, plan.REFERENCE]:
        progress.say(f"conformance: {mode}")
        try:
            check_conformance(bench, mode)
        except _FAILURES as error:
            broken[mode] = str(error)
            progress.keep(f"{mode}: INVALID: {error}")
    return broken
