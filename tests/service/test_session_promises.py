"""Sessions in the queue's scripts, without workers: they are run once, and not by every slot."""

from __future__ import annotations

import base64

import pytest
from service_harness import POLICY

from judge.errors import LanguageError, UsageError
from judge.model.session import TYPED_BYTES_MAX, Closed, EndOfInput, Present, Typed
from judge.model.work import SessionRequest, Work, WorkHeader, WorkKind
from judge.queue import calls
from judge.queue.admin import publish_languages, set_policy
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.session_link import Missing, SessionLink
from judge.queue.sessions import say, stands
from judge.queue.values import Claim, Claimant, Fault, LanguageCard, Refusal, State, WorkerInfo, WorkerState
from judge.wire import own_routes, routes_served

LEASE_MS = 60_000


def register(queue: Queue, session: str = "S") -> int:
    """A worker of two slots."""
    return join(queue, "w1", session)


def join(queue: Queue, node: str, session: str = "S", slots: int = 2) -> int:
    """The same, or another one."""
    routes = (*routes_served(("c",), ()), *own_routes(node))
    return queue.run(calls.register(node, session, WorkerState.ON, WorkerInfo(slots=slots), "{}", routes))


def sweep(queue: Queue) -> list[tuple[str, str]]:
    """What is out of attempts, and why; leases end when they end."""
    swept = queue.run(calls.sweep("w1", 0, LEASE_MS, 3))
    return [(one.id, one.reason) for one in swept.exhausted]


def send(queue: Queue, name: str, tenant: str = "", kind: WorkKind = WorkKind.SESSION) -> None:
    """Hand in a session."""
    header = WorkHeader(id=name, kind=kind, tenant=tenant)
    queue.run(calls.submit_work(Work(header=header, task=SessionRequest())))


def claim(queue: Queue, slot: str = "0", *, node: str = "w1", lease_ms: int = LEASE_MS, slots: int = 1) -> Claim | None:
    """What a slot gets."""
    who = Claimant(node=node, session="S", slot=slot, pid=1)
    answer = queue.run(calls.claim(who, lease_ms, session_slots=slots))
    return None if isinstance(answer, Refusal) else answer


@pytest.fixture(autouse=True)
def worker(queue: Queue) -> None:
    """A registered worker."""
    set_policy(queue, POLICY)
    sweep(queue)
    queue.link.command("HSET", queue.link.keys.counters(), "hold_until", 0)  # the first sweep holds leases for a while
    register(queue)


@pytest.mark.parametrize("fault", [Fault.BLAMED, Fault.DIED, Fault.FELL, Fault.UNBLAMED])
def test_a_session_that_is_given_back_is_over(queue: Queue, fault: Fault) -> None:
    send(queue, "one")
    claimed = claim(queue)
    assert claimed is not None
    queue.run(calls.give_back(claimed, "it broke", fault, attempts_max=3, delay_ms=1000))
    assert sweep(queue) == [("one", "it broke")]


def test_a_session_that_was_never_begun_goes_back(queue: Queue) -> None:
    send(queue, "one")
    claimed = claim(queue)
    assert claimed is not None
    queue.run(calls.give_back(claimed, "stopped", Fault.RETURNED, attempts_max=3))
    assert queue.state("one") is State.QUEUED


def test_a_session_ends_with_its_lease(queue: Queue) -> None:
    send(queue, "one")
    assert claim(queue, lease_ms=-1000) is not None
    ((name, reason),) = sweep(queue)
    assert (name, reason[:20]) == ("one", "the lease of w1 ran ")


def test_a_session_ends_when_its_worker_starts_again(queue: Queue) -> None:
    send(queue, "one")
    assert claim(queue) is not None
    register(queue, session="later")
    assert sweep(queue) == [("one", "the worker restarted")]


def test_sessions_have_only_their_share_of_the_slots(queue: Queue) -> None:
    for name in ("one", "two", "three"):
        send(queue, name)
    assert claim(queue, "0", slots=0) is None
    assert claim(queue, "0") is not None
    assert claim(queue, "1") is None
    assert claim(queue, "1", slots=2) is not None
    assert claim(queue, "2", slots=2) is None


def test_the_slot_that_held_a_session_may_take_the_next(queue: Queue) -> None:
    send(queue, "one")
    send(queue, "two")
    claimed = claim(queue)
    assert claimed is not None
    queue.run(calls.cancel(claimed.id))
    assert claim(queue) is not None


def test_only_its_tenant_is_told_of_a_session(queue: Queue) -> None:
    send(queue, "one", tenant="ours")
    assert queue.run(stands("one", "ours")).state is State.QUEUED
    for name, tenant in (("one", ""), ("one", "theirs"), ("two", "ours")):
        with pytest.raises(UsageError, match="no session"):
            queue.run(stands(name, tenant))
        with pytest.raises(UsageError, match="no session"):
            queue.run(say(name, tenant, "1", Closed()))


def test_frames_wait_for_their_worker_up_to_a_bound(queue: Queue) -> None:
    send(queue, "one")
    assert claim(queue) is not None
    outcomes = [queue.run(say("one", "", "1", Typed(offset=at, data=b"x"))).outcome for at in range(65)]
    assert outcomes == ["sent"] * 64 + ["full"]
    assert queue.run(say("one", "", "1", EndOfInput())).outcome == "sent"
    assert {queue.run(say("one", "", "1", Present())).outcome for _ in range(192)} == {"sent", "full"}
    assert queue.link.command("XLEN", queue.link.keys.session_input("one", "1")) == 256


def test_nothing_is_said_to_an_earlier_claim(queue: Queue) -> None:
    send(queue, "one")
    assert queue.run(say("one", "", "0", Closed())).outcome == "over"
    claimed = claim(queue)
    assert claimed is not None
    assert queue.run(say("one", "", str(claimed.fence + 1), Closed())).outcome == "over"
    queue.run(calls.cancel("one"))
    assert queue.run(say("one", "", str(claimed.fence), Closed())).outcome == "over"


def test_what_was_typed_is_typed_once_and_in_order(queue: Queue) -> None:
    send(queue, "one")
    assert claim(queue) is not None

    def typed(offset: int, data: bytes) -> tuple[str, int]:
        said = queue.run(say("one", "", "1", Typed(offset=offset, data=data)))
        return said.outcome, said.typed_bytes

    assert typed(0, b"abc") == ("sent", 3)
    assert typed(0, b"abc") == ("sent", 3)
    assert typed(1, b"bcde") == ("gap", 3)
    assert typed(9, b"x") == ("gap", 3)
    assert typed(3, b"de") == ("sent", 5)
    assert queue.run(stands("one", "")).typed_bytes == 5
    assert queue.link.command("XLEN", queue.link.keys.session_input("one", "1")) == 2


def test_what_another_one_typed_is_not_taken_for_ones_own(queue: Queue) -> None:
    send(queue, "one")
    assert claim(queue) is not None

    def typed(typist: str, offset: int, data: bytes) -> tuple[str, int]:
        said = queue.run(say("one", "", "1", Typed(offset=offset, data=data), typist))
        return said.outcome, said.typed_bytes

    assert typed("a", 0, b"abc") == ("sent", 3)
    assert typed("b", 0, b"xyz") == ("taken", 3)
    assert typed("b", 2, b"xyz") == ("taken", 3)
    assert typed("b", 4, b"x") == ("gap", 3)
    assert typed("", 0, b"xyz") == ("sent", 3)  # it has no name: taken for a repetition, as ever
    assert typed("b", 3, b"xyz") == ("sent", 6)
    assert typed("a", 0, b"abc") == ("sent", 6)  # a repetition of what came before b
    assert typed("a", 3, b"def") == ("taken", 6)
    assert typed("a", 6, b"def") == ("sent", 9)
    assert typed("b", 3, b"xyz") == ("sent", 9)


def test_what_a_reader_has_missed_is_counted_once() -> None:
    missing = Missing()
    missing.add(0, 100)
    missing.add(100, 300)
    missing.add(900, 1000)
    assert missing.size_bytes == 400
    missing.taken(50, 0)
    assert missing.size_bytes == 350
    missing.taken(400, 250)
    assert missing.size_bytes == 350
    missing.taken(1200, 350)
    assert missing.size_bytes == 350
    missing.add(1000, 1300)  # the reader had all up to 1200
    assert missing.size_bytes == 450


def begin(queue: Queue, claimed: Claim) -> None:
    """What a worker does when the program of a session starts."""
    link = SessionLink(queue, claimed)
    link.receive()
    link.close()


def test_a_session_that_has_begun_is_over_when_its_worker_is_stopped(queue: Queue) -> None:
    send(queue, "one")
    claimed = claim(queue)
    assert claimed is not None
    begin(queue, claimed)
    queue.run(calls.give_back(claimed, "stopped", Fault.RETURNED, attempts_max=3))
    assert sweep(queue) == [("one", "stopped")]


def test_a_session_that_has_begun_is_handed_on_to_nobody(queue: Queue) -> None:
    join(queue, "w2")
    send(queue, "one")
    claimed = claim(queue)
    assert claimed is not None
    begin(queue, claimed)
    assert queue.run(calls.hand_on(claimed, "the store is away")) == ("w1",)
    assert queue.state("one") is State.CLAIMED


def test_a_slot_that_asks_again_after_its_death_does_not_begin_its_session_again(queue: Queue) -> None:
    send(queue, "one")
    claimed = claim(queue)
    assert claimed is not None
    begin(queue, claimed)
    assert claim(queue) is None
    assert sweep(queue) == [("one", "its judging process died")]


def test_a_session_whose_claim_got_lost_on_the_way_is_claimed_again(queue: Queue) -> None:
    send(queue, "one")
    first, second = claim(queue), claim(queue)
    assert first is not None
    assert second is not None
    assert (second.id, second.fence, second.attempt) == ("one", first.fence + 1, 1)


def test_sessions_that_were_handed_on_have_only_their_share_of_the_slots(queue: Queue) -> None:
    join(queue, "w2", slots=3)
    for name in ("one", "two"):
        send(queue, name)
        claimed = claim(queue)
        assert claimed is not None
        assert queue.run(calls.hand_on(claimed, "no such version here")) == ()
    assert claim(queue, "0", node="w2") is not None
    assert claim(queue, "1", node="w2") is None
    assert claim(queue, "1", node="w2", slots=2) is not None


def test_a_session_that_was_handed_on_comes_back_from_a_worker_that_is_gone(queue: Queue) -> None:
    join(queue, "w2")
    send(queue, "one")
    claimed = claim(queue)
    assert claimed is not None
    assert queue.run(calls.hand_on(claimed, "no such version here")) == ()
    queue.link.command("ZADD", queue.link.keys.workers(), 0, "w2")
    sweep(queue)
    assert claim(queue) is not None


def test_no_slot_is_frozen_for_a_session(queue: Queue) -> None:
    def urgent() -> bool:
        return queue.run(calls.tick("w1", "S", LEASE_MS, None, (), "run")).urgent

    send(queue, "one")
    assert not urgent()
    queue.run(calls.submit_work(Work(header=WorkHeader(id="two", kind=WorkKind.SESSION), task=SessionRequest())))
    assert not urgent()


def test_sessions_are_refused_where_no_worker_has_a_slot_for_them(queue: Queue) -> None:
    publish_languages(queue, [LanguageCard(id="c", name="C")])
    routes = routes_served(("c",), (), sessions=False)
    queue.run(calls.register("w1", "later", WorkerState.ON, WorkerInfo(slots=2), "{}", routes))
    with pytest.raises(LanguageError, match=r"no worker .* takes this kind of work: .*session_slots"):
        send(queue, "one")


@pytest.mark.parametrize(
    ("size", "frame"),
    [
        (3, b'{"type":"typed","offset":0,"data":"' + base64.b64encode(b"x" * 64) + b'"}'),
        (0, b'{"type":"typed","offset":0,"data":"' + base64.b64encode(b"x" * 64) + b'"}'),
        (64, b'{"type":"closed"}'),
        (1 << 20, b'{"type":"typed","offset":0,"data":"' + base64.b64encode(b"x" * (1 << 20)) + b'"}'),
        (0, b'{"type":"closed","x":"' + b"x" * 40_000 + b'"}'),
        (0, b'{"type":' + b"[" * 5000),
        (0, b"\xff"),
        (0, b"3"),
        (0, b'{"type":7}'),
        (3, b'{"type":"typed","offset":0,"data":7}'),
    ],
)
def test_a_frame_that_is_too_large_or_not_what_it_says_is_refused(queue: Queue, size: int, frame: bytes) -> None:
    send(queue, "one")
    assert claim(queue) is not None
    answered = queue.run(Call("session", ("one", "-", "1", 0, size, frame, 64), lambda answer: answer))
    assert answered == [b"REFUSED"]
    assert queue.link.command("XLEN", queue.link.keys.session_input("one", "1")) == 0


@pytest.mark.parametrize("size", [0, 1, 2, 3, TYPED_BYTES_MAX])
def test_whatever_may_be_typed_is_taken(queue: Queue, size: int) -> None:
    send(queue, "one")
    assert claim(queue) is not None
    assert queue.run(say("one", "", "1", Typed(offset=0, data=b"\xff" * size))).outcome == "sent"


def test_more_than_may_be_typed_at_once_is_the_callers_fault(queue: Queue) -> None:
    send(queue, "one")
    assert claim(queue) is not None
    with pytest.raises(UsageError, match="16384 bytes are typed at once"):
        queue.run(say("one", "", "1", Typed(offset=0, data=b"x" * 2 * TYPED_BYTES_MAX)))
