"""Polygon's tests as a test data group, scored by the rules of 2025-09.

A group with points-policy complete-group gets the minimum of its tests, one with each-test their sum.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from judge.model.problem import ScoreAggregation, ScorePolicy, TestCase, TestGroup
from judge.package.files.xml_tree import Element
from judge.package.findings import Findings
from judge.package.polygon.test_cases import Test, points_of


def data_of(tests: Sequence[Test], groups: Sequence[Element], findings: Findings, *, scoring: bool) -> TestGroup:
    """The group ``data``. ``groups``: those that problem.xml declares."""
    declared = {group.get("name"): group for group in groups}
    names = list(dict.fromkeys([*declared, *(test.group for test in tests if test.group)]))
    children = [_group(name, declared.get(name), tests, findings) for name in names]
    children = [child for child in children if child.cases]
    loose = tuple(_scored(test) for test in tests if not test.group)
    secret = TestGroup(
        name="secret",
        policy=_policy(ScoreAggregation.SUM) if scoring else ScorePolicy(aggregation=ScoreAggregation.PASS_FAIL),
        groups=tuple(children),
        cases=loose,
        order=(*(child.name for child in children), *(case.name for case in loose)),
    )
    return TestGroup(
        name="data",
        policy=ScorePolicy(on_reject_break=not scoring, ignore_sample=scoring),
        groups=(secret,),
        order=("secret",),
    )


def _group(name: str, element: Element | None, tests: Sequence[Test], findings: Findings) -> TestGroup:
    members = [test for test in tests if test.group == name]
    complete = element is not None and element.get("points-policy") == "complete-group"
    points = sum(test.points for test in members)
    if element is not None and element.get("points"):
        points = points_of(element, findings) or points
    required = tuple(
        f"secret/{one.get('group').replace('/', '_')}"
        for one in (element.all("dependencies/dependency") if element else ())
    )
    policy = _policy(ScoreAggregation.MIN, points) if complete else _policy(ScoreAggregation.SUM)
    cases = tuple(
        msgspec.structs.replace(test.case, max_score=points) if complete else _scored(test) for test in members
    )
    return TestGroup(
        name=f"secret/{name.replace('/', '_')}",
        policy=msgspec.structs.replace(policy, required_groups=required),
        cases=cases,
        order=tuple(case.name for case in cases),
    )


def _scored(test: Test) -> TestCase:
    return msgspec.structs.replace(test.case, max_score=test.points)


def _policy(aggregation: ScoreAggregation, max_score: float | None = None) -> ScorePolicy:
    """Sums go on after a rejection, minimums need not."""
    return ScorePolicy(
        aggregation=aggregation, on_reject_break=aggregation is ScoreAggregation.MIN, max_score=max_score
    )
