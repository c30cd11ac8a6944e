"""The asyncio client over HTTP, against a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from gateway_harness import Gateway

from judge.client import AsyncHttpClient, Filter, connect_async, evaluation_of, one_test, program_from, work_of
from judge.client.sending import execution_of
from judge.errors import LanguageError, NotFinished, SubmissionCancelled
from judge.model.event import OutputChunk, WorkDone
from judge.model.work import Task
from judge.queue.values import State

ECHO = program_from("print(input()[::-1])", "python3")
ENDLESS = program_from("import time\nprint('up', flush=True)\ntime.sleep(60)", "python3")


@pytest.fixture
def judge(gateway: Gateway, school: str) -> AsyncHttpClient:
    """A client with a tenant's key."""
    return connect_async(gateway.address, school)


def test_what_is_run_at_once_has_each_its_report(judge: AsyncHttpClient) -> None:
    async def scenario() -> None:
        async with judge:
            reports = await asyncio.gather(*(judge.run(ECHO, stdin=f"a{number}") for number in range(4)))
            assert [report.runs[0].stdout.content for report in reports] == [b"%da\n" % number for number in range(4)]
            assert (await judge.evaluate(ECHO, [one_test("ab", "ba")])).passed == 1
            assert "python3" in {card.id for card in await judge.languages()}

    asyncio.run(scenario())


def test_a_stream_is_left_at_once_and_cancelled_work_has_no_report(judge: AsyncHttpClient) -> None:
    async def scenario() -> None:
        async with judge:
            work_id = await judge.send(work_of(execution_of(ENDLESS, live=True)))
            async for event in judge.follow(work_id):
                if isinstance(event, OutputChunk):
                    break
            with pytest.raises(NotFinished):
                await judge.answer(work_id, timeout=0.1)
            assert await judge.cancel(work_id)
            assert await judge.state(work_id) is State.CANCELLED
            with pytest.raises(SubmissionCancelled):
                await judge.work_result(work_id)

    asyncio.run(scenario())


def test_a_task_that_follows_can_be_cancelled(judge: AsyncHttpClient) -> None:
    async def scenario() -> None:
        async with judge:
            work_id = await judge.send(work_of(execution_of(ENDLESS)))

            async def follow() -> None:
                async for _ in judge.follow(work_id):
                    begun.set()

            begun = asyncio.Event()
            task = asyncio.create_task(follow())
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await judge.cancel(work_id)

    asyncio.run(scenario())


def test_many_from_an_async_source(judge: AsyncHttpClient) -> None:
    async def items() -> AsyncIterator[Task]:
        for number in range(6):
            yield evaluation_of(ECHO, [one_test(f"a{number}", f"{number}a")])
        yield execution_of(program_from("x", "klingon"))

    async def scenario() -> None:
        async with judge:
            results = [result async for result in judge.evaluate_many(items(), window=3, in_order=True)]
            assert [result.index for result in results] == list(range(7))
            assert isinstance(results[-1].error, LanguageError)
            assert all(result.report for result in results[:-1])
            events = [event async for event in judge.follow(results[0].id)]
            assert isinstance(events[-1], WorkDone)
            assert results[0].id in [view.id async for view in judge.submissions(Filter(kind="evaluation"))]

    asyncio.run(scenario())


def test_a_wide_window_is_filled_by_batches(judge: AsyncHttpClient) -> None:
    items = [execution_of(ECHO, stdin=f"a{number}") for number in range(150)]

    async def scenario() -> None:
        async with judge:
            results = [result async for result in judge.evaluate_many(items, window=100, in_order=True)]
            outputs = [result.report.runs[0].stdout.content for result in results]  # type: ignore[union-attr]
            assert outputs == [f"a{number}"[::-1].encode() + b"\n" for number in range(150)]
            left = judge.evaluate_many([items[0], *[execution_of(ENDLESS)] * 80], window=81)
            assert (await anext(left)).report
            await left.aclose()  # type: ignore[attr-defined]

    asyncio.run(scenario())


def test_blobs(judge: AsyncHttpClient) -> None:
    async def scenario() -> None:
        async with judge:
            blob = await judge.put_blob(b"abc")
            assert await judge.get_blob(blob) == b"abc"
            assert blob in [view.blob async for view in judge.blobs()]
            assert await judge.remove_blob(blob)

    asyncio.run(scenario())
