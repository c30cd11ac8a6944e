"""Workers of the version before and of this one at the same Redis.

The version before knew submissions alone. Its worker is played here with the scripts that it really ran, on the routes
that it really served; its reports are written as it wrote them.
"""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="union-attr"

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from service_harness import POLICY, order, until
from service_work import work_order

from judge import wire
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.model.work import Work, WorkKind
from judge.model.work_report import BlameOn, kind_of_report, report_without_work
from judge.queue import calls
from judge.queue.admin import queue_view, set_policy
from judge.queue.records import records_call
from judge.queue.redis_queue import Queue
from judge.queue.session_link import SessionLink
from judge.queue.values import Claim, Claimant, Fault, Refusal, State, WorkerInfo, WorkerState

SCRIPTS = json.loads((Path(__file__).resolve().parent / "old" / "scripts.json").read_text())
KINDS = [kind for kind in WorkKind if kind is not WorkKind.SUBMISSION]
LEASE_MS = 60_000

every_kind = pytest.mark.parametrize("kind", KINDS)


class OldWorker:
    """A worker of the version before, of two slots, that takes submissions in C."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        info = b'{"slots":2,"languages":["c"],"version":"0.9"}'
        self.run("register", "old", "O", "on", info, '{"id":"@@SERIAL@@"}', 2, "any", "c")

    def run(self, script: str, *words: Any) -> Any:
        """Run one of its scripts."""
        return self._queue.link.command("EVAL", SCRIPTS[script], 1, self._queue.link.keys.prefix, *words)

    def claim(self, slot: int = 0) -> Any:
        return self.run("claim", "old", "O", slot, 4711, LEASE_MS, "", "")

    def finish(self, id: str, fence: object, verdict: str, reason: str = "") -> bool:
        """Record a report, or the judge error of what did not decode: it has no kind and no language."""
        report = {"version": 1, "submission": id, "problem": "", "language": "", "verdict": verdict, "why": reason}
        return bool(self.run("finish", id, fence, verdict, json.dumps(report), "", "{}"))

    def sweep(self) -> list[list[bytes]]:
        """What is out of attempts: id, fence, attempt, text, why."""
        flat = self.run("sweep", "old", 0, LEASE_MS, 3)[2]
        return [flat[at : at + 5] for at in range(0, len(flat), 5)]


@pytest.fixture
def old(queue: Queue) -> OldWorker:
    queue.run(calls.sweep("w", 0, LEASE_MS, 3))  # the first sweep ever holds leases for a while
    queue.link.command("HSET", queue.link.keys.counters(), "hold_until", 0)
    return OldWorker(queue)


def join(queue: Queue) -> None:
    """Register a worker of this version, too."""
    routes = wire.routes_served(("c",), ())
    queue.run(calls.register("new", "S", WorkerState.ON, WorkerInfo(slots=2), '{"id":"@@SERIAL@@"}', routes))


def claim(queue: Queue, slot: int = 0) -> Claim:
    answer = queue.run(calls.claim(Claimant(node="new", session="S", slot=str(slot), pid=4712), LEASE_MS))
    assert isinstance(answer, Claim), answer
    return answer


@every_kind
def test_each_takes_what_it_knows_and_nothing_is_lost(queue: Queue, old: OldWorker, kind: WorkKind) -> None:
    join(queue)
    queue.run(calls.submit_work(work_order(kind, "work")))
    queue.run(calls.submit(order("judged")))
    assert [answer[0] for answer in (old.claim(0), old.claim(1))] == [b"CLAIMED", b"NONE"]
    claimed = claim(queue)
    assert claimed.id == "work"
    work = wire.decode_claimed(claimed.submission, claimed.sources)
    assert isinstance(work, Work)
    assert old.finish("judged", 1, "AC")
    assert queue.run(calls.finish(claimed, report_without_work(work.header, BlameOn.NONE, "")))
    assert queue.report("judged").verdict is Verdict.AC
    assert kind_of_report(queue.answer("work")) is kind  # type: ignore[arg-type]


def test_what_a_new_client_submits_is_what_an_old_worker_reads(queue: Queue, old: OldWorker) -> None:
    submission = order("one", tenant="amy", priority_class="contest")
    queue.run(calls.submit(submission))
    _, id, _, attempt, text, sources, _, priority_class = old.claim()
    fields = {name: json.loads(text)[name] for name in json.loads(text)}
    assert set(fields) <= set(Submission.__struct_fields__)  # it refused what it did not know
    assert wire.decode_submission(text, sources) == submission
    assert (id, attempt, priority_class) == (b"one", 1, b"contest")


@every_kind
def test_work_without_a_worker_that_knows_it_is_refused_and_that_is_said(
    queue: Queue, old: OldWorker, kind: WorkKind
) -> None:
    queue.link.command("HSET", queue.link.keys.languages(), "c", "c")
    with pytest.raises(Exception, match="earlier version"):
        queue.run(calls.submit_work(work_order(kind, "work")))
    join(queue)
    assert queue.run(calls.submit_work(work_order(kind, "work")))


@every_kind
def test_an_old_submit_script_does_not_lose_work_either(queue: Queue, old: OldWorker, kind: WorkKind) -> None:
    """Foreign clients run the script that the newest worker left."""
    join(queue)
    work = work_order(kind, "work")
    message = wire.encode_work(work)
    words = (message.submission, message.sources, message.sources_digest, message.digest, "run", "-")
    answer = old.run("submit", "work", *words, wire.work_route(work.header), "")
    assert answer[0] == b"ACCEPTED"
    assert old.claim()[0] == b"NONE"
    assert claim(queue).id == "work"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not WorkKind.SESSION])
def test_work_that_failed_on_a_new_worker_never_goes_to_an_old_one(
    queue: Queue, old: OldWorker, kind: WorkKind
) -> None:
    join(queue)
    queue.run(calls.submit_work(work_order(kind, "work")))
    queue.run(calls.give_back(claim(queue), "it died", Fault.BLAMED, attempts_max=3))
    assert old.claim()[0] == b"NONE"
    assert claim(queue).attempt == 2


def test_a_session_that_an_old_sweep_puts_back_is_not_begun_again(queue: Queue, old: OldWorker) -> None:
    join(queue)
    queue.run(calls.submit_work(work_order(WorkKind.SESSION, "live")))
    claimed = claim(queue)
    link = SessionLink(queue, claimed)
    link.receive()
    link.close()
    queue.link.command("ZADD", queue.link.keys.leases(), 0, "live")
    old.sweep()
    assert queue.state("live") is State.QUEUED
    who = Claimant(node="new", session="S", slot="1", pid=4712)
    assert isinstance(queue.run(calls.claim(who, LEASE_MS)), Refusal)
    (ended,) = queue.run(calls.sweep("new", 0, LEASE_MS, 3)).exhausted
    assert (ended.id, ended.reason) == ("live", "its worker was lost")


@every_kind
def test_an_old_sweep_that_ends_new_work_is_the_judges_fault(queue: Queue, old: OldWorker, kind: WorkKind) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, waiting_max_ms=1))
    join(queue)
    queue.run(calls.submit_work(work_order(kind, "orphan", tenant="amy")))
    until(lambda: queue_view(queue).lanes[0].oldest_ms > 2, "the patience to end")
    ((id, fence, attempt, _, reason),) = old.sweep()
    assert (id, attempt) == (b"orphan", b"0")
    assert old.finish("orphan", fence, "JE", f"judging this submission kept failing: {reason.decode()}")
    report = queue.answer("orphan")
    assert report is not None
    assert not isinstance(report, Report)
    assert (kind_of_report(report), report.blame, report.tenant) == (kind, BlameOn.JUDGE, "amy")
    assert "no worker took it" in report.reason
    (view,) = queue.run(records_call(("orphan",)))
    assert (view.kind, view.state, view.verdict) == (kind, State.DONE, "JE")


@every_kind
def test_an_old_client_can_withdraw_new_work(queue: Queue, old: OldWorker, kind: WorkKind) -> None:
    join(queue)
    for name in ("waits", "runs"):
        queue.run(calls.submit_work(work_order(kind, name)))
    running = claim(queue).id
    waiting = ({"waits", "runs"} - {running}).pop()
    assert old.run("cancel", running)[:2] == [b"CANCELLED", b"CLAIMED"]
    assert old.run("cancel", waiting)[:2] == [b"CANCELLED", b"QUEUED"]
    assert {queue.state(name) for name in ("waits", "runs")} == {State.CANCELLED}


def test_a_dead_old_workers_submission_is_judged_by_a_new_one(queue: Queue, old: OldWorker) -> None:
    join(queue)
    queue.run(calls.submit(order("one")))
    _, _, fence, *_ = old.claim()
    old.run("giveback", "one", fence, "it went away", "unblamed", 0, 3, "")
    assert claim(queue).id == "one"
    assert not old.finish("one", fence, "WA")  # it comes back: too late
