"""The time limit that the jury's submissions give, and whether a given one fits them. Pure.

Source: problem package format 2025-09, "Problem timing" and "Timelimit inference"; legacy "Limits"
(time_multiplier and time_safety_margin, which the package reader has already put into the same two fields).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from judge.globs import compile_glob
from judge.grading.scoring.report import cases_of
from judge.model.problem import ExpectedResult, ProblemLimits
from judge.model.report import Report
from judge.model.units import format_ns


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """What one submission says about the time limit; 0 = nothing.

    ``must_fit_ns``: the slowest case that must not be too slow. ``must_exceed_ns``: the slowest case of those of
    which one must be too slow. CPU time, freed of the language's time factor.
    """

    name: str
    must_fit_ns: int = 0
    must_exceed_ns: int = 0


class TimeLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A time limit with what it rests on. ``problems``: one line for each bound that it breaks."""

    time_limit_ns: int
    problems: tuple[str, ...] = ()


def timing_of(name: str, expected: ExpectedResult, report: Report, time_factor: float) -> Timing:
    """What a judged submission says, by its expectations. Cases that were not run say nothing."""
    rules = (("", expected), *expected.rules)
    fit = [_slowest(report, glob) for glob, rule in rules if rule.use_for_time_limit == "lower"]
    exceed = [_slowest(report, glob) for glob, rule in rules if rule.use_for_time_limit == "upper"]
    return Timing(
        name=name,
        must_fit_ns=round(max(fit, default=0) / time_factor),
        must_exceed_ns=round(min((time for time in exceed if time), default=0) / time_factor),
    )


def bounds_time_limit(expected: ExpectedResult, which: str) -> bool:
    """Whether any rule about a submission uses it as a "lower" or "upper" bound."""
    return any(rule.use_for_time_limit == which for _, rule in (("", expected), *expected.rules))


def _slowest(report: Report, glob: str) -> int:
    """The slowest judged case that the glob matches ("" = all); 0 when there is none."""
    pattern = compile_glob(glob) if glob else None
    cases = cases_of(report.root) if report.root else ()
    matching = (case.run for case in cases if pattern is None or pattern.match(case.name))
    return max((run.usage.cpu_time_ns for run in matching if run is not None), default=0)


def time_limit_of(limits: ProblemLimits, timings: tuple[Timing, ...]) -> TimeLimit:
    """The package's own time limit, or the smallest multiple of its resolution that fits; and what it breaks."""
    accepted_ns = max((timing.must_fit_ns for timing in timings), default=0)
    limit_ns = limits.time_limit_ns or _smallest_multiple(limits, accepted_ns)
    return TimeLimit(
        time_limit_ns=limit_ns,
        problems=tuple(_problems(limits, limit_ns, timings)),
    )


def _smallest_multiple(limits: ProblemLimits, accepted_ns: int) -> int:
    """At least one resolution step; integers only, so that a limit right on the bound is not missed."""
    needed_ns = round(accepted_ns * limits.ac_to_time_limit)
    steps = max(1, -(-needed_ns // limits.time_resolution_ns))
    return steps * limits.time_resolution_ns


def _problems(limits: ProblemLimits, limit_ns: int, timings: tuple[Timing, ...]) -> Iterator[str]:
    shown = format_ns(limit_ns)
    for timing in timings:
        if timing.must_fit_ns * limits.ac_to_time_limit > limit_ns:
            yield (
                f"{timing.name} takes {format_ns(timing.must_fit_ns)}: times {limits.ac_to_time_limit:g}"
                f" that is more than the time limit {shown}"
            )
        if timing.must_exceed_ns and limit_ns * limits.time_limit_to_tle > timing.must_exceed_ns:
            yield (
                f"{timing.name} takes {format_ns(timing.must_exceed_ns)}: less than the time limit {shown}"
                f" times {limits.time_limit_to_tle:g}"
            )
