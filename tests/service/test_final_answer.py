"""Waiting for the end of one piece of work: what it costs, and who ends it how."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from service_harness import order

from judge.client import Client
from judge.errors import NotFinished, SubmissionCancelled, UsageError
from judge.model.event import Compiling
from judge.model.report import Report
from judge.model.verdict import Verdict
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.queue.script import Call, scripts
from judge.queue.values import Claim, Claimant, WorkerInfo, WorkerState

WHO = Claimant(node="node", session="s", slot="0", pid=1)


@pytest.fixture
def client(queue: Queue) -> Iterator[Client]:
    """A client of the queue that one worker serves by hand."""
    queue.run(calls.register("node", "s", WorkerState.ON, WorkerInfo(slots=1), "", ["c"]))
    with Client(queue.broker) as client:
        yield client


def claimed(queue: Queue) -> Claim:
    """The next claim."""
    answer = queue.run(calls.claim(WHO, 60_000))
    assert isinstance(answer, Claim)
    return answer


def accepted(claim: Claim) -> Call[bool]:
    """The end of a claim."""
    return calls.finish(claim, Report(submission=claim.id, problem="p", language="c", verdict=Verdict.AC))


def sent_by(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that a client sends from now on, by round trip."""
    sent: list[list[str]] = []
    link = client.queue.link
    execute_all = link._execute_all

    def several(commands: Any) -> Any:
        listed = list(commands)
        sent.append([words[0] for words in listed])
        return execute_all(listed)

    monkeypatch.setattr(link, "_execute_all", several)
    return sent


def test_a_submission_costs_its_client_three_commands_in_two_round_trips(
    queue: Queue, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.result(_done(queue, client))  # the server knows the scripts from here on
    monkeypatch.setattr("judge.queue.redis_queue.LOOK_AGAIN_MS", 4000)
    sent = sent_by(client, monkeypatch)
    id = client.submit(order())

    def judge() -> None:
        claim = claimed(queue)
        for number in range(5):
            queue.run(calls.event(claim, number, [Compiling(submission=claim.id, language="c")]))
        assert queue.run(accepted(claim))

    worker = threading.Thread(target=judge)
    worker.start()
    report = client.result(id, timeout=30)
    worker.join()
    assert report.verdict is Verdict.AC
    assert report.finished_at_ms >= report.claimed_at_ms >= report.submitted_at_ms > 0
    assert sent == [["EVALSHA"], ["XREAD", "HMGET"]]


def _done(queue: Queue, client: Client) -> str:
    id = client.submit(order())
    assert queue.run(accepted(claimed(queue)))
    return id


def test_what_is_over_is_answered_at_once_however_often(queue: Queue, client: Client) -> None:
    id = _done(queue, client)
    assert client.result(id, timeout=0) == client.result(id, timeout=0) == client.result(id)


def test_the_last_event_is_the_last_to_everybody(queue: Queue, client: Client) -> None:
    id = _done(queue, client)
    found = list(client.follow_from(id, "0"))
    assert [type(event).__name__ for _, event in found] == ["Queued", "Claimed", "Done"]
    assert found[-1][0] == "9999999999999999-1"
    assert list(client.follow_from(id, found[-2][0])) == found[-1:]


def test_who_waits_learns_of_a_cancel(queue: Queue, client: Client) -> None:
    id = client.submit(order())
    canceller = threading.Timer(0.05, lambda: queue.run(calls.cancel(id)))
    canceller.start()
    with pytest.raises(SubmissionCancelled):
        client.result(id, timeout=30)
    with pytest.raises(SubmissionCancelled):
        client.result(id, timeout=0)


def test_who_waits_learns_of_an_end_by_an_earlier_version(queue: Queue, client: Client) -> None:
    id = client.submit(order())
    claim = claimed(queue)
    text = scripts()["finish"].text
    earlier = text.replace("'9999999999999999-1'", "'*'")
    assert earlier != text
    threading.Timer(
        0.05, lambda: queue.link.command("EVAL", earlier, 1, queue.link.keys.prefix, *accepted(claim).arguments)
    ).start()
    assert client.result(id, timeout=30).verdict is Verdict.AC


def test_what_is_not_over_in_time_is_said_and_what_is_unknown_at_once(client: Client) -> None:
    id = client.submit(order())
    with pytest.raises(NotFinished):
        client.result(id, timeout=0.01)
    with pytest.raises(UsageError):
        client.result("nobody")
