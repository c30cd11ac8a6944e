"""How a stream ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

from starlette.types import Message

from judge.gateway.http.event_stream import Stream


async def _never() -> None:
    await asyncio.sleep(3600)


async def _deaf() -> AsyncIterator[bytes]:
    """Takes its first cancellation for something else, as a wait with a timeout may."""
    yield b"one"
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        await asyncio.sleep(3600)


def test_a_stream_ends_with_its_reader_though_its_source_hears_no_first_time() -> None:
    over: list[str] = []

    async def serve() -> None:
        sent = asyncio.Event()

        async def receive() -> Message:
            await sent.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message.get("body"):
                sent.set()

        held = ExitStack()
        held.callback(over.append, "over")
        async with asyncio.timeout(30):
            await Stream(_deaf(), held, _never)({"type": "http", "method": "GET"}, receive, send)

    asyncio.run(serve())
    assert over == ["over"]


def test_what_a_stream_holds_is_free_when_its_source_never_began() -> None:
    over: list[str] = []

    async def serve() -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            del message

        held = ExitStack()
        held.callback(over.append, "over")
        await Stream(_deaf(), held, _never)({"type": "http", "method": "HEAD"}, receive, send)

    asyncio.run(serve())
    assert over == ["over"]


def test_a_stream_ends_with_the_key_of_its_reader() -> None:
    over: list[str] = []
    came: list[Message] = []

    async def serve() -> None:
        sent = asyncio.Event()

        async def receive() -> Message:
            await asyncio.sleep(3600)
            raise AssertionError

        async def send(message: Message) -> None:
            came.append(message)
            if message.get("body"):
                sent.set()

        held = ExitStack()
        held.callback(over.append, "over")
        async with asyncio.timeout(30):
            await Stream(_deaf(), held, sent.wait)({"type": "http", "method": "GET"}, receive, send)

    asyncio.run(serve())
    assert (over, came[-1]["more_body"]) == (["over"], False)
