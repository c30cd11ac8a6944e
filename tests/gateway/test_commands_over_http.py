"""Commands with --server: what they print and how they end is as over Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gateway_harness import Gateway
from service_harness import RedisServer

ROOT = Path(__file__).resolve().parents[2]
SUM = ROOT / "examples" / "sum"


class Shell:
    """Runs commands with an environment of their own."""

    def __init__(self, gateway: Gateway, key: str) -> None:
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        self._env |= {"JUDGE_SERVER": gateway.address, "JUDGE_KEY": key}

    def judge(self, *words: object, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
        """The ended command; its exit code must be this one."""
        command = [sys.executable, "-m", "judge", *map(str, words)]
        done = subprocess.run(command, env=self._env | env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done


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
    assert json.loads(shell.judge("workers", "--json", JUDGE_KEY=admin).stdout)[0]["state"] == "on"


@pytest.mark.parametrize(
    "words", [("drain", "--all"), ("keys", "list"), ("rejudge", "list"), ("tenant", "x"), ("top",)]
)
def test_what_cannot_be_done_over_http_says_so(shell: Shell, words: tuple[str, ...]) -> None:
    assert "cannot be done over HTTP" in shell.judge(*words, code=2).stderr


def test_a_server_and_a_broker_exclude_each_other_and_a_broker_wins_over_the_environment(
    shell: Shell, gateway: Gateway, redis_server: RedisServer
) -> None:
    both = ("--server", gateway.address, "--broker", redis_server.url)
    assert "not both" in shell.judge("queue", *both, code=2).stderr
    shell.judge("queue", "--broker", redis_server.url, JUDGE_NAMESPACE="web")


def test_what_is_wrong_with_server_or_key_is_one_line(shell: Shell) -> None:
    assert shell.judge("queue", "--server", "http://judge.example.org", code=2).stderr.count("\n") == 1
    assert "not valid" in shell.judge("queue", code=2, JUDGE_KEY="jk_none_such").stderr
    assert "no answer" in shell.judge("queue", "--server", "http://127.0.0.1:9", code=5).stderr
