"""The queue's two faces, without a server."""

from __future__ import annotations

import asyncio

import pytest

from judge.errors import WireError
from judge.queue.broker import Broker
from judge.queue.redis_queue import AsyncQueue, Queue


class TestAWordThatIsNotUnicode:
    """Command lines may hold any bytes. Redis is never asked, and the fault is the client's."""

    def test_is_refused_to_blocking_callers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with Queue(Broker(url="redis://127.0.0.1:1"), patience_s=0) as queue:
            monkeypatch.setattr(queue.link, "_execute", lambda *words: [str(word).encode() for word in words])
            with pytest.raises(WireError, match="not valid Unicode"):
                queue.report("\udcff")

    def test_is_refused_to_tasks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def encode(*words: str) -> list[bytes]:
            return [word.encode() for word in words]

        async def ask() -> None:
            async with AsyncQueue(Broker(url="redis://127.0.0.1:1"), patience_s=0) as queue:
                monkeypatch.setattr(queue.link, "_execute", encode)
                await queue.report("\udcff")

        with pytest.raises(WireError, match="not valid Unicode"):
            asyncio.run(ask())
