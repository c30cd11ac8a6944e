"""What each role sees of a report, and that whatever is in one is harmless when printed."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from judge.model.printed import Printed
from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.render.report_html import render_html
from judge.render.report_text import render_text
from judge.render.view import Role, view_of
from judge.render.words import JUDGE_ERROR

SECRET = "the-hidden-input"
RUN = RunResult(outcome=Outcome.EXITED, exit_code=1)


def _case(name: str, *, sample: bool, verdict: Verdict = Verdict.RTE, ending: str = "exit code 1") -> CaseReport:
    return CaseReport(
        name=name,
        verdict=verdict,
        run=RUN,
        validation=RUN,
        reason=f"{ending}: {SECRET}",
        ending=ending,
        feedback=SECRET,
        team_feedback="look at the sign",
        transcript=f">{SECRET}",
        sample=sample,
        stdout=Printed(head=SECRET),
        stderr=Printed(head=SECRET, tail=SECRET, omitted_bytes=7),
    )


def _report(case: CaseReport) -> Report:
    group = GroupReport(name="secret", verdict=case.verdict, reason=SECRET, cases=(case,))
    return Report(
        submission="s",
        problem="p",
        language="c",
        verdict=case.verdict or Verdict.AC,
        reason=case.reason,
        deciding_case=case.name,
        root=GroupReport(name="", verdict=case.verdict, groups=(group,)),
        judged_by=SECRET,
        package_digest=SECRET,
        noise_ratio=0.1,
    )


def test_a_judge_sees_everything() -> None:
    report = _report(_case("secret/1", sample=False))
    assert view_of(report, Role.JUDGE) is report


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.CE])
def test_a_contestant_sees_nothing_of_a_hidden_test_but_how_the_run_failed(verdict: Verdict) -> None:
    seen = view_of(_report(_case("secret/1", sample=False, verdict=verdict)), Role.CONTESTANT)
    for picture in (msgspec.json.encode(seen).decode(), render_text(seen), render_html(seen)):
        assert SECRET not in picture
    assert seen.reason == (JUDGE_ERROR if verdict is Verdict.JE else "exit code 1")
    assert "look at the sign" in render_text(seen) or verdict is Verdict.AC


def test_of_a_wrong_answer_in_a_hidden_test_the_validator_tells_the_team() -> None:
    seen = view_of(_report(_case("secret/1", sample=False, verdict=Verdict.WA, ending="")), Role.CONTESTANT)
    assert seen.reason == "look at the sign"


def test_a_contestant_sees_what_was_printed_in_a_sample() -> None:
    seen = view_of(_report(_case("sample/1", sample=True)), Role.CONTESTANT)
    assert seen.reason == f"exit code 1: {SECRET}"
    assert seen.root is not None
    (case,) = seen.root.groups[0].cases
    assert (case.stdout, case.transcript) == (Printed(head=SECRET), f">{SECRET}")
    assert (case.feedback, case.validation) == ("", None)


def test_a_contestant_sees_the_compilers_words() -> None:
    report = Report(
        submission="s",
        problem="p",
        language="c",
        verdict=Verdict.CE,
        reason="a.c:1: error",
        compile=CompileReport(ok=False, log="a.c:1: error\n1 error", run=RUN),
    )
    seen = view_of(report, Role.CONTESTANT)
    assert render_text(seen).count("a.c:1: error") == 1
    assert seen.compile == CompileReport(ok=False, log="a.c:1: error\n1 error")


EVIL = "\x1b]0;pwn\x07\r\x9b\u202e\u2028\x00\nnext"


def test_every_string_of_a_report_is_harmless_when_shown() -> None:
    case = CaseReport(
        name=EVIL,
        verdict=Verdict.WA,
        run=RUN,
        reason=EVIL + "why",
        ending=EVIL,
        feedback=EVIL + "feedback",
        team_feedback=EVIL + "team",
        transcript=EVIL + "talk",
        reruns_ns=(1, 2),
        reruns_note=EVIL,
        stdout=Printed(head=EVIL, tail=EVIL, omitted_bytes=1),
        stderr=Printed(head=EVIL),
    )
    group = GroupReport(name=EVIL, verdict=Verdict.WA, reason=EVIL, cases=(case,))
    texts: dict[str, Any] = dict.fromkeys(
        ("submission", "problem", "language", "reason", "judged_by", "tenant", "judge_version"), EVIL
    )
    report = Report(
        verdict=Verdict.WA,
        compile=CompileReport(ok=False, log=EVIL),
        root=group,
        toolchain_version=EVIL,
        package_digest=EVIL,
        **texts,
    )
    for width in (0, 80):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", render_text(report, width=width))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", render_html(report))


def test_text_keeps_to_the_width_of_a_terminal() -> None:
    report = _report(_case("secret/1", sample=False, ending="word " * 60))
    assert max(map(len, render_text(report, width=80).splitlines())) <= 80


def test_a_reason_is_not_said_twice() -> None:
    report = _report(_case("secret/1", sample=False))
    assert render_text(report).count("exit code 1") == 1


def test_text_of_a_hidden_test_is_marked() -> None:
    assert "standard error (of a hidden test):" in render_text(_report(_case("secret/1", sample=False)))
    assert "(of a hidden test)" not in render_text(_report(_case("sample/1", sample=True)))
