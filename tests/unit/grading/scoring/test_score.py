"""Scores of cases and groups, legacy and modern, against the specifications' sentences."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.grading.scoring.score import (
    Award,
    Scored,
    ScoreDialect,
    aggregate,
    fold_domjudge,
    fold_group,
    fold_legacy,
    score_case,
    score_modern,
)
from judge.model.problem import (
    PackageFormat,
    Problem,
    ScoreAggregation,
    ScorePolicy,
    TestCase,
    TestGroup,
)
from judge.model.verdict import Verdict, worst_of

AC, WA, TLE, RTE, JE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE, Verdict.JE
CASE = TestCase(name="secret/1", input_path="/1.in", answer_path="/1.ans")


def problem(format_: PackageFormat, group: TestGroup, *, scoring: bool = True, custom_score: bool = False) -> Problem:
    root = TestGroup(name="data", groups=(group,))
    return Problem(name="p", path="/p", format=format_, root=root, scoring=scoring, custom_score=custom_score)


def secret(policy: ScorePolicy) -> TestGroup:
    return TestGroup(name="secret", policy=policy, cases=(CASE,))


class TestLegacyCase:
    def score(self, verdict: Verdict, award: Award, dialect: ScoreDialect, *, custom: bool = True) -> Scored:
        group = secret(ScorePolicy(accept_score=5, reject_score=-1))
        return score_case(
            problem(PackageFormat.LEGACY, group, custom_score=custom), group, CASE, verdict, award, dialect
        )

    @pytest.mark.parametrize("dialect", [ScoreDialect.SPECIFICATION, ScoreDialect.PROBLEMTOOLS])
    def test_defaults_come_from_the_policy(self, dialect: ScoreDialect) -> None:
        assert self.score(AC, Award(), dialect, custom=False) == Scored(verdict=AC, score=5)
        assert self.score(WA, Award(), dialect, custom=False) == Scored(verdict=WA, score=-1)

    @pytest.mark.parametrize("dialect", [ScoreDialect.SPECIFICATION, ScoreDialect.PROBLEMTOOLS])
    def test_score_txt_of_an_accepted_case_counts(self, dialect: ScoreDialect) -> None:
        assert self.score(AC, Award(score=3.5), dialect) == Scored(verdict=AC, score=3.5)

    @pytest.mark.parametrize("dialect", [ScoreDialect.SPECIFICATION, ScoreDialect.PROBLEMTOOLS])
    def test_a_score_without_custom_score_is_a_judge_error(self, dialect: ScoreDialect) -> None:
        assert self.score(AC, Award(score=3.5), dialect, custom=False).verdict is JE

    def test_dialects_part_over_the_score_of_a_rejected_case(self) -> None:
        assert self.score(WA, Award(score=2), ScoreDialect.SPECIFICATION) == Scored(verdict=WA, score=2)
        assert self.score(WA, Award(score=2), ScoreDialect.PROBLEMTOOLS).verdict is JE

    def test_dialects_part_over_a_missing_score(self) -> None:
        assert self.score(AC, Award(), ScoreDialect.SPECIFICATION) == Scored(verdict=AC, score=5)
        assert self.score(AC, Award(), ScoreDialect.PROBLEMTOOLS).verdict is JE


@pytest.mark.parametrize("format_", list(PackageFormat))
def test_a_score_in_a_problem_without_scores_is_a_judge_error(format_: PackageFormat) -> None:
    group = secret(ScorePolicy())
    scored = score_case(problem(format_, group, scoring=False), group, CASE, AC, Award(score=1))
    assert scored.verdict is JE
    assert scored.reason


SUM = ScorePolicy(aggregation=ScoreAggregation.SUM, max_score=100)
UNBOUNDED = ScorePolicy(aggregation=ScoreAggregation.SUM)
PASS_FAIL = ScorePolicy(aggregation=ScoreAggregation.PASS_FAIL, max_score=100)


class TestModernCase:
    @pytest.mark.parametrize(
        ("policy", "maximum", "verdict", "award", "score"),
        [
            (SUM, 20.0, AC, Award(), 20.0),
            (SUM, 20.0, AC, Award(multiplier=0.25), 5.0),
            (SUM, 20.0, AC, Award(score=7), 7.0),
            (SUM, 20.0, WA, Award(), 0.0),
            (SUM, 20.0, TLE, Award(), 0.0),
            (UNBOUNDED, None, AC, Award(score=1e9), 1e9),
            (UNBOUNDED, None, WA, Award(), 0.0),
            (PASS_FAIL, 100.0, AC, Award(), None),
            (PASS_FAIL, 100.0, WA, Award(), None),
        ],
    )
    def test_score(
        self, policy: ScorePolicy, maximum: float | None, verdict: Verdict, award: Award, score: float | None
    ) -> None:
        assert score_modern(policy, maximum, verdict, award) == Scored(verdict=verdict, score=score)

    @pytest.mark.parametrize(
        ("policy", "maximum", "verdict", "award"),
        [
            (UNBOUNDED, None, AC, Award()),
            (SUM, 20.0, WA, Award(score=1)),
            (SUM, 20.0, WA, Award(multiplier=1)),
            (UNBOUNDED, None, AC, Award(multiplier=1)),
            (SUM, 20.0, AC, Award(score=1, multiplier=1)),
            (PASS_FAIL, 100.0, AC, Award(score=1)),
            (PASS_FAIL, 100.0, AC, Award(multiplier=1)),
            (SUM, 20.0, AC, Award(score=20.1)),
            (SUM, 20.0, AC, Award(score=-1)),
            (SUM, 20.0, AC, Award(multiplier=1.5)),
            (UNBOUNDED, None, AC, Award(score=-1)),
        ],
    )
    def test_each_judge_error_of_the_specification(
        self, policy: ScorePolicy, maximum: float | None, verdict: Verdict, award: Award
    ) -> None:
        scored = score_modern(policy, maximum, verdict, award)
        assert scored.verdict is JE
        assert scored.reason

    def test_samples_have_no_score_and_may_write_one(self) -> None:
        sample = TestGroup(name="sample", cases=(CASE,))
        scored = score_case(problem(PackageFormat.F2025_09, sample), sample, CASE, AC, Award(score=3))
        assert scored == Scored(verdict=AC)


class TestModernGroup:
    def fold(self, policy: ScorePolicy, *children: tuple[Verdict, float | None]) -> Scored:
        group = secret(policy)
        named = [(f"secret/{i}", Scored(verdict=v, score=s)) for i, (v, s) in enumerate(children)]
        return fold_group(problem(PackageFormat.F2025_09, group), group, named)

    def test_pass_fail_is_all_or_nothing(self) -> None:
        assert self.fold(PASS_FAIL, (AC, None), (AC, None)) == Scored(verdict=AC, score=100)
        assert self.fold(PASS_FAIL, (AC, None), (WA, None)) == Scored(verdict=WA, score=0)

    def test_sum_and_min(self) -> None:
        assert self.fold(SUM, (AC, 30), (WA, 0), (AC, 20)) == Scored(verdict=WA, score=50)
        minimum = ScorePolicy(aggregation=ScoreAggregation.MIN, max_score=100)
        assert self.fold(minimum, (AC, 30), (AC, 20)) == Scored(verdict=AC, score=20)

    def test_more_than_the_maximum_is_a_judge_error(self) -> None:
        assert self.fold(SUM, (AC, 60), (AC, 60)).verdict is JE

    @given(st.integers(1, 400))
    def test_equal_shares_never_exceed_their_whole(self, cases: int) -> None:
        scored = self.fold(SUM, *[(AC, 100 / cases)] * cases)
        assert scored.verdict is AC
        assert scored.score is not None
        assert math.isclose(scored.score, 100)
        assert scored.score <= 100

    def test_a_product_is_of_the_shares_of_the_maximum(self) -> None:
        policy = ScorePolicy(aggregation=ScoreAggregation.PRODUCT, max_score=60)
        group = TestGroup(name="secret/subtask-01", policy=policy)
        whole = problem(PackageFormat.CMS, secret(SUM))
        halves = [("a", Scored(verdict=AC, score=30)), ("b", Scored(verdict=AC, score=30))]
        assert fold_group(whole, group, halves) == Scored(verdict=AC, score=15)
        assert fold_group(whole, group, [*halves, ("c", Scored(verdict=WA, score=0))]) == Scored(verdict=WA, score=0)

    def test_the_root_has_the_score_of_secret(self) -> None:
        group = secret(SUM)
        whole = problem(PackageFormat.F2025_09, group)
        children = [("sample", Scored(verdict=WA)), ("secret", Scored(verdict=AC, score=70))]
        assert fold_group(whole, whole.root, children) == Scored(verdict=WA, score=70)
        ignoring = TestGroup(name="data", policy=ScorePolicy(ignore_sample=True))
        assert fold_group(whole, ignoring, children) == Scored(verdict=AC, score=70)


def default_grader(results: list[Scored], policy: ScorePolicy) -> tuple[Verdict, float]:
    """The legacy specification's table, read aloud."""
    verdicts = [result.verdict for result in results]
    scores = [result.score or 0.0 for result in results]
    rejected = [verdict for verdict in verdicts if verdict is not AC]
    if policy.verdict_mode == "always_accept" or not rejected or (policy.accept_if_any_accepted and AC in verdicts):
        verdict = AC
    elif policy.verdict_mode == "first_error":
        verdict = rejected[0]
    else:
        verdict = worst_of(rejected)
    folds = {"sum": sum(scores), "min": min(scores), "max": max(scores), "avg": sum(scores) / len(scores)}
    return verdict, folds[policy.aggregation.value]


POLICIES = st.builds(
    ScorePolicy,
    aggregation=st.sampled_from(["sum", "min", "max", "avg"]).map(ScoreAggregation),
    verdict_mode=st.sampled_from(["worst_error", "first_error", "always_accept"]),
    accept_if_any_accepted=st.booleans(),
)
RESULTS = st.lists(
    st.builds(Scored, verdict=st.sampled_from([AC, WA, TLE, RTE]), score=st.integers(-50, 50).map(float)),
    min_size=1,
    max_size=12,
)


@given(RESULTS, POLICIES)
def test_the_legacy_fold_is_the_default_grader(results: list[Scored], policy: ScorePolicy) -> None:
    scored = fold_legacy(policy, results, scoring=True)
    verdict, score = default_grader(results, policy)
    assert scored.verdict is verdict
    assert scored.score == pytest.approx(score)


def test_ignore_sample_takes_the_second_of_two() -> None:
    policy = ScorePolicy(ignore_sample=True)
    results = [Scored(verdict=WA, score=0), Scored(verdict=AC, score=9)]
    assert fold_legacy(policy, results, scoring=True) == Scored(verdict=AC, score=9)


def test_ignore_sample_elsewhere_is_a_judge_error() -> None:
    results = [Scored(verdict=AC, score=1)] * 3
    assert fold_legacy(ScorePolicy(ignore_sample=True), results, scoring=True).verdict is JE


def test_an_empty_group_is_accepted_with_nothing() -> None:
    assert fold_legacy(ScorePolicy(), [], scoring=True) == Scored(verdict=AC, score=0.0)


def test_a_judge_error_wins_whatever_the_policy() -> None:
    group = secret(ScorePolicy(verdict_mode="always_accept"))
    children = [("a", Scored(verdict=AC)), ("b", Scored(verdict=JE, reason="the validator crashed"))]
    assert fold_group(problem(PackageFormat.LEGACY, group), group, children) == children[1][1]


def test_a_custom_grader_is_asked_with_the_children() -> None:
    group = secret(ScorePolicy(custom_grader=True))
    seen: list[object] = []

    def grade(asked: TestGroup, results: object) -> Scored:
        seen.extend((asked.name, results))
        return Scored(verdict=AC, score=12)

    children = [("a", Scored(verdict=WA, score=1.0))]
    assert fold_group(problem(PackageFormat.LEGACY, group), group, children, grade) == Scored(verdict=AC, score=12)
    assert seen == ["secret", [children[0][1]]]


def test_a_missing_custom_grader_is_a_judge_error() -> None:
    group = secret(ScorePolicy(custom_grader=True))
    assert fold_group(problem(PackageFormat.LEGACY, group), group, [("a", Scored(verdict=AC))]).verdict is JE


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=30), st.randoms())
def test_aggregation_does_not_depend_on_order(scores: list[float], random: object) -> None:
    for mode in ScoreAggregation:
        shuffled = list(scores)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert aggregate(mode, scores) == aggregate(mode, shuffled)


class TestDomjudge:
    """Scores as DOMjudge gives them: once for a group that has a file of its own."""

    @staticmethod
    def leaf(name: str, accept_score: float | None, **policy: object) -> TestGroup:
        return TestGroup(
            name=name,
            policy=ScorePolicy(from_file=True, own_accept_score=accept_score, **policy),  # type: ignore[arg-type]
        )

    def test_an_accepted_group_gets_its_accept_score_once(self) -> None:
        group = self.leaf("secret/a", 30.0)
        accepted = ("1", Scored(verdict=AC, score=0.0))
        assert fold_domjudge(group, [accepted, accepted]) == Scored(verdict=AC, score=30.0)
        assert fold_domjudge(group, [accepted, ("2", Scored(verdict=WA, score=0.0))]) == Scored(verdict=WA, score=0.0)

    def test_scores_of_the_validator_stand_for_the_accept_score(self) -> None:
        cases = [("1", Scored(verdict=AC, score=10.0)), ("2", Scored(verdict=AC, score=5.0))]
        assert fold_domjudge(self.leaf("secret/a", 30.0), cases).score == 15.0
        assert fold_domjudge(self.leaf("secret/a", 30.0, aggregation=ScoreAggregation.MIN), cases).score == 5.0

    def test_a_group_of_groups_counts_those_with_a_file_of_their_own(self) -> None:
        children = [("sample", Scored(verdict=WA, score=3.0)), ("secret", Scored(verdict=AC, score=70.0))]
        secret_only = TestGroup(name="data", groups=(TestGroup(name="sample"), self.leaf("secret", 70.0)))
        assert fold_domjudge(secret_only, children) == Scored(verdict=AC, score=70.0)
        both = TestGroup(name="data", groups=(self.leaf("sample", 3.0), self.leaf("secret", 70.0)))
        assert fold_domjudge(both, children) == Scored(verdict=WA, score=73.0)
        ignoring = TestGroup(name="data", groups=both.groups, policy=ScorePolicy(ignore_sample=True))
        assert fold_domjudge(ignoring, children) == Scored(verdict=AC, score=70.0)

    def test_a_score_needs_no_custom_score_there(self) -> None:
        group = secret(ScorePolicy(accept_score=5))
        scored = score_case(
            problem(PackageFormat.LEGACY, group), group, CASE, AC, Award(score=3.5), ScoreDialect.DOMJUDGE
        )
        assert scored == Scored(verdict=AC, score=3.5)


def test_a_score_of_polygons_checker_stands_for_the_points_of_the_test() -> None:
    group = TestGroup(name="secret", policy=ScorePolicy(aggregation=ScoreAggregation.SUM))
    free = Problem(
        name="p", path="/p", format=PackageFormat.F2025_09, scoring=True, free_award=True,
        root=TestGroup(name="data", groups=(group,)),
    )  # fmt: skip
    case = TestCase(name="secret/1", input_path="i", answer_path="a", max_score=0.0)
    assert score_case(free, group, case, AC, Award(score=10.0)) == Scored(verdict=AC, score=10.0)
    assert score_case(free, group, case, AC, Award()) == Scored(verdict=AC, score=0.0)
