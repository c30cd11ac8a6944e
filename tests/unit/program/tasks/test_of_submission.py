"""What a package's judge program has said, as the report of a submission says it."""

from __future__ import annotations

from judge.model.problem import PackageFormat, Problem, TestGroup
from judge.model.report import CompileReport, Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.program.request import ProgramResult
from judge.program.tasks.of_submission import report_of
from judge.render.view import Role, view_of

SUBMISSION = Submission(id="s", package="/p", sources=(SourceFile(name="a.py", content=b"x"),), language="python3")
PROBLEM = Problem(name="p", path="/p", format=PackageFormat.LEGACY, root=TestGroup(name="data"))


def said(result: ProgramResult) -> Report:
    return report_of(SUBMISSION, PROBLEM, result, "python3")


def test_what_does_not_compile_has_the_words_of_the_compiler_for_everybody() -> None:
    report = said(ProgramResult(verdict=Verdict.CE, feedback="a.py:1: no such name\n  x"))
    assert report.compile == CompileReport(ok=False, log="a.py:1: no such name\n  x")
    assert view_of(report, Role.CONTESTANT).compile == report.compile


def test_words_of_other_verdicts_are_for_those_they_were_said_to() -> None:
    report = said(ProgramResult(verdict=Verdict.WA, feedback="the answer is 7\nindeed", team_feedback="not far off"))
    assert report.compile is None
    assert (report.reason, report.root and report.root.reason) == ("not far off", "the answer is 7")
    seen = view_of(report, Role.CONTESTANT)
    assert seen.root is not None
    assert seen.root.reason == ""
