"""The commands that steer a service: what they do, what they print in JSON, how they end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from service_harness import RedisServer, Worker, until, view_of

from judge.cli.main import main
from judge.client import Client
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
        code = main([command, "--broker", shared_redis.url, *words])
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., str]:
    """Writes a program for the scripted judge."""

    def write(**orders: object) -> str:
        file = tmp_path / "a.c"
        file.write_text(json.dumps(orders))
        return str(file)

    return write


def test_cancel_says_what_became_of_each(
    judge: Judge, client: Client, program: Callable[..., str], tmp_path: Path
) -> None:
    assert judge("submit", str(tmp_path), program(), "--id", "c-done")[0] == 0
    assert judge("submit", str(tmp_path), program(ms=60_000), "--id", "c-long", "--no-wait")[0] == 0
    code, out, _ = judge("cancel", "c-done", "c-long", "--json")
    assert (code, json.loads(out)) == (1, {"c-done": False, "c-long": True})
    code, out, _ = judge("cancel", "c-long")
    assert (code, out) == (0, "c-long: cancelled\n")
    code, _, err = judge("cancel", "c-none")
    assert (code, err) == (2, "judge cancel: no submission 'c-none' in the queue\n")
    code, _, err = judge("submit", str(tmp_path), program(ms=60_000), "--id", "c-long")
    assert (code, err.splitlines()[-1]) == (1, "judge submit: submission c-long was cancelled")


def test_drain_waits_for_what_runs_and_resume_goes_on(
    judge: Judge, client: Client, shared_worker: Worker, program: Callable[..., str], tmp_path: Path
) -> None:
    judge("submit", str(tmp_path), program(ms=60_000), "--id", "d-long", "--no-wait")
    until(lambda: client.state("d-long") is State.CLAIMED, "the claim")
    code, out, _ = judge("drain", shared_worker.node, "--wait", "0.2", "--json")
    assert (code, json.loads(out)) == (1, {shared_worker.node: 1})
    assert judge("submit", str(tmp_path), program(), "--id", "d-next", "--no-wait")[0] == 0
    canceller = threading.Timer(0.2, client.cancel, ["d-long"])
    canceller.start()
    code, out, _ = judge("drain", "--all", "--wait", "20")
    canceller.join()
    assert (code, out) == (0, f"{shared_worker.node}: draining, 0 being judged\n")
    (worker,) = json.loads(judge("workers", "--json")[1])
    assert (worker["state"], worker["reason"]) == ("draining", "by an operator")
    (lane,) = json.loads(judge("queue", "--json")[1])["lanes"]
    assert (lane["priority_class"], lane["route"], lane["waiting"]) == ("practice", "c", 1)
    code, out, _ = judge("drain", shared_worker.node, "--resume")
    assert (code, out.split(",")[0]) == (0, f"{shared_worker.node}: resumed")
    assert client.result("d-next").verdict == "AC"
    assert view_of(client, shared_worker.node).state == "on"  # type: ignore[union-attr]


def test_draining_whom_there_is_not_is_a_usage_error(judge: Judge) -> None:
    code, _, err = judge("drain", "nobody")
    assert (code, err) == (2, "judge drain: no worker 'nobody'; judge workers lists them\n")
    assert judge("drain", "--json")[0] == 2


@pytest.mark.parametrize("limit", ["queue_max", "tenant_per_minute"])
def test_a_refusal_has_an_exit_code_of_its_own(
    judge: Judge, client: Client, program: Callable[..., str], tmp_path: Path, limit: str
) -> None:
    policy = client.queue.link.keys.policy()
    before = client.queue.link.command("HGET", policy, limit)
    blockers = [f"f-{limit}-{number}" for number in range(3)]
    try:
        for name in blockers:
            judge("submit", str(tmp_path), program(ms=60_000), "--id", name, "--no-wait", "--tenant", limit)
        client.queue.link.command("HSET", policy, limit, 1)
        words = (str(tmp_path), program(), "--no-wait", "--tenant", limit)
        refused = [judge("submit", *words) for _ in range(2)][-1]
    finally:
        client.queue.link.command("HSET", policy, limit, before)
        for name in blockers:
            client.cancel(name)
    assert refused[0] == 6
    assert {"queue_max": "the queue is full: 1 submissions wait", "tenant_per_minute": "too fast: try again in"}[
        limit
    ] in refused[2]


def test_the_doctor_looks_at_a_broker(judge: Judge, shared_redis: RedisServer) -> None:
    code = main(["doctor", "--broker", shared_redis.url, "--json"])
    assert code == 0


def test_following_goes_on_where_it_stopped(
    client: Client, judge: Judge, program: Callable[..., str], tmp_path: Path
) -> None:
    judge("submit", str(tmp_path), program(tests=3), "--id", "follow")
    story = list(client.follow_from("follow", "0"))
    position, _ = story[3]
    assert list(client.follow_from("follow", position)) == story[4:]
