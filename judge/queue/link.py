"""The way to Redis: one command or script call at a time, tried again while Redis is away. For this room alone.

Every call is safe to repeat, so a lost connection is answered by trying again until the patience is over; then
QueueError says where and why. :class:`Link` blocks, :class:`AsyncLink` does not; they share everything but the waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    DataError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
)

from judge import wire
from judge.errors import QueueAnswerError, QueueError
from judge.queue.broker import PATIENCE_S, Broker, connect, connect_async, redact
from judge.queue.keys import Keys
from judge.queue.script import Call, scripts
from judge.queue.shared_connection import SharedConnection

T = TypeVar("T")

#: Between two tries; the second factor of the exponential back-off caps it.
_RETRY_FIRST_S = 0.02
_RETRY_MAX_S = 0.5

#: A command of at most this many bytes may share a connection: while it is sent, others wait.
_SMALL_BYTES = 64 << 10

#: Larger ones at once, of one link that shares a connection.
_LARGE_AT_ONCE = 16

_PASSING = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, OSError)

#: Errors that say how the server is, not what is wrong with a call: no memory, no disk, no master, no permission.
_STATES = (
    "OOM ",
    "MISCONF",
    "READONLY",
    "MASTERDOWN",
    "CLUSTERDOWN",
    "TRYAGAIN",
    "NOREPLICAS",
    "LOADING",
    "BUSY ",
    "NOAUTH",
    "NOPERM",
    "command not allowed when used memory",
)


class Backoff:
    """Decides how long to wait before the next try, or that there is none."""

    def __init__(self, patience_s: float) -> None:
        self._deadline = time.monotonic() + patience_s
        self._next_s = _RETRY_FIRST_S

    def delay_s(self, error: BaseException, where: str) -> float:
        """Seconds to wait now. Raises QueueError when the patience is over or trying again soon is pointless,
        QueueAnswerError when it is for ever."""
        if isinstance(error, ResponseError | DataError) and not any(word in str(error) for word in _STATES):
            raise QueueAnswerError(f"Redis at {where}: {_first_line(error)}") from error
        hopeless = not isinstance(error, _PASSING) or isinstance(error, AuthenticationError)
        if hopeless or time.monotonic() + self._next_s > self._deadline:
            raise QueueError(f"Redis at {where}: {_first_line(error)}") from error
        delay_s, self._next_s = self._next_s, min(self._next_s * 2, _RETRY_MAX_S)
        return delay_s


class Link:
    """A blocking connection and the keys behind it. Use from one thread at a time.

    ``preload`` names scripts that the server must know whenever it knows any (it forgets all when it restarts): those
    that are sent without waiting for the answer.
    """

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S, preload: Sequence[str] = ()) -> None:
        self.keys = Keys(wire.prefix(broker.namespace))
        self.client = connect(broker)
        self._patience_s = patience_s
        self._preload = tuple(preload)
        self._where = redact(broker.url)

    def close(self) -> None:
        """Close the connections; idempotent."""
        self.client.close()
        self.client.connection_pool.disconnect()

    def run(self, call: Call[T]) -> T:
        """Carry out one call. Raises what its answer means, or QueueError."""
        script = scripts()[call.script]
        try:
            answer = self.command("EVALSHA", script.sha1, 1, self.keys.prefix, *call.arguments)
        except NoScriptError:
            for name in self._preload:
                self.command("SCRIPT LOAD", scripts()[name].text)
            answer = self.command("EVAL", script.text, 1, self.keys.prefix, *call.arguments)
        return call.read(answer)

    def command(self, *words: Any) -> Any:
        """One Redis command, tried again while Redis is away. Raises QueueError (or NoScriptError), and
        WireError for a word that is not valid Unicode."""
        return self._until_answered(lambda: self._execute(*words))

    def commands(self, *several: Sequence[Any]) -> list[Any]:
        """Some commands, the next ones sent before the first is answered; as :meth:`command`."""
        answers: list[Any] = self._until_answered(lambda: self._execute_all(several))
        return answers

    def _execute(self, *words: Any) -> Any:
        return self._execute_all([words])[0]

    def _execute_all(self, several: Iterable[Sequence[Any]]) -> list[Any]:
        """What the client's own methods do, without what they do for others. Raises the first error of an answer."""
        commands = list(several)
        pool: Any = self.client.connection_pool
        connection = pool.get_connection()
        try:
            connection.send_packed_command(connection.pack_commands(commands))
            answers = [self._answer(connection, words[0]) for words in commands]
        except BaseException:
            connection.disconnect()  # answers may be on their way still
            raise
        finally:
            pool.release(connection)
        for answer in answers:
            if isinstance(answer, ResponseError):
                raise answer
        return answers

    def _answer(self, connection: Any, name: str) -> Any:
        try:
            answer = connection.read_response()
        except ResponseError as error:
            return error
        callbacks: Any = self.client.response_callbacks
        read = callbacks.get(name)
        return answer if read is None else read(answer)

    def _until_answered(self, execute: Callable[[], Any]) -> Any:
        backoff = Backoff(self._patience_s)
        while True:
            try:
                return execute()
            except NoScriptError:
                raise
            except UnicodeEncodeError as error:
                raise wire.no_unicode(error) from error
            except (RedisError, OSError) as error:
                time.sleep(backoff.delay_s(error, self._where))

    def run_all(self, several: Iterable[Call[T]]) -> list[T]:
        """Carry out many calls of scripts that the server knows, in one round trip. Raises RedisError."""
        batch = list(several)
        answers = self._execute_all(
            ("EVALSHA", scripts()[call.script].sha1, 1, self.keys.prefix, *call.arguments) for call in batch
        )
        return [call.read(answer) for call, answer in zip(batch, answers, strict=True)]

    def run_with_info(self, call: Call[T], sections: Sequence[str]) -> tuple[T, list[Mapping[str, Any]]]:
        """Carry out one call and ask for sections of INFO, in one round trip, tried once. Raises QueueError."""
        pipeline: Any = self.client.pipeline(transaction=False)
        pipeline.eval(scripts()[call.script].text, 1, self.keys.prefix, *call.arguments)
        for section in sections:
            pipeline.info(section)
        try:
            answer, *infos = pipeline.execute()
        except (RedisError, OSError) as error:
            raise QueueError(f"Redis at {self._where}: {_first_line(error)}") from error
        return call.read(answer), infos


class AsyncLink:
    """The same for asyncio; several tasks may share it."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S) -> None:
        self.keys = Keys(wire.prefix(broker.namespace))
        self.client = connect_async(broker)
        self._execute: Callable[..., Awaitable[Any]] = self.client.execute_command
        self._patience_s = patience_s
        self._where = redact(broker.url)
        self._shared: SharedConnection | None = None
        self._room = asyncio.Semaphore(_LARGE_AT_ONCE)

    def share_connection(self) -> None:
        """For who has many tasks: commands go over one connection from now on. Large ones, before which nobody is to
        stand, and those that wait for something have connections of their own. Needs a running event loop."""
        self._shared = SharedConnection(self.client)

    async def close(self) -> None:
        """Close the connections; idempotent."""
        if self._shared is not None:
            await self._shared.close()
        await self.client.aclose()

    async def run(self, call: Call[T]) -> T:
        """See :meth:`Link.run`."""
        script = scripts()[call.script]
        try:
            answer = await self.command("EVALSHA", script.sha1, 1, self.keys.prefix, *call.arguments)
        except NoScriptError:
            answer = await self.command("EVAL", script.text, 1, self.keys.prefix, *call.arguments)
        return call.read(answer)

    async def command(self, *words: Any) -> Any:
        """See :meth:`Link.command`."""
        if self._shared is None or "BLOCK" in words[1:2]:
            return await self._command(self._execute, words)
        if sum(len(word) for word in words if isinstance(word, bytes | str)) <= _SMALL_BYTES:
            return await self._command(self._shared.command, words)
        async with self._room:
            return await self._command(self._execute, words)

    async def _command(self, execute: Callable[..., Awaitable[Any]], words: tuple[Any, ...]) -> Any:
        backoff = Backoff(self._patience_s)
        while True:
            try:
                return await execute(*words)
            except NoScriptError:
                raise
            except UnicodeEncodeError as error:
                raise wire.no_unicode(error) from error
            except (RedisError, OSError) as error:
                await asyncio.sleep(backoff.delay_s(error, self._where))


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
