"""The clients' own words for work: run, evaluate_many with its window, waiting over one connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest
from service_harness import POLICY

from judge.client import AsyncClient, Client, Filter, Item, ItemResult, Sending, new_id, one_test, program_from, work_of
from judge.client.sending import evaluation_of, execution_of
from judge.errors import LanguageError, NotFinished, SubmissionCancelled, UsageError
from judge.model.run import Outcome
from judge.model.work import Evaluation
from judge.model.work_report import BlameOn
from judge.queue import calls
from judge.queue.admin import set_policy, set_tenant_limit
from judge.queue.completions import AsyncCompletions, Completions
from judge.queue.redis_queue import Queue
from judge.queue.values import State


def scripted(**orders: object) -> Evaluation:
    """An evaluation that the scripted judge does."""
    return evaluation_of(program_from(json.dumps(orders), "c"), [one_test("", "")])


@pytest.fixture
def aclient(client: Client) -> AsyncClient:
    """An asyncio client of the scripted worker."""
    return AsyncClient(client.queue.broker)


class Watched:
    """Items, and how many of them were taken before their results came."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken = 0
        self.given = 0
        self.ahead_max = 0

    def __iter__(self) -> Iterator[Item]:
        for index in range(self.count):
            self.taken += 1
            self.ahead_max = max(self.ahead_max, self.taken - self.given)
            yield scripted(reason=str(index))

    async def awaited(self) -> AsyncIterator[Item]:
        """The same for asyncio."""
        for item in self:
            yield item


def reason_of(result: ItemResult) -> str:
    """What the scripted judge was told to say."""
    assert result.report is not None, result.error
    return result.report.reason


def test_every_item_of_a_batch_gets_its_own_result_within_the_window(client: Client) -> None:
    items = Watched(200)
    found = {}
    for result in client.evaluate_many(items, window=8):
        items.given += 1
        found[result.index] = reason_of(result)
    assert found == {index: str(index) for index in range(200)}
    assert items.ahead_max <= 9  # the window, and the one that waits for room


def test_results_come_in_the_order_of_the_items_when_asked(client: Client) -> None:
    items = [scripted(ms=40 if index % 4 == 0 else 0, reason=str(index)) for index in range(24)]
    found = [reason_of(result) for result in client.evaluate_many(items, window=6, in_order=True)]
    assert found == [str(index) for index in range(24)]


def test_asyncio_does_the_same(aclient: AsyncClient) -> None:
    items = Watched(200)

    async def gathered() -> dict[int, str]:
        found = {}
        async with aclient:
            async for result in aclient.evaluate_many(items.awaited(), window=8):
                items.given += 1
                found[result.index] = reason_of(result)
        return found

    assert asyncio.run(gathered()) == {index: str(index) for index in range(200)}
    assert items.ahead_max <= 9


def test_asyncio_gives_results_in_order_when_asked(aclient: AsyncClient) -> None:
    items = [scripted(ms=40 if index % 4 == 0 else 0, reason=str(index)) for index in range(24)]

    async def gathered() -> list[str]:
        async with aclient:
            return [reason_of(result) async for result in aclient.evaluate_many(items, window=6, in_order=True)]

    assert asyncio.run(gathered()) == [str(index) for index in range(24)]


def test_a_refused_item_ends_nothing(client: Client, aclient: AsyncClient) -> None:
    items = [scripted(reason="0"), evaluation_of(program_from("", "no-such-language"), []), scripted(reason="2")]

    async def gathered() -> list[ItemResult]:
        async with aclient:
            return [result async for result in aclient.evaluate_many(items, in_order=True)]

    for results in (list(client.evaluate_many(items, in_order=True)), asyncio.run(gathered())):
        assert [result.index for result in results] == [0, 1, 2]
        assert isinstance(results[1].error, LanguageError)
        assert [reason_of(results[0]), reason_of(results[2])] == ["0", "2"]


def test_an_item_with_an_id_is_not_done_again(client: Client) -> None:
    work = work_of(scripted(reason="once"), Sending(id=new_id()))
    first, second, third = [*client.evaluate_many([work, work]), *client.evaluate_many([work])]
    assert first.report == second.report == third.report
    assert first.report is not None and first.report.attempt == 1


def test_items_of_a_batch_cannot_have_one_id(client: Client) -> None:
    with pytest.raises(UsageError, match=r"^id: "):
        list(client.evaluate_many([scripted()], Sending(id="one")))


def test_a_full_queue_and_a_tenants_rate_are_waited_for(client: Client, aclient: AsyncClient) -> None:
    set_policy(client.queue, msgspec.structs.replace(POLICY, queue_max=3))
    set_tenant_limit(client.queue, "hasty", "tenant_per_minute", 3000)
    try:
        items = [scripted(reason=str(index)) for index in range(40)]

        async def gathered() -> list[str]:
            async with aclient:
                many = aclient.evaluate_many(items, Sending(tenant="hasty"), window=16, in_order=True)
                return [reason_of(result) async for result in many]

        expected = [str(index) for index in range(40)]
        assert [reason_of(one) for one in client.evaluate_many(items, window=16, in_order=True)] == expected
        assert asyncio.run(gathered()) == expected
    finally:
        set_policy(client.queue, POLICY)
        set_tenant_limit(client.queue, "hasty", "tenant_per_minute", None)


def test_a_batch_that_is_left_withdraws_what_nobody_else_knows(client: Client) -> None:
    named, unnamed = work_of(scripted(do="hang"), Sending(id=new_id())), scripted(do="hang")
    many = client.evaluate_many([scripted(), named, unnamed, scripted()], Sending(tenant="leaver"), window=3)
    next(many)
    many.close()  # type: ignore[attr-defined]
    views = list(client.submissions(Filter(tenant="leaver")))
    assert [view.state for view in views if not view.state.final] == []
    assert State.CANCELLED in [view.state for view in views]
    assert not client.state(named.header.id).final
    client.cancel(named.header.id)


def test_a_cancelled_item_says_so(client: Client) -> None:
    work = work_of(scripted(do="hang"), Sending(id=new_id()))
    client.send(work)
    client.cancel(work.header.id)
    (result,) = client.evaluate_many([work])
    assert isinstance(result.error, SubmissionCancelled)


def test_one_connection_waits_for_all_reports(aclient: AsyncClient, client: Client) -> None:
    several = [work_of(scripted(ms=100, reason=str(index))) for index in range(12)]

    async def gathered() -> tuple[list[str], int]:
        async with aclient:
            for work in several:
                await aclient.send(work)
            waiting = [asyncio.create_task(aclient.work_result(work.header.id, timeout=30)) for work in several]
            while not listeners(client.queue):
                await asyncio.sleep(0.001)
            subscribed = listeners(client.queue)
            return [report.reason for report in await asyncio.gather(*waiting)], subscribed

    assert asyncio.run(gathered()) == ([str(index) for index in range(12)], 1)


def test_waiting_ends_with_the_callers_patience(aclient: AsyncClient) -> None:
    work = work_of(scripted(do="hang"))

    async def wait() -> None:
        async with aclient:
            await aclient.send(work)
            try:
                with pytest.raises(NotFinished):
                    await aclient.work_result(work.header.id, timeout=0.05)
            finally:
                await aclient.cancel(work.header.id)

    asyncio.run(wait())


def test_what_was_said_while_nobody_listened_is_asked_for(queue: Queue) -> None:
    work = work_of(scripted())
    queue.run(calls.submit_work(work))
    completions = Completions(queue)
    assert completions.wait([work.header.id], 0.01) == set()
    drop_subscribers(queue)
    queue.run(calls.cancel(work.header.id))
    assert completions.wait([work.header.id], 30) == {work.header.id}
    completions.close()


def test_asyncio_too_asks_for_what_was_said_while_nobody_listened(queue: Queue) -> None:
    work = work_of(scripted())
    queue.run(calls.submit_work(work))

    async def wait() -> None:
        async with AsyncClient(queue.broker) as client:
            completions = AsyncCompletions(client.queue)
            waiting = asyncio.create_task(completions.wait(work.header.id))
            while not listeners(queue):
                await asyncio.sleep(0.001)
            drop_subscribers(queue)
            await client.cancel(work.header.id)
            await asyncio.wait_for(waiting, 30)
            await completions.close()

    asyncio.run(wait())


def listeners(queue: Queue) -> int:
    """How many connections listen to what is settled."""
    return int(queue.link.command("PUBSUB", "NUMSUB", queue.link.keys.settled())[1])


def drop_subscribers(queue: Queue) -> None:
    """Cut the connections that subscribe to anything."""
    queue.link.command("CLIENT", "KILL", "TYPE", "pubsub")


def test_a_program_runs_by_one_call(runs_client: Client) -> None:
    report = runs_client.run(program_from("print(input()[::-1])", "python3"), stdin="olleh\n", timeout=60)
    assert (report.runs[0].stdout.content, report.blame) == (b"hello\n", BlameOn.NONE)


def test_a_text_in_a_compiled_language_needs_no_file_name(runs_client: Client) -> None:
    source = '#include <stdio.h>\nint main(void){puts("hi");}\n'
    report = runs_client.run(program_from(source, "c"), timeout=60)
    assert report.runs[0].stdout.content == b"hi\n", report.compile


def test_a_command_runs_by_its_words(runs_client: Client) -> None:
    report = runs_client.run(["/bin/sh", "-c", "echo $WHO"], environment={"WHO": "me"}, timeout=60)
    assert report.runs[0].stdout.content == b"me\n"
    assert report.runs[0].result.outcome is Outcome.EXITED


def test_a_lone_text_is_no_command() -> None:
    with pytest.raises(UsageError, match="list of words"):
        execution_of("echo hi")


def test_asyncio_runs_by_one_call_too(runs_client: Client) -> None:
    async def run() -> bytes:
        async with AsyncClient(runs_client.queue.broker) as client:
            report = await client.run(program_from("print(1)", "python3"), timeout=60)
            return report.runs[0].stdout.content

    assert asyncio.run(run()) == b"1\n"
