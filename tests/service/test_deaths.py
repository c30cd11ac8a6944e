"""What dies and what must not be lost: kills, stops and outages of real workers and a real Redis."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="misc, union-attr"

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_harness import RedisServer, Worker, order, running, send_signal, until, view_of

from judge.client import Client
from judge.kernel.procfs import process_stat
from judge.model.event import Claimed, Compiled, Retried
from judge.model.verdict import Verdict
from judge.queue.values import State


@pytest.fixture
def two(server: RedisServer, short_dir: Path) -> Iterator[tuple[list[Worker], Client]]:
    """Two workers of one slot each, and a client."""
    workers = [Worker(server.url, short_dir / name, slots=1) for name in ("wa", "wb")]
    with running(*workers), Client(server.broker, patience_s=20) as client:
        for worker in workers:
            until(lambda worker=worker: view_of(client, worker.node) and worker.slot_pids(), "a worker to register")
        yield workers, client


def on_worker(client: Client, submission_id: str) -> str:
    """Wait for the submission to be claimed; the worker's name."""
    for event in client.follow(submission_id):
        if isinstance(event, Claimed):
            return event.worker.partition("/")[0]
    raise AssertionError("never claimed")


def attempts(client: Client, submission_id: str) -> int:
    return sum(isinstance(event, Claimed) for event in client.follow(submission_id))


def test_a_killed_slot_gives_its_submission_back_at_once(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    submission = order(ms=400)
    client.submit(submission)
    name = on_worker(client, submission.id)
    worker = next(item for item in workers if item.node == name)
    send_signal(worker.slot_pids(), signal.SIGKILL)
    assert client.result(submission.id).verdict is Verdict.AC
    assert attempts(client, submission.id) == 2


def test_a_killed_pool_gives_everything_back_and_comes_again(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    submissions = [order(ms=200) for _ in range(4)]
    for item in submissions:
        client.submit(item)
    on_worker(client, submissions[0].id)
    old = workers[0].pid_of("pool")
    send_signal([old], signal.SIGKILL)
    assert {client.result(item.id).verdict for item in submissions} == {Verdict.AC}
    until(lambda: workers[0].pid_of("pool") not in (0, old), "the pool to come again")


def test_a_killed_leases_process_comes_again_before_a_lease_is_lost(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    submission = order(ms=3000)
    client.submit(submission)
    on_worker(client, submission.id)
    for worker in workers:
        send_signal([worker.pid_of("leases")], signal.SIGKILL)
    assert client.result(submission.id).verdict is Verdict.AC
    assert attempts(client, submission.id) == 1


def test_a_killed_supervisor_takes_everything_with_it_and_another_worker_takes_over(
    two: tuple[list[Worker], Client],
) -> None:
    workers, client = two
    submission = order(ms=500)
    client.submit(submission)
    name = on_worker(client, submission.id)
    worker = next(item for item in workers if item.node == name)
    everything = worker.all_pids()
    worker.kill()
    assert client.result(submission.id).verdict is Verdict.AC
    until(lambda: not any(process_stat(pid).alive for pid in everything), "the processes to be gone")


def test_a_worker_frozen_for_longer_than_its_lease_records_nothing(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    submission = order(ms=300)
    client.submit(submission)
    name = on_worker(client, submission.id)
    worker = next(item for item in workers if item.node == name)
    frozen = worker.all_pids()
    send_signal(frozen, signal.SIGSTOP)
    report = client.result(submission.id)
    send_signal(frozen, signal.SIGCONT)
    assert report.attempt == 2
    after = [order() for _ in range(6)]
    for item in after:
        client.submit(item)
    assert {client.result(item.id).verdict for item in after} == {Verdict.AC}
    assert client.result(submission.id) == report
    until(lambda: view_of(client, name).silent_ms < 1000, "the frozen worker to be back")


def test_a_stopped_slot_alone_loses_its_lease(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    submission = order(ms=300)
    client.submit(submission)
    name = on_worker(client, submission.id)
    worker = next(item for item in workers if item.node == name)
    slots = worker.slot_pids()
    send_signal(slots, signal.SIGSTOP)
    report = client.result(submission.id)
    send_signal(slots, signal.SIGCONT)
    assert (report.verdict, report.attempt) == (Verdict.AC, 2)


@pytest.mark.parametrize("fsync", ["always", "everysec"])
def test_a_killed_and_restarted_redis_loses_nothing_and_workers_go_on(short_dir: Path, fsync: str) -> None:
    server = RedisServer(short_dir / "redis", fsync)
    worker = Worker(server.url, short_dir / "w", slots=2)
    with running(server, worker), Client(server.broker, patience_s=20) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        submissions = [order(ms=30) for _ in range(40)]
        for number, item in enumerate(submissions):
            client.submit(item)
            if number in (10, 25):
                server.kill()
                server.start()
        if fsync == "everysec":  # may forget the last second: a careful client hands in again what is not known
            for item in submissions:
                client.submit(item)
        reports = [client.result(item.id) for item in submissions]
        assert [report.submission for report in reports] == [item.id for item in submissions]
        assert {report.verdict for report in reports} == {Verdict.AC}
        finished = int(client.queue.link.command("HGET", client.queue.link.keys.counters(), "finished"))
        assert finished == len(submissions)
        assert "pool ended" not in worker.log()


def test_progress_arrives_while_judging_also_right_after_redis_has_restarted(
    server: RedisServer, short_dir: Path
) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker, patience_s=20) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        for _ in range(2):
            submission = order(ms=60_000)
            client.submit(submission)
            next(event for event in client.follow(submission.id) if isinstance(event, Compiled))
            client.cancel(submission.id)
            server.kill()
            server.start()


def test_redis_away_for_longer_than_a_lease_repeats_nothing(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker, patience_s=20) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        submission = order(ms=3500)
        client.submit(submission)
        on_worker(client, submission.id)
        server.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, _timer(2.6), os.WEXITED)
        server.signal(signal.SIGCONT)
        assert client.result(submission.id).attempt == 1


@pytest.mark.realtime
def test_idle_slots_are_back_soon_after_an_outage(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker, patience_s=20) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        client.result(client.submit(order()))
        server.kill()
        os.waitid(os.P_PID, _timer(3.2), os.WEXITED)  # Celery's own next try would come 2.8 s later
        server.start()
        began_s = time.monotonic()
        client.result(client.submit(order()))
        assert time.monotonic() - began_s < 2.0


def _timer(seconds: float) -> int:
    """A process that ends after ``seconds``: a span of time is the thing under test here."""
    import subprocess

    return subprocess.Popen(["sleep", str(seconds)]).pid


def test_what_killed_processes_leave_of_temporary_files_does_not_pile_up(server: RedisServer, short_dir: Path) -> None:
    outside, inside = short_dir / "tmp", short_dir / "w" / "run" / "tmp"
    outside.mkdir()
    worker = Worker(server.url, short_dir / "w", slots=1)
    worker.env["TMPDIR"] = str(outside)
    with running(worker), Client(server.broker) as client:
        for _ in range(2):
            until(lambda: view_of(client, worker.node) and worker.slot_pids(), "the worker")
            pool = worker.pid_of("pool")
            left = inside / "pool" / "left"
            assert not left.exists()
            left.mkdir()
            (left / "file").write_text("x")
            send_signal([pool], signal.SIGKILL)
            until(lambda pool=pool: worker.pid_of("pool") not in (0, pool), "the pool to come again")
        worker.kill()
        (inside / "of-another-version").mkdir()
        worker.start()
        until(worker.slot_pids, "the worker to start again")
        assert sorted(path.name for path in inside.iterdir()) == ["exporter", "leases", "pool", "probe", "reserve"]
        assert client.result(client.submit(order())).verdict is Verdict.AC
    assert not inside.exists()
    assert not list(outside.iterdir())


def test_the_reserve_slot_starts_when_it_may_be_needed_and_comes_again(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node) and worker.slot_pids(), "the worker")
        assert client.result(client.submit(order())).verdict is Verdict.AC
        assert not worker.pid_of("reserve")
        frozen = order(ms=60_000, priority_class="rejudge")
        client.submit(frozen)
        until(lambda: worker.pid_of("reserve"), "the reserve slot")
        killed = worker.pid_of("reserve")
        send_signal([killed], signal.SIGKILL)
        until(lambda: worker.pid_of("reserve") not in (0, killed), "the reserve slot to come again")
        urgent = order(priority_class="contest")
        assert client.result(client.submit(urgent)).verdict is Verdict.AC
        assert client.state(frozen.id) is State.CLAIMED
        client.cancel(frozen.id)


def test_sigterm_finishes_what_runs_and_claims_nothing_more(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        running_one, waiting = order(ms=700), order()
        client.submit(running_one)
        on_worker(client, running_one.id)
        client.submit(waiting)
        assert worker.stop(signal.SIGTERM) == 0
        assert client.result(running_one.id).attempt == 1
        assert client.state(waiting.id) is State.QUEUED
        assert view_of(client, worker.node) is None


def test_sigquit_hands_the_leases_back_at_once(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        submission = order(ms=60_000)
        client.submit(submission)
        on_worker(client, submission.id)
        assert worker.stop(signal.SIGQUIT, timeout_s=3) == 0
        assert client.state(submission.id) is State.QUEUED
        attempt = client.queue.link.command("HGET", client.queue.link.keys.record(submission.id), "attempt")
        assert attempt == b"0"


def test_a_drain_that_takes_too_long_hands_back(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, drain_max_s=1)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        submission = order(ms=60_000)
        client.submit(submission)
        on_worker(client, submission.id)
        assert worker.stop(signal.SIGTERM, timeout_s=10) == 0
        assert client.state(submission.id) is State.QUEUED


def test_judging_that_never_ends_is_ended(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, judging_max_s=1, attempts_max=1)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        submission = order(do="hang")
        client.submit(submission)
        story = list(client.follow(submission.id))
        assert any(isinstance(event, Retried) for event in story)
        assert story[-1].report.verdict is Verdict.JE


def test_a_worker_with_a_full_disk_takes_itself_out_and_says_so(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, disk_free_min_bytes=1 << 60)
    with running(worker), Client(server.broker) as client:
        until(lambda: (view := view_of(client, worker.node)) and view.state == "out", "the worker to leave")
        assert "disk full" in view_of(client, worker.node).reason
        until(lambda: worker.pid_of("pool") == 0, "the slots to stop")
        submission = order()
        client.submit(submission)
        assert client.state(submission.id) is State.QUEUED


def test_a_worker_that_only_fails_takes_itself_out_and_blames_nothing(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, judge_factory="service_judges:FAILING")
    with running(worker), Client(server.broker) as client:
        ids = [client.submit(order(number=number)) for number in range(5)]
        until(lambda: (view := view_of(client, worker.node)) and view.state == "out", "the worker to leave")
        assert "a known good program is not judged right: cgroup" in view_of(client, worker.node).reason
        assert {client.state(id) for id in ids} == {State.QUEUED}


def test_a_worker_that_only_fails_spoils_nothing_for_those_that_work(server: RedisServer, short_dir: Path) -> None:
    good = Worker(server.url, short_dir / "good", slots=1)
    broken = Worker(server.url, short_dir / "broken", slots=2, judge_factory="service_judges:FAILING")
    with running(good, broken), Client(server.broker) as client:
        until(lambda: all(view_of(client, worker.node) for worker in (good, broken)), "the workers")
        until(lambda: broken.slot_pids() and good.slot_pids(), "their slots")
        ids = [client.submit(order(ms=20)) for _ in range(100)]
        assert [id for id in ids if client.result(id).verdict is not Verdict.AC] == []
        assert view_of(client, broken.node).state == "out"


def test_a_worker_whose_slots_cannot_be_opened_takes_itself_out_and_says_why(
    server: RedisServer, short_dir: Path
) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, judge_factory="service_judges:UNOPENABLE")
    with running(worker), Client(server.broker) as client:
        until(lambda: (view := view_of(client, worker.node)) and view.state == "out", "the worker to leave")
        assert view_of(client, worker.node).reason == "slot 0 cannot be opened: cgroup: No space left on device"
        until(lambda: worker.pid_of("pool") == 0, "the slots to stop")
        assert client.state(client.submit(order())) is State.QUEUED


def test_two_workers_cannot_share_a_state_directory(server: RedisServer, short_dir: Path) -> None:
    first, second = (Worker(server.url, short_dir / "w", slots=1) for _ in range(2))
    with running(first), Client(server.broker) as client:
        until(lambda: view_of(client, first.node), "the worker")
        second.start()
        assert second.process.wait(10) == 5
        assert "another worker runs" in second.log()
