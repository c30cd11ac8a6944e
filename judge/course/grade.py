"""Grading one student's work on an assignment: the front door of this room.

::

    sources -> complaint? -> each part in its order: requires? -> engine -> CoursePartReport -+
    hand_in ---------------------------------------------------------------> scoring ---------+-> Report

A part that cannot be graded because of its setter has the status ``judge_error``, and the other parts are graded all
the same; the verdict is JE then, and nobody's points are final.
"""

from __future__ import annotations

from judge.course.context import PartContext
from judge.course.parts.table import engine_of
from judge.course.scoring import coursework_report, part_without_tests, timing_of, unmet, verdict_of
from judge.errors import PackageError, PackageMissing, UnknownLanguage, WorkError
from judge.globs import matches_any
from judge.grading.programs import first_line
from judge.grading.scoring.report import first_error
from judge.model.assignment import Assignment, CoursePart, PartKind
from judge.model.coursework import CoursePartReport, CourseworkReport, TestStatus
from judge.model.event import Emit
from judge.model.language import LanguageSpec
from judge.model.problem import Problem
from judge.model.program import ProgramQuotas
from judge.model.report import CompileReport, Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.running.runner import Runner
from judge.text import shown
from judge.toolchain.sources import name_complaint
from judge.toolchain.work_files import parents

#: Parts that look at files, whatever language they are in.
_ANY_LANGUAGE = (PartKind.BY_HAND, PartKind.STYLE, PartKind.COMMAND, PartKind.AUTOGRADER)


def grade_submission(
    runner: Runner, submission: Submission, problem: Problem, emit: Emit, most: ProgramQuotas
) -> Report:
    """Grade all parts, one after the other, in the runner's slot; blocks.

    Raises PackageMissing (another worker may have the package), LanguageError for a toolchain that this machine lacks,
    BlobStoreError, CancelledError, InfrastructureError.
    """
    assignment = problem.assignment
    if assignment is None:
        raise PackageError("is no assignment", problem.name)
    obstacle = _misnamed(assignment, submission) or _missing(assignment, submission)
    language, complaint = _language(runner, submission, problem)
    context = PartContext(
        runner=runner,
        submission=submission,
        problem=problem,
        assignment=assignment,
        emit=emit,
        quotas=most,
        language=language,
        complaint=complaint,
    )
    closed = timing_of(assignment, submission.handed_in).closed_reason
    parts: list[CoursePartReport] = []
    for part in assignment.parts:
        parts.append(_graded(context, part, parts, closed or obstacle))
    coursework = coursework_report(assignment, problem.title, submission.handed_in, parts, obstacle or complaint)
    return report_of(submission, problem, language.id if language else "", coursework)


def _misnamed(assignment: Assignment, submission: Submission) -> str:
    """Which file has a name that cannot be, alone or beside the package's; empty = none."""
    names = [file.name for file in submission.sources]
    for name in names:
        complaint = name_complaint(name)
        if complaint:
            return f"{shown(name)[:200]!r}: {complaint}"
    given = {name for name, _ in (*assignment.starter, *assignment.resources)}
    holders = {parent for name in (*names, *given) for parent in parents(name)}
    clash = next((name for name in names if name in holders or names.count(name) > 1), "")
    return f"{shown(clash)[:200]!r} is there twice, or is a folder, too" if clash else ""


def _missing(assignment: Assignment, submission: Submission) -> str:
    """Which required file was not handed in, in words; empty = none, and there is not too much."""
    names = [file.name for file in submission.sources]
    lacking = [glob for glob in assignment.required if not any(matches_any(name, [glob]) for name in names)]
    return f"{', '.join(lacking)} is missing: handed in were {shown(', '.join(names))[:500]}" if lacking else ""


def _language(runner: Runner, submission: Submission, problem: Problem) -> tuple[LanguageSpec | None, str]:
    """The language of what was handed in, or why there is none. Raises LanguageError for one that is not here."""
    size_bytes = sum(len(file.content) for file in submission.sources)
    if size_bytes > problem.limits.code_bytes:
        return None, f"{size_bytes} bytes were handed in; at most {problem.limits.code_bytes} are taken"
    named = submission.language or (problem.languages[0] if len(problem.languages) == 1 else "")
    languages = runner.judge.build_context.languages
    try:
        if named:
            language = runner.language_named(named)
        else:
            names = [file.name for file in submission.sources]
            language = languages.detect(names, first_line(submission.sources), problem.languages)
    except UnknownLanguage as error:
        return None, f"{error}"
    names_of = {language.id, language.base_id, language.kattis, language.family, *language.aliases}
    if problem.languages and names_of.isdisjoint(problem.languages):
        return None, f"{language.name} is none of the languages to be used: {', '.join(problem.languages)}"
    return language, ""


def _graded(context: PartContext, part: CoursePart, before: list[CoursePartReport], obstacle: str) -> CoursePartReport:
    """One part; ``obstacle``: why nothing is graded."""
    if obstacle:
        return part_without_tests(part, TestStatus.NOT_RUN, obstacle)
    required = unmet(part, before)
    if required:
        return part_without_tests(part, TestStatus.BLOCKED, f"all points of {required} are needed first")
    if context.complaint and part.kind not in _ANY_LANGUAGE:
        return part_without_tests(part, TestStatus.NOT_RUN, context.complaint)
    try:
        return engine_of(part)(context, part)
    except PackageMissing:
        raise
    except PackageError as error:
        where = error.where or f"assignment.yaml:{part.line}: {part.name}"
        return part_without_tests(part, TestStatus.JUDGE_ERROR, f"{where}: {error.message}")
    except WorkError as error:
        return part_without_tests(part, TestStatus.JUDGE_ERROR, f"assignment.yaml:{part.line}: {part.name}: {error}")


def report_of(submission: Submission, problem: Problem, language: str, coursework: CourseworkReport) -> Report:
    """The report of a submission whose coursework is known."""
    verdict = verdict_of(coursework)
    tests = [test for part in coursework.parts for test in part.tests]
    return Report(
        submission=submission.id,
        problem=problem.name,
        language=language,
        verdict=verdict,
        score=None if verdict is Verdict.JE else coursework.points,
        reason=_reason(coursework),
        compile=_compile(verdict, coursework),
        time_limit_ns=problem.limits.time_limit_ns,
        memory_limit_bytes=problem.limits.memory_bytes,
        cpu_time_max_ns=max((test.cpu_time_ns for test in tests), default=0),
        wall_time_max_ns=max((test.wall_time_ns for test in tests), default=0),
        coursework=coursework,
    )


def _reason(coursework: CourseworkReport) -> str:
    """The setter's fault if there is one, else what is wrong with the work as a whole."""
    faults = (part.message for part in coursework.parts if part.status is TestStatus.JUDGE_ERROR)
    return next(faults, coursework.message)


def _compile(verdict: Verdict, coursework: CourseworkReport) -> CompileReport | None:
    """Of work that does not compile."""
    if verdict is not Verdict.CE:
        return None
    logs = (part.log or part.message for part in coursework.parts if part.status is TestStatus.ERROR)
    log = next(logs, "")
    return CompileReport(ok=False, log=log or first_error(log))
