"""One claim's side of the conversation: progress goes out without waiting, the report is waited for.

Judging never waits for Redis between two tests: an event is sent at once and its answer is read before the next
one is sent, or at the end. Should the connection fail, what was not answered is sent again; the queue drops repeats.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from redis.exceptions import NoScriptError, RedisError

from judge.errors import InfrastructureError
from judge.model.event import Event
from judge.model.report import Report
from judge.queue import calls
from judge.queue.script import Call, scripts
from judge.queue.store import Queue
from judge.queue.values import Claim

#: Events sent but not answered, at most; then the sender waits.
OUTSTANDING_MAX = 64


class ClaimLost(InfrastructureError):
    """The claim was cancelled or belongs to another worker: stop judging, drop the result."""


class ClaimWriter:
    """Writes one claim's events and its report. Use from one thread; make one per claim."""

    def __init__(self, queue: Queue, claim: Claim) -> None:
        self._queue = queue
        self._claim = claim
        self._connection: Any = None
        self._pending: list[Event] = []  # not known to have arrived, in order
        self._first = 0  # the number of the first of them
        self._sent: deque[int] = deque()  # how many of them lie in each call without an answer

    def emit(self, event: Event) -> None:
        """Send one event; waits for nothing in the normal case. Raises ClaimLost when the claim is known to be lost."""
        self._pending.append(event)
        try:
            self._read_answers(wait=len(self._sent) >= OUTSTANDING_MAX)
            self._send_pending()
        except NoScriptError:
            self.flush()
        except (RedisError, OSError):
            self._drop_connection()

    def finish(self, report: Report) -> bool:
        """Record the report after all events; True = it is the one. Waits; raises QueueError when Redis stays away."""
        ending = calls.finish(self._claim.id, self._claim.fence, report)
        if self._connection is not None:
            try:
                self._send_pending()
                self._send(ending)
                self._read_answers(wait=True)
                won = ending.read(self._connection.read_response())
                self._release()
                return won
            except (RedisError, OSError, ClaimLost):
                self._drop_connection()
        self.flush()
        return self._queue.run(ending)

    def flush(self) -> None:
        """Make sure that all events have arrived. Raises QueueError when Redis stays away; a lost claim is no error."""
        self._drop_connection()
        if self._pending:
            self._queue.run(calls.event(self._claim.id, self._claim.fence, self._first, self._pending))
            self._forget(len(self._pending))

    def close(self) -> None:
        """Give the connection back; events not answered yet may be lost. Idempotent."""
        self._drop_connection()

    def _send_pending(self) -> None:
        done = sum(self._sent)
        events = self._pending[done:]
        if events:
            self._send(calls.event(self._claim.id, self._claim.fence, self._first + done, events))
            self._sent.append(len(events))

    def _send(self, call: Call[bool]) -> None:
        if self._connection is None:
            self._connection = self._queue.client.connection_pool.get_connection()
        script = scripts()[call.script]
        self._connection.send_command("EVALSHA", script.sha1, 1, self._queue.prefix, *call.arguments)

    def _read_answers(self, *, wait: bool) -> None:
        """Take in answers to events: all of them, or those that are there."""
        while self._sent and (wait or self._connection.can_read(timeout=0)):
            alive = self._connection.read_response()
            self._forget(self._sent.popleft())
            if not alive:
                raise ClaimLost(f"submission {self._claim.id}: the claim is lost")

    def _forget(self, count: int) -> None:
        del self._pending[:count]
        self._first += count

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._queue.client.connection_pool.release(connection)

    def _drop_connection(self) -> None:
        if self._connection is not None and self._sent:
            self._connection.disconnect()
        self._sent.clear()
        self._release()
