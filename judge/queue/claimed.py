"""One claim's side of the conversation: progress goes out beside the judging, the report is waited for.

Events are gathered for a moment and sent together, one batch at a time; what still lies here at the end goes out with
the report. So judging waits for Redis once, and a client wakes once for what happens at once; what a program writes in
that moment is one event. Should the connection fail, what was not answered is sent again; the queue drops repeats.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from redis.exceptions import NoScriptError, RedisError

from judge.errors import ClaimLost, QueueAnswerError, QueueError
from judge.model.event import Event, OutputChunk
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.queue.script import Call, scripts
from judge.queue.values import Claim

T = TypeVar("T")

#: Output that comes in small pieces is joined to events of this size.
OUTPUT_BYTES_MAX = 32 << 10


def _nothing() -> None:
    """There is nothing to do meanwhile."""


class ClaimWriter:
    """Writes one claim's events and its report. Use from one thread; make one per claim.

    ``later`` asks for a call of :meth:`send` in a moment, which may come from a signal handler.
    """

    def __init__(self, queue: Queue, claim: Claim, later: Callable[[], None]) -> None:
        self._queue = queue
        self._claim = claim
        self._later = later
        self._connection: Any = None
        self._pending: list[Event] = []  # not known to have arrived, in order
        self._first = 0  # the number of the first of them
        self._unsent = 0  # the number of the first event that never went out: those from there on may still be changed
        self._sent: deque[int] = deque()  # how many of them lie in each call without an answer
        self._awaited = False  # ``later`` was asked
        self._busy = False  # no call of ``send`` may interfere now
        self._lost = self._unscripted = False

    def emit(self, event: Event) -> None:
        """Take one event; waits for nothing in the normal case. Raises ClaimLost when the claim is known to be lost."""
        self._busy = True
        try:
            self._gather(event)
            if self._unscripted:
                self.flush()
            if self._connection is None:
                self._connection = self._queue.link.client.connection_pool.get_connection()
        except (RedisError, OSError, QueueError):
            pass  # the next event tries again
        finally:
            self._busy = False
        if self._lost:
            raise ClaimLost(f"submission {self._claim.id}: the claim is lost")
        self._ask_later()

    def send(self) -> None:
        """Send what was gathered, unless the batch before has not been answered yet; never waits, never raises."""
        self._awaited = False
        if self._busy or self._connection is None:
            return
        try:
            if self._sent and self._connection.can_read(timeout=0):
                self._read_answer()
            if self._sent:
                self._ask_later()
            else:
                self._send_calls(self._events())
        except (RedisError, OSError) as error:
            self._unscripted = isinstance(error, NoScriptError)
            self._drop_connection()

    def finish(self, ending: Call[T], meanwhile: Callable[[], object] = _nothing) -> T:
        """Record the report after all events, by a call that is safe to repeat; its answer. Waits; raises QueueError
        when Redis stays away.

        ``meanwhile`` is done, at most once, while the answer is on its way; it must not raise.
        """
        self._busy = True  # for good
        try:
            if self._connection is None:
                self._connection = self._queue.link.client.connection_pool.get_connection()
            self._send_calls([*self._events(), ending])
            meanwhile()
            while self._sent:
                self._read_answer()
            answer = ending.read(self._connection.read_response())
            self._release()
            return answer
        except (RedisError, OSError):
            self._drop_connection()
        with contextlib.suppress(QueueAnswerError):  # progress that is not taken is no reason to lose the report
            self.flush()
        return self._queue.run(ending)

    def flush(self) -> None:
        """Make sure that all events have arrived. Raises QueueError when Redis stays away; a lost claim is no error."""
        self._drop_connection()
        if self._pending:
            self._unsent = self._first + len(self._pending)
            self._queue.run(calls.event(self._claim, self._first, self._pending))
            self._forget(len(self._pending))
        self._unscripted = False

    def close(self) -> None:
        """Give the connection back; events not answered yet may be lost. Idempotent."""
        self._busy = True
        self._drop_connection()

    def _gather(self, event: Event) -> None:
        """Live output that goes on where the last event ends becomes one with it."""
        last = self._pending[-1] if self._unsent < self._first + len(self._pending) else None
        joined = _joined(last, event)
        if joined is None:
            self._pending.append(event)
        else:
            self._pending[-1] = joined

    def _ask_later(self) -> None:
        if not self._awaited:
            self._awaited = True
            self._later()

    def _events(self) -> list[Call[bool]]:
        """The call that sends what was not sent yet, if there is anything; counted as sent."""
        done = sum(self._sent)
        events = self._pending[done:]
        if not events:
            return []
        self._sent.append(len(events))
        self._unsent = self._first + len(self._pending)
        return [calls.event(self._claim, self._first + done, events)]

    def _send_calls(self, several: Sequence[Call[Any]]) -> None:
        if several:
            words = [
                ("EVALSHA", scripts()[one.script].sha1, 1, self._queue.link.keys.prefix, *one.arguments)
                for one in several
            ]
            self._connection.send_packed_command(self._connection.pack_commands(words))

    def _read_answer(self) -> None:
        """The answer to a batch of events. When it is no, the claim is lost."""
        self._lost = not self._connection.read_response() or self._lost
        self._forget(self._sent.popleft())

    def _forget(self, count: int) -> None:
        del self._pending[:count]
        self._first += count

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._queue.link.client.connection_pool.release(connection)

    def _drop_connection(self) -> None:
        if self._connection is not None and self._sent:
            self._connection.disconnect()
        self._sent.clear()
        self._release()


def _joined(last: Event | None, event: Event) -> OutputChunk | None:
    """Both as one; None when the second does not go on where the first ends, or they are too large."""
    if not isinstance(last, OutputChunk) or not isinstance(event, OutputChunk):
        return None
    content = last.content + event.content
    goes_on = (last.run, last.stream, last.offset + len(last.content)) == (event.run, event.stream, event.offset)
    if not goes_on or len(content) > OUTPUT_BYTES_MAX:
        return None
    return msgspec.structs.replace(event, offset=last.offset, content=content)
