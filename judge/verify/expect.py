"""Does a report fulfil what the package expects of a jury submission? Pure.

A case that was not judged proves nothing: what it could still change is :attr:`Outcome.OPEN`, and the caller may
judge again with every case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from judge.globs import compile_glob
from judge.model.problem import ExpectedResult, Problem
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.verdict import Verdict
from judge.package.kattis.verdict_labels import MEANINGS

#: Scores this close, relatively, are the same.
SCORE_TOLERANCE = 1e-9


class Outcome(StrEnum):
    """What comparing came to."""

    MET = "met"
    DIFFERENT = "different"
    OPEN = "open"  #: different so far, but cases that were not judged could change that


@dataclass(frozen=True)
class Comparison:
    """``differences``: one line each; empty when all is as expected."""

    outcome: Outcome
    differences: tuple[str, ...] = ()


@dataclass
class _Lines:
    """Differences found, and those that more judging could mend."""

    certain: list[str] = field(default_factory=list)
    mendable: list[str] = field(default_factory=list)


def compare_with_expected(expected: ExpectedResult, report: Report, problem: Problem) -> Comparison:
    """Compare one report with everything expected of its submission."""
    if report.verdict is Verdict.JE:
        return Comparison(Outcome.DIFFERENT, (f"judge error: {report.reason}",))
    lines = _Lines()
    if expected.verdicts and report.verdict not in expected.verdicts:
        wanted = " or ".join(words_of(expected))
        where = f" on {report.deciding_case}" if report.deciding_case else ""
        reason = f" ({report.reason})" if report.reason else ""
        # More cases can change the verdict only when a later case may have the required one.
        mend = bool(expected.required) and report.verdict in (expected.permitted or (report.verdict,))
        (lines.mendable if mend and _unjudged(report) else lines.certain).append(
            f"expected {wanted}, got {report.verdict}{where}{reason}"
        )
    if report.verdict is not Verdict.CE:
        _compare_rule("", expected, report, problem, lines)
    for glob, one in expected.rules:
        if report.verdict is Verdict.CE:
            lines.certain.append(f"expected {' or '.join(words_of(one)) or 'a judged program'}, got CE")
            break
        _compare_rule(glob, one, report, problem, lines)
    lines.certain.extend(_part_differences(expected, report))
    found = (*lines.certain, *lines.mendable)
    if not found:
        return Comparison(Outcome.MET)
    return Comparison(Outcome.OPEN if lines.mendable and not lines.certain else Outcome.DIFFERENT, found)


def _part_differences(expected: ExpectedResult, report: Report) -> Iterator[str]:
    """What parts of an assignment should have, and have not."""
    parts = report.coursework.parts if report.coursework is not None else ()
    points = {part.name: part.points for part in parts}
    for name, wanted in expected.part_points:
        got = points.get(name)
        if got is None or not _same(got, wanted):
            yield f"{name}: expected {wanted:g} points, got {'none' if got is None else f'{got:g}'}"


def words_of(expected: ExpectedResult) -> tuple[str, ...]:
    """The expectation in the formats' own words: what it takes for a final verdict, OLE and MLE folded away where a
    coarser word includes them; () = anything."""
    verdicts = set(expected.required or expected.verdicts or expected.permitted)
    for glob, rule in expected.rules:
        if not glob:
            own = set(rule.required or rule.verdicts)
            verdicts = verdicts & own if verdicts and own else verdicts or own
    coarse = [finer for own, *finer in MEANINGS.values() if own in verdicts]
    verdicts -= {verdict for finer in coarse for verdict in finer}
    return tuple(verdict.value for verdict in Verdict if verdict in verdicts)


def needs_every_case(expected: ExpectedResult) -> bool:
    """Whether every case must be judged: something is said about each of them, or about some of them.

    Where too slow cases are permitted the first rejection settles it all the same, because every further case may
    take the whole limit; rules about particular cases always need all.
    """
    whole = [expected, *(rule for glob, rule in expected.rules if not glob)]
    permits = [rule.permitted for rule in whole if rule.permitted and rule.permitted != (Verdict.AC,)]
    slow = all(Verdict.TLE in permitted for permitted in permits)
    return any(glob for glob, _ in expected.rules) or (bool(permits) and not slow)


def enough_seen(expected: ExpectedResult) -> Callable[[CaseReport], bool]:
    """Whether no further case can change the comparison, once this one was judged; called with one case after another.

    It was not permitted; or it is what was still required where too slow cases are permitted.
    """
    rules = [("", expected), *expected.rules]
    permits = [(compile_glob(glob) if glob else None, rule.permitted) for glob, rule in rules if rule.permitted]
    requires = [rule.required for _, rule in rules if rule.required or rule.message]
    last = requires[0] if len(requires) == 1 and not any(rule.message for _, rule in rules) else ()
    settles = () if needs_every_case(expected) else last

    def enough(case: CaseReport) -> bool:
        refused = any(
            case.verdict not in permitted for glob, permitted in permits if glob is None or glob.match(case.name)
        )
        return refused or case.verdict in settles

    return enough


def _compare_rule(glob: str, rule: ExpectedResult, report: Report, problem: Problem, lines: _Lines) -> None:
    where = f"{glob}: " if glob else ""
    cases = list(_matching(report, glob))
    judged = [case for case in cases if case.verdict is not None]
    missing = len(judged) < len(cases)
    for case in judged:
        if rule.permitted and case.verdict not in rule.permitted:
            lines.certain.append(f"{where}{case.name} got {case.verdict}, which is not permitted ({case.reason})")
            break
    if rule.required and not any(case.verdict in rule.required for case in judged):
        wanted = " or ".join(words_of(ExpectedResult(required=rule.required)))
        (lines.mendable if missing else lines.certain).append(f"{where}no case got {wanted}")
    if rule.message and not any(rule.message in case.feedback for case in judged):
        (lines.mendable if missing else lines.certain).append(f"{where}no judge message contains {rule.message!r}")
    if glob and not cases:
        lines.certain.append(f"{where}matches no test case")
    _compare_score(glob, rule, report, problem, lines)


def _compare_score(glob: str, rule: ExpectedResult, report: Report, problem: Problem, lines: _Lines) -> None:
    scores = list(_scores(report, glob))
    if rule.score_min is not None or rule.score_max is not None:
        low = -math.inf if rule.score_min is None else rule.score_min
        high = math.inf if rule.score_max is None else rule.score_max
        wanted = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        if not scores:
            lines.certain.append(f"{glob or 'the submission'}: expected score {wanted}, there is none")
        for name, score in scores:
            if not (_at_least(score, low) and _at_least(high, score)):
                lines.certain.append(f"{name}: expected score {wanted}, got {score:g}")
    best = best_score(problem)
    if rule.full_score is False and report.score is not None and math.isfinite(best) and _same(report.score, best):
        lines.certain.append(f"expected less than the full score, got {report.score:g}")
    if rule.full_score is False and report.verdict is not Verdict.AC and not report.score:
        lines.certain.append("expected a part of the score, got none of it")


def best_score(problem: Problem) -> float:
    """The best possible score of the problem; infinite when there is none."""
    policy = problem.root.policy
    if problem.minimize:
        return policy.range_min
    secret = next((group.policy for group in problem.root.groups if group.name == "secret"), policy)
    bounds = [policy.range_max, secret.range_max]
    bounds += [one.max_score for one in (policy, secret) if one.max_score is not None]
    return min(bounds)


def _scores(report: Report, glob: str) -> Iterator[tuple[str, float]]:
    """(name, score) of the groups and cases that the glob names themselves; of the submission for ""."""
    if not glob:
        if report.score is not None:
            yield "the submission", report.score
        return
    pattern = compile_glob(glob)
    for name, score in _nodes(report.root):
        match = pattern.match(name)
        if match is not None and match.end() == len(name) and score is not None:
            yield name, score


def _nodes(group: GroupReport | None) -> Iterator[tuple[str, float | None]]:
    if group is not None:
        yield group.name, group.score
        for case in group.cases:
            yield case.name, case.score
        for child in group.groups:
            yield from _nodes(child)


def _matching(report: Report, glob: str) -> Iterator[CaseReport]:
    pattern = compile_glob(glob) if glob else None
    for case in _cases(report.root):
        if pattern is None or pattern.match(case.name):
            yield case


def _cases(group: GroupReport | None) -> Iterator[CaseReport]:
    if group is not None:
        yield from group.cases
        for child in group.groups:
            yield from _cases(child)


def _unjudged(report: Report) -> bool:
    return any(case.verdict is None for case in _cases(report.root))


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=SCORE_TOLERANCE, abs_tol=SCORE_TOLERANCE)


def _at_least(score: float, bound: float) -> bool:
    return score >= bound or _same(score, bound)
