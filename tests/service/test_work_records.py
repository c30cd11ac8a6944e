"""Records of every kind of work: found, shown and followed as those of submissions are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from service_harness import RedisServer, Worker, order
from service_work import work_order

from judge.cli.main import main
from judge.client import Client, Filter
from judge.errors import UsageError, WireError
from judge.model.event import Claimed, WorkDone
from judge.model.work import Context, WorkKind
from judge.model.work_report import AnyWorkReport, BlameOn
from judge.queue import calls, rejudge
from judge.queue.redis_queue import Queue
from judge.queue.values import WorkerInfo, WorkerState

KINDS = [kind for kind in WorkKind if kind is not WorkKind.SUBMISSION]

#: Runs a judge command: exit code, standard output, standard error.
Judge = Callable[..., tuple[int, str, str]]


@pytest.fixture
def judge(
    shared_redis: RedisServer, shared_worker: Worker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Judge:
    monkeypatch.setenv("JUDGE_NAMESPACE", "shared")

    def run(command: str, *words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([command, "--broker", shared_redis.url, *words])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def done(client: Client, kind: WorkKind, **orders: Any) -> AnyWorkReport:
    """Work of this kind through the queue."""
    return client.work_result(client.send(work_order(kind, **orders)), timeout=30)


@pytest.mark.parametrize("kind", KINDS)
def test_work_is_found_by_kind_sender_and_time(client: Client, kind: WorkKind) -> None:
    context = Context(sender=f"door-{kind}", text='{"token": 1}')
    report = done(client, kind, context=context, tenant="finder")
    client.result(client.submit(order(tenant="finder")))
    for chosen in (Filter(kind=kind, tenant="finder"), Filter(sender=f"door-{kind}")):
        (view,) = client.submissions(chosen)
        assert (view.id, view.kind, view.context) == (report.id, kind, context)
    at_ms = view.submitted_at_ms
    assert [found.id for found in client.submissions(Filter(kind=kind, since_ms=at_ms, until_ms=at_ms))] == [report.id]
    assert not list(client.submissions(Filter(kind=kind, until_ms=at_ms - 1, tenant="finder")))


def test_filters_that_name_nothing_are_refused(client: Client) -> None:
    with pytest.raises(UsageError, match="kind 'essay' is not one of submission, execution"):
        list(client.submissions(Filter(kind="essay")))
    with pytest.raises(WireError, match="sender"):
        list(client.submissions(Filter(sender="a b")))


@pytest.mark.parametrize("kind", KINDS)
def test_the_commands_know_every_kind(client: Client, judge: Judge, kind: WorkKind) -> None:
    context = Context(sender="shell", text="back")
    name = done(client, kind, context=context, tenant=f"cli-{kind}").id
    code, out, _ = judge("list", "--kind", kind, "--sender", "shell", "--tenant", f"cli-{kind}", "--json")
    assert code == 0
    assert [(view["id"], view["kind"], view["context"]["text"]) for view in json.loads(out)] == [(name, kind, "back")]
    assert f"  kind: {kind}, sent by shell\n" in judge("status", name)[1]
    code, out, _ = judge("result", name)
    assert (code, out.splitlines()[0].split(" · ")[1]) == (0, kind)
    code, out, _ = judge("result", name, "--json")
    assert (code, json.loads(out)["kind"]) == (0, kind)
    code, out, err = judge("follow", name)
    assert (code, out.splitlines()[0].split(" · ")[1]) == (0, kind)
    assert "claimed by" in err


def test_a_list_names_the_kinds_when_not_all_are_submissions(client: Client, judge: Judge) -> None:
    client.result(client.submit(order("plain", tenant="columns")))
    assert " kind " not in judge("list", "--tenant", "columns")[1].splitlines()[0]
    done(client, WorkKind.EXECUTION, tenant="columns")
    lines = judge("list", "--tenant", "columns")[1].splitlines()
    assert " kind " in lines[0]
    assert " execution " in lines[1]


@pytest.mark.parametrize("kind", KINDS)
def test_top_and_queue_show_work_that_runs(
    judge: Judge, client: Client, kind: WorkKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = client.send(work_order(kind, ms=60_000, tenant=f"top-{kind}", language=""))
    follow = client.follow(name)
    assert any(isinstance(event, Claimed) for event in follow)
    code, out, _ = judge("top", "--once", "--json")
    (running,) = (item for item in json.loads(out)["running"] if item["id"] == name)
    assert (code, running["kind"], running["tenant"]) == (0, kind, f"top-{kind}")
    assert "=" not in running["language"]
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = judge("top", "--once")
    assert code == 0
    (line,) = (line for line in out.splitlines() if name[:8] in line)
    assert f" {kind} " in line
    code, out, _ = judge("queue", "--json")
    assert (code, json.loads(out)["running"]) == (0, 1)
    client.cancel(name)
    code, out, _ = judge("top", "--once", "--json")
    (finished,) = (item for item in json.loads(out)["recent"] if item["id"] == name)
    assert (finished["kind"], finished["verdict"]) == (kind, "CANCELLED")


def test_the_queue_names_the_routes_of_waiting_work(
    queue: Queue, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUDGE_NAMESPACE", queue.broker.namespace)
    with Client(queue.broker) as client:
        queue.run(calls.register("w", "s", WorkerState.ON, WorkerInfo(slots=1), "", ["c", "c+=work", "c+=session"]))
        for kind in KINDS:
            client.send(work_order(kind))
    code, out, _ = judge("queue", "--json")
    lanes = {lane["route"]: lane["waiting"] for lane in json.loads(out)["lanes"]}
    assert (code, lanes) == (0, {"c+=work": 3, "c+=session": 1, "any+=verify": 1, "any+=program": 1})
    assert judge("queue")[1].startswith("6 waiting, 0 being judged")


def test_a_fault_of_the_client_is_no_fault_of_the_judge(client: Client, judge: Judge) -> None:
    report = done(client, WorkKind.EXECUTION, do="client")
    assert (report.blame, report.reason) == (BlameOn.CLIENT, "stdin: there is no such blob")
    assert judge("result", report.id)[0] == 2
    assert client.status(report.id).verdict == "REFUSED"


def test_there_is_no_page_of_other_work(client: Client, judge: Judge) -> None:
    code, _, err = judge("result", done(client, WorkKind.EXECUTION).id, "--html", "-")
    assert (code, err.partition(";")[0]) == (2, "judge result: --html: there is no page for work of kind execution")


def test_a_follower_of_work_sees_its_report_last(client: Client) -> None:
    name = client.send(work_order(WorkKind.EXECUTION))
    last = list(client.follow(name, timeout=30))[-1]
    assert isinstance(last, WorkDone)
    assert last.report == client.work_result(name)


def test_only_submissions_are_judged_again(client: Client) -> None:
    work = done(client, WorkKind.EXECUTION, tenant="again")
    submission = client.submit(order(tenant="again"))
    client.result(submission)
    with pytest.raises(UsageError, match="is no submission but other work"):
        rejudge.count_selected(client.queue, rejudge.Selector(ids=(work.id,)))
    assert rejudge.count_selected(client.queue, rejudge.Selector(tenant="again")) == 1
