"""The asyncio client over HTTP: the blocking one in threads.

A call takes a thread for as long as one request lasts, waiting for a report one after the other; each stream that is
followed has a thread of its own, which leaving the stream ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from judge.client.batch import AsyncBatch, numbered_items
from judge.client.blobs import BlobSource
from judge.client.doing import AsyncDoing, R
from judge.client.http.async_service import AsyncHttpService
from judge.client.http.batch import result_of
from judge.client.http.blocking import PATIENCE_S, HttpClient, deadline_of
from judge.client.http.many_lines import Deliver, Lines, goes_in_batches
from judge.client.http.session import AsyncHttpSession, check_session
from judge.client.http.transport import Leaving
from judge.client.http.values import answer_of, state_of, view_of_form
from judge.client.many import WINDOW, Flight, Item, ItemResult, Numbered, refused, wait_before_retry_s
from judge.client.opening import report_of_type, reported, work_report
from judge.client.sending import (
    SENDING,
    Sending,
    work_of,
)
from judge.client.test_sets import Tests
from judge.errors import JudgeError, NotFinished, UsageError
from judge.http_form.answers import Me, QueueForm, WorkForm
from judge.model.event import Event
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import SessionRequest, Task, Work
from judge.model.work_report import (
    AnyWorkReport,
)
from judge.queue.blob_calls import BlobView
from judge.queue.records import Filter
from judge.queue.states import StateContent, StateView
from judge.queue.values import LanguageCard, State, SubmissionView

T = TypeVar("T")

#: How long one request waits for a report; then it is asked again.
_WAIT_S = 10.0


class AsyncHttpClient(AsyncHttpService, AsyncDoing):
    """The same for asyncio; several tasks may share one. ``requests``: at most this many at once."""

    def __init__(
        self,
        address: str,
        key: str = "",
        *,
        patience_s: float = PATIENCE_S,
        ca_file: str = "",
        plain_http: bool = False,
        requests: int = WINDOW,
    ) -> None:
        self._client = HttpClient(
            address, key, patience_s=patience_s, ca_file=ca_file, plain_http=plain_http, connections=requests
        )
        self._pool = ThreadPoolExecutor(requests, "judge-http")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; idempotent."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def call(self, ask: Callable[[HttpClient], T]) -> T:
        """The answer of the blocking client."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, ask, self._client)

    async def submit(self, submission: Submission) -> str:
        """See :meth:`judge.client.blocking.Client.submit`."""
        return await self.call(lambda client: client.submit(submission))

    async def send(self, work: Work) -> str:
        """See :meth:`judge.client.blocking.Client.send`."""
        return await self.call(lambda client: client.send(work))

    async def work_result(self, work_id: str, *, timeout: float | None = None) -> AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.work_result`."""
        return work_report(await self.answer(work_id, timeout=timeout), work_id)

    async def answer(self, id: str, *, timeout: float | None = None) -> Report | AnyWorkReport:
        """See :meth:`judge.client.blocking.Client.answer`."""
        deadline_s = deadline_of(timeout)
        form = await self.call(lambda client: client.look(id))
        return reported(answer_of(await self.settled(form, deadline_s)), id)

    async def settled(self, form: WorkForm, deadline_s: float | None = None) -> WorkForm:
        """Work that stood so, once it is over. Raises NotFinished."""
        while not state_of(form).final:
            left_s = _WAIT_S if deadline_s is None else min(deadline_s - time.monotonic(), _WAIT_S)
            if left_s <= 0:
                raise NotFinished(f"submission {form.id} was not finished in time")
            form = await self.call(partial(HttpClient.look, id=form.id, wait_s=left_s))
        return form

    async def _done(self, task: Task, sending: Sending, timeout: float | None, kind: type[R]) -> R:
        deadline_s, wait_s = deadline_of(timeout), _WAIT_S if timeout is None else min(timeout, _WAIT_S)
        form = await self.settled(await self.hand_in(work_of(task, sending), wait_s), deadline_s)
        return report_of_type(kind, work_report(reported(answer_of(form), form.id), form.id))

    async def hand_in(self, work: Work, wait_s: float) -> WorkForm:
        """See :meth:`judge.client.http.blocking.HttpClient.hand_in`."""
        return await self.call(lambda client: client.hand_in(work, wait_s))

    def evaluate_many(
        self,
        items: Iterable[Item] | AsyncIterable[Item],
        sending: Sending = SENDING,
        *,
        window: int = WINDOW,
        in_order: bool = False,
    ) -> AsyncIterator[ItemResult]:
        """See :meth:`judge.client.blocking.Client.evaluate_many`. Close it (aclose) to leave it early."""
        lines = partial(Lines, self._client, window) if window > WINDOW else None
        return _HttpBatch(self, items, sending, Flight(window, in_order=in_order), lines).results()

    async def follow(self, submission_id: str, *, timeout: float | None = None) -> AsyncIterator[Event]:
        """See :meth:`judge.client.blocking.Client.follow`."""
        async for _, event in self._events(submission_id, "0", timeout):
            yield event

    def follow_from(self, submission_id: str, position: str) -> AsyncIterator[tuple[str, Event]]:
        """See :meth:`judge.client.blocking.Client.follow_from`."""
        return self._events(submission_id, position, None)

    async def _events(self, id: str, position: str, timeout: float | None) -> AsyncIterator[tuple[str, Event]]:
        leaving, own = Leaving(), ThreadPoolExecutor(1, "judge-stream")
        events = self._client.events(id, position, timeout, leaving)
        try:
            while True:
                found = await asyncio.get_running_loop().run_in_executor(own, next, events, None)
                if found is None:
                    return
                yield found
        finally:
            leaving.leave()
            own.submit(events.close)  # type: ignore[attr-defined]
            own.shutdown(wait=False)

    async def result(self, submission_id: str, *, timeout: float | None = None) -> Report:
        """See :meth:`judge.client.blocking.Client.result`."""
        report = await self.answer(submission_id, timeout=timeout)
        if not isinstance(report, Report):
            raise UsageError(f"{submission_id!r} is no submission: ask for its work_result")
        return report

    async def state(self, submission_id: str) -> State:
        """See :meth:`judge.client.blocking.Client.state`."""
        return state_of(await self.call(lambda client: client.look(submission_id)))

    async def status(self, submission_id: str) -> SubmissionView:
        """See :meth:`judge.client.blocking.Client.status`."""
        return view_of_form(await self.call(lambda client: client.look(submission_id)))

    async def submissions(self, chosen: Filter | None = None) -> AsyncIterator[SubmissionView]:
        """See :meth:`judge.client.blocking.Client.submissions`."""
        async for view in self.walk(lambda client: client.submissions(chosen)):
            yield view

    async def open_session(self, request: SessionRequest, sending: Sending = SENDING) -> AsyncHttpSession:
        """See :meth:`judge.client.blocking.Client.open_session`."""
        form = await self.hand_in(work_of(request, sending), 0.0)
        return AsyncHttpSession(self._client.transport, form.id, sending.tenant, self.work_result)

    async def join_session(self, session_id: str, *, tenant: str = "") -> AsyncHttpSession:
        """See :meth:`judge.client.blocking.Client.join_session`."""
        await self.call(lambda client: client.check_tenant(tenant))
        form = await self.call(lambda client: client.look(session_id))
        return AsyncHttpSession(self._client.transport, check_session(form), tenant, self.work_result)

    async def cancel(self, submission_id: str) -> bool:
        """See :meth:`judge.client.blocking.Client.cancel`."""
        return await self.call(lambda client: client.cancel(submission_id))

    async def interrupt(self, work_id: str) -> bool:
        """See :meth:`judge.client.blocking.Client.interrupt`."""
        return await self.call(lambda client: client.interrupt(work_id))

    async def languages(self) -> tuple[LanguageCard, ...]:
        """See :meth:`judge.client.blocking.Client.languages`."""
        return await self.call(lambda client: client.languages())

    async def waiting(self) -> QueueForm:
        """How much waits and runs."""
        return await self.call(lambda client: client.waiting())

    async def me(self) -> Me:
        """Who asks, and what they may, as the gateway sees it."""
        return await self.call(lambda client: client.me())

    async def put_blob(self, source: BlobSource, *, tenant: str = "", name: str = "", lifetime_s: float = 0) -> str:
        """See :meth:`judge.client.blobs.ClientBlobs.put_blob`."""
        put = partial(HttpClient.put_blob, source=source, tenant=tenant, name=name, lifetime_s=lifetime_s)
        return await self.call(put)

    async def put_tests(self, tests: Tests, *, tenant: str = "", name: str = "", lifetime_s: float = 0) -> str:
        """See :meth:`judge.client.blobs.ClientBlobs.put_tests`."""
        put = partial(HttpClient.put_tests, tests=tests, tenant=tenant, name=name, lifetime_s=lifetime_s)
        return await self.call(put)

    async def get_blob(self, blob: str, *, tenant: str = "", bytes_max: int | None = None) -> bytes:
        """See :meth:`judge.client.blobs.ClientBlobs.get_blob`."""
        return await self.call(lambda client: client.get_blob(blob, tenant=tenant, bytes_max=bytes_max))

    async def save_blob(self, blob: str, target: str | Path, *, tenant: str = "") -> None:
        """See :meth:`judge.client.blobs.ClientBlobs.save_blob`."""
        await self.call(lambda client: client.save_blob(blob, target, tenant=tenant))

    async def blobs(self, *, tenant: str = "") -> AsyncIterator[BlobView]:
        """See :meth:`judge.client.blobs.ClientBlobs.blobs`."""
        async for view in self.walk(lambda client: client.blobs(tenant=tenant)):
            yield view

    async def remove_blob(self, blob: str, *, tenant: str = "") -> bool:
        """See :meth:`judge.client.blobs.ClientBlobs.remove_blob`."""
        return await self.call(lambda client: client.remove_blob(blob, tenant=tenant))

    async def states(self, *, tenant: str = "") -> AsyncIterator[StateView]:
        """See :meth:`judge.client.states.ClientStates.states`."""
        async for view in self.walk(lambda client: client.states(tenant=tenant)):
            yield view

    async def get_state(self, name: str, *, version: int = 0, tenant: str = "") -> StateContent:
        """See :meth:`judge.client.states.ClientStates.get_state`."""
        return await self.call(lambda client: client.get_state(name, version=version, tenant=tenant))

    async def remove_state(self, name: str, *, tenant: str = "") -> bool:
        """See :meth:`judge.client.states.ClientStates.remove_state`."""
        return await self.call(lambda client: client.remove_state(name, tenant=tenant))


class _HttpBatch(AsyncBatch):
    """A batch over HTTP: each item is handed in and waited for by requests of its own, or goes with others."""

    def __init__(
        self,
        client: AsyncHttpClient,
        items: Iterable[Item] | AsyncIterable[Item],
        sending: Sending,
        flight: Flight,
        lines: Callable[[Deliver], Lines] | None,
    ) -> None:
        self._client = client
        self._source = numbered_items(items, sending)
        self._flight = flight
        self._loop = asyncio.get_running_loop()
        self._lines = lines(self._deliver) if lines is not None else None
        self._waiting: dict[int, asyncio.Future[ItemResult | Exception]] = {}

    async def results(self) -> AsyncGenerator[ItemResult, None]:
        """See :meth:`judge.client.batch.AsyncBatch.results`."""
        async with contextlib.AsyncExitStack() as stack:
            if self._lines is not None:
                stack.push_async_callback(asyncio.to_thread, self._lines.leave)
            results = await stack.enter_async_context(contextlib.aclosing(super().results()))
            async for result in results:
                yield result

    async def _withdraw(self, work_id: str) -> None:
        if self._lines is None:
            await self._client.cancel(work_id)

    async def _result(self, item: Numbered) -> ItemResult:
        try:
            if self._lines is not None and goes_in_batches(item):
                self._waiting[item.index] = self._loop.create_future()
                self._lines.put(item)
                return result_of(item, await self._waiting[item.index])
            return await self._alone(item)
        finally:
            self._waiting.pop(item.index, None)
            self._flight.remove(item)

    async def _alone(self, item: Numbered) -> ItemResult:
        while True:
            try:
                form = await self._client.settled(await self._client.hand_in(item.work, _WAIT_S))
                return ItemResult(item.index, item.id, work_report(reported(answer_of(form), item.id), item.id))
            except JudgeError as error:
                pause_s = wait_before_retry_s(error)
                if pause_s is None:
                    return refused(item, error)
                await asyncio.sleep(pause_s)

    def _deliver(self, item: Numbered, outcome: ItemResult | Exception) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._settle, item.index, outcome)

    def _settle(self, index: int, outcome: ItemResult | Exception) -> None:
        waiting = self._waiting.get(index)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)
