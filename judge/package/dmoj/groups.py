"""DMOJ's tests as a test data group: a batch is worth its points or nothing, and a worthless test is a condition.

DMOJ skips everything after a rejected test or batch of 0 points. Here such entries, one after the other, form a group
that ends at its first rejection, and what comes behind it requires it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from judge.model.problem import ScoreAggregation, ScorePolicy, TestCase, TestGroup
from judge.package.dmoj.checker import STANDARD, Asker
from judge.package.dmoj.test_cases import Batch, Test


def group_of(entries: Sequence[Test | Batch], asker: Asker) -> TestGroup:
    """The group ``secret``."""
    parts = [(worthless, tuple(part)) for worthless, part in groupby(entries, lambda entry: entry.points == 0)]
    names = _names_of_batches(parts)
    groups = []
    conditions: tuple[str, ...] = ()
    for number, (worthless, part) in enumerate(parts, 1):
        name = _part_name(number, parts)
        policy = ScorePolicy(
            aggregation=ScoreAggregation.SUM,
            on_reject_break=worthless,
            required_groups=conditions,
        )
        groups.append(_group(name, policy, [_child(entry, name, names, asker) for entry in part]))
        conditions += (name,) if worthless else ()
    if len(groups) == 1:
        return groups[0]
    whole = ScorePolicy(aggregation=ScoreAggregation.SUM, on_reject_break=False)
    return _group("secret", whole, groups)


def _part_name(number: int, parts: Sequence[object]) -> str:
    return f"secret/part-{number:03d}" if len(parts) > 1 else "secret"


def _names_of_batches(parts: Sequence[tuple[bool, tuple[Test | Batch, ...]]]) -> dict[int, str]:
    return {
        entry.number: f"{_part_name(number, parts)}/batch-{entry.number:03d}"
        for number, (_, part) in enumerate(parts, 1)
        for entry in part
        if isinstance(entry, Batch)
    }


def _child(entry: Test | Batch, parent: str, names: dict[int, str], asker: Asker) -> TestGroup | TestCase:
    if isinstance(entry, Test):
        return _case(entry, parent, entry.points, asker)
    name = names[entry.number]
    policy = ScorePolicy(
        aggregation=ScoreAggregation.MIN,
        max_score=entry.points,
        required_groups=tuple(names[number] for number in entry.dependencies),
    )
    return _group(name, policy, [_case(test, name, entry.points, asker) for test in entry.tests])


def _case(test: Test, parent: str, points: float, asker: Asker) -> TestCase:
    known = {
        "point_value": points,
        "case_position": test.position,
        "batch": test.batch,
        "binary_data": test.is_binary,
    }
    return TestCase(
        name=f"{parent}/{test.position + 1:04d}",
        input_path=test.input_path,
        answer_path=test.answer_path,
        output_validator_args=asker.args(test.checker, known),
        compare=test.checker.compare or STANDARD,
        max_score=points,
        generator=test.generator,
    )


def _group(name: str, policy: ScorePolicy, children: Iterable[TestGroup | TestCase]) -> TestGroup:
    children = tuple(children)
    return TestGroup(
        name=name,
        policy=policy,
        groups=tuple(child for child in children if isinstance(child, TestGroup)),
        cases=tuple(child for child in children if isinstance(child, TestCase)),
        order=tuple(child.name for child in children),
    )
