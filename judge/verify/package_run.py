"""Verifying one package as jobs of a :class:`~judge.verify.thread_pool.ThreadPool`.

::

    open + lint -> generate tests -> time limit -+-> check inputs, in pieces
                                                 +-> check invalid data, outputs
                                                 +-> judge each submission, compare      -> finish (the last job)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock

import msgspec

from judge.course.here import judged_here
from judge.errors import LanguageError, PackageError, UsageError
from judge.grading.calibrate import TIME_LIMIT_NS_MAX, jury_submission, with_limit, with_time_limit
from judge.grading.jury_python import PYTHONS, under_cpython, with_jury_python
from judge.grading.pipeline import Judge
from judge.grading.scoring.report import cases_of
from judge.grading.scoring.traverse import never
from judge.model.problem import JurySubmission, PackageFormat, Problem, TestCase
from judge.model.report import CaseReport, Report
from judge.model.units import MS_NS
from judge.model.verdict import Verdict
from judge.model.verification import PackageResult, SubmissionResult
from judge.package.check import course_tests
from judge.package.findings import Findings
from judge.package.kattis.lint import check_contents
from judge.package.kattis.test_data import data_cases
from judge.package.reader import DEFAULT_READING, ReadOptions
from judge.package.source import fresh_directory, inspect_any, package_directory
from judge.verify.checks import CheckSummary, check_inputs, check_invalid, check_outputs
from judge.verify.expect import (
    Comparison,
    Outcome,
    best_score,
    compare_with_expected,
    enough_seen,
    needs_every_case,
    words_of,
)
from judge.verify.thread_pool import Job

#: Test cases whose inputs are checked in one job.
_CASES_PER_JOB = 50


@dataclass(frozen=True)
class Choices:
    """What the user asked for.

    ``time_limit_ns`` overrides the package's own (0 = do not). ``every_case``: judge all cases of all submissions.
    ``only``: paths of submissions to judge, as prefixes (empty = all). ``strict``: warnings and skipped submissions
    count as faults. ``validate``: ask the validators about the test data. ``python``: see
    :mod:`judge.grading.jury_python`. ``reading``: how packages are read.
    """

    reading: ReadOptions = DEFAULT_READING
    time_limit_ns: int = 0
    every_case: bool = False
    only: tuple[str, ...] = ()
    strict: bool = False
    validate: bool = True
    python: str = PYTHONS[0]


DEFAULT_CHOICES = Choices()


@dataclass(frozen=True)
class Step:
    """A package's verification has come this far: ``done`` of ``total`` parts (so far).

    ``part``: what was done, or whose time is measured now. ``result``: of the jury submission that was the part.
    """

    package: str
    part: str
    done: int
    total: int
    result: SubmissionResult | None = None


#: Called with each step, in the thread that did it.
Progress = Callable[[Step], None]


@dataclass
class PackageRun:
    """One package being verified. Fields behind ``_lock`` are written by several threads."""

    spec: str
    choices: Choices
    scratch: Path
    kept: Path
    progress: Progress
    result: PackageResult | None = None
    _problem: Problem | None = None
    _findings: Findings | None = None
    _error: str = ""
    _asked: list[CheckSummary] = field(default_factory=list)
    _submissions: dict[str, SubmissionResult] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _lock: Lock = field(default_factory=Lock)
    _left: int = 1
    _total: int = 1

    def start(self, judge: Judge) -> Iterable[Job]:
        """The first job: read, lint, find the time limit, and hand in the rest."""
        jobs: list[tuple[str, Callable[[Judge], None]]] = []
        try:
            problem = self._open(judge)
            jobs = self._jobs(problem)
        except (PackageError, UsageError) as error:
            self._error = str(error)
        with self._lock:
            self._left += len(jobs)
            self._total += len(jobs)
        self._done("read")
        return [partial(self._run, name, job) for name, job in jobs]

    def close(self) -> None:
        """Give up what was unpacked; idempotent."""
        self._stack.close()

    def _open(self, judge: Judge) -> Problem:
        directory = self._stack.enter_context(package_directory(self.spec, self.scratch))
        unpacked = self._stack.enter_context(fresh_directory(self.scratch, "unpacked"))
        problem, self._findings = inspect_any(directory, unpacked, self.choices.reading)
        self._problem = problem
        self._findings.raise_if_blocked()
        if self.choices.validate:
            check_contents(problem, self._findings)
        problem = self._stack.enter_context(judge.generated(problem))
        problem = with_jury_python(problem, judge.build_context, self.choices.python)
        if not problem.preambles and problem.assignment is None:  # the jury may show solutions in other languages
            problem = msgspec.structs.replace(problem, languages=())
        if self.choices.time_limit_ns:
            problem = with_limit(problem, self.choices.time_limit_ns)
        if problem.submissions:
            problem = with_time_limit(judge, problem, directory, self.kept, self._measuring, python=self.choices.python)
        self._problem = problem
        return problem

    def _measuring(self, path: str) -> None:
        self.progress(Step(self.spec, f"time limit: {path}", self._total - self._left, self._total))

    def _jobs(self, problem: Problem) -> list[tuple[str, Callable[[Judge], None]]]:
        jobs: list[tuple[str, Callable[[Judge], None]]] = []
        if self.choices.validate:
            cases = data_cases(problem.root)
            for first in range(0, max(1, len(cases)), _CASES_PER_JOB):
                jobs.append(("inputs", partial(self._check_inputs, cases[first : first + _CASES_PER_JOB], first == 0)))
            jobs.append(("validators", partial(self._check_rest, cases)))
        for entry in problem.submissions:
            if not self.choices.only or entry.path.startswith(self.choices.only):
                jobs.append((entry.path, partial(self._judge, entry)))
        return jobs

    def _run(self, name: str, work: Callable[[Judge], None], judge: Judge) -> Iterable[Job]:
        try:
            work(judge)
        except PackageError as error:
            with self._lock:
                self._error = self._error or str(error)
        self._done(name)
        return ()

    def _done(self, name: str) -> None:
        with self._lock:
            self._left -= 1
            last = self._left == 0
        self.progress(Step(self.spec, name, self._total - self._left, self._total, self._submissions.get(name)))
        if last:
            self.result = self._finished()
            self.close()

    def _check_inputs(self, cases: Sequence[TestCase], first: bool, judge: Judge) -> None:
        assert self._problem is not None
        problem = self._problem if first else msgspec.structs.replace(self._problem, validator_cases=())
        asked = check_inputs(judge, problem, cases)
        with self._lock:
            self._asked.append(asked)

    def _check_rest(self, cases: Sequence[TestCase], judge: Judge) -> None:
        assert self._problem is not None
        asked = [check_invalid(judge, self._problem), check_outputs(judge, self._problem, cases)]
        with self._lock:
            self._asked += asked

    def _judge(self, entry: JurySubmission, judge: Judge) -> None:
        assert self._problem is not None
        result = verify_submission(judge, self._problem, entry, self.choices)
        with self._lock:
            self._submissions[entry.path] = result

    def _finished(self) -> PackageResult:
        problem = self._problem
        checks = tuple(check for asked in self._asked for check in asked.wrong)
        skipped = {(check.kind, check.program): check for asked in self._asked for check in asked.skipped}
        diagnostics = self._findings.diagnostics if self._findings else ()
        result = PackageResult(
            package=self.spec,
            name=problem.name if problem else "",
            format=problem.format if problem else "",
            ok=True,
            error=self._error,
            time_limit_ns=problem.limits.time_limit_ns if problem else 0,
            test_cases=len(data_cases(problem.root)) + course_tests(problem) if problem else 0,
            diagnostics=diagnostics,
            checks_run=sum(asked.count for asked in self._asked),
            checks=tuple(sorted(checks, key=lambda check: (check.kind, check.program, check.case))),
            checks_skipped=tuple(check for _, check in sorted(skipped.items())),
            submissions=tuple(result for _, result in sorted(self._submissions.items())),
        )
        unknown = result.checks_skipped or any(one.skipped for one in result.submissions)
        doubts = self.choices.strict and (diagnostics or unknown)
        return msgspec.structs.replace(result, ok=not result.faults and not doubts)


@dataclass(frozen=True)
class Judged:
    """A jury submission's report, compared. ``remarks``: what had to be done to get there."""

    report: Report
    comparison: Comparison
    remarks: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """True when all is as expected."""
        return self.comparison.outcome is Outcome.MET


def verify_submission(judge: Judge, problem: Problem, entry: JurySubmission, choices: Choices) -> SubmissionResult:
    """Judge one jury submission and compare; again under CPython when only that can decide."""
    try:
        judged = _judge_patiently(judge, problem, entry, choices)
        doubtful = not judged.met and judged.report.verdict is not Verdict.JE
        other = under_cpython(entry) if doubtful and choices.python == "auto" else None
        if other is not None:
            again = _judge_patiently(judge, problem, other, choices)
            if again.met:
                note = f"as expected under CPython; under PyPy: {judged.comparison.differences[0]}"
                judged = replace(again, remarks=(note, *again.remarks))
    except LanguageError as error:
        return SubmissionResult(
            path=entry.path, expected=words_of(entry.expected), verdict=None, ok=True, skipped=str(error)
        )
    report = judged.report
    return SubmissionResult(
        path=entry.path,
        expected=words_of(entry.expected),
        verdict=report.verdict,
        score=report.score,
        ok=judged.met,
        differences=judged.comparison.differences,
        remarks=(*judged.remarks, *_remarks(problem, entry, report)),
        language=report.language,
        reason=report.reason,
        deciding_case=report.deciding_case,
        cpu_time_max_ns=report.cpu_time_max_ns,
        wall_time_max_ns=report.wall_time_max_ns,
        memory_peak_max_bytes=report.memory_peak_max_bytes,
        cpu_time_ns=_cpu_time_ns(report),
        case=_deciding(report),
    )


def _cpu_time_ns(report: Report) -> int:
    cases = cases_of(report.root) if report.root is not None else ()
    runs = (run for case in cases for run in (case.run, case.validation) if run is not None)
    return sum(run.usage.cpu_time_ns for run in runs)


def _deciding(report: Report) -> CaseReport | None:
    cases = cases_of(report.root) if report.root is not None and report.deciding_case else ()
    return next((case for case in cases if case.name == report.deciding_case), None)


def _judge_patiently(judge: Judge, problem: Problem, entry: JurySubmission, choices: Choices) -> Judged:
    """Judged, and again where more patience can make it as expected: with every case, or with more time.

    A legacy submission that is only too slow gets the safety margin on top of the time limit, as the format's own
    verifier does: labels are about the machines of their authors.
    """
    judge = replace(judge, enough=never if choices.every_case else enough_seen(entry.expected))
    every = choices.every_case or needs_every_case(entry.expected)
    judged = _judge_once(judge, problem, entry, choices, every=every)
    if judged.comparison.outcome is Outcome.OPEN and not every:
        judged = _judge_once(judge, problem, entry, choices, every=True)
    if not judged.met and judged.report.verdict is Verdict.TLE and problem.format is PackageFormat.LEGACY:
        margin = problem.limits.time_limit_to_tle
        longest_ns = problem.limits.time_limit_ns_max or TIME_LIMIT_NS_MAX
        longer = with_limit(problem, min(round(problem.limits.time_limit_ns * margin), longest_ns))
        again = _judge_once(judge, longer, entry, choices, every=every)
        if again.met:
            return replace(again, remarks=(f"as expected only with {margin:g} times the time limit",))
    return judged


def _judge_once(judge: Judge, problem: Problem, entry: JurySubmission, choices: Choices, *, every: bool) -> Judged:
    thorough = replace(judge, options=msgspec.structs.replace(judge.options, run_all=every))
    report = judged_here(thorough, jury_submission(problem, entry), problem, choices.reading.ceilings)
    return Judged(report, compare_with_expected(entry.expected, report, problem))


def _remarks(problem: Problem, entry: JurySubmission, report: Report) -> tuple[str, ...]:
    """What is no difference but worth a look: scores short of the best, times too near to the limit."""
    remarks = []
    expected = entry.expected
    lower = expected.use_for_time_limit == "lower"
    limit_ns, margin = problem.limits.time_limit_ns, problem.limits.ac_to_time_limit
    if lower and limit_ns and report.cpu_time_max_ns * margin > limit_ns and report.cpu_time_max_ns < limit_ns:
        times = f"{report.cpu_time_max_ns // MS_NS} ms of {limit_ns // MS_NS} ms"
        remarks.append(f"slower than the safety margin of {margin:g} allows: {times}")
    full = entry.path.startswith("submissions/accepted/") and problem.scoring and report.score is not None
    best = best_score(problem)
    if full and report.verdict in expected.verdicts and abs(best) != float("inf") and report.score != best:
        remarks.append(f"did not get the full score of {best:g}")
    return tuple(remarks)
