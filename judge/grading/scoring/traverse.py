"""The order of judging, early stop, and where results meet the folds: one pure coroutine.

:func:`judge_tree` yields what is to be judged next and is sent its :class:`CaseReport`; in the end it returns
the :class:`GroupReport` of the root. The caller decides how cases are run - one after another or
several at once - and cannot change the verdict by it: a result only counts when the coroutine asks for it.

:meth:`Plan.irrelevant_after` serves callers that run ahead: it says what cannot matter any more.

Source: problem package format, legacy "Test Data Groups" (on_reject), 2025-09 "Group dependencies".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

import msgspec

from judge.grading.scoring.score import Grader, Scored, fold_group, is_modern
from judge.model.problem import Problem, ScorePolicy, TestCase, TestGroup
from judge.model.report import CaseReport, GroupReport
from judge.model.verdict import Verdict

#: The name of a group's static validation among its cases.
STATIC_VALIDATION = "static_validation"

#: Told each case that was judged; True = no more is to be learnt by judging what cannot change the result.
Enough = Callable[[CaseReport], bool]


def never(case: CaseReport) -> bool:
    """An :data:`Enough` for those who want to learn about every case."""
    return False


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to judge. ``case`` None = the static validation of ``group``; ``index`` is its place in
    :attr:`Plan.tasks`."""

    index: int
    name: str
    group: TestGroup
    case: TestCase | None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All tasks of a problem in the order of judging, when nothing is skipped.

    ``spans``: group name -> (first, end) of its tasks. ``paths``: group name -> itself and its ancestors,
    innermost first. Group names are unique in a package, and so are task names.
    """

    problem: Problem
    tasks: tuple[Task, ...]
    spans: Mapping[str, tuple[int, int]]
    paths: Mapping[str, tuple[TestGroup, ...]]

    def irrelevant_after(self, rejected: Task, verdict: Verdict) -> range:
        """Indices of the tasks behind ``rejected`` that cannot matter any more, given its verdict.

        Sound for any results of the tasks before it: either one of those already ends the judging of the
        same groups, or this one does. ``sure``: the judge error is what reaches this group, not a mere
        rejection by an earlier task or by a missing requirement.
        """
        end = rejected.index + 1
        sure = verdict is Verdict.JE
        if verdict is Verdict.AC:
            return range(end, end)
        for group in self.paths[rejected.group.name]:
            if not sure and not group.policy.on_reject_break:
                break
            end = self.spans[group.name][1]
            if group.policy.on_reject_break and not _rejection_spreads(self.problem, group.policy):
                break
            sure = sure and not group.policy.on_reject_break and not group.policy.required_groups
        return range(rejected.index + 1, end)


#: The one that was laid out last.
_last_plan: list[Plan] = []


def plan_of(problem: Problem) -> Plan:
    """Lay out a problem's tasks once; the rest of the judging refers to it, and the next of the same problem."""
    for known in _last_plan:
        if known.problem is problem:
            return known
    tasks: list[Task] = []
    spans: dict[str, tuple[int, int]] = {}
    paths: dict[str, tuple[TestGroup, ...]] = {}
    _lay_out(problem.root, (), tasks, spans, paths)
    plan = Plan(problem=problem, tasks=tuple(tasks), spans=spans, paths=paths)
    _last_plan[:] = [plan]
    return plan


def _lay_out(
    group: TestGroup,
    above: tuple[TestGroup, ...],
    tasks: list[Task],
    spans: dict[str, tuple[int, int]],
    paths: dict[str, tuple[TestGroup, ...]],
) -> None:
    first, path = len(tasks), (group, *above)
    for child in _children(group):
        if isinstance(child, TestGroup):
            _lay_out(child, path, tasks, spans, paths)
        else:
            tasks.append(Task(index=len(tasks), name=_task_name(group, child), group=group, case=child))
    spans[group.name] = (first, len(tasks))
    paths[group.name] = path


def _children(group: TestGroup) -> list[TestGroup | TestCase | None]:
    """Static validation (None), then cases and groups in the group's own order; without one, by name."""
    place = {name: index for index, name in enumerate(group.order)}
    children: list[TestGroup | TestCase] = [*group.groups, *group.cases]
    children.sort(key=lambda child: (place.get(child.name, len(place)), child.name))
    return [None, *children] if group.static_validation is not None else [*children]


def _task_name(group: TestGroup, case: TestCase | None) -> str:
    return case.name if case else f"{group.name}/{STATIC_VALIDATION}".lstrip("/")


def _rejection_spreads(problem: Problem, policy: ScorePolicy) -> bool:
    """True when one rejected child surely makes the whole group rejected."""
    if policy.ignore_sample:
        return False
    return is_modern(problem) or not (
        policy.custom_grader or policy.accept_if_any_accepted or policy.verdict_mode == "always_accept"
    )


def stops(policy: ScorePolicy, verdict: Verdict) -> bool:
    """True when a child with this verdict ends its group. A judge error ends everything."""
    return verdict is Verdict.JE or (verdict is not Verdict.AC and policy.on_reject_break)


def judge_tree(
    plan: Plan, grade: Grader | None = None, *, run_all: bool = False, enough: Enough = never
) -> Generator[Task, CaseReport, GroupReport]:
    """The order of judging a whole problem; see the module.

    ``run_all`` also asks for tasks that cannot change the result any more, to learn about every case; they
    show in the report, but the verdicts and scores of groups are those without them. ``enough`` may end that.
    """
    return _Walk(plan, grade, run_all, enough).judge_group(plan.problem.root, counts=True)


class _Walk:
    """One pass over the tree. ``_verdicts``: of the groups and cases judged so far, by name, if they count."""

    def __init__(self, plan: Plan, grade: Grader | None, run_all: bool, enough: Enough) -> None:
        self._problem = plan.problem
        self._grade = grade
        self._run_all = run_all
        self._enough = enough
        self._tasks = {task.name: task for task in plan.tasks}
        self._verdicts: dict[str, Verdict] = {}

    def judge_group(self, group: TestGroup, *, counts: bool) -> Generator[Task, CaseReport, GroupReport]:
        """Judge the children in order until one ends the group. ``counts`` False: only to learn about them."""
        missing = self._missing_requirement(group) if counts else ""
        going = counts and not missing
        groups: list[GroupReport] = []
        cases: list[CaseReport] = []
        judged: list[tuple[str, Scored]] = []
        for child in _children(group):
            report: GroupReport | CaseReport
            if isinstance(child, TestGroup):
                report = (yield from self.judge_group(child, counts=going)) if going or self._run_all else skip(child)
                groups.append(report)
            else:
                name = _task_name(group, child)
                report = (yield self._tasks[name]) if going or self._run_all else CaseReport(name=name, verdict=None)
                cases.append(report)
                self._run_all = self._run_all and not (report.verdict is not None and self._enough(report))
            if going and report.verdict is not None:
                self._verdicts[report.name] = report.verdict
                judged.append((report.name, Scored(verdict=report.verdict, score=report.score, reason=report.reason)))
                going = not stops(group.policy, report.verdict)
        if not counts or (not missing and not judged and (groups or cases)):
            scored = None
        elif missing:
            scored = self._rejected_by(missing)
        else:
            scored = fold_group(self._problem, group, judged, self._grade)
        return _group_report(group, scored, groups, cases)

    def _missing_requirement(self, group: TestGroup) -> str:
        """The first required group or case that was not accepted; empty when all were."""
        required = group.policy.required_groups
        return next((name for name in required if self._verdicts.get(name) is not Verdict.AC), "")

    def _rejected_by(self, missing: str) -> Scored:
        """A group whose requirement was not met is not judged: rejected, with score 0."""
        return Scored(
            verdict=self._verdicts.get(missing, Verdict.WA),
            score=0.0 if self._problem.scoring else None,
            reason=f"not judged, because {missing} was not accepted",
        )


def _group_report(
    group: TestGroup, scored: Scored | None, groups: Sequence[GroupReport], cases: Sequence[CaseReport]
) -> GroupReport:
    if scored is None:
        return GroupReport(name=group.name, verdict=None, groups=tuple(groups), cases=tuple(cases))
    return GroupReport(
        name=group.name,
        verdict=scored.verdict,
        score=scored.score,
        reason=scored.reason,
        groups=tuple(groups),
        cases=tuple(cases),
    )


def skip(group: TestGroup) -> GroupReport:
    """The report of a group of which nothing was judged."""
    children = _children(group)
    names = [_task_name(group, child) for child in children if not isinstance(child, TestGroup)]
    return _group_report(
        group,
        None,
        [skip(child) for child in children if isinstance(child, TestGroup)],
        [CaseReport(name=name, verdict=None) for name in names],
    )
