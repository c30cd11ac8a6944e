"""Jobs are shared among judges; a fault of one job stays with it, any other ends them all."""

from __future__ import annotations

import threading

import pytest

from judge.errors import CancelledError, LanguageError, QueueError, UsageError
from judge.gradebook.judging.pool import Job, Outcome, outcomes
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict


class Scripted:
    """Does what the submission's only file says."""

    def __init__(self) -> None:
        self.given_up = threading.Event()
        self.began = threading.Event()

    def judge(self, submission: Submission) -> Report:
        """See the pool."""
        self.began.set()
        match submission.sources[0].content:
            case b"usage":
                raise UsageError("no such thing")
            case b"language":
                raise LanguageError("no such language")
            case b"broker":
                raise QueueError("no Redis")
            case b"long":
                assert self.given_up.wait(30)
                raise CancelledError("given up")
        return Report(submission=submission.id, problem="p", language="c", verdict=Verdict.AC)

    def give_up(self) -> None:
        """See the pool."""
        self.given_up.set()


def jobs(*contents: bytes) -> list[Job]:
    return [
        Job(index=index, key=str(index), submission=Submission(
            id=str(index), package="p", sources=(SourceFile(name="a", content=content),)
        ))
        for index, content in enumerate(contents)
    ]  # fmt: skip


def test_every_job_has_one_outcome() -> None:
    found = list(outcomes(iter(jobs(*[b"good"] * 50)), [Scripted() for _ in range(4)]))
    assert sorted(outcome.job.index for outcome in found) == list(range(50))
    assert all(outcome.report is not None for outcome in found)


def test_there_may_be_none() -> None:
    assert list(outcomes(iter(()), [Scripted()])) == []


def test_what_is_one_students_fault_stays_with_that_student() -> None:
    found = {one.job.index: one for one in outcomes(iter(jobs(b"usage", b"good", b"language")), [Scripted()])}
    assert found[0].reason == "no such thing" and found[0].report is None
    assert found[1].report is not None
    assert found[2].reason == "no such language"


def test_what_concerns_all_ends_all_and_gives_up_what_runs() -> None:
    judges = [Scripted(), Scripted()]
    with pytest.raises(QueueError, match="no Redis"):
        list(outcomes(iter(jobs(b"broker", *[b"good"] * 5)), judges[:1]))


def test_who_leaves_early_waits_for_nobody() -> None:
    judges = [Scripted(), Scripted()]
    results = outcomes(iter(jobs(b"good", b"long", b"long")), judges)
    assert isinstance(next(results), Outcome)
    results.close()
    assert any(judge.given_up.is_set() for judge in judges if judge.began.is_set())


def test_a_fault_of_the_jobs_themselves_is_raised() -> None:
    def broken() -> object:
        yield from jobs(b"good")
        raise RuntimeError("cannot be read")

    with pytest.raises(RuntimeError, match="cannot be read"):
        list(outcomes(broken(), [Scripted()]))  # type: ignore[arg-type]
