"""A queue that the schema before has written: refused until it is drained, then brought up."""

from __future__ import annotations

import pytest
from service_harness import order
from test_queue_promises import claim, finish, join, refused

from judge import wire
from judge.errors import QueueError
from judge.queue import calls
from judge.queue.admin import forget_worker, publish, worker_views
from judge.queue.redis_queue import Queue
from judge.queue.values import State

BEFORE = wire.SCHEMA_VERSION - 1


def as_of_before(queue: Queue) -> None:
    queue.link.command("SET", queue.link.keys.schema(), BEFORE)


def schema_of(queue: Queue) -> int:
    return int(queue.link.command("GET", queue.link.keys.schema()))


def test_an_empty_namespace_gets_the_present_schema(queue: Queue) -> None:
    publish(queue)
    publish(queue)
    assert schema_of(queue) == wire.SCHEMA_VERSION


def test_a_queue_with_waiting_submissions_is_refused_and_told_to_drain(queue: Queue) -> None:
    queue.run(calls.submit(order("a")))
    as_of_before(queue)
    with pytest.raises(
        QueueError, match=r"not drained: 1 submissions wait, 0 are claimed, 0 workers live.*upgrade\.md"
    ):
        publish(queue)
    assert schema_of(queue) == BEFORE


def test_a_queue_with_claimed_submissions_is_refused(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("a")))
    claim(queue)
    forget_worker(queue, "w1")
    as_of_before(queue)
    with pytest.raises(QueueError, match="0 submissions wait, 1 are claimed"):
        publish(queue)


def test_a_queue_whose_workers_still_live_is_refused(queue: Queue) -> None:
    join(queue)
    as_of_before(queue)
    with pytest.raises(QueueError, match="1 workers live"):
        publish(queue)


def test_a_drained_queue_is_brought_up_with_its_records(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("a")))
    finish(queue, claim(queue))
    forget_worker(queue, "w1")
    as_of_before(queue)
    publish(queue)
    assert schema_of(queue) == wire.SCHEMA_VERSION
    assert queue.state("a") is State.DONE
    assert queue.report("a") is not None


def test_a_worker_that_slept_through_the_upgrade_is_unknown(queue: Queue) -> None:
    join(queue)
    queue.link.command("ZADD", queue.link.keys.workers(), 0, "w1")
    as_of_before(queue)
    publish(queue)
    assert worker_views(queue) == ()
    assert refused(queue) == "stale"


def test_a_schema_of_the_future_is_refused(queue: Queue) -> None:
    queue.link.command("SET", queue.link.keys.schema(), wire.SCHEMA_VERSION + 1)
    with pytest.raises(QueueError, match="use another namespace"):
        publish(queue)


def test_a_wait_of_days_is_a_whole_number_in_its_event(queue: Queue) -> None:
    """cjson alone would write it as 8.64e+14."""
    join(queue)
    queue.run(calls.submit(order("a")))
    queue.link.command("HINCRBY", queue.link.keys.record("a"), "at", -864_000_000)
    claim(queue)
    (text,) = [fields[b"event"] for _, fields in queue.link.command("XRANGE", queue.link.keys.events("a"), "-", "+")][
        1:
    ]
    assert b'"wait_ns":8640' in text
    assert b"e+" not in text
