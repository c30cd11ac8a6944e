"""Thousands of submissions judged again: in pieces, each of few round trips, that hold Redis for a moment only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import ConnectionError
from service_harness import order

from judge.errors import UsageError
from judge.model.report import Report
from judge.model.verdict import Verdict
from judge.queue import calls, rejudge
from judge.queue.link import Link
from judge.queue.redis_queue import Queue
from judge.queue.rejudge import Selector
from judge.queue.values import Claim, Claimant, WorkerInfo, WorkerState
from judge.wire import routes_served

MANY = 230


def judge_all(queue: Queue, verdict: Verdict) -> int:
    """Finish what waits; how many that were."""
    who, done = Claimant(node="w", session="S", slot="0", pid=4711), 0
    while isinstance(claim := queue.run(calls.claim(who, 60_000)), Claim):
        queue.run(calls.finish(claim, Report(submission=claim.id, problem="p", language="c", verdict=verdict)))
        done += 1
    return done


@pytest.fixture
def judged(queue: Queue) -> Queue:
    """A queue with many finished submissions of one tenant, and one of another's."""
    queue.run(calls.sweep("w", 0, 60_000, 3))
    queue.link.command("HSET", queue.link.keys.counters(), "hold_until", 0)
    routes = routes_served(("c",), ())
    queue.run(calls.register("w", "S", WorkerState.ON, WorkerInfo(slots=1), '{"id":"@@SERIAL@@"}', routes))
    for number in range(MANY):
        queue.run(calls.submit(order(f"s{number:03}", tenant="school", text=str(number % 7))))
    queue.run(calls.submit(order("theirs", tenant="other")))
    assert judge_all(queue, Verdict.AC) == MANY + 1
    return queue


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Each round trip to Redis that the blocking queue makes."""
    made: list[str] = []
    command, run_all = Link.command, Link.run_all

    def counted(link: Link, *words: Any) -> Any:
        made.append(str(words[0]))
        return command(link, *words)

    def counted_all(link: Link, several: Any) -> Any:
        made.append("run_all")
        return run_all(link, several)

    monkeypatch.setattr(Link, "command", counted)
    monkeypatch.setattr(Link, "run_all", counted_all)
    yield made


def test_many_are_handed_in_compared_and_dropped_in_few_round_trips(judged: Queue, trips: list[str]) -> None:
    chosen = Selector(tenant="school", verdict="AC")
    assert rejudge.count_selected(judged, chosen) == MANY
    batch, count = rejudge.start(judged, chosen, by="jury", owner="school")
    assert (count, len(trips) < MANY / 4) == (MANY, True), trips
    assert [one.count for one in rejudge.batches(judged) if one.name == batch] == [MANY]
    assert judge_all(judged, Verdict.WA) == MANY
    trips.clear()
    found = rejudge.compare(judged, batch)
    assert ({(one.before, one.after) for one in found}, len(found)) == ({("AC", "WA")}, MANY)
    assert [one.id for one in found] == sorted(one.id for one in found)
    again, _ = rejudge.start(judged, chosen, by="jury")
    assert rejudge.drop(judged, again) == MANY
    assert len(trips) < MANY / 4
    assert judge_all(judged, Verdict.WA) == 0


def test_a_tenants_selection_looks_at_no_other_tenants_records(judged: Queue) -> None:
    assert rejudge.count_selected(judged, Selector(tenant="other")) == 1
    assert rejudge.count_selected(judged, Selector(verdict="AC")) == MANY + 1
    assert rejudge.count_selected(judged, Selector(tenant="")) == 0


def test_a_list_for_one_owner_compares_nobody_elses(judged: Queue, trips: list[str]) -> None:
    theirs, _ = rejudge.start(judged, Selector(tenant="other"), owner="other")
    rejudge.start(judged, Selector(tenant="school"), owner="school")
    trips.clear()
    assert [one.name for one in rejudge.batches(judged, lambda owner: owner == "other")] == [theirs]
    assert len(trips) < 10, trips


def test_a_connection_that_breaks_among_many_loses_none(judged: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Link.run_all
    broken: list[int] = []

    def breaking(link: Link, several: Any) -> Any:
        batch = list(several)
        answers = whole(link, batch)
        if len(broken) < 1:
            broken.append(len(batch))
            raise ConnectionError("the answers are lost")
        return answers

    monkeypatch.setattr(Link, "run_all", breaking)
    _, count = rejudge.start(judged, Selector(tenant="school"))
    assert (count, judge_all(judged, Verdict.AC), len(broken)) == (MANY, MANY, 1)


def test_a_selection_of_nothing_leaves_no_batch(judged: Queue) -> None:
    with pytest.raises(UsageError, match="no finished submission is selected"):
        rejudge.start(judged, Selector(verdict="TLE"))
    assert rejudge.batches(judged) == ()


def test_long_ids_that_differ_at_their_end_are_judged_again_each(judged: Queue) -> None:
    long = tuple(f"{'t' * 48}~{'x' * 63}{last}" for last in "ab")
    for name in long:
        judged.run(calls.submit(order(name, text=name)))
    assert judge_all(judged, Verdict.AC) == len(long)
    batch, count = rejudge.start(judged, Selector(ids=long))
    assert count == judge_all(judged, Verdict.WA) == len(long)
    assert [(item.id, item.after) for item in rejudge.compare(judged, batch)] == [(name, "WA") for name in long]
