"""Jobs shared among judges: all are done, jobs of jobs first, the first error ends everything."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Barrier, Event, Lock
from typing import Any

import pytest

from judge.verify.thread_pool import Job, ThreadPool


class FakeSlot:
    """Only knows that it was cancelled."""

    def __init__(self) -> None:
        self.cancelled = Event()

    def cancel(self) -> None:
        self.cancelled.set()


class FakeJudge:
    """A judge with one slot."""

    def __init__(self) -> None:
        self.slots = [FakeSlot()]


def pool(count: int) -> tuple[ThreadPool, list[Any]]:
    judges: list[Any] = [FakeJudge() for _ in range(count)]
    return ThreadPool(judges), judges


def test_nothing_to_do_ends_at_once() -> None:
    pool(2)[0].run([])


def test_every_job_and_every_job_of_a_job_is_done_once() -> None:
    done: list[str] = []
    lock = Lock()

    def job(name: str, depth: int) -> Job:
        def work(judge: Any) -> Iterable[Job]:
            with lock:
                done.append(name)
            return [job(f"{name}{i}", depth - 1) for i in range(2)] if depth else []

        return work

    pool(3)[0].run([job("a", 3), job("b", 2)])
    assert sorted(done) == sorted(
        [f"a{tail}" for tail in tails(3)] + [f"b{tail}" for tail in tails(2)],
    )


def tails(depth: int) -> list[str]:
    return [""] + [f"{i}{tail}" for i in range(2) for tail in tails(depth - 1)] if depth else [""]


def test_jobs_of_a_package_come_before_the_next_package() -> None:
    done: list[str] = []

    def job(name: str, *children: Job) -> Job:
        def work(judge: Any) -> Iterable[Job]:
            done.append(name)
            return children

        return work

    pool(1)[0].run([job("one", job("one.a"), job("one.b")), job("two", job("two.a"))])
    assert done == ["one", "one.a", "one.b", "two", "two.a"]


def test_judges_work_at_the_same_time() -> None:
    meeting = Barrier(2, timeout=60)

    def work(judge: Any) -> Iterable[Job]:
        meeting.wait()
        return []

    pool(2)[0].run([work, work])


def test_an_error_cancels_what_runs_and_is_raised() -> None:
    made, judges = pool(2)
    started = Event()

    def runs_until_cancelled(judge: Any) -> Iterable[Job]:
        started.set()
        assert judge.slots[0].cancelled.wait(60)
        return []

    def fails(judge: Any) -> Iterable[Job]:
        assert started.wait(60)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        made.run([runs_until_cancelled, fails, runs_until_cancelled])
    assert all(judge.slots[0].cancelled.is_set() for judge in judges)
