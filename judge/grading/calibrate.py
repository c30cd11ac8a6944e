"""Finds the time limit of a package that declares none, by running the jury's accepted submissions. Once.

The answer is kept in a directory under the package's digest, so that only the first judging of a package pays.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from judge.errors import LanguageError, PackageError
from judge.grading.jury_python import interpreter_of, with_jury_python
from judge.grading.jury_time_limit import TimeLimit, Timing, bounds_time_limit, time_limit_of, timing_of
from judge.grading.options import GradingOptions
from judge.grading.pipeline import Judge
from judge.grading.programs import read_sources
from judge.kernel.atomic_files import write_whole
from judge.model.problem import JurySubmission, Problem
from judge.model.submission import Submission
from judge.model.units import S_NS, format_ns
from judge.model.verdict import Verdict
from judge.package.files.digest import package_digest

#: No time limit is longer, and no jury submission is run longer to find one.
TIME_LIMIT_NS_MAX = 60 * S_NS

#: Called with each submission before it is run, for people who wait.
Progress = Callable[[str], None]


def jury_submission(problem: Problem, entry: JurySubmission) -> Submission:
    """A jury's program as a submission. Raises PackageError when it cannot be read."""
    return Submission(
        id=entry.path,
        package=problem.path,
        sources=read_sources(entry.program, problem.constants),
        language=entry.program.language,
        main=entry.entrypoint,
    )


def with_time_limit(
    judge: Judge,
    problem: Problem,
    package: Path,
    kept: Path,
    progress: Progress = lambda path: None,
    *,
    python: str = "auto",
) -> Problem:
    """The problem with a time limit: its own, the one in ``kept`` for the content of ``package``, or a measured one.

    ``python`` is what runs the jury's Python, see :mod:`judge.grading.jury_python`: a service and ``judge verify`` must
    measure the same. Raises PackageError when no jury submission gives a limit.
    """
    if problem.limits.time_limit_ns or problem.submit_answer:
        return problem
    problem = with_jury_python(problem, judge.build_context, python)
    key = f"{package_digest(package)} {interpreter_of(problem)}"
    path = kept / hashlib.sha256(key.encode()).hexdigest()
    limit = _read(path)
    if limit is None:
        limit = measure(judge, problem, progress)
        _write(path, limit)
    return with_limit(problem, limit.time_limit_ns)


def with_limit(problem: Problem, time_limit_ns: int) -> Problem:
    """The same problem with another time limit."""
    limits = msgspec.structs.replace(problem.limits, time_limit_ns=time_limit_ns)
    return msgspec.structs.replace(problem, limits=limits)


def measure(judge: Judge, problem: Problem, progress: Progress = lambda path: None) -> TimeLimit:
    """Run every submission that bounds the time limit from below. Blocks for as long as they take.

    Raises PackageError when none gives a limit, or one above the operator's ceiling.
    """
    longest_ns = problem.limits.time_limit_ns_max or TIME_LIMIT_NS_MAX
    generous = with_limit(problem, min(longest_ns, TIME_LIMIT_NS_MAX))
    patient = dataclasses.replace(judge, options=_patient(judge.options))
    timings: list[Timing] = []
    for entry in problem.submissions:
        if bounds_time_limit(entry.expected, "lower"):
            progress(entry.path)
            timing = _timing(patient, generous, entry)
            if timing is not None and timing.must_fit_ns:
                timings.append(timing)
    if not timings:
        raise PackageError(
            "declares no time limit, and no submission of the jury gives one (give one with --time-limit)",
            where=problem.name,
        )
    limit = time_limit_of(problem.limits, tuple(timings))
    if 0 < problem.limits.time_limit_ns_max < limit.time_limit_ns:
        raise PackageError(
            f"the submissions of the jury give a time limit of {format_ns(limit.time_limit_ns)}; "
            f"the operator's ceiling is {format_ns(longest_ns)} (limit_time_s_max)",
            where=problem.name,
        )
    return limit


def _patient(options: GradingOptions) -> GradingOptions:
    return msgspec.structs.replace(options, run_all=True, near_limit_runs=1)


def _timing(judge: Judge, problem: Problem, entry: JurySubmission) -> Timing | None:
    """None when the submission says nothing: not compiled, its language not installed, or itself too slow."""
    submission = jury_submission(problem, entry)
    try:
        language = judge.language_of(submission, problem)
        report = judge.judge(submission, problem)
    except LanguageError:
        return None
    if report.verdict is Verdict.JE:
        raise PackageError(f"cannot be judged to find the time limit: {report.reason}", where=entry.path)
    if report.root is None or report.verdict is Verdict.TLE:
        return None
    return timing_of(entry.path, entry.expected, report, language.time_factor)


def _read(path: Path) -> TimeLimit | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=TimeLimit)
    except (OSError, msgspec.DecodeError):
        return None


def _write(path: Path, limit: TimeLimit) -> None:
    """In one rename: others may write the same. A full disk only costs measuring again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, msgspec.json.encode(limit))
    except OSError:
        return
