"""Several slots at once judge as one does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import CancelledError, InfrastructureError
from judge.grading.schedule import ExclusiveLock, Station, schedule, schedule_parallel
from judge.grading.scoring.traverse import Plan, Task, judge_tree, plan_of
from judge.model.problem import PackageFormat, Problem, ScorePolicy, TestCase, TestGroup
from judge.model.report import CaseReport, GroupReport
from judge.model.verdict import Verdict

AC, WA, JE = Verdict.AC, Verdict.WA, Verdict.JE


def flat(count: int, *, on_reject_break: bool = True) -> Plan:
    cases = tuple(TestCase(name=f"secret/{i:03}", input_path="i", answer_path="a") for i in range(count))
    policy = ScorePolicy(on_reject_break=on_reject_break)
    root = TestGroup(name="data", policy=policy, groups=(TestGroup(name="secret", policy=policy, cases=cases),))
    return plan_of(Problem(name="p", path="/p", format=PackageFormat.LEGACY, root=root))


class Judged:
    """Judges from a table; records who was asked for what."""

    def __init__(self, verdicts: dict[str, Verdict]) -> None:
        self.verdicts = verdicts
        self.asked: list[str] = []

    def judge(self, task: Task) -> CaseReport:
        self.asked.append(task.name)
        return CaseReport(name=task.name, verdict=self.verdicts[task.name])


def parallel(plan: Plan, judges: list[Judged], **options: bool) -> tuple[GroupReport, list[str]]:
    seen: list[str] = []

    def station(judge: Judged) -> Station:
        @contextmanager
        def open_() -> Iterator[Judged]:
            yield judge

        return Station(open_, lambda: None)

    root = schedule_parallel(
        judge_tree(plan, **options),  # type: ignore[arg-type]
        plan,
        [station(judge) for judge in judges],
        ExclusiveLock(),
        lambda task, case: seen.append(task.name),
        **options,
    )
    return root, seen


@given(st.lists(st.sampled_from([AC, AC, AC, WA, JE]), min_size=2, max_size=12), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=60)
def test_the_same_report_and_the_same_events(verdicts: list[Verdict], breaks: bool, run_all: bool) -> None:
    plan = flat(len(verdicts), on_reject_break=breaks)
    table = dict(zip((task.name for task in plan.tasks), verdicts, strict=True))
    seen: list[str] = []
    expected = schedule(judge_tree(plan, run_all=run_all), Judged(table), lambda task, case: seen.append(task.name))
    root, events = parallel(plan, [Judged(table) for _ in range(3)], run_all=run_all)
    assert root == expected
    assert events == seen


def test_a_rejection_cancels_what_runs_behind_it() -> None:
    plan = flat(4)
    started, cancelled = threading.Event(), threading.Event()

    class Slow:
        def judge(self, task: Task) -> CaseReport:
            started.set()
            assert cancelled.wait(20)
            raise CancelledError("cancelled")

    class First:
        def judge(self, task: Task) -> CaseReport:
            assert started.wait(20)
            return CaseReport(name=task.name, verdict=WA)

    opened = threading.Event()

    @contextmanager
    def open_first() -> Iterator[First]:
        yield First()
        opened.set()

    @contextmanager
    def open_slow() -> Iterator[Slow]:
        yield Slow()

    class Turns:
        """Hands task 0 to First whichever thread comes first."""

        def judge(self, task: Task) -> CaseReport:
            return (First() if task.index == 0 else Slow()).judge(task)

    @contextmanager
    def open_turns() -> Iterator[Turns]:
        yield Turns()

    stations = [Station(open_turns, cancelled.set) for _ in range(2)]
    root = schedule_parallel(judge_tree(plan), plan, stations, ExclusiveLock(), lambda task, case: None)
    assert root.verdict is WA
    assert [case.verdict for case in root.groups[0].cases] == [WA, None, None, None]


def test_a_failing_slot_fails_the_whole() -> None:
    class Broken:
        def judge(self, task: Task) -> CaseReport:
            raise InfrastructureError("the slot is gone")

    @contextmanager
    def open_broken() -> Iterator[Broken]:
        yield Broken()

    plan = flat(3)
    with pytest.raises(InfrastructureError, match="the slot is gone"):
        schedule_parallel(
            judge_tree(plan), plan, [Station(open_broken, lambda: None)] * 2, ExclusiveLock(), lambda task, case: None
        )


def test_a_cancel_that_nobody_here_asked_for_ends_the_judging() -> None:
    class Cancelled:
        def judge(self, task: Task) -> CaseReport:
            raise CancelledError("cancelled from outside")

    @contextmanager
    def open_cancelled() -> Iterator[Cancelled]:
        yield Cancelled()

    plan = flat(3)
    with pytest.raises(CancelledError):
        schedule_parallel(
            judge_tree(plan),
            plan,
            [Station(open_cancelled, lambda: None)] * 2,
            ExclusiveLock(),
            lambda task, case: None,
        )


def test_an_error_of_the_listener_ends_the_judging() -> None:
    plan = flat(50)
    judges = [Judged({task.name: AC for task in plan.tasks}) for _ in range(2)]

    def refuse(task: Task, case: CaseReport) -> None:
        raise ZeroDivisionError

    def station(judge: Judged) -> Station:
        @contextmanager
        def open_() -> Iterator[Judged]:
            yield judge

        return Station(open_, lambda: None)

    with pytest.raises(ZeroDivisionError):
        schedule_parallel(judge_tree(plan), plan, [station(judge) for judge in judges], ExclusiveLock(), refuse)


def test_quiet_means_alone() -> None:
    lock = ExclusiveLock()
    inside: list[str] = []
    peaks: list[int] = []
    ready = threading.Barrier(3)

    def work(name: str) -> None:
        with lock.shared():
            ready.wait(20)
            with lock.exclusive():
                inside.append(name)
                peaks.append(len(inside))
                inside.remove(name)

    threads = [threading.Thread(target=work, args=(str(i),)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert peaks == [1, 1, 1]
    assert not any(thread.is_alive() for thread in threads)
