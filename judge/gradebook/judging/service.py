"""Judging a class by a running service, over its queue or over HTTP: a connection for each student in flight."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from judge.client import Client, HttpClient
from judge.client.many import wait_before_retry_s
from judge.course.scoring import coursework_report, part_without_tests, timing_of, verdict_of
from judge.errors import AccessError, CancelledError, JudgeError, NoSuchRecord, NotFinished, UsageError
from judge.gradebook.judging.pool import JudgeOne
from judge.model.coursework import CourseworkReport, TestStatus
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import HandIn, Submission
from judge.queue.api_keys import Scope

#: How long an answer is waited for before it is looked whether anybody still wants it.
_ANSWER_S = 2.0


class JudgeByService:
    """See :class:`judge.gradebook.judging.pool.JudgeOne`. What is given up goes on in the service: the same work has
    the same id, so that the next command finds its report."""

    def __init__(self, client: Client | HttpClient, problem: Problem) -> None:
        self._client = client
        self._problem = problem
        self._over = threading.Event()

    def judge(self, submission: Submission) -> Report:
        """Hand it in, however long the queue is full, and wait for the report. Raises as both do."""
        if isinstance(self._client, HttpClient):
            return timed_here(self._judged(_with_time(submission)), submission.handed_in, self._problem)
        return self._judged(submission)

    def _judged(self, submission: Submission) -> Report:
        while True:
            try:
                self._client.submit(submission)
                break
            except JudgeError as error:
                pause_s = wait_before_retry_s(error)
                if pause_s is None:
                    raise
                self._wait(pause_s)
        while True:
            try:
                return self._client.result(submission.id, timeout=_ANSWER_S)
            except NotFinished:
                self._wait(0.0)

    def give_up(self) -> None:
        """Wait no longer."""
        self._over.set()

    def _wait(self, pause_s: float) -> None:
        if self._over.wait(pause_s):
            raise CancelledError("given up")


def _with_time(submission: Submission) -> Submission:
    """For a gateway, which takes "not known" for "now": long ago."""
    hand_in = submission.handed_in
    known = msgspec.structs.replace(hand_in, handed_in_at_ms=hand_in.handed_in_at_ms or 1)
    return msgspec.structs.replace(submission, hand_in=known)


def timed_here(report: Report, hand_in: HandIn, problem: Problem) -> Report:
    """The report with times and attempts as they are known here: a gateway counts what is handed in to it, and a class
    that is graded again is no new attempt. Raises UsageError: it graded nothing because of that."""
    coursework, assignment = report.coursework, problem.assignment
    if coursework is None or assignment is None:
        return report
    reason = timing_of(assignment, hand_in).closed_reason
    if reason:
        parts = [part_without_tests(part, TestStatus.NOT_RUN, reason) for part in assignment.parts]
        return _not_run(report, coursework_report(assignment, coursework.title, hand_in, parts))
    if coursework.closed:
        raise UsageError(f"the service took it for too late, or for an attempt too many: {coursework.message}")
    ours = coursework_report(assignment, coursework.title, hand_in, coursework.parts, coursework.message)
    return msgspec.structs.replace(report, coursework=ours, score=None if report.score is None else ours.points)


def _not_run(report: Report, coursework: CourseworkReport) -> Report:
    """The report of work that does not count, as if the service had known that."""
    return msgspec.structs.replace(
        report,
        verdict=verdict_of(coursework),
        score=coursework.points,
        reason=coursework.message,
        compile=None,
        cpu_time_max_ns=0,
        wall_time_max_ns=0,
        coursework=coursework,
    )


def check_key(client: HttpClient) -> None:
    """Raises AccessError: reports for this key are those for students, or it cannot say whose work it hands in."""
    scopes = client.me().scopes
    if Scope.ADMIN not in scopes and Scope.MARKER not in scopes:
        raise AccessError(
            f"grading a class over HTTP needs a key with the scope {Scope.MARKER} in JUDGE_KEY: an admin makes one by "
            "judge keys create --scopes submit,read,packages,marker"
        )


@contextmanager
def judges_by_service(
    open_client: Callable[[], Client | HttpClient], problem: Problem, count: int
) -> Iterator[tuple[list[JudgeOne], Callable[[Report], bool]]]:
    """That many at once, and whether a report is by a toolchain that a worker offers now. Raises QueueError."""
    with ExitStack() as stack:
        clients = [open_client() for _ in range(count)]
        for client in clients:
            stack.callback(client.close)
        if isinstance(clients[0], HttpClient):
            check_key(clients[0])
        cards = {card.id: card for card in clients[0].languages()}

        def is_current(report: Report) -> bool:
            card = cards.get(report.language)
            if card is None or not report.toolchain_version:
                return True
            return report.toolchain_version in (*card.versions, *card.exact)

        yield [JudgeByService(client, problem) for client in clients], is_current


def published(client: HttpClient, directory: str, digest: str) -> str:
    """How a gateway's workers find the assignment: it is published there unless it is already.

    Raises PackageError, AccessError: the key may not.
    """
    try:
        return client.package(digest).package
    except AccessError:
        return digest  # this key may not look; handing in says whether it is there
    except (NoSuchRecord, UsageError):
        return client.publish(directory).package
