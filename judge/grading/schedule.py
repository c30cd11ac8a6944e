"""Drives the coroutine of :mod:`judge.grading.scoring.traverse` over one or more slots, with the same result.

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

from judge.errors import CancelledError
from judge.grading.scoring.traverse import Plan, Task
from judge.model.report import CaseReport, GroupReport

#: How long a result may wait to be reported: waking the scheduling thread for each would slow the stations down.
_TELL_EVERY_S = 0.02

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


def schedule(
    walk: Walk, judge: TaskJudge, on_case: Callable[[Task, CaseReport], None], lock: ExclusiveLock | None = None
) -> GroupReport:
    """Judge one task after another; ``on_case`` sees each report. ``lock`` is shared with other judges, if any."""
    try:
        task = next(walk)
        while True:
            with lock.shared() if lock else nullcontext():
                report = judge.judge(task)
            on_case(task, report)
            task = walk.send(report)
    except StopIteration as stop:
        root: GroupReport = stop.value
        return root


def schedule_parallel(
    walk: Walk,
    plan: Plan,
    stations: Sequence[Station],
    lock: ExclusiveLock,
    on_case: Callable[[Task, CaseReport], None],
    *,
    run_all: bool = False,
) -> GroupReport:
    """The same on several slots at once. ``lock`` is the one that the stations' judges measure under.

    ``run_all`` is that of the walk: then nothing is irrelevant. ``on_case`` is called in this thread and in the
    order of judging, a little later than it happens. Raises what a station raised.
    """
    board = _Board(plan, walk, ahead=_AHEAD_PER_SLOT * len(stations), run_all=run_all)
    threads = [Thread(target=_work, args=(board, station, lock), daemon=True) for station in stations]
    try:
        for thread in threads:
            thread.start()
        while (judged := board.wait()) is not None:
            for task, report in judged:
                on_case(task, report)
    finally:
        board.close()
        for thread in threads:
            thread.join()
    return board.root()


def _work(board: _Board, station: Station, lock: ExclusiveLock) -> None:
    """One station's thread: judge what the board gives until it gives nothing."""
    try:
        with station.open() as judge:
            while (task := board.take(station)) is not None:
                try:
                    with lock.shared():
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
    """What the scheduling thread and the stations share; every field is guarded by ``_changed``.

    The station that brings the result that the coroutine waits for advances it, so that nobody is woken for each
    test. ``_next`` is the first task not looked at yet; ``_wanted`` the one that the coroutine waits for;
    ``_running`` what each task in work runs on; ``_skipped`` tasks that cannot matter any more; ``_judged`` what
    ``on_case`` has not seen yet.
    """

    plan: Plan
    walk: Walk
    ahead: int
    run_all: bool = False
    _changed: Condition = field(default_factory=Condition)
    _next: int = 0
    _wanted: Task | None = None
    _results: dict[int, CaseReport] = field(default_factory=dict)
    _running: dict[int, Station] = field(default_factory=dict)
    _skipped: set[int] = field(default_factory=set)
    _judged: list[tuple[Task, CaseReport]] = field(default_factory=list)
    _root: GroupReport | None = None
    _closed: bool = False
    _error: BaseException | None = None

    def __post_init__(self) -> None:
        self._advance(None)

    def take(self, station: Station) -> Task | None:
        """The next task for a station; None when there is none left. Blocks while too far ahead."""
        with self._changed:
            while not self._closed and self._wanted is not None:
                while self._next in self._skipped:
                    self._next += 1
                if self._next >= len(self.plan.tasks):
                    return None
                if self._next < self._wanted.index + self.ahead:
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
            while self._wanted is not None and self._wanted.index in self._results:
                result = self._results.pop(self._wanted.index)
                self._judged.append((self._wanted, result))
                self._advance(result)

    def _advance(self, report: CaseReport | None) -> None:
        """Send a result to the coroutine (None = start it); everything before what it wants next is past."""
        past = self._wanted.index if self._wanted else 0
        try:
            self._wanted = next(self.walk) if report is None else self.walk.send(report)
        except StopIteration as stop:
            self._root, self._wanted = stop.value, None
            self._skip(range(len(self.plan.tasks)))
            self._changed.notify_all()
            return
        self._skip(range(past, self._wanted.index))
        if self._wanted.index in self._skipped:  # never true while Plan.irrelevant_after is sound; then no test hangs
            self._skipped.discard(self._wanted.index)
            self._next = min(self._next, self._wanted.index)
        if self._next >= self._wanted.index + self.ahead - 1:
            self._changed.notify_all()  # somebody may wait for room

    def drop(self, task: Task) -> bool:
        """A task was cancelled; False when nobody here asked for that."""
        with self._changed:
            self._running.pop(task.index, None)
            return task.index in self._skipped or self._closed

    def wait(self) -> list[tuple[Task, CaseReport]] | None:
        """What was judged since the last call, after a little while; None when all is over.

        Raises a station's error.
        """
        with self._changed:
            if self._root is None and self._error is None:
                self._changed.wait(_TELL_EVERY_S)
            judged, self._judged = self._judged, []
            if self._error is not None and self._root is None:
                raise self._error
            return judged if judged or self._root is None else None

    def root(self) -> GroupReport:
        """The result, once :meth:`wait` gave None."""
        assert self._root is not None
        return self._root

    def fail(self, error: BaseException) -> None:
        """A station cannot go on: :meth:`wait` raises its error."""
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


class ExclusiveLock:
    """Many may work at once (shared), or one alone (exclusive). A thread inside ``shared`` may enter ``exclusive``."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside = 0
        self._exclusive_wanted = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Work beside others; waits while somebody wants to be alone."""
        with self._changed:
            while self._exclusive_wanted:
                self._changed.wait()
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Work alone, from inside ``shared``: steps out of it, waits for the others, and steps in again after."""
        with self._changed:
            self._exclusive_wanted += 1
            self._inside -= 1
            self._changed.notify_all()
            while self._inside:
                self._changed.wait()
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._exclusive_wanted -= 1
                self._changed.notify_all()
