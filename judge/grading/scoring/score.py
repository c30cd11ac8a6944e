"""Scores and verdicts as pure folds: of one test case, and of a group over its children.

Two specifications. *Legacy*: the default grader (verdict modes, sum/avg/min/max, flags) over cases that are
worth ``accept_score``/``reject_score`` or what ``score.txt`` says. *Modern* (2023-07-draft, 2025-09):
bounded or unbounded maximum scores, aggregation by sum, min or pass-fail. Which one applies is the
package's own version. Nothing here runs, reads or orders anything; the order of judging is
:mod:`judge.grading.scoring.traverse`.

Source: problem package format, legacy "Graders", 2025-09 "Result aggregation", 2023-07-draft
"Verdict/Score Aggregation".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from judge.model.problem import PackageFormat, Problem, ScoreAggregation, ScorePolicy, TestCase, TestGroup
from judge.model.verdict import Verdict, worst_of
from judge.package.ceilings import SCORE_MAX

#: Scores this close (relatively) to a bound are on it: sums of thirds must not exceed their whole.
SCORE_TOLERANCE = 1e-9


class ScoreDialect(StrEnum):
    """Whose rules hold where the legacy specification and its reference tool part.

    ``SPECIFICATION``: a ``score.txt`` counts whatever the verdict, and may be missing. ``PROBLEMTOOLS``: it
    must exist for each accepted case of a ``custom score`` problem and must not for a rejected one. ``DOMJUDGE``: the
    ``accept_score`` of a group's own file is for the whole group, once; see :func:`fold_domjudge`.
    """

    SPECIFICATION = "specification"
    PROBLEMTOOLS = "problemtools"
    DOMJUDGE = "domjudge"


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """What a validator wrote into ``score.txt`` and ``score_multiplier.txt``; None = no such file."""

    score: float | None = None
    multiplier: float | None = None

    @property
    def empty(self) -> bool:
        """True when the validator said nothing about the score."""
        return self.score is None and self.multiplier is None


#: A validator that said nothing about the score.
NO_AWARD = Award()


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with its score (None = this has no score) and, for judge errors, the reason."""

    verdict: Verdict
    score: float | None = None
    reason: str = ""


#: A custom grader: (group, results of its judged children) -> result of the group.
Grader = Callable[[TestGroup, Sequence[Scored]], Scored]


def dialect_of(problem: Problem) -> ScoreDialect:
    """Whose rules hold for a problem that is being judged."""
    return ScoreDialect(problem.score_dialect or ScoreDialect.SPECIFICATION)


def is_modern(problem: Problem) -> bool:
    """True for the formats with test_group.yaml."""
    return problem.format is not PackageFormat.LEGACY


def is_sample(name: str) -> bool:
    """True for the sample group and everything in it."""
    return name == "sample" or name.startswith("sample/")


def judge_error(reason: str) -> Scored:
    """The setter's fault, with its reason."""
    return Scored(verdict=Verdict.JE, reason=reason)


# --- one test case ---------------------------------------------------------------------------------


def score_case(
    problem: Problem,
    group: TestGroup,
    case: TestCase,
    verdict: Verdict,
    award: Award,
    dialect: ScoreDialect = ScoreDialect.SPECIFICATION,
) -> Scored:
    """The verdict and score of one judged case. A score that breaks the rules is a judge error."""
    if verdict is Verdict.JE:
        return Scored(verdict=verdict)
    if beyond := _beyond(award):
        return judge_error(beyond)
    if not problem.scoring:
        if award.empty:
            return Scored(verdict=verdict)
        return judge_error("the validator gave a score, but the problem has no scores (type: scoring is missing)")
    if is_modern(problem):
        if is_sample(group.name):
            return Scored(verdict=verdict)
        if problem.free_award and verdict is Verdict.AC and award.score is not None:
            return _score_unbounded(award)
        return score_modern(group.policy, case.max_score, verdict, award)
    return _score_legacy(problem, group.policy, case, verdict, award, dialect)


def _beyond(award: Award) -> str:
    """Why a score is too large to be added to others, or empty."""
    given = next((one for one in (award.score, award.multiplier) if one is not None and abs(one) > SCORE_MAX), None)
    return "" if given is None else f"the validator gave the score {given:g}, beyond {SCORE_MAX:g}"


def _score_legacy(
    problem: Problem, policy: ScorePolicy, case: TestCase, verdict: Verdict, award: Award, dialect: ScoreDialect
) -> Scored:
    strict = dialect is ScoreDialect.PROBLEMTOOLS
    accepted = verdict is Verdict.AC
    if dialect is ScoreDialect.DOMJUDGE:
        return Scored(verdict=verdict, score=award.score or 0.0)
    if award.score is not None and not problem.custom_score:
        return judge_error("the validator gave a score, but problem.yaml does not say validation: custom score")
    if strict and not accepted and not award.empty:
        return judge_error("the validator gave a score to an output that it rejects")
    if strict and accepted and problem.custom_score and award.empty:
        return judge_error("the validator gave no score (score.txt), which validation: custom score demands")
    if award.score is not None:
        return Scored(verdict=verdict, score=award.score)
    if not accepted:
        return Scored(verdict=verdict, score=policy.reject_score)
    accept_score = policy.accept_score if case.max_score is None else case.max_score
    return Scored(verdict=verdict, score=accept_score * (1.0 if award.multiplier is None else award.multiplier))


def score_modern(policy: ScorePolicy, maximum: float | None, verdict: Verdict, award: Award) -> Scored:
    """Score one case (or static validation) of a modern group; ``maximum`` None = unbounded."""
    accepted = verdict is Verdict.AC
    if beyond := _beyond(award):
        return judge_error(beyond)
    if award.score is not None and award.multiplier is not None:
        return judge_error("the validator gave both score.txt and score_multiplier.txt")
    if not accepted and not award.empty:
        return judge_error("the validator gave a score to an output that it rejects")
    if policy.aggregation is ScoreAggregation.PASS_FAIL:
        return (
            Scored(verdict=verdict) if award.empty else judge_error("the validator gave a score in a pass-fail group")
        )
    if not accepted:
        return Scored(verdict=verdict, score=0.0)
    if maximum is None:
        return _score_unbounded(award)
    return _score_bounded(maximum, award)


def _score_unbounded(award: Award) -> Scored:
    if award.multiplier is not None:
        return judge_error("the validator gave score_multiplier.txt where the maximum score is unbounded")
    if award.score is None:
        return judge_error("the validator gave no score.txt, but the maximum score is unbounded")
    if award.score < 0:
        return judge_error(f"the validator gave the negative score {award.score:g}")
    return Scored(verdict=Verdict.AC, score=award.score)


def _score_bounded(maximum: float, award: Award) -> Scored:
    if award.multiplier is not None:
        if not 0 <= award.multiplier <= 1:
            return judge_error(f"score_multiplier.txt must be between 0 and 1, not {award.multiplier:g}")
        return Scored(verdict=Verdict.AC, score=award.multiplier * maximum)
    if award.score is None:
        return Scored(verdict=Verdict.AC, score=maximum)
    if award.score < 0 or exceeds(award.score, maximum):
        return judge_error(f"score.txt must be between 0 and the maximum score {maximum:g}, not {award.score:g}")
    return Scored(verdict=Verdict.AC, score=min(award.score, maximum))


def exceeds(score: float, bound: float) -> bool:
    """True when ``score`` is above ``bound`` by more than rounding."""
    return score > bound and not math.isclose(score, bound, rel_tol=SCORE_TOLERANCE)


# --- a group ---------------------------------------------------------------------------------------


def fold_group(
    problem: Problem, group: TestGroup, children: Sequence[tuple[str, Scored]], grade: Grader | None = None
) -> Scored:
    """The verdict and score of a group from its judged children, (name, result) in judging order.

    ``children`` ends where judging the group ended (see :mod:`judge.grading.scoring.traverse`). ``grade`` is the
    package's own grader, asked when the group's policy says so.
    """
    error = next((child for _, child in children if child.verdict is Verdict.JE), None)
    if error:
        return error
    results = [child for _, child in children]
    if is_modern(problem):
        return _fold_modern(problem, group, children)
    if group.policy.custom_grader:
        if grade is None:
            return judge_error(f"group {group.name or 'data'} wants a custom grader, but the package has none")
        scored = grade(group, results)
        return scored if problem.scoring or scored.verdict is Verdict.JE else Scored(verdict=scored.verdict)
    if problem.scoring and problem.score_dialect == ScoreDialect.DOMJUDGE:
        return fold_domjudge(group, children)
    return fold_legacy(group.policy, results, scoring=problem.scoring)


def fold_legacy(policy: ScorePolicy, results: Sequence[Scored], *, scoring: bool) -> Scored:
    """The legacy default grader."""
    if not results:
        return Scored(verdict=Verdict.AC, score=0.0 if scoring else None)
    if policy.ignore_sample:
        if len(results) > 2:
            return judge_error(f"ignore_sample needs at most 2 sub-results (sample and secret), found {len(results)}")
        results = results[-1:]
    verdict = _legacy_verdict(policy, [result.verdict for result in results])
    scores = [result.score or 0.0 for result in results]
    return Scored(verdict=verdict, score=aggregate(policy.aggregation, scores) if scoring else None)


def fold_domjudge(group: TestGroup, children: Sequence[tuple[str, Scored]]) -> Scored:
    """DOMjudge's rules for a legacy group.

    Only directories with a testdata.yaml are groups to it. A group without groups in it is worth the ``accept_score``
    of its own file when all of it is accepted, else nothing; unless the validator gave its cases scores, which are then
    aggregated. A group of groups aggregates theirs, and nothing else counts in it. Keys are not inherited.
    """
    policy = group.policy
    groups = {child.name for child in group.groups if child.policy.from_file}
    counted = [(name, result) for name, result in children if not groups or name in groups]
    if policy.ignore_sample:
        counted = [(name, result) for name, result in counted if not is_sample(name)]
    verdict = next((result.verdict for _, result in counted if result.verdict is not Verdict.AC), Verdict.AC)
    scores = [result.score or 0.0 for _, result in counted]
    if not groups and not any(scores):
        return Scored(verdict=verdict, score=(policy.own_accept_score or 0.0) if verdict is Verdict.AC else 0.0)
    return Scored(verdict=verdict, score=aggregate(policy.aggregation, scores))


def _legacy_verdict(policy: ScorePolicy, verdicts: Sequence[Verdict]) -> Verdict:
    if policy.verdict_mode == "always_accept" or (policy.accept_if_any_accepted and Verdict.AC in verdicts):
        return Verdict.AC
    if policy.verdict_mode == "first_error":
        return next((verdict for verdict in verdicts if verdict is not Verdict.AC), Verdict.AC)
    return worst_of(verdicts)


def aggregate(aggregation: ScoreAggregation, scores: Sequence[float]) -> float:
    """Fold scores; an empty sequence is 0."""
    if not scores:
        return 0.0
    match aggregation:
        case ScoreAggregation.MIN:
            return min(scores)
        case ScoreAggregation.MAX:
            return max(scores)
        case ScoreAggregation.AVG:
            return _sum(scores) / len(scores)
        case ScoreAggregation.PRODUCT:
            return math.prod(sorted(scores))
        case ScoreAggregation.SUM | ScoreAggregation.PASS_FAIL:
            return _sum(scores)


def _sum(scores: Sequence[float]) -> float:
    """Exact to the last bit whatever the order. Scores are bounded (:data:`SCORE_MAX`), so nothing overflows."""
    return math.fsum(scores)


def _fold_modern(problem: Problem, group: TestGroup, children: Sequence[tuple[str, Scored]]) -> Scored:
    """First rejection in order; the root's score is that of ``secret``, samples have none."""
    if group.policy.ignore_sample:
        children = [(name, child) for name, child in children if not is_sample(name)]
    verdict = next((child.verdict for _, child in children if child.verdict is not Verdict.AC), Verdict.AC)
    if not problem.scoring or is_sample(group.name):
        return Scored(verdict=verdict)
    if group.name == problem.root.name:
        secret = next((child.score for name, child in children if not is_sample(name)), None)
        return Scored(verdict=verdict, score=secret or 0.0)
    maximum = group.policy.max_score
    if group.policy.aggregation is ScoreAggregation.PASS_FAIL:
        return Scored(verdict=verdict, score=(maximum or 0.0) if verdict is Verdict.AC else 0.0)
    scores = [child.score or 0.0 for _, child in children]
    if group.policy.aggregation is ScoreAggregation.PRODUCT and maximum:
        scores = [maximum, *(score / maximum for score in scores)]
    score = aggregate(group.policy.aggregation, scores)
    if maximum is None:
        return Scored(verdict=verdict, score=score)
    if problem.free_award:
        return Scored(verdict=verdict, score=score)
    if exceeds(score, maximum):
        return judge_error(f"group {group.name} scored {score:g}, more than its max_score {maximum:g}")
    return Scored(verdict=verdict, score=min(score, maximum))
