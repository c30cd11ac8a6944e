"""Maximum scores of 2023-07-draft and 2025-09 scoring problems, and the rules that tie groups together. Pure.

2025-09: groups say their own maximum; a case's is the group's (min) or an equal share of it (sum).
2023-07-draft: what a group with sum or min aggregation leaves unsaid is shared out among its children.
"""

from __future__ import annotations

import msgspec

from judge.model.problem import PackageFormat, ScoreAggregation, StaticValidation, TestCase, TestGroup
from judge.package.findings import Findings
from judge.package.kattis.metadata import Metadata


def with_max_scores(root: TestGroup, metadata: Metadata, findings: Findings) -> TestGroup:
    """``root`` with the maximum of every case filled in; impossible rules become findings."""
    if not metadata.scoring:
        return root
    draft = metadata.format is PackageFormat.DRAFT_2023_07
    groups = tuple(_filled(group, draft) if group.name == "secret" else group for group in root.groups)
    filled = msgspec.structs.replace(root, groups=groups)
    for group in groups:
        if group.name == "secret":
            _check(group, findings)
    _check_required(filled, findings)
    _check_shares(filled, findings)
    return filled


def _filled(group: TestGroup, draft: bool) -> TestGroup:
    if group.policy.aggregation is ScoreAggregation.PASS_FAIL:
        return group
    share = _share(group, draft)
    groups = tuple(_with_max(child, share) if draft else child for child in group.groups)
    cases = tuple(msgspec.structs.replace(case, max_score=share) for case in group.cases)
    static = group.static_validation
    if draft and static is not None and static.max_score is None:
        static = StaticValidation(max_score=share, args=static.args)
    return msgspec.structs.replace(
        group,
        groups=tuple(_filled(child, draft) for child in groups),
        cases=cases,
        static_validation=static,
    )


def _share(group: TestGroup, draft: bool) -> float | None:
    """The maximum of a case (and, in the draft, of a child group that gives none)."""
    maximum = group.policy.max_score
    if maximum is None or group.policy.aggregation is ScoreAggregation.MIN:
        return maximum
    static = group.static_validation
    given = (static.max_score or 0.0) if static else 0.0
    sharers = len(group.cases)
    if draft:
        given += sum(child.policy.max_score or 0.0 for child in group.groups)
        sharers += sum(child.policy.max_score is None for child in group.groups)
        sharers += static is not None and static.max_score is None
    return (maximum - given) / sharers if sharers else 0.0


def _with_max(group: TestGroup, share: float | None) -> TestGroup:
    if group.policy.max_score is not None:
        return group
    return msgspec.structs.replace(group, policy=msgspec.structs.replace(group.policy, max_score=share))


def _check(secret: TestGroup, findings: Findings) -> None:
    pass_fail = ScoreAggregation.PASS_FAIL
    where = f"data/{secret.name}"
    for group in secret.groups:
        unbounded = group.policy.max_score is None
        if secret.policy.aggregation is pass_fail:
            if group.policy.aggregation is not pass_fail:
                findings.error(f"data/{group.name}", "secret is pass-fail, so its groups must be, too")
        elif unbounded and group.policy.aggregation is pass_fail:
            findings.block(f"data/{group.name}", "a pass-fail group needs a max_score", key="max_score")
        elif unbounded and secret.policy.max_score is not None:
            findings.error(f"data/{group.name}", "needs a max_score because secret has one", key="max_score")
    if secret.policy.aggregation is pass_fail and secret.policy.max_score is None:
        findings.block(where, "pass-fail aggregation needs a max_score", key="max_score")
    total = sum(group.policy.max_score or 0.0 for group in secret.groups)
    maximum = secret.policy.max_score
    summed = secret.policy.aggregation is ScoreAggregation.SUM and bool(secret.groups)
    if summed and maximum is not None and total != maximum:
        findings.error(where, f"the groups' scores add up to {total:g}, not {maximum:g}", key="max_score")


def _check_required(root: TestGroup, findings: Findings) -> None:
    """require_pass must name earlier groups (or cases, in the draft)."""
    known = {name for group in root.groups for name in _names(group)}
    for top in root.groups:
        for group in (top, *top.groups):
            for required in group.policy.required_groups:
                if required not in known:
                    findings.block(f"data/{group.name}", f"there is no group {required!r}", key="require_pass")
                elif required >= group.name:
                    findings.block(f"data/{group.name}", f"{required!r} comes later", key="require_pass")


def _check_shares(root: TestGroup, findings: Findings) -> None:
    """Nothing may be left with less than no score."""
    groups = [root]
    while groups:
        group = groups.pop()
        groups += group.groups
        maxima = [*(case.max_score for case in group.cases), *(child.policy.max_score for child in group.groups)]
        if any(maximum is not None and maximum < 0 for maximum in maxima):
            findings.block(f"data/{group.name}", "its parts have more score than the group itself", key="max_score")


def _names(group: TestGroup) -> tuple[str, ...]:
    cases: tuple[TestCase, ...] = group.cases
    nested = tuple(name for child in group.groups for name in _names(child))
    return (group.name, *(case.name for case in cases), *nested)
