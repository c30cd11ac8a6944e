"""The queue's promises for every kind of work: as for submissions, whatever dies."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="union-attr"

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from judge_workers.node.exhausted import give_up
from judge_workers.slot.judge_error import judge_error
from service_harness import POLICY, RedisServer, Worker, order, running, send_signal, until
from service_work import work_order

from judge.client import Client, new_id
from judge.errors import QueueFullError, RateLimitError, SubmissionCancelled, UsageError, WorkError
from judge.model.event import Cancelled, Claimed, Compiled, Event, Retried, WorkDone
from judge.model.report import Report
from judge.model.submission import SourceFile
from judge.model.work import Execution, ProgramSource, Work, WorkHeader, WorkKind
from judge.model.work_report import BlameOn, ExecutionReport, kind_of_report
from judge.queue import calls
from judge.queue.admin import queue_view, set_policy
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant, Fault, State, Sweep, WorkerInfo, WorkerState
from judge.wire import routes_served, work_route

LEASE_MS = 60_000

KINDS = [kind for kind in WorkKind if kind is not WorkKind.SUBMISSION]

#: A session is interactive: nobody can type again what was typed.
RETRIED = [kind for kind in KINDS if kind is not WorkKind.SESSION]

every_kind = pytest.mark.parametrize("kind", KINDS)
every_retried_kind = pytest.mark.parametrize("kind", RETRIED)


def join(queue: Queue) -> None:
    """Register a worker of two slots that takes everything in C."""
    sweep(queue)
    queue.link.command("HSET", queue.link.keys.counters(), "hold_until", 0)
    routes = routes_served(("c",), ())
    queue.run(calls.register("w", "S", WorkerState.ON, WorkerInfo(slots=2), '{"id":"@@SERIAL@@"}', routes))


def claim(queue: Queue, slot: int = 0) -> Claim:
    who = Claimant(node="w", session="S", slot=str(slot), pid=4711)
    answer = queue.run(calls.claim(who, LEASE_MS, session_slots=20))
    assert isinstance(answer, Claim), answer
    return answer


def sweep(queue: Queue) -> Sweep:
    return queue.run(calls.sweep("w", 0, LEASE_MS, 3))


def send(queue: Queue, kind: WorkKind, id: str, **orders: Any) -> str:
    queue.run(calls.submit_work(work_order(kind, id, **orders)))
    return id


@every_kind
def test_an_id_stands_for_one_piece_of_work(queue: Queue, kind: WorkKind) -> None:
    work = work_order(kind, "one")
    assert queue.run(calls.submit_work(work))
    assert not queue.run(calls.submit_work(work))
    with pytest.raises(UsageError, match="already stands for another"):
        send(queue, kind, "one", ms=1)
    with pytest.raises(UsageError, match="already stands for another"):
        queue.run(calls.submit(order("one")))


@every_kind
def test_tenants_share_whatever_they_send(queue: Queue, kind: WorkKind) -> None:
    join(queue)
    for number in range(20):
        queue.run(calls.submit(order(f"a{number}", tenant="a", priority_class="run")))
    send(queue, kind, "b", tenant="b", priority_class="run")
    assert "b" in {claim(queue, slot).id for slot in range(2)}


@every_kind
def test_classes_go_by_their_weights(queue: Queue, kind: WorkKind) -> None:
    join(queue)
    for number in range(40):
        send(queue, kind, f"p{number}", priority_class="practice")
        send(queue, kind, f"c{number}", priority_class="contest")
    first = [claim(queue, slot).id[0] for slot in range(18)]
    assert (first.count("c"), first.count("p")) == (16, 2)


@every_kind
def test_limits_of_a_tenant_count_every_kind(queue: Queue, kind: WorkKind) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, tenant_running_max=1, tenant_per_minute=3, queue_max=3))
    join(queue)
    queue.run(calls.submit(order("first", tenant="a")))
    send(queue, kind, "second", tenant="a")
    send(queue, kind, "other", tenant="b")
    assert {claim(queue, slot).id for slot in range(2)} == {"first", "other"}
    send(queue, kind, "third", tenant="a")
    with pytest.raises(RateLimitError):
        send(queue, kind, "too-fast", tenant="a")
    send(queue, kind, "more", tenant="b")
    with pytest.raises(QueueFullError):
        send(queue, kind, "too-many", tenant="c")


@every_kind
def test_work_that_nobody_takes_ends_as_a_fault_of_the_judge(queue: Queue, kind: WorkKind) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, waiting_max_ms=1))
    send(queue, kind, "orphan")
    until(lambda: queue_view(queue).lanes[0].oldest_ms > 2, "the patience to end")
    (exhausted,) = sweep(queue).exhausted
    give_up(queue, exhausted, "w", None)
    report = queue.answer("orphan")
    assert report is not None
    assert not isinstance(report, Report)
    assert (kind_of_report(report), report.blame) == (kind, BlameOn.JUDGE)
    assert "no worker took it" in report.reason
    assert queue.link.command("HGET", queue.link.keys.record("orphan"), "verdict") == b"JE"


@every_kind
def test_work_that_kept_failing_is_never_the_programs_fault(queue: Queue, kind: WorkKind) -> None:
    join(queue)
    send(queue, kind, "poison", tenant="t")
    queue.run(calls.give_back(claim(queue), "it died", Fault.BLAMED, attempts_max=1))
    (exhausted,) = sweep(queue).exhausted
    give_up(queue, exhausted, "w", None)
    (*_, last) = (event for _, event in queue.follow("poison"))
    assert isinstance(last, WorkDone)
    assert (last.report.blame, last.report.tenant, last.report.attempt) == (BlameOn.JUDGE, "t", 1)
    assert "it died" in last.report.reason


@every_kind
def test_the_newest_fence_alone_records(queue: Queue, kind: WorkKind) -> None:
    join(queue)
    send(queue, kind, "twice")
    old = claim(queue)
    new = claim(queue)  # the slot asks again: what it held went back
    won = [_finish(queue, claimed, reason) for claimed, reason in ((old, "old"), (new, "new"), (new, "new"))]
    assert won == [False, True, True]
    assert queue.answer("twice").reason == "new"


def _finish(queue: Queue, claimed: Claim, reason: str) -> bool:
    return queue.run(calls.finish(claimed, judge_error(claimed.id, claimed.submission, reason)))


@every_kind
def test_cancelled_work_frees_its_slot(client: Client, kind: WorkKind) -> None:
    names = [client.send(work_order(kind, do="hang")) for _ in range(2)]  # both slots are taken
    for name in names:
        next(event for event in client.follow(name, timeout=30) if isinstance(event, Claimed))
    assert all(client.cancel(name) for name in names)
    after = client.send(work_order(kind))
    assert client.work_result(after, timeout=30).blame is BlameOn.NONE
    with pytest.raises(SubmissionCancelled):
        client.work_result(names[0])
    assert client.state(names[0]) is State.CANCELLED


@every_retried_kind
def test_a_killed_slot_gives_work_back_and_there_is_one_report(
    client: Client, shared_worker: Worker, kind: WorkKind
) -> None:
    name = client.send(work_order(kind, ms=400))
    next(event for event in client.follow(name, timeout=30) if isinstance(event, Claimed))
    send_signal(shared_worker.slot_pids(), signal.SIGKILL)
    events = list(client.follow(name, timeout=30))
    assert [type(event) for event in events if isinstance(event, Claimed | Retried | WorkDone)] == [
        Claimed,
        Retried,
        Claimed,
        WorkDone,
    ]
    assert (client.work_result(name).blame, client.work_result(name).attempt) == (BlameOn.NONE, 2)


@every_retried_kind
@pytest.mark.parametrize("what", ["die", "crash", "fail"])
def test_work_that_nobody_can_do_is_the_judges_fault(client: Client, kind: WorkKind, what: str) -> None:
    report = client.work_result(client.send(work_order(kind, do=what)), timeout=60)
    assert (kind_of_report(report), report.blame) == (kind, BlameOn.JUDGE)
    assert client.status(report.id).verdict == "JE"


def sleeper(seconds: int) -> Work:
    """A real program that sleeps."""
    file = SourceFile(name="main.py", content=f"import time\ntime.sleep({seconds})\nprint('awake')\n".encode())
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION, language="python3")
    return Work(header=header, task=Execution(program=ProgramSource(sources=(file,))))


def test_a_slot_killed_in_an_execution_runs_it_again(runs_client: Client, running_worker: Worker) -> None:
    name = runs_client.send(sleeper(1))
    next(event for event in runs_client.follow(name, timeout=60) if isinstance(event, Compiled))
    send_signal(running_worker.slot_pids(), signal.SIGKILL)
    report = runs_client.work_result(name, timeout=60)
    assert isinstance(report, ExecutionReport)
    assert (report.blame, report.attempt, report.runs[0].stdout.content) == (BlameOn.NONE, 2, b"awake\n")
    assert [event.report for event in runs_client.follow(name) if isinstance(event, WorkDone)] == [report]


@pytest.mark.realtime
def test_a_cancelled_execution_leaves_its_slot_within_100_ms(runs_client: Client) -> None:
    running = [runs_client.send(sleeper(30)) for _ in range(2)]  # both slots are taken
    for name in running:
        next(event for event in runs_client.follow(name, timeout=60) if isinstance(event, Compiled))
    waiting = runs_client.send(sleeper(0))
    assert runs_client.cancel(running[0])
    runs_client.work_result(waiting, timeout=60)
    runs_client.cancel(running[1])
    cancelled_ms = _at_ms(runs_client, running[0], Cancelled)
    assert _at_ms(runs_client, waiting, Claimed) - cancelled_ms <= 100


def _at_ms(client: Client, name: str, kind: type[Event]) -> int:
    """When such an event came, by Redis' clock."""
    places = (place for place, event in client.follow_from(name, "0") if isinstance(event, kind))
    return int(next(places).partition("-")[0])


@every_kind
def test_work_that_is_too_large_is_refused_by_the_queue(queue: Queue, kind: WorkKind) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, work_bytes_max=2000))
    send(queue, kind, "small")
    with pytest.raises(WorkError, match=r"task: \d+ bytes; at most 2000 come along, larger data go into blobs"):
        send(queue, kind, "large", text="x" * 2000)
    queue.run(calls.submit(order("judged", text="x" * 2000)))  # a package's limit is the submission's


@every_kind
def test_a_ticket_for_work_lies_where_no_worker_of_the_version_before_takes_it(queue: Queue, kind: WorkKind) -> None:
    join(queue)
    send(queue, kind, "one")
    own = work_route(WorkHeader(id="one", kind=kind, language="c"))
    assert queue.link.command("LLEN", queue.link.keys.tickets(own)) == 1
    assert queue.link.command("LLEN", queue.link.keys.tickets("c")) == 0


def test_a_claim_asks_once_for_each_lane_that_has_work(short_dir: Path) -> None:
    server = RedisServer(short_dir / "redis", fsync="no")

    def asked(languages: int) -> int:
        """Redis' commands for one claim where each kind of work waits in so many languages."""
        names = tuple(f"l{number}" for number in range(languages))
        with Queue(msgspec.structs.replace(server.broker, namespace=f"n{languages}")) as queue:
            routes = routes_served(names, ("x86_64",))
            queue.run(calls.register("w", "S", WorkerState.ON, WorkerInfo(slots=2), "{}", routes))
            for name in names:
                for kind in KINDS:
                    queue.run(calls.submit_work(work_order(kind, language=name, priority_class="run")))
            claim(queue)  # the script is known from here on
            before = _commands(queue)
            claim(queue, slot=1)
            return _commands(queue) - before

    with running(server):
        few, many = asked(10), asked(30)
    lanes = 20 * len({work_route(WorkHeader(id="w", kind=kind)) for kind in KINDS})
    assert many - few <= lanes + 5  # a few depend on which lane it was


def _commands(queue: Queue) -> int:
    return sum(stats["calls"] for stats in queue.server_info("commandstats").values())
