"""Who pays for a judging that failed: the work, its package's owner, its client or the host - and nobody else."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="misc, union-attr"

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from service_harness import RedisServer, Worker, order, running, send_signal, until, view_of
from test_queue_promises import LEASE_MS, claim, finish, join, refused, report_for, sweep

from judge.client import Client
from judge.model.event import Claimed, Retried
from judge.model.verdict import Verdict
from judge.queue import calls
from judge.queue.admin import set_worker_state, worker_views
from judge.queue.redis_queue import Queue
from judge.queue.values import Claimant, Fault, State, WorkerState

BOTH = ("w1", "w2")


def join_both(queue: Queue) -> None:
    for node in BOTH:
        join(queue, node, routes=("c", "any", f"@{node}"))


def attempt_of(queue: Queue, id: str) -> int:
    return int(queue.link.command("HGET", queue.link.keys.record(id), "attempt"))


def fall_silent(queue: Queue, node: str) -> None:
    queue.link.command("ZADD", queue.link.keys.workers(), 0, node)


class TestScripts:
    def test_what_one_worker_lacks_goes_to_the_other_alone(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        claimed = claim(queue)
        assert queue.run(calls.hand_on(claimed, "no package")) == ()
        assert refused(queue) == "none"
        other = claim(queue, node="w2")
        assert (other.id, other.attempt) == ("a", 1)
        assert not queue.run(calls.finish(claimed, report_for("a")))
        assert finish(queue, other)

    def test_when_nobody_is_left_the_last_one_still_holds_it_and_knows_all_names(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        queue.run(calls.hand_on(claim(queue), "no package"))
        last = claim(queue, node="w2")
        assert queue.run(calls.hand_on(last, "no package")) == ("w1", "w2")
        assert queue.run(calls.hand_on(last, "no package")) == ("w1", "w2")
        assert finish(queue, last, Verdict.JE)

    def test_handing_on_a_lost_claim_does_nothing(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        claimed = claim(queue)
        assert queue.run(calls.hand_on(msgspec.structs.replace(claimed, fence=claimed.fence + 1), "no package")) == ()
        assert finish(queue, claimed)

    def test_a_worker_that_died_with_what_was_handed_to_it_is_not_waited_for(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        queue.run(calls.hand_on(claim(queue), "no package"))
        fall_silent(queue, "w2")
        sweep(queue)
        again = claim(queue)
        assert again.id == "a"
        assert queue.run(calls.hand_on(again, "no package")) == ("w1",)

    def test_a_lease_that_ran_out_at_the_other_worker_goes_back_to_it_and_then_to_all(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        queue.run(calls.hand_on(claim(queue), "no package"))
        stale = claim(queue, node="w2", lease_ms=0)
        sweep(queue)
        assert refused(queue) == "none"
        fall_silent(queue, "w2")
        sweep(queue)
        assert claim(queue).fence > stale.fence

    def test_a_worker_that_is_out_is_waited_for_by_what_only_it_may_have(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        claimed = claim(queue)
        set_worker_state(queue, "w2", WorkerState.OUT, "disk full")
        assert queue.run(calls.hand_on(claimed, "no package")) == ()
        sweep(queue)
        assert refused(queue) == "none"
        set_worker_state(queue, "w2", WorkerState.ON, "")
        assert claim(queue, node="w2").id == "a"

    def test_work_that_failed_for_no_known_reason_tries_another_host_and_ends_there(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        queue.run(calls.give_back(claim(queue), "first", Fault.BLAMED, attempts_max=2, delay_ms=200))
        assert refused(queue) == "none"
        second = claim(queue, node="w2")
        queue.run(calls.give_back(second, "second", Fault.BLAMED, attempts_max=2, delay_ms=200))
        (exhausted,) = sweep(queue).exhausted
        assert (exhausted.id, exhausted.reason) == ("a", "second")

    def test_a_fallen_worker_is_out_at_once_and_its_work_is_not_blamed(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        claimed = claim(queue)
        queue.run(calls.give_back(claimed, "no space", Fault.FELL, attempts_max=3, out="disk full"))
        assert refused(queue) == "out"
        assert {view.node: (view.state, view.reason) for view in worker_views(queue)}["w1"] == ("out", "disk full")
        assert attempt_of(queue, "a") == 0
        assert finish(queue, claim(queue, node="w2"))

    def test_what_two_workers_held_when_they_fell_is_the_suspect(self, queue: Queue) -> None:
        join_both(queue)
        queue.run(calls.submit(order("a")))
        for node in BOTH:
            claimed = claim(queue, node=node)
            queue.run(calls.give_back(claimed, f"no space on {node}", Fault.FELL, attempts_max=3, out="full"))
        (exhausted,) = sweep(queue).exhausted
        assert exhausted.reason == "no space on w2"

    def test_a_host_that_is_ill_claims_nothing(self, queue: Queue) -> None:
        join(queue)
        queue.run(calls.submit(order("a")))
        answer = queue.run(
            calls.claim(Claimant(node="w1", session="S", slot="0", pid=1), LEASE_MS, ill="disk full: 0 inodes free")
        )
        assert answer.reason == "out"
        assert refused(queue) == "out"
        assert queue.run(calls.tick("w1", "S", LEASE_MS, None, [])).reason == "disk full: 0 inodes free"


@pytest.fixture
def one(server: RedisServer, short_dir: Path) -> Iterator[tuple[Worker, Client]]:
    """A worker of one slot, ready, and a client."""
    worker = Worker(server.url, short_dir / "w", slots=1, attempts_max=3)
    with running(worker), Client(server.broker, patience_s=20) as client:
        client.result(client.submit(order()))
        yield worker, client


@pytest.fixture
def two(server: RedisServer, short_dir: Path) -> Iterator[tuple[list[Worker], Client]]:
    """Two workers of one slot each, ready, and a client."""
    workers = [Worker(server.url, short_dir / name, slots=1) for name in ("wa", "wb")]
    with running(*workers), Client(server.broker, patience_s=20) as client:
        for worker in workers:
            until(lambda worker=worker: view_of(client, worker.node) and worker.slot_pids(), "a worker to register")
        yield workers, client


def let_prove_again(worker: Worker) -> None:
    """As if the last proof were long ago."""
    path = worker.state_dir / "run" / "proof"
    path.write_bytes(path.read_bytes().replace(b'"at_s":', b'"at_s":-1e9,"was":'))


def test_bad_submissions_take_no_worker_out(one: tuple[Worker, Client]) -> None:
    worker, client = one
    bad = [client.submit(order(do=what, number=number)) for number in range(6) for what in ("fail", "crash")]
    good = client.submit(order(ms=1))
    for id in bad:
        report = client.result(id)
        assert report.verdict is Verdict.JE
        assert "reference" in report.reason
        assert report.judged_by
    assert client.result(good).verdict is Verdict.AC
    assert view_of(client, worker.node).state == "on"


def test_a_package_that_one_worker_lacks_is_judged_where_it_is(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    (workers[0].state_dir / "lacks").touch()
    ids = [client.submit(order(do="missing", ms=5, number=number)) for number in range(14)]
    assert {client.result(id).verdict for id in ids} == {Verdict.AC}
    assert {client.result(id).attempt for id in ids} == {1}
    assert {view_of(client, worker.node).state for worker in workers} == {"on"}


def test_a_package_that_no_worker_has_is_a_judge_error_that_names_them(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    for worker in workers:
        (worker.state_dir / "lacks").touch()
    report = client.result(client.submit(order(do="missing")))
    assert report.verdict is Verdict.JE
    assert "wa, wb" in report.reason
    assert report.judged_by


def test_what_was_handed_on_survives_the_death_of_who_judges_it(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    (workers[0].state_dir / "lacks").touch()
    submission = order(do="missing", ms=1500)
    client.submit(submission)

    def holder() -> list[int]:
        view = view_of(client, "wb")
        return workers[1].slot_pids() if view and submission.id in view.running.values() else []

    until(holder, "the other worker to have it")
    send_signal(holder(), signal.SIGKILL)
    assert client.result(submission.id).verdict is Verdict.AC


def test_a_host_fault_hands_the_work_back_and_the_worker_returns_by_itself(one: tuple[Worker, Client]) -> None:
    worker, client = one
    ill = worker.state_dir / "ill"
    ill.touch()
    id = client.submit(order(do="ill"))
    until(lambda: view_of(client, worker.node).state == "out", "the worker to leave")
    assert "a known good program" in view_of(client, worker.node).reason
    assert client.state(id) is State.QUEUED
    assert attempt_of(client.queue, id) == 0
    ill.unlink()
    let_prove_again(worker)
    report = client.result(id)
    assert (report.verdict, report.attempt) == (Verdict.AC, 1)
    assert view_of(client, worker.node).state == "on"


def test_work_that_makes_well_hosts_fail_is_the_suspect(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    id = client.submit(order(do="fault"))
    report = client.result(id)
    assert report.verdict is Verdict.JE
    assert "No space left" in report.reason
    assert {view_of(client, worker.node).state for worker in workers} == {"on"}


def test_a_worker_whose_slots_could_not_be_opened_returns_by_itself(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, judge_factory="service_judges:UNOPENABLE_WHILE_ILL")
    worker.state_dir.mkdir()
    ill = worker.state_dir / "ill"
    ill.touch()
    with running(worker), Client(server.broker, patience_s=20) as client:
        until(lambda: (view := view_of(client, worker.node)) and view.state == "out", "the worker to leave")
        id = client.submit(order())
        ill.unlink()
        until((worker.state_dir / "run" / "proof").exists, "the leases process")
        let_prove_again(worker)
        assert client.result(id).verdict is Verdict.AC


@pytest.fixture
def small_disk(short_dir: Path) -> Iterator[Path]:
    """A state directory of few inodes."""
    path = short_dir / "small"
    path.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "nr_inodes=4000,size=64m,mode=755", "judge-test", str(path)]
    if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode != 0:
        pytest.skip("no tmpfs can be mounted here")
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def test_a_full_inode_table_blames_nobody_and_passes(server: RedisServer, small_disk: Path) -> None:
    worker = Worker(server.url, small_disk, slots=2, disk_free_min_bytes=0)
    with running(worker), Client(server.broker, patience_s=20) as client:
        client.result(client.submit(order()))
        many = small_disk / "many"
        many.mkdir()
        with pytest.raises(OSError, match="No space left"):
            for number in range(5000):
                (many / str(number)).touch()
        ids = [client.submit(order(number=number)) for number in range(20)]
        until(lambda: view_of(client, worker.node).state == "out", "the worker to leave")
        assert "inodes free" in view_of(client, worker.node).reason
        for path in many.iterdir():
            path.unlink()
        assert {client.result(id).verdict for id in ids} == {Verdict.AC}
        assert view_of(client, worker.node).state == "on"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_slots_that_are_told_to_end_finish_what_they_judge(one: tuple[Worker, Client], number: int) -> None:
    worker, client = one
    submission = order(ms=700)
    client.submit(submission)
    story = client.follow(submission.id)
    next(event for event in story if isinstance(event, Claimed))
    before = worker.slot_pids()
    for _ in range(3):
        send_signal(before, number)
    rest = list(story)
    assert not any(isinstance(event, Retried) for event in rest)
    assert rest[-1].report.verdict is Verdict.AC
    until(lambda: worker.slot_pids() and not set(worker.slot_pids()) & set(before), "another process for the slot")
    assert client.result(client.submit(order(ms=1))).verdict is Verdict.AC


def test_a_pool_that_is_told_to_end_with_its_whole_group_blames_nobody(one: tuple[Worker, Client]) -> None:
    worker, client = one
    submission = order(ms=700)
    client.submit(submission)
    story = client.follow(submission.id)
    next(event for event in story if isinstance(event, Claimed))
    os.killpg(os.getpgid(worker.pid_of("pool")), signal.SIGTERM)
    assert list(story)[-1].report.verdict is Verdict.AC
    assert client.result(client.submit(order(ms=1))).verdict is Verdict.AC
    assert int(client.queue.link.command("HGET", client.queue.link.keys.counters(), "blamed") or 0) == 0


def test_a_slot_that_stands_stopped_is_shown_and_replaced(one: tuple[Worker, Client]) -> None:
    worker, client = one
    before = worker.slot_pids()
    send_signal(before, signal.SIGSTOP)
    until(lambda: view_of(client, worker.node).info.slots_stopped == 1, "the stopped slot to be shown")
    id = client.submit(order())
    assert client.result(id).verdict is Verdict.AC
    until(lambda: view_of(client, worker.node).info.slots_stopped == 0, "it to be forgotten")
    assert not set(worker.slot_pids()) & set(before)
