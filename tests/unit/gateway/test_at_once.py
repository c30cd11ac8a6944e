"""One question for all who ask the same at once."""

from __future__ import annotations

import asyncio

import pytest

from judge.gateway.at_once import AskedOnce


def test_all_who_ask_at_once_have_the_answer_of_one_question() -> None:
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return asked

    async def whole() -> None:
        once = AskedOnce[int]()
        assert await asyncio.gather(*(once.answer("a", ask) for _ in range(5))) == [1] * 5
        assert await once.answer("a", ask) == 2

    asyncio.run(whole())


def test_other_questions_are_asked_for_themselves() -> None:
    async def whole() -> None:
        once = AskedOnce[str]()

        async def ask(word: str) -> str:
            return word

        found = await asyncio.gather(*(once.answer(word, lambda word=word: ask(word)) for word in "abab"))  # type: ignore[misc]
        assert found == list("abab")

    asyncio.run(whole())


def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    answers = iter([OSError("away"), "back"])

    async def ask() -> str:
        await asyncio.sleep(0)
        found = next(answers)
        if isinstance(found, OSError):
            raise found
        return str(found)

    async def whole() -> None:
        once = AskedOnce[str]()
        failed = await asyncio.gather(*(once.answer("a", ask) for _ in range(3)), return_exceptions=True)
        assert [type(error) for error in failed] == [OSError] * 3
        assert await once.answer("a", ask) == "back"

    asyncio.run(whole())


def test_who_gives_up_leaves_the_others_their_answer() -> None:
    async def whole() -> None:
        once, go = AskedOnce[str](), asyncio.Event()

        async def ask() -> str:
            await go.wait()
            return "there"

        first, second = (asyncio.create_task(once.answer("a", ask)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        go.set()
        assert await second == "there"

    asyncio.run(whole())
