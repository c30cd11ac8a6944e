"""The asyncio client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Self

from judge.client.blobs import AsyncClientBlobs
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
from judge.queue.redis_queue import AsyncQueue
from judge.queue.values import LanguageCard, State, SubmissionView
from judge.tenant_blobs.place import BlobPlace, blob_place_of


class AsyncClient(AsyncClientBlobs):
    """The same for asyncio; several tasks may share one."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S, *, blob_place: BlobPlace | None = None) -> None:
        self.queue = AsyncQueue(broker, patience_s)
        self.blob_place = blob_place or BlobPlace()

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """See :meth:`judge.client.blocking.Client.open`."""
        settings = settings or load_settings()
        return cls(client_broker(settings), blob_place=blob_place_of(settings))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; idempotent."""
        await self.queue.close()

    async def submit(self, submission: Submission) -> str:
        """See :meth:`judge.client.blocking.Client.submit`."""
        await self.queue.run(calls.submit(submission))
        return submission.id

    async def send(self, work: Work) -> str:
        """See :meth:`judge.client.blocking.Client.send`."""
        await self.queue.run(calls.submit_work(work))
        return work.header.id

    async def work_result(self, work_id: str, *, timeout: float | None = None) -> AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.work_result`."""
        return work_report(await self.answer(work_id, timeout=timeout), work_id)

    async def answer(self, id: str, *, timeout: float | None = None) -> Report | AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.answer`."""
        found = await self.queue.answer(id)
        if found is None:
            async for event in self.follow(id, timeout=timeout):
                if isinstance(event, Done | WorkDone):
                    found = event.report
        return reported(found, id)

    async def follow(self, submission_id: str, *, timeout: float | None = None) -> AsyncIterator[Event]:
        """See :meth:`judge.client.blocking.Client.follow`."""
        async for _, event in self.queue.follow(submission_id, timeout_s=timeout):
            yield event

    def follow_from(self, submission_id: str, position: str) -> AsyncIterator[tuple[str, Event]]:
        """See :meth:`judge.client.blocking.Client.follow_from`."""
        return self.queue.follow(submission_id, position)

    async def result(self, submission_id: str, *, timeout: float | None = None) -> Report:
        """See :meth:`judge.client.blocking.Client.result`."""
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
        """See :meth:`judge.client.blocking.Client.state`."""
        return await self.queue.state(submission_id)

    async def status(self, submission_id: str) -> SubmissionView:
        """See :meth:`judge.client.blocking.Client.status`."""
        return found_one(await self.queue.run(records_call((submission_id,))), submission_id)

    async def submissions(self, chosen: Filter | None = None) -> AsyncIterator[SubmissionView]:
        """See :meth:`judge.client.blocking.Client.submissions`."""
        listing = Listing(chosen or Filter())
        while listing.unfinished:
            for view in listing.take(await self.queue.run(listing.page_call())):
                yield view

    async def cancel(self, submission_id: str) -> bool:
        """See :meth:`judge.client.blocking.Client.cancel`."""
        return await self.queue.run(calls.cancel(submission_id))

    async def languages(self) -> tuple[LanguageCard, ...]:
        """See :meth:`judge.client.blocking.Client.languages`."""
        return await self.queue.run(calls.languages())
