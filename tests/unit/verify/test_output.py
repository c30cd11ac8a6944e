"""Results as JUnit XML and as text, whatever strange names they hold."""

from __future__ import annotations

import io
from xml.etree.ElementTree import fromstring

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from judge.cli.verifyview import show_result
from judge.model.problem import Diagnostic
from judge.model.verdict import Verdict
from judge.model.verification import CheckResult, PackageResult, SubmissionResult, VerifyResult
from judge.render.junit import junit_xml

TEXT = st.text(max_size=20).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))


def submission(path: str = "submissions/accepted/a.c", **fields: object) -> SubmissionResult:
    values = {"path": path, "expected": ("AC",), "verdict": Verdict.AC, "ok": True, **fields}
    return msgspec.convert(values, SubmissionResult)


def package(*submissions: SubmissionResult, **fields: object) -> PackageResult:
    found = msgspec.structs.replace(PackageResult(package="p", name="p", ok=True, submissions=submissions), **fields)
    return msgspec.structs.replace(found, ok=not found.faults)


def text_of(result: VerifyResult) -> str:
    out = io.StringIO()
    show_result(Console(file=out, width=160, highlight=False), result, verbose=True)
    return out.getvalue()


def test_junit_has_a_case_for_everything_that_went_wrong() -> None:
    wrong = package(
        submission(),
        submission("submissions/wrong_answer/b.c", ok=False, differences=("expected WA, got AC", "more")),
        submission("submissions/accepted/c.kt", verdict=None, skipped="no toolchain"),
        diagnostics=(
            Diagnostic(level="error", file="problem.yaml", line=3, key="limits", message="unknown key"),
            Diagnostic(level="warning", file="problem.yaml", line=4, key="", message="advice"),
        ),
        checks=(CheckResult(kind="input", program="v.py", case="secret/1", ok=False, reason="refused"),),
        checks_skipped=(CheckResult(kind="input", program="v.viva", case="", ok=True, reason="not supported"),),
    )
    root = fromstring(junit_xml(VerifyResult(ok=False, packages=(wrong, package(submission())))))
    first, second = list(root)
    assert (first.get("tests"), first.get("failures"), first.get("skipped")) == ("7", "3", "2")
    assert (second.get("tests"), second.get("failures")) == ("2", "0")
    names = [case.get("name") for case in first if case.find("failure") is not None]
    assert names == ["lint: problem.yaml:3: limits", "input: v.py: secret/1", "submissions/wrong_answer/b.c"]
    assert first[-2].find("failure").text == "expected WA, got AC\nmore"  # type: ignore[union-attr]


def test_faults_count_errors_checks_and_wrong_submissions_but_no_warnings() -> None:
    advice = Diagnostic(level="warning", file="f", line=0, key="", message="m")
    assert package(submission(), diagnostics=(advice,)).faults == 0
    assert package(submission(ok=False), error="refused").faults == 2


def test_the_table_shows_what_was_expected_and_what_came() -> None:
    bad = submission("submissions/wrong_answer/[b].c", expected=("WA",), ok=False, differences=("expected WA, got AC",))
    text = text_of(VerifyResult(ok=False, packages=(package(submission(score=40.0), bad),)))
    assert "wrong_answer/[b].c" in text
    assert "expected WA, got AC" in text
    assert "0 of 1 packages good, 1 of 2 submissions as expected" in text


@given(TEXT, TEXT, TEXT)
def test_no_name_breaks_the_output(name: str, reason: str, place: str) -> None:
    one = package(
        submission(name, ok=False, differences=(reason,), reason=reason),
        error=reason,
        diagnostics=(Diagnostic(level="error", file=place, line=1, key=name, message=reason),),
        checks=(CheckResult(kind="input", program=name, case=place, ok=False, reason=reason),),
    )
    result = VerifyResult(ok=False, packages=(one,))
    fromstring(junit_xml(result))
    assert text_of(result).replace("\n", "").isprintable()
    assert msgspec.json.decode(msgspec.json.encode(result), type=VerifyResult) == result
