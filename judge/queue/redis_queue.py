"""The queue in Redis: carries out calls and reads records, blocking (:class:`Queue`) or not (:class:`AsyncQueue`).

Every call is safe to repeat, so a lost connection is answered by trying again until ``patience_s`` is over; then
QueueError says where and why. The two classes share everything but the waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Self, TypeVar

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
)

from judge import wire
from judge.errors import NotFinished, QueueError
from judge.model.event import Cancelled, Done, Event
from judge.model.report import Report
from judge.queue import calls
from judge.queue.broker import Broker, connect, connect_async, redact
from judge.queue.records import DATES, dated
from judge.queue.script import Call, scripts
from judge.queue.values import State

T = TypeVar("T")

#: How long a call keeps trying to reach Redis before it raises.
PATIENCE_S = 3.0

#: The longest wait for a progress event in one command; below the answer time-out.
FOLLOW_BLOCK_MS = 2000

#: Between two tries; the second factor of the exponential back-off caps it.
_RETRY_FIRST_S = 0.02
_RETRY_MAX_S = 0.5

_PASSING = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, OSError)


class Backoff:
    """Decides how long to wait before the next try, or that there is none."""

    def __init__(self, patience_s: float) -> None:
        self._deadline = time.monotonic() + patience_s
        self._next_s = _RETRY_FIRST_S

    def delay_s(self, error: BaseException, where: str) -> float:
        """Seconds to wait now. Raises QueueError when trying again is pointless or the patience is over."""
        hopeless = not isinstance(error, _PASSING) or isinstance(error, AuthenticationError)
        if hopeless or time.monotonic() + self._next_s > self._deadline:
            raise QueueError(f"Redis at {where}: {_reason(error)}") from error
        delay_s, self._next_s = self._next_s, min(self._next_s * 2, _RETRY_MAX_S)
        return delay_s


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

    ``preload`` names scripts that the server must know whenever it knows any (it forgets all when it restarts): those
    that are sent without waiting for the answer.
    """

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S, preload: Sequence[str] = ()) -> None:
        self.broker = broker
        self.prefix = wire.prefix(broker.namespace)
        self.client = connect(broker)
        self._execute: Callable[..., Any] = self.client.execute_command
        self._patience_s = patience_s
        self._preload = tuple(preload)
        self._where = redact(broker.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; idempotent."""
        self.client.close()
        self.client.connection_pool.disconnect()

    def run(self, call: Call[T]) -> T:
        """Carry out one call. Raises what its answer means, or QueueError."""
        script = scripts()[call.script]
        try:
            answer = self.command("EVALSHA", script.sha1, 1, self.prefix, *call.arguments)
        except NoScriptError:
            for name in self._preload:
                self.command("SCRIPT LOAD", scripts()[name].text)
            answer = self.command("EVAL", script.text, 1, self.prefix, *call.arguments)
        return call.read(answer)

    def command(self, *words: Any) -> Any:
        """One Redis command, tried again while Redis is away. Raises QueueError (or NoScriptError)."""
        backoff = Backoff(self._patience_s)
        while True:
            try:
                return self._execute(*words)
            except NoScriptError:
                raise
            except (RedisError, OSError) as error:
                time.sleep(backoff.delay_s(error, self._where))

    def state(self, submission_id: str) -> State:
        """Where the submission stands. Raises UsageError for an unknown id."""
        return calls.state_of(self.command("HGET", f"{self.prefix}s:{submission_id}", "state"), submission_id)

    def report(self, submission_id: str) -> Report | None:
        """The recorded report, None while there is none. Raises UsageError for an unknown id."""
        state, text, *dates = self.command("HMGET", f"{self.prefix}s:{submission_id}", "state", "report", *DATES)
        calls.state_of(state, submission_id)
        return dated(wire.decode_report(text), dates) if text else None

    def follow(
        self, submission_id: str, after: str = "0", timeout_s: float | None = None
    ) -> Iterator[tuple[str, Event]]:
        """All events with their stream ids, from the one after ``after``; blocks until the last one.

        Raises NotFinished when that does not come within ``timeout_s`` of the call.
        """
        self.state(submission_id)
        key, patience = f"{self.prefix}e:{submission_id}", Patience(submission_id, timeout_s)
        while True:
            answer = self.command("XREAD", "BLOCK", patience.block_ms(), "STREAMS", key, after)
            if not answer:
                self.state(submission_id)
            for entry_id, fields in _entries(answer):
                after = entry_id
                event = _event(fields)
                if event is None:
                    report = self.report(submission_id)
                    assert report is not None
                    event = Done(submission=submission_id, report=report)
                yield entry_id, event
                if isinstance(event, Done | Cancelled):
                    return


class AsyncQueue:
    """The queue for asyncio callers; several tasks may share it."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S) -> None:
        self.broker = broker
        self.prefix = wire.prefix(broker.namespace)
        self.client = connect_async(broker)
        self._execute: Callable[..., Awaitable[Any]] = self.client.execute_command
        self._patience_s = patience_s
        self._where = redact(broker.url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; idempotent."""
        await self.client.aclose()

    async def run(self, call: Call[T]) -> T:
        """See :meth:`Queue.run`."""
        script = scripts()[call.script]
        try:
            answer = await self.command("EVALSHA", script.sha1, 1, self.prefix, *call.arguments)
        except NoScriptError:
            answer = await self.command("EVAL", script.text, 1, self.prefix, *call.arguments)
        return call.read(answer)

    async def command(self, *words: Any) -> Any:
        """See :meth:`Queue.command`."""
        backoff = Backoff(self._patience_s)
        while True:
            try:
                return await self._execute(*words)
            except NoScriptError:
                raise
            except (RedisError, OSError) as error:
                await asyncio.sleep(backoff.delay_s(error, self._where))

    async def state(self, submission_id: str) -> State:
        """See :meth:`Queue.state`."""
        text = await self.command("HGET", f"{self.prefix}s:{submission_id}", "state")
        return calls.state_of(text, submission_id)

    async def report(self, submission_id: str) -> Report | None:
        """See :meth:`Queue.report`."""
        state, text, *dates = await self.command("HMGET", f"{self.prefix}s:{submission_id}", "state", "report", *DATES)
        calls.state_of(state, submission_id)
        return dated(wire.decode_report(text), dates) if text else None

    async def follow(
        self, submission_id: str, after: str = "0", timeout_s: float | None = None
    ) -> AsyncIterator[tuple[str, Event]]:
        """See :meth:`Queue.follow`."""
        await self.state(submission_id)
        key, patience = f"{self.prefix}e:{submission_id}", Patience(submission_id, timeout_s)
        while True:
            answer = await self.command("XREAD", "BLOCK", patience.block_ms(), "STREAMS", key, after)
            if not answer:
                await self.state(submission_id)
            for entry_id, fields in _entries(answer):
                after = entry_id
                event = _event(fields)
                if event is None:
                    report = await self.report(submission_id)
                    assert report is not None
                    event = Done(submission=submission_id, report=report)
                yield entry_id, event
                if isinstance(event, Done | Cancelled):
                    return


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


def _reason(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]
