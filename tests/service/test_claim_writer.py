"""Progress beside the judging: gathered, in order, once, and never in the way - also when the connection goes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from service_harness import order

from judge.errors import ClaimLost
from judge.model.event import Compiled, Compiling, Event, OutputChunk
from judge.model.report import Report
from judge.model.verdict import Verdict
from judge.queue import calls
from judge.queue.claimed import OUTPUT_BYTES_MAX, ClaimWriter
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant, Refusal, RefusalReason, WorkerInfo, WorkerState


def nothing() -> None:
    """Nobody wants to be called later."""


@pytest.fixture
def claim(queue: Queue) -> Claim:
    """One submission, claimed."""
    queue.run(calls.register("node", "s", WorkerState.ON, WorkerInfo(slots=1), "", ["c"]))
    queue.run(calls.submit(order()))
    answer = queue.run(calls.claim(Claimant(node="node", session="s", slot="0", pid=1), 60_000))
    assert isinstance(answer, Claim)
    return answer


def progress(claim: Claim, count: int) -> list[Event]:
    return [Compiling(submission=claim.id, language=f"l{number}") for number in range(count)]


def accepted(claim: Claim) -> Report:
    return Report(submission=claim.id, problem="p", language="c", verdict=Verdict.AC)


def story(queue: Queue, claim: Claim) -> list[str]:
    """The languages in the progress of the claim, as recorded."""
    entries = queue.link.client.xrange(queue.link.keys.events(claim.id))
    return [fields[b"event"].decode().split('"')[-2] for _, fields in entries if fields[b"type"] == b"compiling"]  # type: ignore[index, union-attr]


def test_events_are_gathered_until_the_time_has_come(queue: Queue, claim: Claim) -> None:
    asked: list[str] = []
    writer = ClaimWriter(queue, claim, lambda: asked.append("later"))
    for event in progress(claim, 3):
        writer.emit(event)
    assert asked == ["later"]
    assert story(queue, claim) == []
    writer.send()
    assert writer.finish(calls.finish(claim, accepted(claim)))
    assert story(queue, claim) == ["l0", "l1", "l2"]


def test_a_batch_is_sent_when_the_one_before_was_answered(queue: Queue, claim: Claim) -> None:
    asked: list[str] = []
    writer = ClaimWriter(queue, claim, lambda: asked.append("later"))
    for event in progress(claim, 5):
        writer.emit(event)
        writer.send()
    while len(story(queue, claim)) < 5:
        writer.send()
    assert story(queue, claim) == [f"l{number}" for number in range(5)]
    assert writer.finish(calls.finish(claim, accepted(claim)))


def test_what_lies_here_goes_out_before_the_report(queue: Queue, claim: Claim) -> None:
    writer = ClaimWriter(queue, claim, nothing)
    writer.emit(progress(claim, 1)[0])
    assert writer.finish(calls.finish(claim, accepted(claim)))
    kinds = [fields[b"type"] for _, fields in queue.link.client.xrange(queue.link.keys.events(claim.id))]  # type: ignore[index, union-attr]
    assert kinds == [b"queued", b"claimed", b"compiling", b"done"]


def output(claim: Claim, text: bytes) -> list[OutputChunk]:
    """Each byte an event."""
    return [
        OutputChunk(submission=claim.id, stream=1, offset=index, content=text[index : index + 1])
        for index in range(len(text))
    ]


def written(queue: Queue, claim: Claim) -> list[bytes]:
    """The content of the chunks of output in the stream."""
    return [event.content for _, event in queue.follow(claim.id) if isinstance(event, OutputChunk)]


def test_output_of_one_moment_is_one_event_and_what_was_sent_is_not_touched(queue: Queue, claim: Claim) -> None:
    with closing(ClaimWriter(queue, claim, nothing)) as writer:
        chunks = output(claim, b"abcdefgh")
        for chunk in chunks[:3]:
            writer.emit(chunk)
        writer.send()
        for chunk in chunks[3:]:
            writer.emit(chunk)
        cut(queue)
        assert writer.finish(calls.finish(claim, accepted(claim)))
    assert written(queue, claim) == [b"abc", b"defgh"]


def test_output_of_another_stream_or_too_much_is_an_event_of_its_own(queue: Queue, claim: Claim) -> None:
    large = bytes(OUTPUT_BYTES_MAX)
    other = OutputChunk(submission=claim.id, stream=2, offset=0, content=b"x")
    with closing(ClaimWriter(queue, claim, nothing)) as writer:
        for chunk in (
            *output(claim, b"ab"),
            other,
            OutputChunk(submission=claim.id, stream=2, offset=1, content=large),
        ):
            writer.emit(chunk)
        assert writer.finish(calls.finish(claim, accepted(claim)))
    assert written(queue, claim) == [b"ab", b"x", large]


def cut(queue: Queue) -> None:
    """Every connection of this queue's client breaks."""
    queue.link.client.connection_pool.disconnect(inuse_connections=True)


def forget_scripts(queue: Queue) -> None:
    queue.link.client.script_flush()


@pytest.mark.parametrize("harm", [cut, forget_scripts])
def test_after_a_broken_conversation_all_is_there_once_and_in_order(
    queue: Queue, claim: Claim, harm: Callable[[Queue], None]
) -> None:
    writer = ClaimWriter(queue, claim, nothing)
    for number, event in enumerate(progress(claim, 6)):
        writer.emit(event)
        if number % 2:
            writer.send()
        if number == 2:
            harm(queue)
    assert writer.finish(calls.finish(claim, accepted(claim)))
    assert story(queue, claim) == [f"l{number}" for number in range(6)]


def test_what_is_to_be_done_meanwhile_is_done_while_the_report_travels(queue: Queue, claim: Claim) -> None:
    writer = ClaimWriter(queue, claim, nothing)
    done: list[str] = []
    assert writer.finish(calls.finish(claim, accepted(claim)), meanwhile=lambda: done.append("closed"))
    assert done == ["closed"]


def test_a_lost_claim_ends_the_judging_and_records_nothing(queue: Queue, claim: Claim) -> None:
    queue.run(calls.cancel(claim.id))
    writer = ClaimWriter(queue, claim, nothing)
    writer.emit(progress(claim, 1)[0])
    writer.send()
    with pytest.raises(ClaimLost):
        for _ in range(100_000):
            writer.send()
            writer.emit(Compiled(submission=claim.id, ok=True, cached=True, wall_time_ns=0))
    assert not writer.finish(calls.finish(claim, accepted(claim)))
    assert story(queue, claim) == []


def test_a_report_and_the_next_claim_are_one_call_and_repeating_it_is_safe(queue: Queue, claim: Claim) -> None:
    for _ in range(2):
        queue.run(calls.submit(order()))
    claiming = calls.claim(Claimant(node="node", session="s", slot="0", pid=1), 60_000)
    both = calls.finish_and_claim(calls.finish(claim, accepted(claim)), claiming)
    writer = ClaimWriter(queue, claim, nothing)
    writer.emit(progress(claim, 1)[0])
    won, first = writer.finish(both)
    assert won
    assert isinstance(first, Claim)
    won, again = queue.run(both)  # as when the answer was lost
    assert won
    assert isinstance(again, Claim)
    assert (again.id, again.attempt) == (first.id, 1)
    assert again.fence > first.fence
    assert queue.report(claim.id) is not None
    assert not queue.run(calls.finish(first, accepted(first)))
    ending = calls.finish(again, accepted(again))
    won, third = queue.run(calls.finish_and_claim(ending, claiming))
    assert won
    assert isinstance(third, Claim)
    assert third.id not in (claim.id, again.id)


def test_a_report_that_comes_too_late_is_refused_and_the_slot_claims_all_the_same(queue: Queue, claim: Claim) -> None:
    queue.run(calls.cancel(claim.id))
    queue.run(calls.submit(order()))
    claiming = calls.claim(Claimant(node="node", session="s", slot="0", pid=1), 60_000)
    won, other = queue.run(calls.finish_and_claim(calls.finish(claim, accepted(claim)), claiming))
    assert not won
    assert isinstance(other, Claim)
    assert other.id != claim.id
    won, none = queue.run(calls.finish_and_claim(calls.finish(other, accepted(other)), claiming))
    assert won
    assert none == Refusal(reason=RefusalReason.NONE)
