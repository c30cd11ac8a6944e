"""A process that takes the place of one that died, and what the others still have or do not know yet."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="union-attr"

from __future__ import annotations

import signal
from pathlib import Path

from service_harness import RedisServer, Worker, order, running, send_signal, until, view_of

from judge.client import Client
from judge.model.submission import Submission
from judge.queue.values import State


def _frozen(worker: Worker) -> list[Path]:
    return list(worker.state_dir.glob("frozen-*"))


def _complaints_of_leases(log: str) -> int:
    return log.count("WARNING judge_workers.node.leases")


def _one_stands_for_urgent_work(
    worker: Worker, client: Client, urgent_ms: int = 60_000
) -> tuple[Submission, Submission]:
    """Both run for long; the first stands frozen for the second, in the reserve slot."""
    until(lambda: view_of(client, worker.node) and worker.slot_pids(), "the worker")
    frozen, urgent = order(ms=60_000, priority_class="rejudge"), order(ms=urgent_ms, priority_class="contest")
    client.submit(frozen)
    until(lambda: worker.pid_of("reserve"), "the reserve slot")
    client.submit(urgent)
    until(lambda: client.state(urgent.id) is State.CLAIMED and _frozen(worker), "one to stand for the other")
    return frozen, urgent


def test_a_leases_process_that_comes_again_lets_go_on_what_the_one_before_it_froze(
    server: RedisServer, short_dir: Path
) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker, patience_s=20) as client:
        frozen, urgent = _one_stands_for_urgent_work(worker, client, urgent_ms=3000)
        killed = worker.pid_of("leases")
        send_signal([worker.pid], signal.SIGSTOP)  # none comes again before the urgent work is over
        send_signal([killed], signal.SIGKILL)
        client.result(urgent.id)
        assert _frozen(worker)
        send_signal([worker.pid], signal.SIGCONT)
        until(lambda: worker.pid_of("leases") not in (0, killed), "the leases process to come again")
        until(lambda: not _frozen(worker), "the frozen slot to go on")
        client.cancel(frozen.id)


def test_what_is_cleaned_up_before_slots_start_again_is_left_while_the_reserve_slot_judges(
    server: RedisServer, short_dir: Path
) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    left = worker.state_dir / "left"
    with running(worker), Client(server.broker, patience_s=20) as client:
        frozen, urgent = _one_stands_for_urgent_work(worker, client)
        left.touch()
        killed = worker.pid_of("pool")
        send_signal([killed], signal.SIGKILL)
        until(lambda: worker.pid_of("pool") not in (0, killed), "the pool to come again")
        assert left.exists()
        assert client.state(urgent.id) is State.CLAIMED
        for one in (frozen, urgent):
            client.cancel(one.id)


def test_a_worker_that_was_told_to_stop_while_redis_was_away_claims_nothing_when_it_is_back(
    server: RedisServer, short_dir: Path
) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, log_level="info")
    with running(worker), Client(server.broker, patience_s=20) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        held, waiting = order(ms=60_000), order()
        client.submit(held)
        until(lambda: client.state(held.id) is State.CLAIMED, "the claim")
        server.kill()
        send_signal([worker.pid], signal.SIGTERM)
        until(lambda: _complaints_of_leases(worker.log().rpartition("draining: ")[2]) >= 2, "Redis to be missed")
        server.start()
        until(lambda: view_of(client, worker.node).state == "draining", "the worker to say that it drains")
        client.submit(waiting)
        client.cancel(held.id)
        assert worker.process.wait(30) == 0
        assert client.state(waiting.id) is State.QUEUED
