"""The asyncio client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Self

from judge.client.batch import AsyncBatch
from judge.client.blobs import AsyncClientBlobs
from judge.client.doing import AsyncDoing, R
from judge.client.many import WINDOW, Flight, Item, ItemResult
from judge.client.opening import client_broker, judged_report, report_of_type, reported, work_report
from judge.client.sending import (
    SENDING,
    Sending,
    work_of,
)
from judge.client.session import AsyncSession, present_every_s
from judge.client.states import AsyncClientStates
from judge.client.versions import exact_submission_async, exact_work_async
from judge.config import Settings, load_settings
from judge.errors import NotFinished
from judge.model.event import Event
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import SessionRequest, Task, Work
from judge.model.work_report import (
    AnyWorkReport,
)
from judge.queue import calls
from judge.queue.broker import PATIENCE_S, Broker
from judge.queue.completions import AsyncCompletions
from judge.queue.records import Filter, Listing, found_one, records_call
from judge.queue.redis_queue import AsyncQueue
from judge.queue.values import LanguageCard, State, SubmissionView
from judge.tenant_blobs.place import BlobPlace, blob_place_of


class AsyncClient(AsyncClientBlobs, AsyncClientStates, AsyncDoing):
    """The same for asyncio; several tasks may share one. However many wait for reports, one connection waits."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S, *, blob_place: BlobPlace | None = None) -> None:
        self.queue = AsyncQueue(broker, patience_s)
        self._completions = AsyncCompletions(self.queue)
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
        await self._completions.close()
        await self.queue.close()

    async def submit(self, submission: Submission) -> str:
        """See :meth:`judge.client.blocking.Client.submit`."""
        await self.queue.run(calls.submit(await exact_submission_async(self.queue, submission)))
        return submission.id

    async def send(self, work: Work) -> str:
        """See :meth:`judge.client.blocking.Client.send`."""
        await self.queue.run(calls.submit_work(await exact_work_async(self.queue, work)))
        return work.header.id

    async def work_result(self, work_id: str, *, timeout: float | None = None) -> AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.work_result`."""
        return work_report(await self.answer(work_id, timeout=timeout), work_id)

    async def answer(self, id: str, *, timeout: float | None = None) -> Report | AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.answer`."""
        found = await self.queue.answer(id)
        if found is None:
            try:
                async with asyncio.timeout(timeout):
                    await self._completions.wait(id)
            except TimeoutError:
                raise NotFinished(f"submission {id} was not finished within {timeout:g} s") from None
            found = await self.queue.answer(id)
        return reported(found, id)

    async def _done(self, task: Task, sending: Sending, timeout: float | None, kind: type[R]) -> R:
        return report_of_type(kind, await self.work_result(await self.send(work_of(task, sending)), timeout=timeout))

    def evaluate_many(
        self,
        items: Iterable[Item] | AsyncIterable[Item],
        sending: Sending = SENDING,
        *,
        window: int = WINDOW,
        in_order: bool = False,
    ) -> AsyncIterator[ItemResult]:
        """See :meth:`judge.client.blocking.Client.evaluate_many`. Close it (aclose) to leave it early."""
        flight = Flight(window, in_order=in_order)
        return AsyncBatch(self.queue, self._completions, items, sending, flight).results()

    async def follow(self, submission_id: str, *, timeout: float | None = None) -> AsyncIterator[Event]:
        """See :meth:`judge.client.blocking.Client.follow`."""
        async for _, event in self.queue.follow(submission_id, timeout_s=timeout):
            yield event

    def follow_from(self, submission_id: str, position: str) -> AsyncIterator[tuple[str, Event]]:
        """See :meth:`judge.client.blocking.Client.follow_from`."""
        return self.queue.follow(submission_id, position)

    async def result(self, submission_id: str, *, timeout: float | None = None) -> Report:
        """See :meth:`judge.client.blocking.Client.result`."""
        return judged_report(await self.answer(submission_id, timeout=timeout), submission_id)

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

    async def open_session(self, request: SessionRequest, sending: Sending = SENDING) -> AsyncSession:
        """See :meth:`judge.client.blocking.Client.open_session`."""
        session_id = await self.send(work_of(request, sending))
        return await AsyncSession.join(self.queue, session_id, sending.tenant, present_s=present_every_s(request))

    async def join_session(self, session_id: str, *, tenant: str = "") -> AsyncSession:
        """See :meth:`judge.client.blocking.Client.join_session`."""
        return await AsyncSession.join(self.queue, session_id, tenant)

    async def cancel(self, submission_id: str) -> bool:
        """See :meth:`judge.client.blocking.Client.cancel`."""
        return await self.queue.run(calls.cancel(submission_id))

    async def interrupt(self, work_id: str) -> bool:
        """See :meth:`judge.client.blocking.Client.interrupt`."""
        return await self.queue.run(calls.interrupt(work_id))

    async def languages(self) -> tuple[LanguageCard, ...]:
        """See :meth:`judge.client.blocking.Client.languages`."""
        return await self.queue.run(calls.languages())
