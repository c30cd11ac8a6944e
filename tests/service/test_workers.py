"""One real worker on a real Redis: judging, progress, cancelling, failing, draining - nothing is killed here."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="arg-type, assignment, attr-defined, misc, union-attr"

from __future__ import annotations

import asyncio
import urllib.request
from typing import Any

import msgspec
import pytest
from service_harness import RedisServer, Worker, order, until, view_of

from judge.client import AsyncClient, Client
from judge.errors import SubmissionCancelled
from judge.model.event import CaseJudged, Claimed, Compiled, Compiling, Done, Queued, Retried
from judge.model.verdict import Verdict
from judge.queue import rejudge
from judge.queue.admin import set_worker_state
from judge.queue.rejudge import Selector
from judge.queue.script import Call
from judge.queue.values import State, WorkerState


def test_a_submission_gets_its_verdict_and_its_whole_story(client: Client) -> None:
    submission = order(tests=3)
    client.submit(submission)
    story = list(client.follow(submission.id))
    kinds = [Queued, Claimed, Compiling, Compiled, CaseJudged, CaseJudged, CaseJudged, Done]
    assert [type(event) for event in story] == kinds
    assert [event.index for event in story if isinstance(event, CaseJudged)] == [1, 2, 3]
    assert story[-1].report.verdict is Verdict.AC
    assert client.state(submission.id) is State.DONE


def test_a_client_that_comes_late_sees_the_same_story(client: Client) -> None:
    submission = order(tests=2)
    client.submit(submission)
    first = list(client.follow(submission.id))
    assert list(client.follow(submission.id)) == first


def test_submitting_again_is_the_same_submission(client: Client) -> None:
    submission = order(tests=1)
    client.submit(submission)
    report = client.result(submission.id)
    client.submit(submission)
    assert client.result(submission.id) == report


def test_the_async_client_does_the_same(shared_redis: RedisServer, shared_worker: Worker) -> None:
    async def story() -> list[object]:
        broker = msgspec.structs.replace(shared_redis.broker, namespace="shared")
        async with AsyncClient(broker) as client:
            submissions = [order(tests=1, ms=5) for _ in range(8)]
            await asyncio.gather(*(client.submit(item) for item in submissions))
            reports = await asyncio.gather(*(client.result(item.id) for item in submissions))
            assert [report.submission for report in reports] == [item.id for item in submissions]
            waiting = order(ms=60_000)
            await client.submit(waiting)
            assert await client.cancel(waiting.id)
            with pytest.raises(SubmissionCancelled):
                await client.result(waiting.id)
            numbered = [item async for item in client.follow_from(submissions[0].id, "0")]
            rest = [item async for item in client.follow_from(submissions[0].id, numbered[2][0])]
            assert rest == numbered[3:]
            return [type(event) async for event in client.follow(submissions[0].id)]

    assert asyncio.run(story()) == [Queued, Claimed, Compiling, Compiled, CaseJudged, Done]


def test_the_setters_fault_is_a_judge_error_at_once(client: Client) -> None:
    report = client.result(client.submit(order(do="package")))
    assert (report.verdict, report.attempt) == (Verdict.JE, 1)
    assert "problem.yaml:3" in report.reason


@pytest.mark.parametrize(("fault", "reason"), [("fail", "disk of this host"), ("crash", "ZeroDivisionError")])
def test_what_nobody_foresaw_is_tried_again_and_ends_in_a_judge_error(
    client: Client, shared_worker: Worker, fault: str, reason: str
) -> None:
    submission = order(do=fault)
    client.submit(submission)
    story = list(client.follow(submission.id))
    assert [event.attempt for event in story if isinstance(event, Retried)] == [1, 2]
    assert story[-1].report.verdict is Verdict.JE
    assert reason in story[-1].report.reason
    reference = story[-1].report.reason.rpartition("(reference ")[2].rstrip(")")
    assert f"reference {reference}: judging failed" in shared_worker.log()


def test_submissions_that_kill_their_judge_each_time_end_in_judge_errors_and_harm_no_other(
    client: Client, shared_worker: Worker
) -> None:
    others = [order(ms=20) for _ in range(10)]
    poison = [order(do="die") for _ in range(5)]
    for submission in (*others[:5], *poison, *others[5:]):
        client.submit(submission)
    for submission in poison:
        report = client.result(submission.id)
        assert report.verdict is Verdict.JE
        assert "kept failing" in report.reason
    assert {client.result(item.id).verdict for item in others} == {Verdict.AC}
    assert view_of(client, shared_worker.node).state == "on"


def test_a_message_that_is_no_submission_is_a_judge_error(client: Client) -> None:
    queue = client.queue
    from judge.queue import calls

    call = calls.submit(order("garbage"))
    words = list(call.arguments)
    words[1] = b'{"id":"garbage","package":7}'
    queue.run(msgspec_replace(call, tuple(words)))
    report = client.result("garbage")
    assert report.verdict is Verdict.JE
    assert "package" in report.reason


def msgspec_replace(call: Call[Any], arguments: tuple[Any, ...]) -> Call[Any]:
    """The same call with other arguments."""
    from dataclasses import replace

    return replace(call, arguments=arguments)


def test_cancelling_frees_a_running_slot_for_what_waits(client: Client) -> None:
    blockers = [order(ms=60_000) for _ in range(2)]
    for item in blockers:
        client.submit(item)
        until(lambda item=item: client.state(item.id) is State.CLAIMED, "the slots to be taken")
    waiting = order()
    client.submit(waiting)
    assert client.cancel(blockers[0].id)
    assert client.result(waiting.id).verdict is Verdict.AC
    assert client.state(blockers[1].id) is State.CLAIMED
    client.cancel(blockers[1].id)
    with pytest.raises(SubmissionCancelled):
        client.result(blockers[0].id)


def test_cancelling_what_waits_means_it_is_never_judged(client: Client) -> None:
    blockers = [order(ms=60_000) for _ in range(2)]
    for item in blockers:
        client.submit(item)
    until(lambda: all(client.state(item.id) is State.CLAIMED for item in blockers), "the slots to be taken")
    waiting = order()
    client.submit(waiting)
    client.cancel(waiting.id)
    for item in blockers:
        client.cancel(item.id)
    assert not any(isinstance(event, Claimed) for event in client.follow(waiting.id))


def test_a_drained_worker_lets_work_wait_and_resumes(client: Client, shared_worker: Worker) -> None:
    set_worker_state(client.queue, shared_worker.node, WorkerState.DRAINING, "test")
    until(lambda: shared_worker.pid_of("pool") == 0, "the slots to stop")
    waiting = order()
    client.submit(waiting)
    assert view_of(client, shared_worker.node).state == "draining"
    assert client.state(waiting.id) is State.QUEUED
    set_worker_state(client.queue, shared_worker.node, WorkerState.ON, "")
    assert client.result(waiting.id).verdict is Verdict.AC


def test_a_rejudge_is_previewed_then_applied(client: Client) -> None:
    old = [order(verdict=verdict) for verdict in ("WA", "AC")]
    for item in old:
        client.submit(item)
        client.result(item.id)
    queue = client.queue
    batch, count = rejudge.start(queue, Selector(ids=tuple(item.id for item in old)))
    assert count == 2
    for item in rejudge.compare(queue, batch):
        client.result(item.new_id)
    assert not any(item.changed for item in rejudge.compare(queue, batch))
    _pretend_other_verdict(client, rejudge.compare(queue, batch), "WA", "AC")
    before = {item.id: item for item in rejudge.compare(queue, batch)}
    assert before[old[0].id].changed
    assert client.result(old[0].id).verdict is Verdict.WA
    assert all(item.applied for item in rejudge.apply(queue, batch))
    assert all(item.applied for item in rejudge.apply(queue, batch))
    assert client.result(old[0].id).verdict is Verdict.AC
    assert client.result(old[0].id).submission == old[0].id


def _pretend_other_verdict(client: Client, items: list[Any], seen: str, now: str) -> None:
    """As if the corrected test data had changed a verdict."""
    for item in items:
        if item.after == seen:
            key = client.queue.link.keys.record(item.new_id)
            report = client.queue.link.command("HGET", key, "report").replace(f'"{seen}"'.encode(), f'"{now}"'.encode())
            client.queue.link.command("HSET", key, "verdict", now, "report", report)


def test_a_rejudge_can_be_dropped(client: Client) -> None:
    submission = order(verdict="RTE")
    client.submit(submission)
    client.result(submission.id)
    batch, _ = rejudge.start(client.queue, Selector(ids=(submission.id,)))
    rejudge.drop(client.queue, batch)
    assert client.result(submission.id).verdict is Verdict.RTE


def test_metrics_count_each_verdict_once(client: Client, shared_worker: Worker) -> None:
    def counted() -> float:
        url = (shared_worker.state_dir / "run" / "metrics").read_text().strip()
        with urllib.request.urlopen(url, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("judge_submissions_total"))

    before = counted()
    for item in [order() for _ in range(20)]:
        client.submit(item)
        client.result(item.id)
    until(lambda: counted() >= before + 20, "the metrics")
    assert counted() == before + 20


def test_the_processes_of_an_idle_worker_are_as_documented(shared_worker: Worker) -> None:
    assert all(shared_worker.pid_of(name) for name in ("pool", "leases", "exporter"))
    threads = [_threads(pid) for pid in (shared_worker.pid, shared_worker.pid_of("pool"))]
    assert threads == [1, 1]


def _threads(pid: int) -> int:
    import os

    return len(os.listdir(f"/proc/{pid}/task"))
