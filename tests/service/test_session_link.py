"""The worker's end of a session, on a real Redis: what is kept for readers, and what is counted."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from service_harness import RedisServer, free_port

from judge.model.session import TYPED_BYTES_MAX, InputFrame, OutputFrame, Present, Typed
from judge.queue.answers import pairs_of
from judge.queue.redis_queue import Queue
from judge.queue.session_link import OUTPUT_FRAME_COST_BYTES, OUTPUT_KEPT_BYTES, SessionLink
from judge.queue.values import Claim

CLAIM = Claim(id="one", fence=1, attempt=1, submission=b"", sources=b"", wait_ms=0, priority_class="run")
#: How many frames of one byte are kept.
FRAMES_MAX = OUTPUT_KEPT_BYTES // (1 + OUTPUT_FRAME_COST_BYTES)


@pytest.fixture
def link(queue: Queue) -> Iterator[SessionLink]:
    """Of a claim that nobody else knows."""
    with Queue(queue.broker) as own:
        link = SessionLink(own, CLAIM)
        link.receive()
        yield link
        link.close()


def break_connections(queue: Queue) -> None:
    """All connections that Redis has but ours."""
    queue.link.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


def kept(queue: Queue) -> list[OutputFrame]:
    """The frames of output that Redis holds."""
    entries = queue.link.command("XRANGE", queue.link.keys.session_output("one", "1"), "-", "+")
    frames = (dict(pairs_of(fields))[b"frame"] for _, fields in entries)
    return [msgspec.json.decode(frame, type=OutputFrame) for frame in frames]


def tell(queue: Queue, frame: InputFrame) -> None:
    """As a client does that goes by no script."""
    queue.link.command("XADD", queue.link.keys.session_input("one", "1"), "*", "frame", msgspec.json.encode(frame))


def test_each_frame_counts_beside_its_bytes(queue: Queue, link: SessionLink) -> None:
    for number in range(FRAMES_MAX + 100):
        link.send(1 + number % 2, b"x")
        if not number % 100:
            link.finish()
    link.finish()
    assert len(kept(queue)) == FRAMES_MAX
    assert link.dropped_bytes == 100


def test_frames_that_wait_for_redis_count_as_those_that_it_holds(shared_redis: RedisServer) -> None:
    nowhere = msgspec.structs.replace(shared_redis.broker, url=f"redis://127.0.0.1:{free_port()}/0")
    link = SessionLink(Queue(nowhere), CLAIM)
    link.receive()
    for _ in range(FRAMES_MAX):
        link.send(1, b"x")
        link.send(2, b"y")
    link.close()
    assert link.dropped_bytes == FRAMES_MAX


def test_what_was_on_its_way_when_the_connection_broke_is_sent_again_and_is_there_once(
    queue: Queue, link: SessionLink
) -> None:
    link.send(1, b"one")  # it arrives, its answer is not read
    queue.link.command("PING")
    break_connections(queue)
    link.send(1, b"two")
    link.finish()
    frames = kept(queue)  # one or two: what waits goes together
    assert frames[0].offset == 0
    assert b"".join(frame.data for frame in frames) == b"onetwo"
    assert link.dropped_bytes == 0


def test_what_is_lost_because_the_connection_stays_broken_is_counted(queue: Queue, link: SessionLink) -> None:
    link.send(1, b"before")
    link.finish()
    tell(queue, Present(taken=6))
    while not link.receive():
        pass
    break_connections(queue)
    for _ in range(5):
        link.send(1, bytes(OUTPUT_KEPT_BYTES // 4 - OUTPUT_FRAME_COST_BYTES))
    dropped = link.dropped_bytes
    link.finish()
    frames = kept(queue)
    assert dropped == link.dropped_bytes == frames[-4].offset - 6 > 0
    assert [frame.offset for frame in frames[-4:]] == sorted({frame.offset for frame in frames[-4:]})


def test_input_that_was_taken_is_deleted_though_the_connection_broke(queue: Queue, link: SessionLink) -> None:
    tell(queue, Present())
    while not link.receive():
        pass
    break_connections(queue)
    link.send(1, b"x")
    link.finish()
    assert queue.link.command("XLEN", queue.link.keys.session_input("one", "1")) == 0


def test_frames_that_are_none_or_too_large_are_passed_over(queue: Queue, link: SessionLink) -> None:
    key = queue.link.keys.session_input("one", "1")
    for text in (b"\xff", b'{"type":"present","x":' + b"[" * 100_000, b'{"type":"nothing"}'):
        queue.link.command("XADD", key, "*", "frame", text)
    tell(queue, Typed(offset=0, data=bytes(TYPED_BYTES_MAX + 1)))
    tell(queue, Present(taken=7))
    frames: list[InputFrame] = []
    while not frames:
        frames += link.receive()
    assert frames == [Present(taken=7)]
    link.send(1, b"x")
    link.finish()
    assert queue.link.command("XLEN", key) == 0


def test_output_is_kept_for_a_time_and_less_after_the_end(queue: Queue, link: SessionLink) -> None:
    key = queue.link.keys.session_output("one", "1")
    for _ in range(2):
        link.send(1, b"x")
        link.finish()
    assert 3500 < queue.link.command("TTL", key) <= 3600
    break_connections(queue)
    link.send(1, b"y")
    link.finish()
    assert len(kept(queue)) == 3
    link.close()
    assert 0 < queue.link.command("TTL", key) <= 60
