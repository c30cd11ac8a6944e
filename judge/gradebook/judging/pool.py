"""Shares a class among judges that each have a thread of their own, and gives out reports as they come."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from typing import Protocol

import msgspec

from judge.errors import CancelledError, LanguageError, PackageError, UsageError
from judge.model.report import Report
from judge.model.submission import Submission


class JudgeOne(Protocol):
    """Judges one submission at a time, in a thread of its own."""

    def judge(self, submission: Submission) -> Report:
        """Blocks. Raises JudgeError."""
        ...

    def give_up(self) -> None:
        """Called from another thread: nobody waits for what runs any more; it raises CancelledError soon."""
        ...


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A submission; ``index`` and ``key`` are for who handed it in."""

    index: int
    key: str
    submission: Submission


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A job's report, or why there is none: the fault of what was handed in, or of this language here."""

    job: Job
    report: Report | None = None
    reason: str = ""


#: What concerns one student alone; all else would go wrong with everybody.
_OF_ONE = (UsageError, PackageError, LanguageError)


def outcomes(jobs: Iterator[Job], judges: Sequence[JudgeOne]) -> Generator[Outcome, None, None]:
    """The outcome of each job, in the order in which they come. Jobs are taken when a judge is free for them.

    Raises what went wrong with more than one job, when the others have ended. Left early, what runs is given up.
    """
    sharing = _Sharing(jobs)
    threads = [threading.Thread(target=sharing.work, args=(judge,), daemon=True) for judge in judges]
    try:
        for thread in threads:
            thread.start()
        running = len(threads)
        while running:
            came = sharing.done.get()
            if isinstance(came, Outcome):
                yield came
            else:
                running -= 1
    finally:
        sharing.stop()
        for judge, thread in zip(judges, threads, strict=True):
            if thread.is_alive():
                judge.give_up()
        for thread in threads:
            thread.join()
    if sharing.error is not None:
        raise sharing.error


class _Sharing:
    """What the threads share. ``error``: the first that is not of one job alone."""

    def __init__(self, jobs: Iterator[Job]) -> None:
        self.done: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self.error: BaseException | None = None
        self._jobs = jobs
        self._taking = threading.Lock()
        self._over = threading.Event()

    def stop(self) -> None:
        """Take no more jobs."""
        self._over.set()

    def work(self, judge: JudgeOne) -> None:
        """Do jobs until there are none; None in the queue says that this thread has ended."""
        try:
            while (job := self._next()) is not None:
                self.done.put(self._outcome(judge, job))
        except BaseException as error:
            if not (isinstance(error, CancelledError) and self._over.is_set()):
                self.error = self.error or error
            self.stop()
        finally:
            self.done.put(None)

    def _next(self) -> Job | None:
        with self._taking:
            return None if self._over.is_set() else next(self._jobs, None)

    def _outcome(self, judge: JudgeOne, job: Job) -> Outcome:
        try:
            return Outcome(job=job, report=judge.judge(job.submission))
        except _OF_ONE as error:
            return Outcome(job=job, reason=str(error))
