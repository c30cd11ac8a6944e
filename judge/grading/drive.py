"""Drives the coroutine of :mod:`judge.grading.order` over one or more slots, with the same result.

With one slot, tasks are judged as they are asked for. With several, slots run ahead in the order of the plan;
a result only counts when the coroutine asks for it, and as soon as a rejection makes later tasks irrelevant they
are not started any more, and those running are cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Protocol

from judge.grading.execute import CancelledError
from judge.grading.order import Plan, Task
from judge.model.report import CaseReport, GroupReport

#: How far ahead of what is asked for a slot may work, in tasks per slot.
_AHEAD_PER_SLOT = 8

Walk = Generator[Task, CaseReport, GroupReport]


class TaskJudge(Protocol):
    """Judges tasks on one slot, from one thread."""

    def judge(self, task: Task) -> CaseReport:
        """Blocks; raises CancelledError when :meth:`Station.cancel` ended it."""
        ...


@dataclass(frozen=True)
class Station:
    """One slot at work. ``open`` sets it up (in the thread that uses it); ``cancel`` ends what runs on it now."""

    open: Callable[[], AbstractContextManager[TaskJudge]]
    cancel: Callable[[], None]


def drive(
    walk: Walk, judge: TaskJudge, on_case: Callable[[Task, CaseReport], None], gate: Gate | None = None
) -> GroupReport:
    """Judge one task after another; ``on_case`` sees each report. ``gate`` is shared with other judges, if any."""
    try:
        task = next(walk)
        while True:
            with gate.shared() if gate else nullcontext():
                report = judge.judge(task)
            on_case(task, report)
            task = walk.send(report)
    except StopIteration as stop:
        root: GroupReport = stop.value
        return root


def drive_parallel(
    walk: Walk,
    plan: Plan,
    stations: Sequence[Station],
    gate: Gate,
    on_case: Callable[[Task, CaseReport], None],
    *,
    run_all: bool = False,
) -> GroupReport:
    """The same on several slots at once. ``gate`` is the one that the stations' judges use for quiet.

    ``run_all`` is that of the walk: then nothing is irrelevant. ``on_case`` is called in this thread and in the
    order of judging. Raises what a station raised.
    """
    board = _Board(plan, ahead=_AHEAD_PER_SLOT * len(stations), run_all=run_all)
    threads = [Thread(target=_work, args=(board, station, gate), daemon=True) for station in stations]
    try:
        for thread in threads:
            thread.start()
        task = next(walk)
        while True:
            report = board.result_of(task)
            on_case(task, report)
            task = walk.send(report)
    except StopIteration as stop:
        root: GroupReport = stop.value
        return root
    finally:
        board.close()
        for thread in threads:
            thread.join()


def _work(board: _Board, station: Station, gate: Gate) -> None:
    """One station's thread: judge what the board gives until it gives nothing."""
    try:
        with station.open() as judge:
            while (task := board.take(station)) is not None:
                try:
                    with gate.shared():
                        report = judge.judge(task)
                except CancelledError:
                    if board.drop(task):
                        continue
                    raise
                board.put(task, report)
    except BaseException as error:
        board.fail(error)


@dataclass
class _Board:
    """What the driver and the stations share; every field is guarded by ``_changed``.

    ``_next`` is the first task not looked at yet; ``_wanted`` the one the driver waits for; ``_running`` what
    each task in work runs on; ``_skipped`` tasks that cannot matter any more.
    """

    plan: Plan
    ahead: int
    run_all: bool = False
    _changed: Condition = field(default_factory=Condition)
    _next: int = 0
    _wanted: int = 0
    _results: dict[int, CaseReport] = field(default_factory=dict)
    _running: dict[int, Station] = field(default_factory=dict)
    _skipped: set[int] = field(default_factory=set)
    _closed: bool = False
    _error: BaseException | None = None

    def take(self, station: Station) -> Task | None:
        """The next task for a station; None when there is none left. Blocks while too far ahead."""
        with self._changed:
            while not self._closed:
                while self._next in self._skipped:
                    self._next += 1
                if self._next >= len(self.plan.tasks):
                    return None
                if self._next < self._wanted + self.ahead:
                    task = self.plan.tasks[self._next]
                    self._next += 1
                    self._running[task.index] = station
                    return task
                self._changed.wait()
            return None

    def put(self, task: Task, report: CaseReport) -> None:
        """A result; what it makes irrelevant is not started, and cancelled where it runs."""
        with self._changed:
            self._running.pop(task.index, None)
            self._results[task.index] = report
            if report.verdict is not None and not self.run_all:
                self._skip(self.plan.irrelevant_after(task, report.verdict))
            self._changed.notify_all()

    def drop(self, task: Task) -> bool:
        """A task was cancelled; False when nobody here asked for that."""
        with self._changed:
            self._running.pop(task.index, None)
            return task.index in self._skipped or self._closed

    def result_of(self, task: Task) -> CaseReport:
        """Wait for the result that the coroutine asks for; everything before it is past."""
        with self._changed:
            self._skip(range(self._wanted, task.index))
            self._wanted = task.index
            self._changed.notify_all()
            while task.index not in self._results:
                if self._error is not None:
                    raise self._error
                self._changed.wait()
            return self._results.pop(task.index)

    def fail(self, error: BaseException) -> None:
        """A station cannot go on: the driver is told."""
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing more is wanted: end what runs, start nothing."""
        with self._changed:
            self._closed = True
            self._skip(range(len(self.plan.tasks)))
            self._changed.notify_all()

    def _skip(self, indices: range) -> None:
        self._skipped.update(indices)
        for index in [index for index in self._running if index in indices]:
            self._running.pop(index).cancel()


class Gate:
    """Many may work at once, or one alone in quiet. Who is inside ``shared`` may enter ``quiet`` from there."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside = 0
        self._quiet_wanted = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Work beside others; waits while somebody wants quiet."""
        with self._changed:
            while self._quiet_wanted:
                self._changed.wait()
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Work alone, from inside ``shared``: steps out of it, waits for the others, and steps in again after."""
        with self._changed:
            self._quiet_wanted += 1
            self._inside -= 1
            self._changed.notify_all()
            while self._inside:
                self._changed.wait()
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._quiet_wanted -= 1
                self._changed.notify_all()
