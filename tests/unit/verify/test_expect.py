"""Comparing reports with expectations, case by case."""

from __future__ import annotations

import pytest

from judge.model.problem import (
    ExpectedResult,
    PackageFormat,
    Problem,
    ScorePolicy,
    TestGroup,
)
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.verdict import Verdict
from judge.package.kattis.verdict_labels import MODERN_RULES, directory_label, rule
from judge.verify.expect import Outcome, best_score, compare_with_expected, enough_seen, needs_every_case, words_of

AC, WA, TLE, RTE, MLE, OLE = (Verdict(word) for word in ("AC", "WA", "TLE", "RTE", "MLE", "OLE"))

PROBLEM = Problem(
    name="p", path="/p", format=PackageFormat.F2025_09, root=TestGroup(name="data", policy=ScorePolicy(range_max=100))
)


def report(verdicts: str, *, final: Verdict | None = None, score: float | None = None, feedback: str = "") -> Report:
    """``verdicts``: one word a case of secret/g, "-" = not judged."""
    words = [None if word == "-" else Verdict(word) for word in verdicts.split()]
    cases = tuple(
        CaseReport(name=f"secret/g/{i}", verdict=word, feedback=feedback, reason="why") for i, word in enumerate(words)
    )
    verdict = final or next((word for word in words if word not in (None, AC)), AC)
    group = GroupReport(name="secret/g", verdict=verdict, score=score, cases=cases)
    secret = GroupReport(name="secret", verdict=verdict, score=score, groups=(group,))
    root = GroupReport(name="data", verdict=verdict, score=score, groups=(secret,))
    return Report(submission="s", problem="p", language="c", verdict=verdict, score=score, root=root)


def outcome(expected: ExpectedResult | None, *args: str, **more: object) -> Outcome:
    assert expected is not None
    return compare_with_expected(expected, report(*args, **more), PROBLEM).outcome  # type: ignore[arg-type]


def modern(directory: str) -> ExpectedResult:
    return rule(*MODERN_RULES[directory])


@pytest.mark.parametrize(
    ("directory", "verdicts", "wanted"),
    [
        ("accepted", "AC AC", Outcome.MET),
        ("accepted", "AC WA", Outcome.DIFFERENT),
        ("wrong_answer", "AC WA AC", Outcome.MET),
        ("wrong_answer", "AC WA TLE", Outcome.DIFFERENT),
        ("wrong_answer", "AC AC", Outcome.DIFFERENT),
        ("wrong_answer", "AC OLE", Outcome.MET),
        ("time_limit_exceeded", "AC TLE -", Outcome.MET),
        ("time_limit_exceeded", "WA - TLE", Outcome.DIFFERENT),
        ("run_time_error", "MLE", Outcome.MET),
        ("run_time_error", "AC RTE WA", Outcome.DIFFERENT),
        ("rejected", "AC TLE WA", Outcome.MET),
        ("rejected", "AC AC", Outcome.DIFFERENT),
        ("brute_force", "AC TLE RTE", Outcome.MET),
        ("brute_force", "TLE WA", Outcome.DIFFERENT),
    ],
)
def test_the_built_in_rules(directory: str, verdicts: str, wanted: Outcome) -> None:
    assert outcome(modern(directory), verdicts) is wanted


@pytest.mark.parametrize(
    ("directory", "verdicts", "wanted"),
    [
        ("time_limit_exceeded", "WA - -", Outcome.OPEN),
        ("time_limit_exceeded", "WA AC TLE", Outcome.MET),
        ("time_limit_exceeded", "WA AC AC", Outcome.DIFFERENT),
        ("time_limit_exceeded", "RTE - -", Outcome.DIFFERENT),
        ("run_time_error", "TLE - -", Outcome.OPEN),
        ("run_time_error", "WA RTE", Outcome.MET),
        ("wrong_answer", "AC WA -", Outcome.MET),
        ("wrong_answer", "TLE - -", Outcome.DIFFERENT),
    ],
)
def test_legacy_directories_look_further_only_when_that_can_help(
    directory: str, verdicts: str, wanted: Outcome
) -> None:
    assert outcome(directory_label(directory, PackageFormat.LEGACY, scoring=False), verdicts) is wanted


def test_a_judge_error_never_fits_anything() -> None:
    assert outcome(ExpectedResult(), "JE") is Outcome.DIFFERENT


def test_a_compile_error_fits_only_its_own_directory() -> None:
    broken = Report(submission="s", problem="p", language="c", verdict=Verdict.CE)
    label = directory_label("compiler_error", PackageFormat.F2025_09, scoring=False)
    assert label is not None
    assert compare_with_expected(label, broken, PROBLEM).outcome is Outcome.MET
    for directory in MODERN_RULES:
        assert compare_with_expected(modern(directory), broken, PROBLEM).outcome is Outcome.DIFFERENT
    ruled = ExpectedResult(rules=(("", modern("rejected")),))
    assert compare_with_expected(ruled, broken, PROBLEM).outcome is Outcome.DIFFERENT


def test_rules_about_cases_name_the_case() -> None:
    expected = ExpectedResult(rules=(("secret/g/{0,1}", ExpectedResult(permitted=(AC,))),))
    assert compare_with_expected(expected, report("AC AC WA"), PROBLEM).outcome is Outcome.MET
    found = compare_with_expected(expected, report("AC WA"), PROBLEM)
    assert found.differences == ("secret/g/{0,1}: secret/g/1 got WA, which is not permitted (why)",)
    nowhere = ExpectedResult(rules=(("secret/x", ExpectedResult(permitted=(AC,))),))
    assert compare_with_expected(nowhere, report("AC"), PROBLEM).differences == ("secret/x: matches no test case",)


def test_required_verdicts_of_a_group_may_still_come() -> None:
    expected = ExpectedResult(rules=(("secret/g", ExpectedResult(required=(TLE,))),))
    assert compare_with_expected(expected, report("AC -"), PROBLEM).outcome is Outcome.OPEN
    assert compare_with_expected(expected, report("AC TLE"), PROBLEM).outcome is Outcome.MET


def test_messages_and_scores() -> None:
    assert outcome(ExpectedResult(message="off by one"), "WA", feedback="it is off by one!") is Outcome.MET
    assert outcome(ExpectedResult(message="off by one"), "WA", feedback="no") is Outcome.DIFFERENT
    exact = ExpectedResult(score_min=33.3, score_max=33.3)
    assert outcome(exact, "AC", score=33.3 + 1e-12) is Outcome.MET
    assert outcome(exact, "AC", score=34.0) is Outcome.DIFFERENT
    assert outcome(exact, "AC") is Outcome.DIFFERENT
    group = ExpectedResult(rules=(("secret/*", ExpectedResult(score_min=10, score_max=20)),))
    assert outcome(group, "AC", score=15.0) is Outcome.MET
    assert outcome(group, "AC", score=25.0) is Outcome.DIFFERENT


def test_partially_accepted_must_not_have_the_full_score() -> None:
    label = directory_label("partially_accepted", PackageFormat.LEGACY, scoring=True)
    assert outcome(label, "AC", score=99.0) is Outcome.MET
    assert outcome(label, "AC", score=100.0) is Outcome.DIFFERENT
    assert best_score(PROBLEM) == 100


def test_in_newer_formats_part_of_the_score_goes_with_any_rejection() -> None:
    label = directory_label("partially_accepted", PackageFormat.DRAFT_2023_07, scoring=True)
    assert outcome(label, "AC RTE", score=50.0) is Outcome.MET
    assert outcome(label, "AC RTE", score=0.0) is Outcome.DIFFERENT
    assert outcome(label, "AC", score=100.0) is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("expected", "every"),
    [
        (modern("accepted"), False),
        (modern("rejected"), False),
        (modern("wrong_answer"), True),
        (modern("run_time_error"), True),
        (modern("time_limit_exceeded"), False),
        (modern("brute_force"), False),
        (ExpectedResult(rules=(("sample", ExpectedResult()),)), True),
        (ExpectedResult(rules=(("", modern("wrong_answer")), ("", ExpectedResult()))), True),
        (ExpectedResult(verdicts=(WA,)), False),
    ],
)
def test_every_case_is_judged_where_only_that_can_tell(expected: ExpectedResult, every: bool) -> None:
    assert needs_every_case(expected) is every


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (modern("accepted"), ("AC",)),
        (modern("wrong_answer"), ("WA",)),
        (modern("time_limit_exceeded"), ("TLE",)),
        (modern("run_time_error"), ("RTE",)),
        (modern("brute_force"), ("TLE", "RTE")),
        (ExpectedResult(verdicts=(OLE,)), ("OLE",)),
        (ExpectedResult(verdicts=(MLE,)), ("MLE",)),
        (ExpectedResult(), ()),
        (ExpectedResult(rules=(("", modern("rejected")), ("", modern("brute_force")))), ("TLE", "RTE")),
    ],
)
def test_expectations_in_the_formats_words(expected: ExpectedResult, words: tuple[str, ...]) -> None:
    assert words_of(expected) == words


@pytest.mark.parametrize(
    ("expected", "name", "verdict", "enough"),
    [
        (modern("wrong_answer"), "secret/1", WA, False),
        (modern("wrong_answer"), "secret/1", TLE, True),
        (modern("time_limit_exceeded"), "secret/1", AC, False),
        (modern("time_limit_exceeded"), "secret/1", TLE, True),
        (directory_label("time_limit_exceeded", PackageFormat.LEGACY, scoring=False), "secret/1", WA, False),
        (directory_label("time_limit_exceeded", PackageFormat.LEGACY, scoring=False), "secret/1", TLE, True),
        (ExpectedResult(rules=(("secret/a*", rule(("AC",), ())),)), "secret/a1", WA, True),
        (ExpectedResult(rules=(("secret/a*", rule(("AC",), ())),)), "secret/b1", WA, False),
        (ExpectedResult(verdicts=(WA,)), "secret/1", TLE, False),
    ],
)
def test_a_case_that_settles_the_comparison(
    expected: ExpectedResult, name: str, verdict: Verdict, enough: bool
) -> None:
    assert enough_seen(expected)(CaseReport(name=name, verdict=verdict)) is enough
