"""A report as one role may see it. Pure: the one place that decides what a contestant is shown.

The contestant's report is built from a list of what may be shown, so a field that is new tomorrow stays hidden until
somebody adds it here. A program can print a test's input, so of a test that is no sample nothing that it printed is
shown, nor a reason that quotes its output or the answer; how its run failed (``ending``) is.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.program import ProgramCase
from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.model.work_report import (
    AnyWorkReport,
    BlameOn,
    EvaluationReport,
    ProgramReport,
    TestReport,
    VerificationReport,
    kind_of_report,
)
from judge.render.course_view import CourseRole, course_view_of, shown_verdict
from judge.render.words import JUDGE_ERROR, NOT_SHOWN


class Role(StrEnum):
    """Who looks."""

    JUDGE = "judge"  #: everything: who owns the package, and who runs the service
    SENDER = "sender"  #: who sent work along with its tests: all of it but what concerns our hosts alone
    CONTESTANT = "contestant"  #: who handed in a program against tests of somebody else: of coursework the student
    MARKER = "marker"  #: who marks coursework: all of it but what concerns our hosts; other work as a contestant
    PUBLIC = "public"  #: everybody: of coursework that it is there; other work as a contestant


def view_of(report: Report, role: Role, now_ms: int = 0) -> Report:
    """The report as ``role`` may see it at ``now_ms``: Unix time, 0 = before any due time of coursework."""
    if role is Role.JUDGE:
        return report
    return _for_contestant(report) if report.coursework is None else _of_coursework(report, role, now_ms)


#: Who of a course looks.
_COURSE_ROLES = {
    Role.JUDGE: CourseRole.JUDGE,
    Role.SENDER: CourseRole.STUDENT,
    Role.CONTESTANT: CourseRole.STUDENT,
    Role.MARKER: CourseRole.MARKER,
    Role.PUBLIC: CourseRole.PUBLIC,
}


def _of_coursework(report: Report, role: Role, now_ms: int) -> Report:
    """What sums up tests that are not shown is left out, also how long it took; the verdict is that of what is shown.

    Everybody is told nothing but that it is there: the verdict is none then.
    """
    assert report.coursework is not None
    if role is Role.MARKER:
        return msgspec.structs.replace(report, judged_by="", noise_ratio=None)
    seen = course_view_of(report.coursework, _COURSE_ROLES[role], now_ms)
    if role is Role.PUBLIC:
        return Report(
            submission=report.submission,
            problem=report.problem,
            language="",
            verdict=Verdict.JE,
            reason=NOT_SHOWN,
            submitted_at_ms=report.submitted_at_ms,
            coursework=seen,
        )
    verdict = shown_verdict(seen)
    return Report(
        version=report.version,
        submission=report.submission,
        problem=report.problem,
        language=report.language,
        verdict=verdict,
        score=None if verdict is Verdict.JE else seen.points,
        reason=JUDGE_ERROR if verdict is Verdict.JE else seen.message,
        time_limit_ns=report.time_limit_ns,
        memory_limit_bytes=report.memory_limit_bytes,
        tenant=report.tenant,
        submitted_at_ms=report.submitted_at_ms,
        judge_version=report.judge_version,
        toolchain_version=report.toolchain_version,
        coursework=seen,
    )


def work_view_of(report: AnyWorkReport, role: Role) -> AnyWorkReport:
    """The report of other work as ``role`` may see it.

    What a program of one's own wrote is one's own, except in an evaluation: there the tests may be somebody else's.
    What a verification found is for those alone who may see the package.
    """
    if role is Role.JUDGE:
        return report
    if role is Role.SENDER and not isinstance(report, VerificationReport):
        return _for_sender(report)
    shown = {name: getattr(report, name) for name in (*_WORK_SHOWN, *_SHOWN[kind_of_report(report)])}
    if "compile" in shown:
        shown["compile"] = _compile(shown["compile"])
    if isinstance(report, EvaluationReport):
        shown["tests"] = tuple(_test(test) for test in report.tests)
    if isinstance(report, ProgramReport):
        shown["cases"] = tuple(_program_case(case) for case in report.cases if case.visible)
    return type(report)(reason=_work_reason(report), **shown)


#: Fields of every kind of work report that may be shown, and those of each kind.
_WORK_SHOWN = (
    "version", "id", "blame", "language", "tenant", "attempt", "cached", "judge_version", "toolchain_version",
    "submitted_at_ms", "claimed_at_ms", "finished_at_ms",
)  # fmt: skip
_SHOWN = {
    WorkKind.EXECUTION: ("compile", "runs", "mean"),
    WorkKind.EVALUATION: ("verdict", "compile", "tests", "passed", "pass_rate", "score", "measured_again"),
    WorkKind.GROUP: ("commands", "pipes"),
    WorkKind.SESSION: ("end", "compile", "result", "input_bytes", "output_bytes", "dropped_bytes", "files"),
    WorkKind.VERIFICATION: (),  # all of it is about the package's secrets
    WorkKind.PROGRAM: ("verdict", "score", "team_feedback", "cases"),  # the judge program and its state are another's
}


def _work_reason(report: AnyWorkReport) -> str:
    """What is wrong with the request is for its sender; of an evaluation a reason may quote a test."""
    if report.blame in (BlameOn.JUDGE, BlameOn.CLIENT):
        return JUDGE_ERROR
    hidden = isinstance(report, EvaluationReport | VerificationReport | ProgramReport)
    return "" if hidden else report.reason


def _for_sender(report: AnyWorkReport) -> AnyWorkReport:
    if report.blame is not BlameOn.JUDGE:
        return msgspec.structs.replace(report, judged_by="")
    hidden = msgspec.structs.replace(report, judged_by="", reason=JUDGE_ERROR)
    if isinstance(hidden, EvaluationReport):
        hidden = msgspec.structs.replace(hidden, tests=tuple(_without_ours(test) for test in hidden.tests))
    return hidden


def _without_ours(test: TestReport) -> TestReport:
    return msgspec.structs.replace(test, reason=JUDGE_ERROR) if test.verdict is Verdict.JE else test


def test_view_of(test: TestReport, role: Role) -> TestReport:
    """One test of an evaluation as ``role`` may see it."""
    match role:
        case Role.JUDGE:
            return test
        case Role.SENDER:
            return _without_ours(test)
    return _test(test)


def program_case_view_of(case: ProgramCase, role: Role) -> ProgramCase:
    """One case of a judge program as ``role`` may see it."""
    return case if role in (Role.JUDGE, Role.SENDER) else _program_case(case)


def case_view_of(case: CaseReport, role: Role) -> CaseReport:
    """One test case as ``role`` may see it; one that only judges may see is not to be asked for by others."""
    return case if role is Role.JUDGE else _case(case)


def _test(test: TestReport) -> TestReport:
    return TestReport(
        name=test.name,
        verdict=test.verdict,
        weight=test.weight,
        reason=JUDGE_ERROR if test.verdict is Verdict.JE else "",
        run=test.run,
        measured_ns=test.measured_ns,
    )


def _program_case(case: ProgramCase) -> ProgramCase:
    return ProgramCase(
        name=case.name, verdict=case.verdict, score=case.score, team_feedback=case.team_feedback, run=case.run
    )


def _for_contestant(report: Report) -> Report:
    root = None if report.root is None else _group(report.root)
    return Report(
        version=report.version,
        submission=report.submission,
        problem=report.problem,
        language=report.language,
        verdict=report.verdict,
        score=report.score,
        reason=_reason(report),
        deciding_case=report.deciding_case,
        time_limit_ns=report.time_limit_ns,
        memory_limit_bytes=report.memory_limit_bytes,
        cpu_time_max_ns=report.cpu_time_max_ns,
        wall_time_max_ns=report.wall_time_max_ns,
        memory_peak_max_bytes=report.memory_peak_max_bytes,
        pids_peak_max=report.pids_peak_max,
        compile=_compile(report.compile),
        root=root,
        attempt=report.attempt,
        tenant=report.tenant,
        submitted_at_ms=report.submitted_at_ms,
        claimed_at_ms=report.claimed_at_ms,
        finished_at_ms=report.finished_at_ms,
        judge_version=report.judge_version,
        toolchain_version=report.toolchain_version,
    )


def _reason(report: Report) -> str:
    """Of a compile error what the compiler said; else what may be said of the case that decided."""
    if report.verdict is Verdict.JE:
        return JUDGE_ERROR
    if report.verdict is Verdict.CE:
        return report.reason
    case = _find(report.root, report.deciding_case)
    return "" if case is None else _case_reason(case)


def _compile(compiled: CompileReport | None) -> CompileReport | None:
    if compiled is None:
        return None
    return CompileReport(ok=compiled.ok, cached=compiled.cached, log=compiled.log, checked=compiled.checked)


def _group(group: GroupReport) -> GroupReport:
    return GroupReport(
        name=group.name,
        verdict=group.verdict,
        score=group.score,
        groups=tuple(_group(inner) for inner in group.groups),
        cases=tuple(_case(case) for case in group.cases if not case.hidden),
    )


def _case(case: CaseReport) -> CaseReport:
    sample = case.sample
    return CaseReport(
        name=case.name,
        verdict=case.verdict,
        score=case.score,
        run=case.run,
        reason=_case_reason(case),
        team_feedback=case.team_feedback,
        reruns_ns=case.reruns_ns,
        reruns_note=case.reruns_note,
        passes=case.passes,
        transcript=case.transcript if sample else "",
        ending=case.ending,
        sample=sample,
        stdout=case.stdout if sample else None,
        stderr=case.stderr if sample else None,
    )


def _case_reason(case: CaseReport) -> str:
    if case.verdict is Verdict.JE:
        return JUDGE_ERROR
    if case.sample:
        return case.reason
    return case.ending or _first_line(case.team_feedback)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _find(root: GroupReport | None, name: str) -> CaseReport | None:
    waiting = [root] if root is not None else []
    while waiting:
        group = waiting.pop()
        for case in group.cases:
            if case.name == name:
                return case
        waiting += group.groups
    return None
