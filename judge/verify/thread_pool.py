"""Shares jobs among judges that each own a slot. A job may hand in further jobs; the pool ends when none are left.

Threads only wait for their sandbox; the verdicts do not depend on which of them did what.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from threading import Condition, Thread

from judge.grading.pipeline import Judge

#: Does some work with a judge and returns what is to be done next.
Job = Callable[[Judge], Iterable["Job"]]


class ThreadPool:
    """One thread per judge. Use it once: :meth:`run`."""

    def __init__(self, judges: Sequence[Judge]) -> None:
        self._judges = tuple(judges)
        self._changed = Condition()
        self._waiting: deque[Job] = deque()
        self._busy = 0
        self._closed = False
        self._error: BaseException | None = None

    def run(self, jobs: Iterable[Job]) -> None:
        """Do all jobs and those that they hand in; blocks. Raises what a job raised, after ending the others."""
        self._waiting.extend(jobs)
        threads = [Thread(target=self._work, args=(judge,), daemon=True) for judge in self._judges]
        try:
            for thread in threads:
                thread.start()
            with self._changed:
                self._changed.wait_for(self._done)
        finally:
            self._close()
            for thread in threads:
                thread.join()
        if self._error is not None:
            raise self._error

    def _done(self) -> bool:
        return self._error is not None or not (self._waiting or self._busy)

    def _close(self) -> None:
        with self._changed:
            cut_short = self._busy > 0
            self._closed = True
            self._changed.notify_all()
        if cut_short:
            for judge in self._judges:
                for slot in judge.slots:
                    slot.cancel()

    def _work(self, judge: Judge) -> None:
        while (job := self._take()) is not None:
            try:
                self._put(list(job(judge)))
            except BaseException as error:
                self._fail(error)
                return

    def _take(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            if self._closed:
                return None
            self._busy += 1
            return self._waiting.popleft()

    def _put(self, jobs: Sequence[Job]) -> None:
        """What a package still needs goes before other packages, so that its files can be given up soon."""
        with self._changed:
            self._busy -= 1
            self._waiting.extendleft(reversed(jobs))
            self._changed.notify_all()

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._busy -= 1
            self._error = self._error or error
            self._changed.notify_all()
