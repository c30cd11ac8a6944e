"""Several that type into one session of a client at once: all of it arrives, each piece in one."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from judge.client.session import AsyncSession, Session, _Typing
from judge.model.session import Typed
from judge.queue.sessions import Said, Standing
from judge.queue.values import State


class Line:
    """What arrives, as session.lua takes it: behind the rest, and what was typed before not again."""

    def __init__(self) -> None:
        self.typed = b""

    def take(self, frame: Any) -> Said:
        if isinstance(frame, Typed):
            if frame.offset + len(frame.data) <= len(self.typed):
                return Said(outcome="sent", typed_bytes=len(self.typed))
            assert frame.offset == len(self.typed)
            self.typed += frame.data
        return Said(outcome="sent", typed_bytes=len(self.typed))


@pytest.fixture
def line() -> Line:
    return Line()


def _begun(kind: type[Session] | type[AsyncSession]) -> Any:
    session: Any = kind.__new__(kind)
    session._typing = _Typing(Standing(state=State.CLAIMED, fence="1", typed_bytes=0))
    return session


def test_threads_type_one_after_the_other(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    session = _begun(Session)
    session._sending = threading.Lock()
    both = threading.Barrier(2)

    def say(frame: Any) -> bool:
        if isinstance(frame, Typed) and frame.offset == 0:
            with pytest.raises(threading.BrokenBarrierError):
                both.wait(0.2)  # where both could have come with the same offset they meet here
        return bool(session._typing.said(frame, line.take(frame)))

    monkeypatch.setattr(session, "_say", say, raising=False)
    threads = [threading.Thread(target=session.send, args=(text,)) for text in (b"first\n", b"other\n")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.typed.splitlines()) == [b"first", b"other"]


def test_tasks_type_one_after_the_other(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    session = _begun(AsyncSession)

    async def say(frame: Any) -> bool:
        for _ in range(5):
            await asyncio.sleep(0)
        return bool(session._typing.said(frame, line.take(frame)))

    async def type_both() -> None:
        session._sending = asyncio.Lock()
        await asyncio.gather(session.send(b"first\n"), session.send(b"other\n"))

    monkeypatch.setattr(session, "_say", say, raising=False)
    asyncio.run(type_both())
    assert line.typed == b"first\nother\n"
