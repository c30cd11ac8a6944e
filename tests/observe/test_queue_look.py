"""Looking at a queue in a real Redis: what the exporter and ``judge top`` see of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.errors import QueueError
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.observe.top.queue_look import QueueLook
from judge.queue import calls
from judge.queue.broker import Broker
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant, Fault, WorkerInfo, WorkerState
from judge.wire import routes_served

INFO = WorkerInfo(slots=2, languages=("cpp",), version="0.1.0", host="h", load_1m=0.5)


@pytest.fixture
def broker(redis_url: str, request: pytest.FixtureRequest) -> Broker:
    return Broker(url=redis_url, namespace=request.node.name.replace("_", "-")[:100])


@pytest.fixture
def queue(broker: Broker) -> Iterator[Queue]:
    with Queue(broker) as queue:
        queue.run(calls.register("node-1", "session", WorkerState.ON, INFO, "", routes_served(("cpp",), ())))
        yield queue


@pytest.fixture
def look(broker: Broker) -> Iterator[QueueLook]:
    look = QueueLook(broker)
    yield look
    look.close()


def _submit(queue: Queue, name: str, language: str = "cpp", priority_class: str = "practice") -> None:
    source = SourceFile(name="main.cpp", content=b"int main() {}")
    queue.run(
        calls.submit(
            Submission(id=name, package="p", sources=(source,), language=language, priority_class=priority_class)
        )
    )


def _claim(queue: Queue, slot: str = "0") -> Claim:
    claim = queue.run(calls.claim(Claimant(node="node-1", session="session", slot=slot, pid=1), 60_000))
    assert isinstance(claim, Claim)
    return claim


def _report(name: str, verdict: Verdict, reason: str = "") -> Report:
    return Report(submission=name, problem="p", language="cpp", verdict=verdict, reason=reason)


def test_an_empty_queue(queue: Queue, look: QueueLook) -> None:
    state = look.state()
    assert (state.ready, state.leased, state.oldest_ns, state.recorded) == ({}, 0, {}, 0)
    assert state.persistent is True
    assert state.memory_bytes
    view = look.overview()
    assert view.waiting == {}
    assert [(worker.name, worker.slots, worker.busy) for worker in view.workers] == [("node-1", 2, 0)]


def test_what_waits_runs_and_is_finished(queue: Queue, look: QueueLook) -> None:
    for name in ("a", "b", "c"):
        _submit(queue, name)
    _submit(queue, "d", priority_class="contest")
    claim = _claim(queue)
    assert claim.id == "d"
    assert look.state().ready == {"practice": 3}
    assert look.state().leased == 1
    (running,) = look.overview().running
    assert (running.id, running.worker, running.slot, running.language) == ("d", "node-1", "0", "cpp")
    assert running.package == "p"
    assert look.recorded_fence("d") is None
    assert queue.run(calls.finish(claim, _report("d", Verdict.WA)))
    assert look.recorded_fence("d") == claim.fence
    state, view = look.state(), look.overview()
    assert (state.leased, state.recorded, state.counts["accepted"]) == (0, 1, 4)
    assert view.verdict_counts["WA"] == 1
    (finished,) = view.recent
    assert (finished.id, finished.verdict, finished.language, finished.package) == ("d", "WA", "cpp", "p")
    assert view.waiting["practice"].count == 3


def test_judge_errors_and_failed_attempts_are_shown_with_their_reason(queue: Queue, look: QueueLook) -> None:
    _submit(queue, "a")
    first = _claim(queue)
    queue.run(calls.give_back(first, "the disk was full", Fault.BLAMED, attempts_max=3))
    second = _claim(queue)
    assert queue.run(calls.finish(second, _report("a", Verdict.AC)))
    _submit(queue, "b")
    third = _claim(queue)
    assert queue.run(calls.finish(third, _report("b", Verdict.JE, "problem.yaml:3: no such validator")))
    troubles = look.overview().troubles
    assert {(item.id, item.verdict, item.reason) for item in troubles} == {
        ("b", "JE", "problem.yaml:3: no such validator"),
        ("a", "AC", "the disk was full"),
    }


def test_a_cancelled_submission_is_told_apart(queue: Queue, look: QueueLook) -> None:
    _submit(queue, "a")
    queue.run(calls.cancel("a"))
    (finished,) = look.overview().recent
    assert finished.verdict == "CANCELLED"


def test_a_queue_that_nobody_has_used(look: QueueLook) -> None:
    assert look.state().ready == {}
    assert look.overview().workers == ()
    assert look.recorded_fence("nobody") is None


def test_no_redis_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    look = QueueLook(Broker(url=f"unix://{tmp_path}/none"))
    with pytest.raises(QueueError, match=r"Redis at unix:///.*none"):
        look.state()
