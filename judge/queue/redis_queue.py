"""The queue in Redis: carries out calls and reads records, blocking (:class:`Queue`) or not (:class:`AsyncQueue`)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar

import msgspec

from judge import wire
from judge.errors import NotFinished
from judge.model.event import Cancelled, Done, Event, WorkDone
from judge.model.report import Report
from judge.model.work_report import AnyWorkReport
from judge.queue import calls
from judge.queue.broker import PATIENCE_S, Broker
from judge.queue.keys import BEFORE_LAST
from judge.queue.link import AsyncLink, Link
from judge.queue.records import ANSWER, answer_in, ending, is_settled, judging_report
from judge.queue.script import Call
from judge.queue.values import State

T = TypeVar("T")

#: The longest wait for a progress event in one command; below the answer time-out.
FOLLOW_BLOCK_MS = 2000


#: Who waits for the end looks by itself so often: workers of an earlier version do not say it where it is waited for.
LOOK_AGAIN_MS = 1000

#: How long a report may answer the same work; its record may be gone before that.
ANSWER_LIFE_MS = 24 * 3_600_000


class _Reason(msgspec.Struct):
    """The part of a report that says why its verdict is what it is."""

    reason: str = msgspec.field(default="", name="why")


class Patience:
    """How long to wait for the next event when all must be over in time; what is there already is read in any case."""

    def __init__(self, submission_id: str, timeout_s: float | None) -> None:
        self._submission_id = submission_id
        self._timeout_s = timeout_s
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._asked = False

    def block_ms(self) -> int:
        """For one command. Raises NotFinished when the time is over."""
        if self._deadline is None:
            return FOLLOW_BLOCK_MS
        left_ms = int((self._deadline - time.monotonic()) * 1000)
        if left_ms <= 0 and self._asked:
            raise NotFinished(f"submission {self._submission_id} was not finished within {self._timeout_s:g} s")
        self._asked = True
        return max(1, min(FOLLOW_BLOCK_MS, left_ms))


class Queue:
    """The queue for blocking callers. Use from one thread at a time; close it or use it as a context.

    ``link`` belongs to :mod:`judge.queue`: nothing outside speaks Redis' own language. ``preload`` as in
    :class:`judge.queue.link.Link`.
    """

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S, preload: Sequence[str] = ()) -> None:
        self.broker = broker
        self.link = Link(broker, patience_s, preload)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; idempotent."""
        self.link.close()

    def run(self, call: Call[T]) -> T:
        """Carry out one call. Raises what its answer means, or QueueError."""
        return self.link.run(call)

    def run_all(self, several: Iterable[Call[T]]) -> list[T]:
        """Carry out many calls of scripts that the server knows, in one round trip. Raises RedisError."""
        return self.link.run_all(several)

    def ping(self) -> None:
        """Raises QueueError when Redis does not answer."""
        self.link.command("PING")

    def server_info(self, section: str) -> Mapping[str, Any]:
        """A section of INFO. Raises RedisError."""
        info: Mapping[str, Any] = self.link.client.info(section)
        return info

    def state(self, submission_id: str) -> State:
        """Where the submission stands. Raises UsageError for an unknown id."""
        return calls.state_of(self.link.command("HGET", self.link.keys.record(submission_id), "state"), submission_id)

    def report(self, submission_id: str) -> Report | None:
        """The recorded report of a submission, None while there is none.

        Raises UsageError for an unknown id, and for work that is no submission.
        """
        return judging_report(self.answer(submission_id), submission_id)

    def answer(self, submission_id: str) -> Report | AnyWorkReport | None:
        """The recorded report of any kind of work, None while there is none. Raises UsageError for an unknown id."""
        return answer_in(self.link.command("HMGET", self.link.keys.record(submission_id), *ANSWER), submission_id)

    def final_answer(
        self, submission_id: str, timeout_s: float | None = None, *, is_known: bool = False
    ) -> Report | AnyWorkReport | None:
        """The report of any kind of work, None when it was cancelled; blocks until one of both. ``is_known``: there is
        such work, and it was not settled a moment ago.

        Raises UsageError for an unknown id, NotFinished when it takes longer than ``timeout_s``.
        """
        keys, patience = self.link.keys, Patience(submission_id, timeout_s)
        look = ("HMGET", keys.record(submission_id), *ANSWER)
        fields = None if is_known else self.link.command(*look)
        while fields is None or not is_settled(fields, submission_id):
            block_ms = min(patience.block_ms(), LOOK_AGAIN_MS)
            wait = ("XREAD", "BLOCK", block_ms, "STREAMS", keys.events(submission_id), BEFORE_LAST)
            fields = self.link.commands(wait, look)[1]
        return answer_in(fields, submission_id)

    def note_answer(self, tenant: str, key: str, work_id: str) -> None:
        """Remember for :data:`ANSWER_LIFE_MS` whose record answers work that is known by ``key``. Raises QueueError."""
        number = self.link.command("HGET", self.link.keys.record(work_id), "seq")
        if number is not None:
            name, note = self.link.keys.answer(wire.tenant_key(tenant), key), f"{number.decode()} {work_id}"
            self.link.command("SET", name, note, "PX", ANSWER_LIFE_MS)

    def noted_answer(self, tenant: str, key: str) -> AnyWorkReport | None:
        """The report in that record; None when it is not there (any more), or is no work's. Raises QueueError.

        The id may stand for other work by now, even another tenant's: the record's number tells.
        """
        note = self.link.command("GET", self.link.keys.answer(wire.tenant_key(tenant), key))
        number, _, work_id = (note or b"").decode().partition(" ")
        if not wire.is_name(work_id):
            return None
        fields = ("seq", "tenant", *ANSWER)
        found, owner, *answer = self.link.command("HMGET", self.link.keys.record(work_id), *fields)
        if found != number.encode() or owner != wire.tenant_key(tenant).encode():
            return None
        report = answer_in(answer, work_id)
        return None if isinstance(report, Report) else report

    def recorded_fence(self, submission_id: str) -> int | None:
        """Under which claim's fence the submission's verdict was recorded; None = it was not. Raises QueueError."""
        state, fence = self.link.command("HMGET", self.link.keys.record(submission_id), "state", "fence")
        return int(fence) if state == State.DONE.value.encode() else None

    def report_reason(self, submission_id: str) -> str:
        """Why the verdict is what it is, out of the recorded report; empty = it does not say. Raises QueueError."""
        text = self.link.command("HGET", self.link.keys.record(submission_id), "report")
        try:
            return msgspec.json.decode(text or b"{}", type=_Reason).reason
        except msgspec.MsgspecError:
            return "its report does not decode"

    def follow(
        self, submission_id: str, after: str = "0", timeout_s: float | None = None
    ) -> Iterator[tuple[str, Event]]:
        """All events with their stream ids, from the one after ``after``; blocks until the last one.

        Raises NotFinished when that does not come within ``timeout_s`` of the call.
        """
        self.state(submission_id)
        key, patience = self.link.keys.events(submission_id), Patience(submission_id, timeout_s)
        while True:
            answer = self.link.command("XREAD", "BLOCK", patience.block_ms(), "STREAMS", key, after)
            if not answer:
                self.state(submission_id)
            for entry_id, fields in _entries(answer):
                after = entry_id
                event = _event(fields)
                if event is None:
                    event = ending(submission_id, self.answer(submission_id))
                yield entry_id, event
                if isinstance(event, Done | WorkDone | Cancelled):
                    return


class AsyncQueue:
    """The queue for asyncio callers; several tasks may share it. ``link`` as in :class:`Queue`."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S) -> None:
        self.broker = broker
        self.link = AsyncLink(broker, patience_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; idempotent."""
        await self.link.close()

    def share_connection(self) -> None:
        """For who has many tasks: they share one connection to Redis from now on. Needs a running event loop."""
        self.link.share_connection()

    async def run(self, call: Call[T]) -> T:
        """See :meth:`Queue.run`."""
        return await self.link.run(call)

    async def state(self, submission_id: str) -> State:
        """See :meth:`Queue.state`."""
        text = await self.link.command("HGET", self.link.keys.record(submission_id), "state")
        return calls.state_of(text, submission_id)

    async def report(self, submission_id: str) -> Report | None:
        """See :meth:`Queue.report`."""
        return judging_report(await self.answer(submission_id), submission_id)

    async def answer(self, submission_id: str) -> Report | AnyWorkReport | None:
        """See :meth:`Queue.answer`."""
        return answer_in(await self.link.command("HMGET", self.link.keys.record(submission_id), *ANSWER), submission_id)

    async def follow(
        self, submission_id: str, after: str = "0", timeout_s: float | None = None
    ) -> AsyncIterator[tuple[str, Event]]:
        """See :meth:`Queue.follow`."""
        await self.state(submission_id)
        key, patience = self.link.keys.events(submission_id), Patience(submission_id, timeout_s)
        while True:
            answer = await self.link.command("XREAD", "BLOCK", patience.block_ms(), "STREAMS", key, after)
            if not answer:
                await self.state(submission_id)
            for entry_id, fields in _entries(answer):
                after = entry_id
                event = _event(fields)
                if event is None:
                    event = ending(submission_id, await self.answer(submission_id))
                yield entry_id, event
                if isinstance(event, Done | WorkDone | Cancelled):
                    return

    async def events_after(self, submission_id: str, after: str, count: int) -> list[tuple[str, Event]]:
        """What is there of its events now behind a position, with their positions; does not wait."""
        key = self.link.keys.events(submission_id)
        answer = await self.link.command("XREAD", "COUNT", count, "STREAMS", key, after)
        found = []
        for entry_id, fields in _entries(answer):
            event = _event(fields)
            found.append((entry_id, event or ending(submission_id, await self.answer(submission_id))))
        return found


def _entries(answer: Any) -> list[tuple[str, dict[bytes, bytes]]]:
    if not answer:
        return []
    streams = list(answer.values()) if isinstance(answer, dict) else [entries for _, entries in answer]
    found = []
    for entries in streams:
        for entry_id, fields in entries:
            pairs = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2], strict=True))
            found.append((entry_id.decode(), pairs))
    return found


def _event(fields: dict[bytes, bytes]) -> Event | None:
    """The event of a stream entry; None for "done", whose report lies in the record."""
    if fields[b"type"] == b"done":
        return None
    return wire.decode_event(fields[b"event"])
