"""Carried state with real workers and the scripted judge: races, kills, outages; each judging leaves its mark once."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="misc, union-attr"

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_harness import RedisServer, Worker, running, send_signal, until, view_of
from service_work import work_order

from judge.client import Client, new_id
from judge.model.event import Claimed, Retried
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.model.work_report import BlameOn, ProgramReport
from judge.queue import states


@pytest.fixture
def two(server: RedisServer, short_dir: Path) -> Iterator[tuple[list[Worker], Client]]:
    """Two workers of two slots each, and a client."""
    workers = [Worker(server.url, short_dir / name, slots=2) for name in ("wa", "wb")]
    with running(*workers), Client(server.broker, patience_s=20) as client:
        for worker in workers:
            until(lambda worker=worker: view_of(client, worker.node) and worker.slot_pids(), "a worker to register")
        yield workers, client


def send(client: Client, mark: str, ms: int = 0, name: str = "log", **fields: object) -> str:
    """Work that adds its mark to the state."""
    task_fields = {"state": name, **fields}
    return client.send(work_order(WorkKind.PROGRAM, tenant="amy", fields=task_fields, ms=ms, appends=mark))


def report_of(client: Client, name: str) -> ProgramReport:
    report = client.work_result(name, timeout=60)
    assert isinstance(report, ProgramReport)
    return report


def state_of(client: Client, name: str = "log") -> str:
    return client.queue.run(states.look("amy", name)).content.decode()


def test_each_of_many_at_once_leaves_its_mark_once(client: Client) -> None:
    name = new_id()
    marks = [f"[{number}]" for number in range(12)]
    sent = [send(client, mark, ms=30, name=name) for mark in marks]
    reports = [report_of(client, one) for one in sent]
    assert {(report.verdict, report.blame) for report in reports} == {(Verdict.AC, BlameOn.NONE)}
    left = state_of(client, name)
    assert sorted(left.replace("]", "] ").split()) == sorted(marks)
    in_order = sorted(zip(reports, marks, strict=True), key=lambda pair: pair[0].state.written)
    assert [report.log for report, _ in in_order] == [left[: left.index(mark)] for _, mark in in_order]
    assert [report.state.read for report, _ in in_order] == [0, *(report.state.written for report, _ in in_order[:-1])]


def test_what_changes_nothing_leaves_the_version(client: Client) -> None:
    name = new_id()
    first = report_of(client, send(client, "a", name=name))
    reader = work_order(WorkKind.PROGRAM, tenant="amy", fields={"state": name})
    read = report_of(client, client.send(reader))
    assert (read.state.read, read.state.written, read.log) == (first.state.written, 0, "a")


def test_judging_again_reads_the_version_of_that_time(client: Client) -> None:
    name = new_id()
    first, second = (report_of(client, send(client, mark, name=name)) for mark in "ab")
    again = report_of(client, send(client, "x", name=name, state_version=second.state.read))
    assert (again.log, again.state.read, again.state.written) == ("a", first.state.written, 0)
    assert state_of(client, name) == "ab"


def test_a_version_that_is_gone_is_the_sender_s_fault(client: Client) -> None:
    report = report_of(client, send(client, "x", name=new_id(), state_version=4711))
    assert (report.blame, report.verdict) == (BlameOn.CLIENT, Verdict.JE)
    assert "state_version: version 4711" in report.reason


def test_a_killed_slot_has_left_nothing_of_its_judging(two: tuple[list[Worker], Client]) -> None:
    workers, client = two
    name = send(client, "a", ms=400)
    where = next(event.worker for event in client.follow(name) if isinstance(event, Claimed))
    worker = next(one for one in workers if one.node == where.partition("/")[0])
    send_signal(worker.slot_pids(), signal.SIGKILL)
    report = report_of(client, name)
    assert (report.state.read, report.attempt) == (0, 2)
    assert state_of(client) == "a"


def test_kills_of_children_and_of_a_worker_among_many_lose_and_repeat_nothing(
    two: tuple[list[Worker], Client], short_dir: Path, server: RedisServer
) -> None:
    workers, client = two
    marks = [f"[{number}]" for number in range(16)]
    sent = [send(client, mark, ms=60) for mark in marks]
    until(lambda: "log" in {view.name for view in client.queue.run(states.page("amy"))}, "the first mark")
    send_signal(workers[0].slot_pids(), signal.SIGKILL)
    report_of(client, sent[4])
    workers[1].kill()
    with running(Worker(server.url, short_dir / "wc", slots=1)):
        reports = [report_of(client, one) for one in sent]
    assert {report.verdict for report in reports} == {Verdict.AC}
    assert sorted(state_of(client).replace("]", "] ").split()) == sorted(marks)


def test_who_is_judged_again_by_a_newer_state_says_so(client: Client) -> None:
    name = new_id()
    slow = send(client, "slow", ms=600, name=name)
    next(event for event in client.follow(slow) if isinstance(event, Claimed))
    report_of(client, send(client, "quick", name=name))
    report = report_of(client, slow)
    assert (report.log, report.attempt) == ("quick", 1)
    reasons = [event.reason for event in client.follow(slow) if isinstance(event, Retried)]
    assert reasons == [f"the state {name} was changed meanwhile: it is judged again"]


def test_a_state_without_room_is_the_sender_s_fault_and_the_report_says_so(client: Client) -> None:
    large = "x" * (1 << 20)
    name = new_id()
    assert report_of(client, send(client, large, name=name)).blame is BlameOn.NONE
    report = report_of(client, send(client, "y", name=name))
    assert (report.blame, report.verdict) == (BlameOn.CLIENT, Verdict.JE)
    assert "at most 1048576 are carried on" in report.reason
    assert state_of(client, name) == large
