"""Finding one's work again: status, results, lists and exports of past submissions, by id, time, tenant and verdict."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from service_harness import RedisServer, Worker, order, until
from test_queue_promises import claim, finish, join

from judge.cli.main import main
from judge.cli.submissions import moment_ms
from judge.client import AsyncClient, Client, Filter
from judge.errors import NotFinished, UsageError
from judge.model.event import Done
from judge.model.verdict import Verdict
from judge.queue import calls
from judge.queue.admin import _now_ms
from judge.queue.records import Listing
from judge.queue.redis_queue import Queue
from judge.queue.script import scripts
from judge.queue.values import State

#: Runs a judge command: exit code, standard output, standard error.
Judge = Callable[..., tuple[int, str, str]]


@pytest.fixture
def judge(
    shared_redis: RedisServer, shared_worker: Worker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Judge:
    """Runs a judge command against the shared worker; returns exit code, standard output, standard error."""
    monkeypatch.setenv("JUDGE_NAMESPACE", "shared")

    def run(command: str, *words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        before = (command, words[0]) if command == "rejudge" else (command,)
        code = main([*before, "--broker", shared_redis.url, *words[len(before) - 1 :]])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def ids(queue: Queue, chosen: Filter) -> list[str]:
    listing, found = Listing(chosen), []
    while listing.unfinished:
        found += [view.id for view in listing.take(queue.run(listing.page_call()))]
    return found


def moment_of(queue: Queue, name: str) -> int:
    return int(queue.link.command("HGET", queue.link.keys.record(name), "at"))


def test_a_record_has_times_tenant_worker_and_verdict(client: Client, shared_worker: Worker) -> None:
    before_ms = int(time.time() * 1000)
    client.result(client.submit(order("s-1", tenant="amy", language="python", verdict="WA", ms=20)))
    view = client.status("s-1")
    assert (view.state, view.verdict, view.language, view.tenant) == (State.DONE, "WA", "python3", "amy")
    assert (view.package, view.priority_class, view.attempt) == ("/p", "practice", 1)
    assert before_ms - 1000 <= view.submitted_at_ms <= view.claimed_at_ms < view.finished_at_ms
    assert view.finished_at_ms - view.claimed_at_ms >= 20
    assert view.worker.startswith(f"{shared_worker.node}/")
    with pytest.raises(UsageError, match="no submission 's-none'"):
        client.status("s-none")


def test_reports_say_when_and_on_whose_behalf(client: Client) -> None:
    client.submit(order("s-2", tenant="amy"))
    *_, done = client.follow("s-2")
    assert isinstance(done, Done)
    view = client.status("s-2")
    for report in (done.report, client.result("s-2")):
        assert report.tenant == "amy"
        assert (report.submitted_at_ms, report.claimed_at_ms, report.finished_at_ms) == (
            view.submitted_at_ms,
            view.claimed_at_ms,
            view.finished_at_ms,
        )


def test_waiting_for_a_report_ends_in_time(client: Client) -> None:
    client.submit(order("s-long", ms=60_000))
    try:
        for wait in (
            lambda: client.result("s-long", timeout=0.05),
            lambda: list(client.follow("s-long", timeout=0.05)),
        ):
            with pytest.raises(TimeoutError, match=r"s-long was not finished within 0.05 s"):
                wait()
        until(lambda: client.state("s-long") is State.CLAIMED, "the claim")
        seen = []
        with pytest.raises(NotFinished):
            for event in client.follow("s-long", timeout=0):
                seen.append(type(event).__name__)
        assert seen[:2] == ["Queued", "Claimed"]  # what is there is told, however little time there is

        async def wait_too() -> None:
            async with AsyncClient(client.queue.broker) as other:
                with pytest.raises(NotFinished):
                    await other.result("s-long", timeout=0.05)
                assert (await other.status("s-long")).state is State.CLAIMED

        asyncio.run(wait_too())
    finally:
        client.cancel("s-long")


def test_lists_by_time_tenant_verdict_class_and_package(queue: Queue) -> None:
    join(queue)
    for number in range(6):
        verdict, tenant = ("AC", "WA")[number % 2], ("amy", "bob")[number // 3]
        package, name = f"/p{number % 3}", ("contest", "practice")[number // 4]
        queue.run(calls.submit(order(f"l{number}", tenant=tenant, package=package, priority_class=name, language="c")))
        claimed = claim(queue)
        finish(queue, claimed, Verdict(verdict))
        moment = moment_of(queue, f"l{number}")
        until(lambda: _now_ms(queue) > moment, "the next millisecond")  # noqa: B023 (called at once)
    newest = [f"l{number}" for number in (5, 4, 3, 2, 1, 0)]
    assert ids(queue, Filter()) == newest
    assert ids(queue, Filter(tenant="bob")) == newest[:3]
    assert ids(queue, Filter(tenant="nobody")) == []
    assert ids(queue, Filter(verdict="wa")) == ["l5", "l3", "l1"]
    assert ids(queue, Filter(package="/p0", tenant="amy")) == ["l0"]
    assert ids(queue, Filter(priority_class="contest")) == newest[2:]
    assert ids(queue, Filter(language="cpp")) == []
    assert ids(queue, Filter(limit=2)) == newest[:2]
    assert ids(queue, Filter(limit=6)) == newest
    moment = moment_of(queue, "l3")
    assert "l2" not in ids(queue, Filter(since_ms=moment + 1))
    assert "l5" in ids(queue, Filter(since_ms=moment))
    assert ids(queue, Filter(until_ms=moment))[-3:] == newest[3:]
    with pytest.raises(UsageError, match="no verdict 'FOO'; there are AC, WA"):
        Listing(Filter(verdict="FOO"))


def test_a_list_of_many_that_came_at_once_has_each_once(queue: Queue) -> None:
    with queue.link.client.pipeline(transaction=True) as pipe:  # many in one millisecond
        for number in range(450):
            call = calls.submit(order(f"m{number:03}"))
            pipe.eval(scripts()["submit"].text, 1, queue.link.keys.prefix, *call.arguments)
        pipe.execute()
    found = ids(queue, Filter())
    assert sorted(found) == [f"m{number:03}" for number in range(450)]


def test_the_index_goes_with_the_records(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("gone", tenant="amy")))
    finish(queue, claim(queue))
    queue.link.command("HSET", queue.link.keys.policy(), "keep_ms", 1)
    until(lambda: _swept(queue), "the record to go")
    assert ids(queue, Filter()) == ids(queue, Filter(tenant="amy")) == []
    assert queue.link.command("KEYS", queue.link.keys.index() + "*") == []


def _swept(queue: Queue) -> bool:
    queue.run(calls.sweep("w", 0, 60_000, 3))
    return not queue.link.command("EXISTS", queue.link.keys.record("gone"))


def test_the_commands_find_a_past_submission(judge: Judge, client: Client, tmp_path: Path) -> None:
    client.result(client.submit(order("c-1", tenant="cal", verdict="WA", tests=2)))
    code, out, err = judge("status", "c-1", "c-none")
    assert (code, out.splitlines()[0], err) == (2, "c-1: WA", "judge status: no submission 'c-none' in the queue\n")
    (view,) = json.loads(judge("status", "c-1", "--json")[1])
    assert (view["id"], view["verdict"], view["tenant"]) == ("c-1", "WA", "cal")
    code, out, _ = judge("result", "c-1", "--json")
    assert (code, json.loads(out)["verdict"], json.loads(out)["tenant"]) == (1, "WA", "cal")
    assert judge("result", "c-1", "--html", str(tmp_path / "r.html"))[0] == 1
    assert "WA" in (tmp_path / "r.html").read_text()
    code, out, _ = judge("follow", "c-1", "--json")
    assert code == 1
    assert [json.loads(line)["type"] for line in out.splitlines()][-2:] == ["case", "done"]
    assert judge("result", "c-none")[0] == judge("follow", "c-none")[0] == 2


def test_lists_as_table_csv_and_json(judge: Judge, client: Client) -> None:
    for number in range(3):
        client.result(client.submit(order(f"x-{number}", tenant="dee", verdict=("AC", "WA")[number % 2])))
    code, out, _ = judge("list", "--tenant", "dee")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if "x-" in line] == ["x-2", "x-1", "x-0"]
    rows = list(csv.DictReader(io.StringIO(judge("list", "--tenant", "dee", "--csv", "--since", "1h")[1])))
    assert [(row["id"], row["verdict"], row["tenant"]) for row in rows] == [
        ("x-2", "AC", "dee"),
        ("x-1", "WA", "dee"),
        ("x-0", "AC", "dee"),
    ]
    assert rows[0]["submitted_at"].endswith("+00:00")
    found = json.loads(judge("list", "--tenant", "dee", "--verdict", "wa", "--json")[1])
    assert [view["id"] for view in found] == ["x-1"]
    assert len(json.loads(judge("list", "--tenant", "dee", "--limit", "1", "--json")[1])) == 1
    assert judge("list", "--tenant", "nobody", "--json")[1] == "[]\n"
    code, _, err = judge("list", "--verdict", "FOO")
    assert code == 2
    assert err.startswith(
        "judge list: no verdict 'FOO'; there are AC, WA, TLE, RTE, MLE, OLE, CE, JE; of other work AS_"
    )
    assert judge("list", "--language", "klingon")[0] == 4


@pytest.mark.parametrize("text", ["2h", "3d", "2026-11-28", "2026-11-28T14:30", "2026-11-28T14:30:00Z"])
def test_moments_are_ages_or_dates(text: str) -> None:
    assert moment_ms(text) > 0


def test_cancel_tells_about_each(judge: Judge, client: Client) -> None:
    client.result(client.submit(order("k-done")))
    client.submit(order("k-long", ms=60_000))
    code, out, err = judge("cancel", "k-done", "k-none", "k-long", "--json")
    assert (code, json.loads(out)) == (2, {"k-done": False, "k-none": None, "k-long": True})
    assert err == "judge cancel: no submission 'k-none' in the queue\n"
    code, out, _ = judge("cancel", "k none", "k-long")
    assert (code, out) == (2, "k-long: cancelled\n")


def test_submit_says_the_id_first_and_at_an_interrupt_how_to_go_on(
    shared_redis: RedisServer, shared_worker: Worker, tmp_path: Path
) -> None:
    file = tmp_path / "a.c"
    file.write_text(json.dumps({"ms": 60_000}))
    words = [sys.executable, "-m", "judge", "submit", "--broker", shared_redis.url, str(tmp_path), str(file)]
    environment = {**os.environ, "JUDGE_NAMESPACE": "shared"}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
    try:
        assert process.stderr is not None
        word, _, submission_id = process.stderr.readline().strip().partition(" ")
        assert word == "submission"
        with Client(msgspec.structs.replace(shared_redis.broker, namespace="shared")) as client:
            until(lambda: client.state(submission_id) is State.CLAIMED, "the claim")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
            assert process.returncode == 130, err
            assert f"judge follow --broker {shared_redis.url} {submission_id} watches it" in err
            assert f"judge cancel --broker {shared_redis.url} {submission_id} withdraws it" in err
            assert client.state(submission_id) is State.CLAIMED
            client.cancel(submission_id)
    finally:
        process.kill()


def test_a_rejudge_prints_its_bare_name_and_is_listed(judge: Judge, client: Client) -> None:
    client.result(client.submit(order("r-1", tenant="rex", language="python", verdict="WA")))
    code, out, err = judge("rejudge", "start", "--tenant", "rex", "--language", "py", "--verdict", "wa")
    batch = out.strip()
    assert (code, len(batch), out) == (0, 8, f"{batch}\n")
    assert err.startswith("1 submissions")
    client.result(f"r-1~{batch}")
    (found,) = [item for item in json.loads(judge("rejudge", "list", "--json")[1]) if item["name"] == batch]
    assert (found["count"], found["finished"], found["differ"], found["applied"]) == (1, 1, 0, 0)
    assert found["started_at_ms"] > 0
    assert batch in judge("rejudge", "list")[1]
    code, out, _ = judge("rejudge", "apply", batch)
    assert (code, out.splitlines()[-1]) == (0, "no verdict differs, so none changes: 1 reports replaced")
    assert client.status("r-1").finished_at_ms >= client.status(f"r-1~{batch}").finished_at_ms
    assert judge("rejudge", "drop", batch)[0] == 0
    assert batch not in judge("rejudge", "list")[1]
    assert [view.id for view in client.submissions(Filter(tenant="rex"))] == ["r-1"]


def test_a_rejudge_of_everything_is_not_started_by_accident(
    judge: Judge, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.result(client.submit(order("r-2")))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    code, out, err = judge("rejudge", "start")
    assert (code, out) == (2, "")
    assert "finished submissions; --yes if that is meant" in err
    assert judge("rejudge", "start", "--verdict", "FOO") == (
        2,
        "",
        "judge rejudge: no verdict 'FOO'; there are AC, WA, TLE, RTE, MLE, OLE, CE, JE\n",
    )
    assert judge("rejudge", "start", "--language", "klingon")[0] == 4


def test_both_clients_can_do_the_same() -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert public(Client) == public(AsyncClient)


def test_a_list_is_the_same_from_both_clients(client: Client) -> None:
    client.result(client.submit(order("y-1", tenant="eve")))

    async def listed() -> list[str]:
        async with AsyncClient(client.queue.broker) as other:
            return [view.id async for view in other.submissions(Filter(tenant="eve"))]

    assert asyncio.run(listed()) == [view.id for view in client.submissions(Filter(tenant="eve"))] == ["y-1"]
