"""The blocking client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from judge.client.batch import Batch
from judge.client.blobs import ClientBlobs
from judge.client.doing import Doing, R
from judge.client.many import WINDOW, Flight, Item, ItemResult
from judge.client.opening import client_broker, judged_report, report_of_type, reported, work_report
from judge.client.sending import (
    SENDING,
    Sending,
    work_of,
)
from judge.client.session import Session, present_every_s
from judge.client.states import ClientStates
from judge.client.versions import exact_submission, exact_work
from judge.config import Settings, load_settings
from judge.model.event import Event
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import SessionRequest, Task, Work
from judge.model.work_report import (
    AnyWorkReport,
)
from judge.queue import calls
from judge.queue.broker import PATIENCE_S, Broker
from judge.queue.records import Filter, Listing, found_one, records_call
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.values import LanguageCard, State, SubmissionView
from judge.tenant_blobs.place import BlobPlace, blob_place_of


class Client(ClientBlobs, ClientStates, Doing):
    """The blocking client. Use from one thread at a time; a context manager."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S, *, blob_place: BlobPlace | None = None) -> None:
        self.queue = Queue(broker, patience_s)
        self._newest = ""  # the id of what was handed in last, until it is asked for: nothing to look up in vain
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

        The language may be an id, an alias, or empty (found by the files); after an ``@`` a variant, a version or a
        range of them ("python3@>=3.11"): the newest that a worker offers stands in the record. Raises LanguageError (no
        such language or version, or no worker offers it: with the near one and what is offered), QueueFullError,
        RateLimitError, WireError, UsageError (tags that no worker has; the id stands for another submission),
        QueueError (no answer: hand the same submission in again, it will not be judged twice).
        """
        return self._handed_in(calls.submit(exact_submission(self.queue, submission)), submission.id)

    def send(self, work: Work) -> str:
        """Hand in work that is no submission; returns its id once it is durably accepted. Raises as :meth:`submit`."""
        return self._handed_in(calls.submit_work(exact_work(self.queue, work)), work.header.id)

    def _handed_in(self, handing_in: Call[bool], id: str) -> str:
        self._newest = id if self.queue.run(handing_in) else ""
        return id

    def work_result(self, work_id: str, *, timeout: float | None = None) -> AnyWorkReport:
        """The report of such work; blocks and raises as :meth:`result`."""
        return work_report(self.answer(work_id, timeout=timeout), work_id)

    def answer(self, id: str, *, timeout: float | None = None) -> Report | AnyWorkReport:
        """The report of whatever kind this is; blocks and raises as :meth:`result`."""
        is_known, self._newest = id == self._newest, ""
        return reported(self.queue.final_answer(id, timeout, is_known=is_known), id)

    def _done(self, task: Task, sending: Sending, timeout: float | None, kind: type[R]) -> R:
        return report_of_type(kind, self.work_result(self.send(work_of(task, sending)), timeout=timeout))

    def evaluate_many(
        self, items: Iterable[Item], sending: Sending = SENDING, *, window: int = WINDOW, in_order: bool = False
    ) -> Iterator[ItemResult]:
        """Hand in any number of evaluations (or other work) and give out each result as it comes.

        At most ``window`` are in flight (``in_order``: or wait for one before them); items are taken as there is room.
        A full queue and a tenant's rate are waited for. An item that is refused or cancelled has its ``error`` in its
        result; QueueError ends it all. Left early it withdraws what is in flight and was given no id.
        """
        return Batch(self.queue, items, sending, Flight(window, in_order=in_order)).results()

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
        return judged_report(self.answer(submission_id, timeout=timeout), submission_id)

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

    def open_session(self, request: SessionRequest, sending: Sending = SENDING) -> Session:
        """Ask for a live run, and be its client; does not wait for it to begin. Raises as :meth:`submit`."""
        session_id = self.send(work_of(request, sending))
        return Session(self.queue.broker, session_id, sending.tenant, present_s=present_every_s(request))

    def join_session(self, session_id: str, *, tenant: str = "") -> Session:
        """Come back to a session; its output begins with the oldest that is kept. Raises UsageError: the tenant has
        none of this id."""
        return Session(self.queue.broker, session_id, tenant)

    def cancel(self, submission_id: str) -> bool:
        """Withdraw; False = too late, there is a report. Raises UsageError for an unknown id."""
        return self.queue.run(calls.cancel(submission_id))

    def interrupt(self, work_id: str) -> bool:
        """SIGINT to the programs of an execution or command group: its report still comes. False = none runs now.

        May be lost, as a key that is hit before a program has started. Raises UsageError for an unknown id.
        """
        return self.queue.run(calls.interrupt(work_id))

    def languages(self) -> tuple[LanguageCard, ...]:
        """The languages that are offered now, by id: names, aliases, file extensions, versions."""
        return self.queue.run(calls.languages())
