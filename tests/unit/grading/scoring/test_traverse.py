"""Order, early stop, and that running ahead cannot change a verdict: properties over random problems."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from judge.grading.scoring.traverse import Enough, Plan, Task, judge_tree, never, plan_of
from judge.model.problem import (
    PackageFormat,
    Problem,
    ScoreAggregation,
    ScorePolicy,
    StaticValidation,
    TestCase,
    TestGroup,
)
from judge.model.report import CaseReport, GroupReport
from judge.model.verdict import Verdict

AC, WA, TLE, JE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.JE


def drive(
    plan: Plan, verdicts: dict[str, Verdict], *, run_all: bool = False, enough: Enough = never
) -> tuple[GroupReport, list[str]]:
    """Judge with known results; returns the root's report and what was asked for, in order."""
    asked: list[str] = []
    walk = judge_tree(plan, run_all=run_all, enough=enough)
    try:
        task = next(walk)
        while True:
            asked.append(task.name)
            verdict = verdicts[task.name]
            task = walk.send(CaseReport(name=task.name, verdict=verdict, score=1.0 if verdict is AC else 0.0))
    except StopIteration as stop:
        return stop.value, asked


def case(name: str) -> TestCase:
    return TestCase(name=name, input_path="i", answer_path="a")


def group(name: str, *children: TestGroup | str, **policy: object) -> TestGroup:
    return TestGroup(
        name=name,
        policy=ScorePolicy(**policy),  # type: ignore[arg-type]
        groups=tuple(child for child in children if isinstance(child, TestGroup)),
        cases=tuple(case(child) for child in children if isinstance(child, str)),
    )


def problem(root: TestGroup, format_: PackageFormat = PackageFormat.LEGACY, *, scoring: bool = False) -> Problem:
    return Problem(name="p", path="/p", format=format_, root=root, scoring=scoring)


SIMPLE = group("data", group("sample", "sample/1"), group("secret", "secret/1", "secret/2", "secret/3"))


def test_all_accepted_asks_for_everything_in_order() -> None:
    report, asked = drive(plan_of(problem(SIMPLE)), dict.fromkeys(("sample/1", "secret/1", "secret/2", "secret/3"), AC))
    assert asked == ["sample/1", "secret/1", "secret/2", "secret/3"]
    assert report.verdict is AC


def test_the_first_rejection_ends_it_and_the_rest_shows_as_not_run() -> None:
    verdicts = {"sample/1": AC, "secret/1": AC, "secret/2": TLE, "secret/3": WA}
    report, asked = drive(plan_of(problem(SIMPLE)), verdicts)
    assert asked == ["sample/1", "secret/1", "secret/2"]
    assert report.verdict is TLE
    assert [case.verdict for case in report.groups[1].cases] == [AC, TLE, None]


def test_a_rejected_sample_leaves_secret_unjudged() -> None:
    report, asked = drive(plan_of(problem(SIMPLE)), {"sample/1": WA})
    assert asked == ["sample/1"]
    assert report.groups[1].verdict is None


def test_on_reject_continue_goes_on() -> None:
    root = group("data", group("secret", "secret/1", "secret/2", on_reject_break=False), on_reject_break=False)
    report, asked = drive(plan_of(problem(root)), {"secret/1": WA, "secret/2": TLE})
    assert asked == ["secret/1", "secret/2"]
    assert report.verdict is TLE  # the worse of the two


def test_an_accepting_group_lets_its_parent_go_on() -> None:
    easy = group("secret/a", "secret/a/1", "secret/a/2", verdict_mode="always_accept")
    root = group("data", group("secret", easy, group("secret/b", "secret/b/1")))
    report, asked = drive(plan_of(problem(root)), {"secret/a/1": WA, "secret/b/1": AC})
    assert asked == ["secret/a/1", "secret/b/1"]
    assert report.verdict is AC


def test_a_judge_error_ends_everything() -> None:
    root = group("data", group("secret", "secret/1", "secret/2", on_reject_break=False), on_reject_break=False)
    report, asked = drive(plan_of(problem(root)), {"secret/1": JE})
    assert asked == ["secret/1"]
    assert report.verdict is JE


def test_explicit_order_wins_over_names() -> None:
    root = TestGroup(name="data", cases=(case("a"), case("b")), order=("b", "a"))
    _, asked = drive(plan_of(problem(root)), {"a": AC, "b": AC})
    assert asked == ["b", "a"]


def test_a_required_group_that_fails_rejects_without_judging() -> None:
    policy = {"aggregation": ScoreAggregation.PASS_FAIL, "max_score": 50.0, "on_reject_break": True}
    one = group("secret/1", "secret/1/a", **policy)
    two = group("secret/2", "secret/2/a", required_groups=("secret/1",), **policy)
    root = group("data", group("secret", one, two, on_reject_break=False), on_reject_break=False)
    plan = plan_of(problem(root, PackageFormat.F2025_09, scoring=True))
    report, asked = drive(plan, {"secret/1/a": WA, "secret/2/a": AC})
    assert asked == ["secret/1/a"]
    second = report.groups[0].groups[1]
    assert (second.verdict, second.score) == (WA, 0.0)
    assert "secret/1" in second.reason
    report, _ = drive(plan, {"secret/1/a": AC, "secret/2/a": AC})
    assert report.score == 100.0 or report.groups[0].score == 100.0


def test_static_validation_comes_first_in_its_group() -> None:
    secret = TestGroup(name="secret", cases=(case("secret/1"),), static_validation=StaticValidation())
    _, asked = drive(plan_of(problem(group("data", secret))), {"secret/static_validation": AC, "secret/1": AC})
    assert asked == ["secret/static_validation", "secret/1"]


LEAF_NAMES = st.integers(1, 4)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    format_ = draw(st.sampled_from([PackageFormat.LEGACY, PackageFormat.F2025_09]))

    names: list[str] = []

    def policy() -> ScorePolicy:
        required = draw(st.sampled_from([None, None, None, *names]))
        return ScorePolicy(
            on_reject_break=draw(st.booleans()),
            required_groups=(required,) if required else (),
            ignore_sample=draw(st.booleans()),
            verdict_mode=draw(st.sampled_from(["worst_error", "first_error", "always_accept"])),
            accept_if_any_accepted=draw(st.booleans()),
        )

    def build(name: str, depth: int) -> TestGroup:
        own = policy()
        cases = tuple(case(f"{name}/c{i}") for i in range(draw(LEAF_NAMES)))
        groups = tuple(build(f"{name}/g{i}", depth - 1) for i in range(draw(st.integers(0, 2)) if depth else 0))
        names.append(name)
        return TestGroup(name=name, policy=own, groups=groups, cases=cases)

    root = TestGroup(name="data", policy=policy(), groups=(build("sample", 0), build("secret", 2)))
    return problem(root, format_)


@st.composite
def problems_with_results(draw: st.DrawFn) -> tuple[Plan, dict[str, Verdict]]:
    plan = plan_of(draw(problems()))
    verdict = st.sampled_from([AC, AC, AC, WA, TLE, JE])
    return plan, {task.name: draw(verdict) for task in plan.tasks}


@given(problems_with_results())
@settings(deadline=None)
def test_tasks_are_asked_for_in_the_order_of_the_plan(given_: tuple[Plan, dict[str, Verdict]]) -> None:
    plan, verdicts = given_
    _, asked = drive(plan, verdicts)
    index = {task.name: task.index for task in plan.tasks}
    assert [index[name] for name in asked] == sorted({index[name] for name in asked})


@given(problems_with_results())
@settings(deadline=None)
def test_running_everything_changes_no_verdict(given_: tuple[Plan, dict[str, Verdict]]) -> None:
    plan, verdicts = given_
    report, _ = drive(plan, verdicts)
    complete, asked = drive(plan, verdicts, run_all=True)
    assert len(asked) == len(plan.tasks)
    assert verdicts_of_groups(complete) == verdicts_of_groups(report)


@given(problems_with_results())
@settings(deadline=None)
def test_when_enough_was_learnt_only_what_counts_is_judged(given_: tuple[Plan, dict[str, Verdict]]) -> None:
    plan, verdicts = given_
    report, needed = drive(plan, verdicts)
    some, asked = drive(plan, verdicts, run_all=True, enough=lambda case: case.verdict is TLE)
    assert verdicts_of_groups(some) == verdicts_of_groups(report)
    first = next((index for index, name in enumerate(asked) if verdicts[name] is TLE), len(asked))
    assert set(asked[first + 1 :]) <= set(needed) <= set(asked)


def verdicts_of_groups(report: GroupReport) -> list[tuple[str, Verdict | None, float | None]]:
    below = [item for child in report.groups for item in verdicts_of_groups(child)]
    return [(report.name, report.verdict, report.score), *below]


@given(problems_with_results())
@settings(deadline=None, max_examples=1000)
def test_what_is_called_irrelevant_is_never_asked_for(given_: tuple[Plan, dict[str, Verdict]]) -> None:
    plan, verdicts = given_
    _, asked = drive(plan, verdicts)
    by_name: dict[str, Task] = {task.name: task for task in plan.tasks}
    asked_indices = {by_name[name].index for name in asked}
    for task in plan.tasks:
        assert asked_indices.isdisjoint(plan.irrelevant_after(task, verdicts[task.name]))


def test_in_a_pass_fail_contest_problem_everything_after_a_rejection_is_irrelevant() -> None:
    plan = plan_of(problem(SIMPLE))
    assert plan.irrelevant_after(plan.tasks[1], WA) == range(2, 4)
    assert plan.irrelevant_after(plan.tasks[1], AC) == range(2, 2)
