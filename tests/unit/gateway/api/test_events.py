"""What a stream of events says while nothing of what happens may be seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from judge.gateway.api import events
from judge.model.event import Compiling
from judge.render.view import Role


@pytest.mark.parametrize(("ping_s", "pings"), [(0.0, 5), (3600.0, 0)])
def test_pings_are_sent_though_only_hidden_events_come(
    monkeypatch: pytest.MonkeyPatch, ping_s: float, pings: int
) -> None:
    async def role_at(*_: Any) -> Any:
        return Role.JUDGE

    async def followed(*_: Any) -> AsyncIterator[tuple[str, Any]]:
        for number in range(5):
            yield f"{number}-0", Compiling(submission="s", language="c")

    async def said() -> list[Any]:
        asked: Any = SimpleNamespace(caller=SimpleNamespace(public_id=lambda name: name, is_admin=True))
        record: Any = SimpleNamespace(id="s", is_coursework=False)
        return [one async for one in events._sent(asked, record, "0")]

    monkeypatch.setattr(events, "PING_S", ping_s)
    monkeypatch.setattr(events, "role_at", role_at)
    monkeypatch.setattr(events, "_followed", followed)
    monkeypatch.setattr(events, "event_view_of", lambda *_: None)
    assert asyncio.run(said()) == [None] * pings
