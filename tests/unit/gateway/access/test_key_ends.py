"""What a key has open ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from judge.errors import QueueError
from judge.gateway.access import key_ends
from judge.gateway.access.key_ends import KeyEnds
from judge.gateway.problems import ProblemError


class Keys:
    """Those that hold, and how often each was asked for; ``away``: at as many looks there is no answer."""

    def __init__(self, *held: str, away: int = 0) -> None:
        self.held = set(held)
        self.looks = 0
        self._away = away

    async def holds(self, _: object, key: str) -> bool:
        self.looks += 1
        if self.looks <= self._away:
            raise QueueError("away")
        return key in self.held


def _run(keys: Keys, monkeypatch: pytest.MonkeyPatch, use: Callable[[KeyEnds], Awaitable[None]]) -> None:
    monkeypatch.setattr(key_ends, "key_holds", keys.holds)
    monkeypatch.setattr(key_ends, "LOOK_S", 0.0)

    async def whole() -> None:
        async with asyncio.timeout(30):
            await use(KeyEnds(cast(Any, None)))

    asyncio.run(whole())


def test_what_runs_is_ended_when_its_key_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    keys, said = Keys("k"), []

    async def running() -> None:
        keys.held.clear()
        try:
            await asyncio.sleep(3600)
        finally:
            said.append("over")

    async def use(ends: KeyEnds) -> None:
        with pytest.raises(ProblemError) as caught:
            await ends.while_holding("k", running())
        assert (caught.value.kind.name, said) == ("bad-key", ["over"])

    _run(keys, monkeypatch, use)


def test_what_is_done_gives_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def one() -> int:
        return 1

    async def use(ends: KeyEnds) -> None:
        assert await ends.while_holding("k", one()) == 1

    _run(Keys("k"), monkeypatch, use)


def test_without_a_key_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys()

    async def use(ends: KeyEnds) -> None:
        await ends.check("")
        await ends.while_holding("", asyncio.sleep(0))
        forever = asyncio.ensure_future(ends.until_ended(""))
        done, _ = await asyncio.wait((forever,), timeout=0.05)
        assert not done
        forever.cancel()

    _run(keys, monkeypatch, use)
    assert keys.looks == 0


def test_a_key_is_asked_for_once_however_much_it_has_open(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys()

    async def use(ends: KeyEnds) -> None:
        await asyncio.gather(*(ends.until_ended("k") for _ in range(20)))

    _run(keys, monkeypatch, use)
    assert keys.looks == 1


def test_a_queue_that_does_not_answer_ends_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys(away=3)
    _run(keys, monkeypatch, lambda ends: ends.until_ended("k"))
    assert keys.looks == 4


def test_nobody_asks_for_a_key_that_has_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys("k")

    async def use(ends: KeyEnds) -> None:
        await ends.while_holding("k", asyncio.sleep(0))
        others = asyncio.all_tasks() - {cast(Any, asyncio.current_task())}
        await asyncio.gather(*others, return_exceptions=True)

    _run(keys, monkeypatch, use)


def test_a_key_that_ended_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(ends: KeyEnds) -> None:
        await ends.check("k")
        with pytest.raises(ProblemError):
            await ends.check("gone")

    _run(Keys("k"), monkeypatch, use)
