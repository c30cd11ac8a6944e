"""One question for all who ask the same at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class AskedOnce(Generic[T]):
    """While a question is being answered, those who ask it, too, wait for that answer."""

    def __init__(self) -> None:
        self._asking: dict[str, asyncio.Task[T]] = {}

    async def answer(self, question: str, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What ``ask`` answers, or raises. Who is cancelled leaves the others their answer."""
        asking = self._asking.get(question)
        if asking is None:
            asking = self._asking[question] = asyncio.create_task(ask())
            asking.add_done_callback(lambda done: self._end(question, done))
        return await asyncio.shield(asking)

    def _end(self, question: str, done: asyncio.Task[T]) -> None:
        del self._asking[question]
        if not done.cancelled():
            done.exception()  # though nobody waits any more
