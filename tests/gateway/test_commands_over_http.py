"""Commands with --server: what they print and how they end is as over Redis."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gateway_harness import Gateway
from service_harness import RedisServer

from judge.queue.api_keys import Scope

ROOT = Path(__file__).resolve().parents[2]
SUM = ROOT / "examples" / "sum"


class Shell:
    """Runs commands with an environment of their own."""

    def __init__(self, gateway: Gateway, key: str) -> None:
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        self._env |= {"JUDGE_SERVER": gateway.address, "JUDGE_KEY": key}

    def judge(
        self, *words: object, code: int = 0, stdin: str = "", key: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """The ended command; its exit code must be this one."""
        command = [sys.executable, "-m", "judge", *map(str, words)]
        sent = self._env | env | ({"JUDGE_KEY": key} if key else {})
        done = subprocess.run(command, env=sent, input=stdin, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    @contextmanager
    def started(self, *words: object) -> Iterator[subprocess.Popen[str]]:
        """A command that runs."""
        command = [sys.executable, "-m", "judge", *map(str, words)]
        out = err = subprocess.PIPE
        with subprocess.Popen(
            command, env=self._env, text=True, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture(scope="module")
def shell(gateway: Gateway, school: str) -> Shell:
    """With a tenant's key."""
    return Shell(gateway, school)


def test_run_evaluate_and_what_is_said_of_them(shell: Shell, gateway: Gateway, tmp_path: Path) -> None:
    program = tmp_path / "a.py"
    program.write_text("print(input())")
    text = tmp_path / "in"
    text.write_text("hello")
    assert shell.judge("run", program, "--server", gateway.address, "--stdin", text).stdout.startswith("hello")
    tests = tmp_path / "tests.jsonl"
    tests.write_text('{"stdin": "a", "expected": "a"}\n{"stdin": "a", "expected": "b"}\n')
    found = shell.judge("evaluate", program, tests, "--service", "--json", code=1)
    report = json.loads(found.stdout)
    assert report["passed"] == 1
    assert json.loads(shell.judge("status", report["id"], "--json").stdout)[0]["kind"] == "evaluation"
    assert shell.judge("result", report["id"], code=1).stdout
    assert shell.judge("follow", report["id"], "--json", code=1).stdout.count("\n") >= 3
    assert json.loads(shell.judge("cancel", report["id"], "--json", code=1).stdout) == {report["id"]: False}
    assert report["id"] in [one["id"] for one in json.loads(shell.judge("list", "--json").stdout)]


def test_ctrl_c_is_the_programs_and_a_second_one_withdraws(shell: Shell, gateway: Gateway) -> None:
    script = "trap 'echo once more' INT; echo now; while :; do sleep 1; done"
    words = ["--server", gateway.address, "--wall", "60", "--command", "--", "/bin/sh", "-c", script]
    with shell.started("run", *words) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "once more\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert (process.returncode, "withdrawn" in err) == (130, True), err


def test_submit(shell: Shell, sum_package: str) -> None:
    source = next(iter(sorted((SUM / "submissions" / "accepted").glob("*.cpp"))))
    assert "AC" in shell.judge("submit", sum_package, source).stdout
    assert "digest" in shell.judge("submit", SUM, source, code=2).stderr


def test_blobs(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    blob = shell.judge("blob", "put", file).stdout.strip()
    assert shell.judge("blob", "get", blob).stdout == "content"
    assert blob in shell.judge("blob", "list", "--json").stdout
    shell.judge("blob", "remove", blob)
    shell.judge("blob", "get", blob, code=2)


def test_the_service(shell: Shell, admin: str) -> None:
    assert json.loads(shell.judge("queue", "--json").stdout)["slots"] == 2
    shell.judge("languages", "offered")
    assert "scope" in shell.judge("workers", code=2).stderr
    assert json.loads(shell.judge("workers", "--json", key=admin).stdout)[0]["state"] == "on"


def test_limits_of_a_tenant_are_set_and_shown(shell: Shell, admin: str) -> None:
    assert "scope admin" in shell.judge("tenant", "limited", code=2).stderr
    set_it = ("tenant", "limited", "--blobs", 5, "--keep", "execution=2h")
    assert json.loads(shell.judge(*set_it, "--json", key=admin).stdout) == {
        "limited": {"tenant_blobs": 5, "keep_ms:execution": 7_200_000}
    }
    assert "tenant_blobs 5" in shell.judge("tenant", key=admin).stdout
    shell.judge("tenant", "limited", "--blobs", "default", "--keep", "execution=default", key=admin)
    assert "everybody's limits" in shell.judge("tenant", "limited", key=admin).stdout
    assert "tenant" in shell.judge("tenant", "no such", "--blobs", 5, key=admin, code=2).stderr


def test_a_worker_is_drained_and_resumed(shell: Shell, admin: str) -> None:
    assert "scope admin" in shell.judge("drain", "w", code=2).stderr
    assert "no worker" in shell.judge("drain", "no-such-worker", key=admin, code=2).stderr
    node = json.loads(shell.judge("workers", "--json", key=admin).stdout)[0]["node"]
    try:
        assert list(json.loads(shell.judge("drain", node, "--wait", 60, "--json", key=admin).stdout)) == [node]
        assert json.loads(shell.judge("workers", "--json", key=admin).stdout)[0]["state"] == "draining"
    finally:
        shell.judge("drain", node, "--resume", key=admin)
    assert json.loads(shell.judge("workers", "--json", key=admin).stdout)[0]["state"] == "on"


def test_webhooks(gateway: Gateway, make_key: Callable[..., str], shell: Shell) -> None:
    assert "scope webhooks" in shell.judge("webhooks", "list", code=2).stderr
    told = Shell(gateway, make_key("told", Scope.WEBHOOKS, Scope.READ))
    words = ("--events", "work.done", "--languages", "c,cpp", "--note", "mine", "--json")
    made = json.loads(told.judge("webhooks", "create", "https://receiver.example/here", *words).stdout)
    name = made["id"]
    assert made["secret"].startswith("whsec_") and (made["events"], made["languages"]) == (["work.done"], ["c", "cpp"])
    assert name in told.judge("webhooks", "list").stdout
    fresh = told.judge("webhooks", "rotate", name, "--keep-old", "1h").stdout.strip()
    assert fresh.startswith("whsec_") and fresh != made["secret"]
    told.judge("webhooks", "off", name)
    assert "told nothing" in told.judge("webhooks", "ping", name, code=2).stderr
    assert told.judge("webhooks", "on", name).stdout == f"{name} on\n"
    delivery = told.judge("webhooks", "ping", name).stdout.strip()
    waiting = told.judge("webhooks", "deliveries", name, "--state", "waiting", "--json").stdout
    assert delivery in [one["id"] for one in json.loads(waiting)]
    assert json.loads(told.judge("webhooks", "replay", name, "--json").stdout) == {"replayed": 0}
    assert "no event 'odd'" in told.judge("webhooks", "create", "https://a.example", "--events", "odd", code=2).stderr
    told.judge("webhooks", "delete", name)
    assert "webhook" in told.judge("webhooks", "delete", name, code=2).stderr


def test_what_is_typed_into_a_session_comes_back(shell: Shell, tmp_path: Path) -> None:
    assert shell.judge("session", "python3", stdin="print(6 * 7)\n").stdout.endswith("42\n")
    program = tmp_path / "a.py"
    program.write_text("import sys\nprint(input(), file=sys.stderr)\nsys.exit(3)")
    assert shell.judge("session", "python3", program, stdin="hello\n", code=1).stderr == "hello\n"


def test_doctor_says_what_is_wrong_with_a_server(shell: Shell, gateway: Gateway) -> None:
    found = {one["name"]: one for one in _findings(shell, gateway.address, code=0)}
    assert {one["status"] for one in found.values()} == {"ok"}
    assert "tenant school" in found["key"]["found"]
    assert "come through" in found["WebSockets"]["found"]
    [key] = [one for one in _findings(shell, gateway.address, code=5, key="jk_none_such") if one["remedy"]]
    assert (key["name"], key["status"]) == ("key", "missing")
    assert _findings(shell, "http://127.0.0.1:9", code=5)[0]["name"] == "reachable"


def _findings(shell: Shell, server: str, *, code: int, key: str = "") -> list[dict[str, str]]:
    return list(json.loads(shell.judge("doctor", "--server", server, "--json", code=code, key=key).stdout)["findings"])


def test_packages_and_judging_again(
    shell: Shell, gateway: Gateway, make_key: Callable[..., str], tmp_path: Path
) -> None:
    key = make_key("authors", Scope.PACKAGES, Scope.SUBMIT, Scope.READ)
    published = shell.judge("publish", SUM, "--server", gateway.address, "--json", key=key)
    assert {"name": "sum", "version": "1"}.items() <= json.loads(published.stdout).items()
    program = tmp_path / "a.py"
    program.write_text("print(sum(map(int, input().split())))")
    shell.judge("submit", "sum", program, "--id", "one", key=key)
    batch = json.loads(shell.judge("rejudge", "start", "--package", "sum", "--json", key=key).stdout)
    assert batch["count"] == 1
    [item] = json.loads(shell.judge("rejudge", "show", batch["batch"], "--json", key=key).stdout)
    shell.judge("follow", item["new_id"], key=key)
    assert "1 reports replaced" in shell.judge("rejudge", "apply", batch["batch"], key=key).stdout
    assert batch["batch"] in shell.judge("rejudge", "list", key=key).stdout
    shell.judge("rejudge", "drop", batch["batch"], key=key)
    assert "no rejudge" in shell.judge("rejudge", "show", batch["batch"], code=2, key=key).stderr
    assert "no finished submission" in shell.judge("rejudge", "start", "--verdict", "TLE", code=2, key=key).stderr


def test_what_admins_do(shell: Shell, admin: str) -> None:
    key = admin
    made = json.loads(shell.judge("keys", "create", "--tenant", "school", "--scopes", "read", "--json", key=key).stdout)
    assert made["rights"]["scopes"] == ["read"]
    assert made["rights"]["id"] in shell.judge("keys", "list", key=key).stdout
    shell.judge("list", key=made["key"])
    shell.judge("keys", "revoke", made["key"], key=key)
    assert "no key" in shell.judge("keys", "revoke", made["key"], code=2, key=key).stderr
    assert "admin" in shell.judge("keys", "list", code=2).stderr
    assert json.loads(shell.judge("top", "--json", key=key).stdout)["workers"][0]["slots"] == 2
    assert "worker" in shell.judge("top", "--once", key=key).stdout


def test_maintenance(shell: Shell, admin: str) -> None:
    key = admin
    try:
        assert "back at noon" in shell.judge("maintenance", "begin", "back at noon", "--retry", "5", key=key).stdout
        assert json.loads(shell.judge("maintenance", "show", "--json").stdout)["retry_s"] == 5
        assert "back at noon" in shell.judge("session", "python3", code=6).stderr
    finally:
        assert shell.judge("maintenance", "end", key=key).stdout == "work is taken in\n"


def test_a_server_and_a_broker_exclude_each_other_and_a_broker_wins_over_the_environment(
    shell: Shell, gateway: Gateway, redis_server: RedisServer
) -> None:
    both = ("--server", gateway.address, "--broker", redis_server.url)
    assert "not both" in shell.judge("queue", *both, code=2).stderr
    shell.judge("queue", "--broker", redis_server.url, JUDGE_NAMESPACE="web")


def test_what_is_wrong_with_server_or_key_is_one_line(shell: Shell) -> None:
    assert shell.judge("queue", "--server", "http://judge.example.org", code=2).stderr.count("\n") == 1
    assert "not valid" in shell.judge("queue", code=2, key="jk_none_such").stderr
    assert "no answer" in shell.judge("queue", "--server", "http://127.0.0.1:9", code=5).stderr
