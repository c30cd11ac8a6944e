"""The blocking client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from judge.client.blobs import ClientBlobs
from judge.client.opening import client_broker, reported, work_report
from judge.config import Settings, load_settings
from judge.errors import SubmissionCancelled
from judge.model.event import Cancelled, Done, Event, WorkDone
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import Work
from judge.model.work_report import AnyWorkReport
from judge.queue import calls
from judge.queue.broker import PATIENCE_S, Broker
from judge.queue.records import Filter, Listing, found_one, records_call
from judge.queue.redis_queue import Queue
from judge.queue.values import LanguageCard, State, SubmissionView
from judge.tenant_blobs.place import BlobPlace, blob_place_of


class Client(ClientBlobs):
    """The blocking client. Use from one thread at a time; a context manager."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S, *, blob_place: BlobPlace | None = None) -> None:
        self.queue = Queue(broker, patience_s)
        self.blob_place = blob_place or BlobPlace()

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """A client of the settings' broker (default: read from file and environment). Raises UsageError."""
        settings = settings or load_settings()
        return cls(client_broker(settings), blob_place=blob_place_of(settings))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; idempotent."""
        self.queue.close()

    def submit(self, submission: Submission) -> str:
        """Hand in a submission; returns its id once it is durably accepted.

        The language may be an id, an alias, or empty (found by the files). Raises LanguageError (no such language, or
        no worker offers it: with the near one and what is offered), QueueFullError, RateLimitError, WireError,
        UsageError (tags that no worker has; the id stands for another submission), QueueError (no answer: hand the same
        submission in again, it will not be judged twice).
        """
        self.queue.run(calls.submit(submission))
        return submission.id

    def send(self, work: Work) -> str:
        """Hand in work that is no submission; returns its id once it is durably accepted. Raises as :meth:`submit`."""
        self.queue.run(calls.submit_work(work))
        return work.header.id

    def work_result(self, work_id: str, *, timeout: float | None = None) -> AnyWorkReport:
        """The report of such work; blocks and raises as :meth:`result`."""
        return work_report(self.answer(work_id, timeout=timeout), work_id)

    def answer(self, id: str, *, timeout: float | None = None) -> Report | AnyWorkReport:
        """The report of whatever kind this is; blocks and raises as :meth:`result`."""
        found = self.queue.answer(id)
        if found is None:
            for event in self.follow(id, timeout=timeout):
                if isinstance(event, Done | WorkDone):
                    found = event.report
        return reported(found, id)

    def follow(self, submission_id: str, *, timeout: float | None = None) -> Iterator[Event]:
        """All events from the first to the last (Done or Cancelled), however late one asks; blocks between them.

        ``timeout``: seconds for all of it (None = for ever); then raises NotFinished.
        """
        for _, event in self.queue.follow(submission_id, timeout_s=timeout):
            yield event

    def follow_from(self, submission_id: str, position: str) -> Iterator[tuple[str, Event]]:
        """Events after ``position`` ("0" = all) with their positions: to go on where one stopped."""
        return self.queue.follow(submission_id, position)

    def result(self, submission_id: str, *, timeout: float | None = None) -> Report:
        """The report; blocks until there is one, at most ``timeout`` seconds.

        Raises SubmissionCancelled, NotFinished (a TimeoutError), UsageError for an unknown id.
        """
        report = self.queue.report(submission_id)
        if report is not None:
            return report
        for event in self.follow(submission_id, timeout=timeout):
            if isinstance(event, Done):
                return event.report
            if isinstance(event, Cancelled):
                break
        raise SubmissionCancelled(f"submission {submission_id} was cancelled")

    def state(self, submission_id: str) -> State:
        """Where the submission stands. Raises UsageError for an unknown id."""
        return self.queue.state(submission_id)

    def status(self, submission_id: str) -> SubmissionView:
        """Its record: state, times, tenant, worker; of a finished one verdict and versions. Raises UsageError."""
        return found_one(self.queue.run(records_call((submission_id,))), submission_id)

    def submissions(self, chosen: Filter | None = None) -> Iterator[SubmissionView]:
        """Submissions by the time they were handed in, newest first. Raises UsageError for a verdict that is none."""
        listing = Listing(chosen or Filter())
        while listing.unfinished:
            yield from listing.take(self.queue.run(listing.page_call()))

    def cancel(self, submission_id: str) -> bool:
        """Withdraw; False = too late, there is a report. Raises UsageError for an unknown id."""
        return self.queue.run(calls.cancel(submission_id))

    def languages(self) -> tuple[LanguageCard, ...]:
        """The languages that are offered now, by id: names, aliases, file extensions, versions."""
        return self.queue.run(calls.languages())
