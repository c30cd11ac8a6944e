"""More batches than a gateway has places for: each goes on, whoever they belong to."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
from service_work import work_order

from judge import wire
from judge.gateway.batches.tending import LEASE_MS, BatchTender
from judge.model.work import WorkKind
from judge.queue import batches
from judge.queue.batch_turns import Turns, rest_batch, take_batches
from judge.queue.batches import NewLine
from judge.queue.feed import Feed
from judge.queue.redis_queue import AsyncQueue, Queue

PLACES = 4
PATIENCE_S = 30.0


def _batch(queue: Queue, name: str) -> str:
    """A batch of one line, of the tenant before the dash."""
    work = work_order(WorkKind.EXECUTION, "0", tenant=name.partition("-")[0])
    digest = hashlib.sha256(name.encode()).hexdigest()
    line = NewLine(known_by="=x", digest=digest, custom_id="x", header=work.header, message=wire.encode_work(work))
    queue.run(batches.open_batch(name, work.header.tenant, "upload", 1 << 30))
    assert queue.run(batches.add_lines(name, "upload", 0, 1 << 30, [line])) is None
    assert queue.run(batches.end_batch(name, "upload"))
    return name


def _batches(queue: Queue, tenant: str, count: int) -> list[str]:
    return [_batch(queue, f"{tenant}-{number}") for number in range(count)]


def _take(queue: Queue, count: int, lease_ms: int = LEASE_MS, place: int = 0) -> Turns:
    return queue.run(take_batches(count, lease_ms, place))


def _names(turns: Turns) -> list[str]:
    return [batch for batch, _ in turns.given]


def _as_an_old_gateway_leaves_it(queue: Queue, tenant: str) -> None:
    """It knows nothing of turns."""
    keys = queue.link.keys
    queue.link.command("DEL", keys.batch_tenants(), keys.batch_turns(tenant))


@asynccontextmanager
async def _tending(own: AsyncQueue) -> AsyncIterator[BatchTender]:
    feed = Feed(own)
    tender = BatchTender(own, feed, PLACES)
    feed.start()
    tender.start()
    try:
        yield tender
    finally:
        await tender.close()
        await feed.close()


async def _until_handed_in(own: AsyncQueue, names: Iterable[str]) -> None:
    """No worker takes their lines, so they go on running."""
    left = list(names)
    async with asyncio.timeout(PATIENCE_S):
        while left:
            view = await batches.batch_view(own, left[-1])
            if view is not None and view.running:
                left.pop()
            else:
                await asyncio.sleep(0.02)


def _with_tender(queue: Queue, use: Callable[[AsyncQueue, BatchTender], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with AsyncQueue(queue.broker) as own, _tending(own) as tender:
            await use(own, tender)

    asyncio.run(whole())


def test_batches_of_one_tenant_keep_no_other_tenants_from_being_handed_in(queue: Queue) -> None:
    waiting = _batches(queue, "greedy", PLACES)

    async def use(own: AsyncQueue, tender: BatchTender) -> None:
        await _until_handed_in(own, waiting)
        other = await asyncio.to_thread(_batch, queue, "other-0")
        tender.poke(other, "other")
        await _until_handed_in(own, [other])

    _with_tender(queue, use)


def test_each_batch_of_a_tenant_has_its_turn(queue: Queue) -> None:
    waiting = _batches(queue, "greedy", 3 * PLACES)
    _with_tender(queue, lambda own, _: _until_handed_in(own, waiting))


def test_more_tenants_than_places_each_have_their_turn(queue: Queue) -> None:
    waiting = [_batch(queue, f"tenant{number}-0") for number in range(3 * PLACES)]
    _with_tender(queue, lambda own, _: _until_handed_in(own, waiting))


def test_a_batch_that_waits_for_a_place_is_withdrawn_when_it_is_cancelled(queue: Queue) -> None:
    waiting = _batches(queue, "greedy", 3 * PLACES)

    async def use(own: AsyncQueue, tender: BatchTender) -> None:
        await _until_handed_in(own, waiting)
        for batch in waiting:
            assert await own.run(batches.cancel_batch(batch))
            tender.poke(batch, "greedy")
        async with asyncio.timeout(PATIENCE_S):
            for batch in waiting:
                while (view := await batches.batch_view(own, batch)) is None or not view.withdrawn:
                    await asyncio.sleep(0.02)

    _with_tender(queue, use)
    assert queue.link.command("EXISTS", queue.link.keys.batch_turns("greedy"), queue.link.keys.batches_tended()) == 0


def test_tenants_are_given_as_many_places(queue: Queue) -> None:
    _batches(queue, "a", 10)
    _batches(queue, "b", 3)
    turns = _take(queue, 6)
    assert Counter(tenant for _, tenant in turns.given) == {"a": 3, "b": 3}
    assert turns.waiting == {"a"}


def test_places_that_a_tenant_leaves_free_are_the_others(queue: Queue) -> None:
    _batches(queue, "a", 10)
    _batches(queue, "b", 1)
    assert Counter(tenant for _, tenant in _take(queue, 6).given) == {"a": 5, "b": 1}


def test_the_next_places_are_those_of_who_had_none(queue: Queue) -> None:
    for tenant in "abcd":
        _batches(queue, tenant, 2)
    first = {tenant for _, tenant in _take(queue, 2).given}
    assert {tenant for _, tenant in _take(queue, 2).given} == set("abcd") - first


def test_no_two_gateways_are_given_the_same_batch(queue: Queue) -> None:
    names = _batches(queue, "a", 5)
    given = [*_names(_take(queue, 3)), *_names(_take(queue, 3))]
    assert sorted(given) == names


def test_a_batch_whose_gateway_died_is_given_to_another(queue: Queue) -> None:
    names = _batches(queue, "a", 2)
    _take(queue, 2, lease_ms=0)
    assert sorted(_names(_take(queue, 2))) == names


def test_a_batch_that_is_tended_is_given_to_nobody(queue: Queue) -> None:
    (name,) = _batches(queue, "a", 1)
    _take(queue, 1, lease_ms=0)
    assert queue.run(batches.tend(name, "gateway", LEASE_MS)).mine
    turns = _take(queue, 1)
    assert (turns.given, turns.waiting) == ((), frozenset())


def test_a_batch_that_rests_comes_after_those_that_wait(queue: Queue) -> None:
    _batches(queue, "a", 3)
    (name,) = _names(_take(queue, 1))
    queue.run(batches.tend(name, "gateway", LEASE_MS))
    queue.run(rest_batch(name, "gateway"))
    given = _names(_take(queue, 3))
    assert (len(given), given[-1]) == (3, name)
    assert queue.run(batches.tend(name, "another", LEASE_MS)).mine


def test_nobody_makes_a_batch_rest_that_another_gateway_tends(queue: Queue) -> None:
    (name,) = _batches(queue, "a", 1)
    queue.run(batches.tend(name, "gateway", LEASE_MS))
    queue.run(rest_batch(name, "another"))
    assert not queue.run(batches.tend(name, "another", LEASE_MS)).mine


@pytest.mark.parametrize("count", [1, 450])
def test_what_a_gateway_of_an_earlier_version_took_in_is_found(queue: Queue, count: int) -> None:
    names = _batches(queue, "a", count)
    _as_an_old_gateway_leaves_it(queue, "a")
    place = 0
    found: list[str] = []
    for _ in range(3):
        turns = _take(queue, count, place=place)
        place, found = turns.place, found + _names(turns)
    assert sorted(found) == sorted(names)


def test_a_gateway_of_an_earlier_version_still_sees_every_batch(queue: Queue) -> None:
    names = _batches(queue, "a", 3)
    for name in _names(_take(queue, 3)):
        queue.run(batches.tend(name, "gateway", LEASE_MS))
        queue.run(rest_batch(name, "gateway"))
    found = queue.link.command("ZRANGE", queue.link.keys.batches_tended(), 0, -1)
    assert [name.decode() for name in found] == names


def test_what_a_gateway_of_an_earlier_version_tends_is_left_to_it(queue: Queue) -> None:
    (name,) = _batches(queue, "a", 1)
    _as_an_old_gateway_leaves_it(queue, "a")
    queue.run(batches.tend(name, "old", LEASE_MS))
    assert _names(_take(queue, 1, lease_ms=0)) == [name]
    assert not queue.run(batches.tend(name, "new", LEASE_MS)).mine
    assert _names(_take(queue, 1)) == []


def test_what_a_gateway_of_an_earlier_version_removed_is_forgotten(queue: Queue) -> None:
    (name,) = _batches(queue, "a", 1)
    keys = queue.link.keys
    queue.link.command("DEL", keys.batch(name))
    queue.link.command("ZREM", keys.batches_tended(), name)
    assert _names(_take(queue, 1)) == []
    assert queue.link.command("EXISTS", keys.batch_turns("a"), keys.batch_tenants()) == 0
