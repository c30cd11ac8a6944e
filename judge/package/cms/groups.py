"""CMS's tests as a test data group, scored by the rules of 2025-09: a group a subtask."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from judge.model.problem import ScoreAggregation, ScorePolicy, TestCase, TestGroup
from judge.package.cms.score_type import ScoreType, Subtask, codename

_SUM = ScorePolicy(aggregation=ScoreAggregation.SUM, on_reject_break=False)


def data_of(cases: Sequence[TestCase], score_type: ScoreType) -> TestGroup:
    """The group ``data``. ``cases``: by their numbers, still without names and scores."""
    if score_type.subtasks is None:
        named = tuple(
            msgspec.structs.replace(case, name=f"secret/{codename(number)}", max_score=score_type.test_points)
            for number, case in enumerate(cases)
        )
        secret = TestGroup(name="secret", policy=_SUM, cases=named, order=tuple(case.name for case in named))
    else:
        groups = tuple(
            _subtask(f"secret/subtask-{place:02d}", subtask, cases, score_type.aggregation)
            for place, subtask in enumerate(score_type.subtasks, 1)
        )
        secret = TestGroup(name="secret", policy=_SUM, groups=groups, order=tuple(group.name for group in groups))
    policy = ScorePolicy(on_reject_break=False, ignore_sample=True)
    return TestGroup(name="data", policy=policy, groups=(secret,), order=("secret",))


def _subtask(name: str, subtask: Subtask, cases: Sequence[TestCase], aggregation: ScoreAggregation) -> TestGroup:
    """A rejected test is worth nothing, so neither the least nor the product of the shares changes after it."""
    members = tuple(
        msgspec.structs.replace(
            cases[number],
            name=f"{name}/{codename(number)}",
            max_score=subtask.points,
            outcome_max=subtask.outcome_max,
        )
        for number in subtask.tests
        if number < len(cases)
    )
    policy = ScorePolicy(aggregation=aggregation, on_reject_break=True, max_score=subtask.points)
    return TestGroup(name=name, policy=policy, cases=members, order=tuple(case.name for case in members))
