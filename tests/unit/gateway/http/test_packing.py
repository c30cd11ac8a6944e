"""Which answers are packed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import Response

from judge.gateway.http.packing import Packing


def _headers(media: str) -> dict[bytes, bytes]:
    """Of an answer of 4 KiB of one letter, to one who takes gzip."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", b"gzip")]}
    asyncio.run(Packing(Response(b"a" * 4096, media_type=media))(scope, receive, send))
    return dict(sent[0]["headers"])


@pytest.mark.parametrize(
    "media",
    [
        "application/octet-stream",
        "application/pdf",
        "image/png",
        "image/svg+xml",
        "application/zip",
        "text/event-stream",
    ],
)
def test_files_and_streams_are_not_packed(media: str) -> None:
    assert b"content-encoding" not in _headers(media)


@pytest.mark.parametrize("media", ["application/json", "application/problem+json", "text/html"])
def test_texts_of_ours_are_packed(media: str) -> None:
    assert _headers(media)[b"content-encoding"] == b"gzip"
