"""The Python client: put submissions into the queue, follow them, get their reports. Blocking and asyncio.

::

    from judge.client import Client, submission_of

    with Client.open() as judge:                       # the settings' broker, else this machine's embedded one
        id = judge.submit(submission_of("sum.cpp", package="/problems/sum", language="cpp"))
        for event in judge.follow(id):
            print(event)
        report = judge.result(id)

Every method may be repeated safely: a submission's id is its idempotency key. Other languages can do the same with
Redis alone; docs/reference/wire.md says how.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Self

from judge.config import Settings, load_settings
from judge.errors import SubmissionCancelled, UsageError
from judge.model.event import Cancelled, Done, Event, WorkDone
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.work import Work
from judge.model.work_report import AnyWorkReport
from judge.queue import calls
from judge.queue.broker import PATIENCE_S, Broker, parse
from judge.queue.records import Filter, Listing, found_one, records_call
from judge.queue.redis_queue import AsyncQueue, Queue
from judge.queue.settings import broker_of, embedded_url
from judge.queue.values import LanguageCard, State, SubmissionView

__all__ = ["AsyncClient", "Client", "Filter", "SubmissionView", "new_id", "submission_of"]


def new_id() -> str:
    """A fresh submission id. Keep it and use it again to ask for the very same submission."""
    return uuid.uuid4().hex


def submission_of(  # noqa: PLR0913 (each is an option by name, as on the command line)
    *files: str | Path,
    package: str,
    language: str = "",
    id: str = "",
    main: str = "",
    priority_class: str = "practice",
    tenant: str = "",
    tags: Sequence[str] = (),
) -> Submission:
    """A submission of source files on this machine; the first is the main one. Raises UsageError naming the file."""
    sources = []
    for file in files:
        try:
            sources.append(SourceFile(name=Path(file).name, content=Path(file).read_bytes()))
        except OSError as error:
            raise UsageError(f"source file {file}: {error.strerror or error}") from error
    return Submission(
        id=id or new_id(),
        package=package,
        sources=tuple(sources),
        language=language,
        main=main or (sources[0].name if len(sources) > 1 else ""),
        priority_class=priority_class,
        tenant=tenant,
        tags=tuple(tags),
    )


def work_report(answer: Report | AnyWorkReport | None, work_id: str) -> AnyWorkReport:
    """The answer to work that is no submission. Raises UsageError for a judging's, SubmissionCancelled for none."""
    if answer is None:
        raise SubmissionCancelled(f"{work_id} was cancelled")
    if isinstance(answer, Report):
        raise UsageError(f"{work_id!r} is a submission: ask for its result")
    return answer


def _client_broker(settings: Settings | None) -> Broker:
    settings = settings or load_settings()
    if not settings.broker.address and not Path(parse(embedded_url(settings.state)).path).exists():
        raise UsageError("no service runs here: start one with `judge up`, or name yours with --broker")
    return broker_of(settings)


class Client:
    """The blocking client. Use from one thread at a time; a context manager."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S) -> None:
        self.queue = Queue(broker, patience_s)

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """A client of the settings' broker (default: read from file and environment). Raises UsageError."""
        return cls(_client_broker(settings))

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
        answer = self.queue.answer(work_id)
        if answer is None:
            for event in self.follow(work_id, timeout=timeout):
                if isinstance(event, WorkDone):
                    answer = event.report
        return work_report(answer, work_id)

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


class AsyncClient:
    """The same for asyncio; several tasks may share one."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S) -> None:
        self.queue = AsyncQueue(broker, patience_s)

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """See :meth:`Client.open`."""
        return cls(_client_broker(settings))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; idempotent."""
        await self.queue.close()

    async def submit(self, submission: Submission) -> str:
        """See :meth:`Client.submit`."""
        await self.queue.run(calls.submit(submission))
        return submission.id

    async def send(self, work: Work) -> str:
        """See :meth:`Client.send`."""
        await self.queue.run(calls.submit_work(work))
        return work.header.id

    async def work_result(self, work_id: str, *, timeout: float | None = None) -> AnyWorkReport:
        """See :meth:`Client.work_result`."""
        answer = await self.queue.answer(work_id)
        if answer is None:
            async for event in self.follow(work_id, timeout=timeout):
                if isinstance(event, WorkDone):
                    answer = event.report
        return work_report(answer, work_id)

    async def follow(self, submission_id: str, *, timeout: float | None = None) -> AsyncIterator[Event]:
        """See :meth:`Client.follow`."""
        async for _, event in self.queue.follow(submission_id, timeout_s=timeout):
            yield event

    def follow_from(self, submission_id: str, position: str) -> AsyncIterator[tuple[str, Event]]:
        """See :meth:`Client.follow_from`."""
        return self.queue.follow(submission_id, position)

    async def result(self, submission_id: str, *, timeout: float | None = None) -> Report:
        """See :meth:`Client.result`."""
        report = await self.queue.report(submission_id)
        if report is not None:
            return report
        async for event in self.follow(submission_id, timeout=timeout):
            if isinstance(event, Done):
                return event.report
            if isinstance(event, Cancelled):
                break
        raise SubmissionCancelled(f"submission {submission_id} was cancelled")

    async def state(self, submission_id: str) -> State:
        """See :meth:`Client.state`."""
        return await self.queue.state(submission_id)

    async def status(self, submission_id: str) -> SubmissionView:
        """See :meth:`Client.status`."""
        return found_one(await self.queue.run(records_call((submission_id,))), submission_id)

    async def submissions(self, chosen: Filter | None = None) -> AsyncIterator[SubmissionView]:
        """See :meth:`Client.submissions`."""
        listing = Listing(chosen or Filter())
        while listing.unfinished:
            for view in listing.take(await self.queue.run(listing.page_call())):
                yield view

    async def cancel(self, submission_id: str) -> bool:
        """See :meth:`Client.cancel`."""
        return await self.queue.run(calls.cancel(submission_id))

    async def languages(self) -> tuple[LanguageCard, ...]:
        """See :meth:`Client.languages`."""
        return await self.queue.run(calls.languages())
