"""One connection to Redis for the small commands of many tasks. Each is sent behind those that still wait for their
answers, and what is said within one turn of the event loop goes out together: that costs a fraction of a connection
for each.

A connection that breaks ends all that wait for it with ConnectionError; the next command opens another one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError

from judge.queue.broker import ANSWER_TIMEOUT_S


class SharedConnection:
    """The connection of one event loop, opened by its first command. ``client`` says where Redis is, and gives its
    answers the form that they have elsewhere."""

    def __init__(self, client: Any) -> None:
        self._make: Callable[[], Any] = client.connection_pool.make_connection
        self._readers: Mapping[str, Callable[[Any], Any]] = client.response_callbacks
        self._life: _Life | None = None
        self._opening: asyncio.Task[_Life] | None = None

    async def command(self, *words: Any) -> Any:
        """One command, tried once. Raises RedisError, OSError, UnicodeEncodeError."""
        life = self._life
        if life is None or life.over:
            life = await self._opened()
        answer = await life.ask(words)
        read = self._readers.get(words[0])
        return answer if read is None else read(answer)

    async def close(self) -> None:
        """Close it; idempotent."""
        if self._opening is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._opening
        if self._life is not None:
            await self._life.close()

    async def _opened(self) -> _Life:
        """A new connection: one try for all that ask at once."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> _Life:
        try:
            connection = self._make()
            await connection.connect()
            connection.socket_timeout = None  # what takes too long is noticed by looking now and then
            self._life = _Life(connection)
            return self._life
        finally:
            self._opening = None


class _Life:
    """One connection from its opening to its end. ``over``: it takes no more commands."""

    def __init__(self, connection: Any) -> None:
        self.over = False
        self._connection = connection
        self._waiting: deque[asyncio.Future[Any]] = deque()  #: in the order of their commands
        self._answered = 0
        self._unsent: list[bytes] = []
        self._more = asyncio.Event()
        self._task = asyncio.create_task(self._live())

    def ask(self, words: tuple[Any, ...]) -> asyncio.Future[Any]:
        """Send a command; its answer, or the error that it is."""
        self._unsent += self._connection.pack_command(*words)
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._more.set()
        return answer

    async def close(self) -> None:
        """End it."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _live(self) -> None:
        reason = "the connection is closed"
        try:
            async with asyncio.TaskGroup() as group:
                for part in (self._send_always(), self._read_always(), self._look_always()):
                    group.create_task(part)
        except* (RedisError, OSError) as errors:
            reason = str(errors.exceptions[0])
        finally:
            self.over = True
            for answer in self._waiting:
                if not answer.done():
                    answer.set_exception(ConnectionError(reason))
            await self._connection.disconnect(nowait=True)

    async def _send_always(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            packed, self._unsent = b"".join(self._unsent), []
            await self._connection.send_packed_command(packed, check_health=False)

    async def _read_always(self) -> None:
        while True:
            try:
                answer = await self._connection.read_response()
            except ResponseError as error:  # an answer, too
                self._settle(None, error)
            else:
                self._settle(answer)

    def _settle(self, answer: Any, error: ResponseError | None = None) -> None:
        self._answered += 1
        waiting = self._waiting.popleft()
        if waiting.done():  # nobody waits for it any more
            return
        if error is None:
            waiting.set_result(answer)
        else:
            waiting.set_exception(error)

    async def _look_always(self) -> None:
        """Raises TimeoutError when something waits and nothing was answered for :data:`ANSWER_TIMEOUT_S`."""
        while True:
            waited, answered = bool(self._waiting), self._answered
            await asyncio.sleep(ANSWER_TIMEOUT_S)
            if waited and self._waiting and answered == self._answered:
                raise TimeoutError(f"no answer within {ANSWER_TIMEOUT_S} s")
