"""Reports of work without a problem as text: everything is there, and nothing in it commands a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.model.printed import Printed
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.model.work import Context
from judge.model.work_report import (
    AnyWorkReport,
    BlameOn,
    CommandGroupReport,
    CommandReport,
    EvaluationReport,
    ExecutionReport,
    KeptFile,
    Output,
    PipeReport,
    RunReport,
    SessionEnd,
    SessionReport,
    TestReport,
)
from judge.render.view import Role, work_view_of
from judge.render.words import JUDGE_ERROR
from judge.render.work_text import render_work

FAILED = RunResult(outcome=Outcome.CPU_LIMIT, cause="used 1 s of CPU time")
OUTPUT = Output(content=b"hello\n", size_bytes=6)


def _run(output: Output = OUTPUT, name: str = "a.txt") -> RunReport:
    return RunReport(result=FAILED, stdout=output, files=(KeptFile(name=name, blob="sha256:12", size_bytes=3),))


def test_an_execution_shows_how_its_run_ended_and_what_it_wrote() -> None:
    report = ExecutionReport(
        id="e", language="cpp", compile=CompileReport(ok=True), runs=(_run(),), blame=BlameOn.PROGRAM, reason="too slow"
    )
    lines = render_work(report).splitlines()
    assert lines[:3] == ["CPU_LIMIT · execution · cpp", "  too slow", "  compiled"]
    assert lines[3].startswith("  run 1: CPU_LIMIT · used 1 s of CPU time · CPU 0.0 ms")
    assert lines[4:] == ["    standard output (6 B):", "      hello", "    file a.txt: 3 B, sha256:12"]


def test_sources_that_nobody_checked_are_not_said_to_be_compiled() -> None:
    report = ExecutionReport(id="e", language="python3", compile=CompileReport(ok=True, checked=False))
    assert "  run at once, without a check of the sources" in render_work(report).splitlines()
    assert "compiled" not in render_work(report)


def test_whose_fault_it_is_stands_behind_the_reason() -> None:
    report = ExecutionReport(id="e", blame=BlameOn.CLIENT, reason="stdin: there is no such blob")
    assert render_work(report).splitlines() == [
        "REFUSED · execution",
        "  stdin: there is no such blob (the client's fault)",
    ]


def test_an_evaluation_a_group_and_a_session_have_their_own_lines() -> None:
    tests = (TestReport(name="1", verdict=Verdict.AC), TestReport(name="2"))
    evaluation = EvaluationReport(id="e", verdict=Verdict.AC, tests=tests, passed=1, score=0.5)
    assert render_work(evaluation).splitlines() == [
        "AC · evaluation · 1 of 2 tests · score 0.5",
        "  test 1: AC",
        "  test 2: not run",
    ]
    group = CommandGroupReport(id="g", commands=(CommandReport(result=FAILED),), pipes=(PipeReport(size_bytes=7),))
    assert [line.partition(" · ")[0] for line in render_work(group).splitlines()] == [
        "CPU_LIMIT",
        "  command 0: CPU_LIMIT",
        "  pipe 0: 7 B",
    ]
    session = SessionReport(id="s", end=SessionEnd.LEFT, input_bytes=3, output_bytes=4)
    assert render_work(session).splitlines() == ["LEFT · session", "  bytes: 3 typed, 4 written, 0 dropped"]


def test_a_thousand_runs_do_not_fill_the_screen() -> None:
    report = ExecutionReport(id="e", runs=(RunReport(result=FAILED),) * 1000)
    assert render_work(report).splitlines()[-1] == "  [900 more runs: --json shows all]"


@given(st.text(), st.binary())
def test_nothing_in_a_report_commands_a_terminal(text: str, content: bytes) -> None:
    run = _run(Output(content=content, size_bytes=1), text)
    report = ExecutionReport(
        id="e",
        language=text,
        tenant=text,
        reason=text,
        context=Context(sender=text, text=text),
        compile=CompileReport(ok=True, log=text),
        runs=(run,),
    )
    for shown in (report, EvaluationReport(id="e", tests=(TestReport(name=text, reason=text),))):
        assert all(line.isprintable() for line in render_work(shown).split("\n"))


HIDDEN = Printed(head="hidden")
REPORTS: tuple[AnyWorkReport, ...] = (
    ExecutionReport(id="e", runs=(_run(),)),
    EvaluationReport(
        id="e",
        verdict=Verdict.WA,
        reason="hidden",
        tests=(TestReport(name="1", verdict=Verdict.WA, reason="hidden", stdout=HIDDEN, stderr=HIDDEN),),
    ),
    CommandGroupReport(id="e", commands=(CommandReport(result=FAILED, stdout=OUTPUT),)),
    SessionReport(id="e", end=SessionEnd.EXITED, result=FAILED),
)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_the_judge_sees_all_of_it_and_the_contestant_what_is_his(report: AnyWorkReport) -> None:
    assert work_view_of(report, Role.JUDGE) is report
    shown = work_view_of(report, Role.CONTESTANT)
    assert type(shown) is type(report)
    assert not re.search("hidden", repr(shown))
    assert not isinstance(report, ExecutionReport) or shown == report


def test_the_contestant_sees_neither_the_context_nor_whose_machine_it_was() -> None:
    report = ExecutionReport(id="e", context=Context(sender="door", text="secret"), judged_by="host")
    shown = work_view_of(report, Role.CONTESTANT)
    assert "secret" not in repr(shown)
    assert shown.judged_by == ""


@pytest.mark.parametrize("blame", [BlameOn.JUDGE, BlameOn.CLIENT])
def test_a_fault_that_is_not_the_programs_is_said_to_be_that(blame: BlameOn) -> None:
    shown = work_view_of(ExecutionReport(id="e", blame=blame, reason="inner workings"), Role.CONTESTANT)
    assert shown.reason == JUDGE_ERROR
