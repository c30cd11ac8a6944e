"""Piston's limits and refusals: settings, content types, packages, what is full and what is a fault of ours."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from gateway_harness import Answered, Gateway
from service_harness import Worker, until

from judge.client import Client, Sending, program_from, work_of
from judge.config import load_settings
from judge.model.work import Execution, RequestedLimits
from judge.queue.admin import set_policy
from judge.queue.records import Filter
from judge.queue.settings import policy_of
from judge.queue.values import State

EXECUTE = "/piston/api/v2/execute"


def body(code: str, **said: Any) -> dict[str, Any]:
    return {"language": "python", "version": "*", "files": [{"content": code}]} | said


def run(gateway: Gateway, code: str, **said: Any) -> Any:
    answer = gateway.post(EXECUTE, body(code, **said))
    assert answer.status == 200, answer.body
    return answer.json()["run"]


FORKS = r"""
#include <stdio.h>
#include <unistd.h>
int main(void) {
  int forked = 0;
  for (int i = 0; i < 50; i++) {
    int pid = fork();
    if (pid == 0) pause();
    forked += pid > 0;
  }
  printf("%d", forked);
}
"""
COPY = r"""
#include <stdio.h>
int main(void) {
  FILE *in = fopen("in", "rb");
  for (int c; (c = fgetc(in)) != EOF;) putchar(c ? c & 127 : 1);
}
"""
MANY_CHILDREN = """
import os, time
forked = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(9)
        forked += 1
except OSError:
    raise SystemExit(forked // 50)
"""


@pytest.fixture(scope="module")
def set_up(start_gateway: Callable[..., Gateway], worker: Worker) -> Gateway:
    """A gateway whose Piston has limits of its own, and takes what Piston takes."""
    del worker
    overrides = {"python": {"run_timeout": 20_000, "output_max_size": 50}, "c": {"max_process_count": 4}}
    return start_gateway(
        piston_output_max_size=100_000_000,
        piston_run_memory_limit=100_000_000,
        piston_limit_overrides=json.dumps(overrides),
        piston_strict_content_type="true",
        piston_body_bytes_max=64 << 20,
    )


def test_limits_of_the_settings_hold(set_up: Gateway) -> None:
    assert run(set_up, "print('x' * 60)")["status"] == "OL"
    assert run(set_up, "print('x' * 40)", run_timeout=19_000)["status"] is None
    refused = set_up.post(EXECUTE, body("", run_timeout=20_001))
    assert (refused.status, refused.json()) == (
        400, {"message": "run_timeout cannot exceed the configured limit of 20000"},
    )  # fmt: skip
    refused = set_up.post(EXECUTE, body("", run_memory_limit=100_000_001))
    assert refused.json() == {"message": "run_memory_limit cannot exceed the configured limit of 100000000"}
    assert int(run(set_up, FORKS, language="c")["stdout"]) <= 4


def test_a_large_body_and_a_large_output_go_through(set_up: Gateway) -> None:
    data = bytes(range(256)) * 40_000
    files = [
        {"name": "copy.c", "content": COPY},
        {"name": "in", "content": base64.b64encode(data).decode(), "encoding": "base64"},
    ]
    found = run(set_up, "", language="c", files=files, stdin="x" * 1_000_000)
    assert (len(found["stdout"]), found["code"]) == (len(data), 0)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
def test_a_strict_server_takes_json_alone(set_up: Gateway, school: str, kind: str) -> None:
    text = json.dumps(body("print(1)")).encode()
    answer = set_up.post(EXECUTE, text, headers={"content-type": kind}, key=school)
    assert (answer.status, answer.json()) == (415, {"message": "requests must be of type application/json"})
    assert set_up.post(EXECUTE, text, headers={"content-type": "application/json; charset=utf-8"}).status == 200


@pytest.mark.parametrize("kind", ["text/plain;charset=UTF-8", "application/octet-stream", "text/json", ""])
def test_by_itself_a_server_takes_what_is_json(dialects: Gateway, school: str, kind: str) -> None:
    text = json.dumps(body("print(1)")).encode()
    for key in ("", school):
        assert dialects.post(EXECUTE, text, headers={"content-type": kind}, key=key).json()["run"]["stdout"] == "1\n"
    assert dialects.post(EXECUTE, b"language=python", headers={"content-type": kind}).status == 415


@pytest.mark.parametrize(
    "headers", [{"referer": "http://example.org/"}, {"sec-fetch-mode": "no-cors"}, {"user-agent": "Mozilla/5.0 (X11)"}]
)
def test_what_a_page_may_have_sent_needs_a_key(dialects: Gateway, school: str, headers: dict[str, str]) -> None:
    text = json.dumps(body("print(1)")).encode()
    sent = {"content-type": "text/plain", **headers}
    assert dialects.post(EXECUTE, text, headers=sent).status == 415
    assert dialects.post(EXECUTE, text, headers=sent, key=school).status == 200


@pytest.mark.parametrize(
    ("text", "message"),
    [(b"{", ""), (b"5", "the body is neither an object nor an array"), (b"[" * 100_000, ""), (b'"\xff"', "")],
)
def test_what_is_no_json_is_refused(dialects: Gateway, text: bytes, message: str) -> None:
    answer = dialects.post(EXECUTE, text, headers={"content-type": "application/json"})
    assert answer.status == 400
    assert answer.json()["stack"] == f"SyntaxError: {answer.json()['message']}"
    assert message in answer.json()["message"]


def test_an_empty_body_has_no_language(dialects: Gateway) -> None:
    answer = dialects.post(EXECUTE, b"", headers={"content-type": "application/json"})
    assert (answer.status, answer.json()) == (400, {"message": "language is required as a string"})


def test_a_body_may_be_too_large(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(piston_body_bytes_max=2000)
    answer = gateway.post(EXECUTE, body("#" * 3000))
    assert answer.status == 413
    assert "2000" in answer.json()["message"]


OUTCOMES = [
    ("bss", "c", "volatile char all[1 << 28];\nint main(void) { for (int i = 0; i < 1 << 28; i += 4096) all[i] = 1; }",
     {"run_memory_limit": 32_000_000}, {"status": "SG", "signal": "SIGKILL", "message": "Memory limit exceeded"}),
    ("child", "python", "import os\nif os.fork() == 0:\n    x = [bytearray(1 << 20) for _ in range(500)]\nos.wait()",
     {"run_memory_limit": 64_000_000}, {"status": "SG", "signal": "SIGKILL", "message": "Memory limit exceeded"}),
    ("processes", "python", MANY_CHILDREN,
     {}, {"status": "RE", "code": 1, "signal": None}),
    ("file", "python", "open('big', 'wb').write(bytes(11_000_000))", {}, {"status": "RE", "code": 1}),
    ("open files", "python", "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[0])", {},
     {"stdout": "2048\n"}),
    ("call", "c", "#include <sys/syscall.h>\n#include <unistd.h>\nint main(void) { syscall(SYS_kexec_load, 0); }", {},
     {"status": "SG", "signal": "SIGSYS", "code": None}),
    ("input", "python", "import sys\nprint(sys.stdin.buffer.read())", {"stdin": "a\u00e9\u0000"},
     {"stdout": "b'a\\xc3\\xa9\\x00\\n'\n"}),
    ("network", "python", "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)", {}, {"status": "RE"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "code", "said", "expected"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES]
)
def test_what_the_sandbox_does_not_allow(
    dialects: Gateway, language: str, code: str, said: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = run(dialects, code, language=language, **said)
    assert {name: found[name] for name in expected} == expected, found


def test_a_full_queue_is_too_many_requests(dialects: Gateway, client: Client) -> None:
    usual = policy_of(load_settings())
    program = program_from("import time; time.sleep(100)", language="python3")
    sleeping = Execution(program=program, limits=RequestedLimits(wall_time_ns=200_000_000_000))
    fillers = [client.send(work_of(sleeping, Sending(id=f"filler-{number}"))) for number in range(3)]
    try:
        until(lambda: sum(client.status(one).state is State.QUEUED for one in fillers) == 1, "two of them to run")
        set_policy(client.queue, msgspec.structs.replace(usual, queue_max=1))
        answer = dialects.post(EXECUTE, body("print(1)"))
    finally:
        set_policy(client.queue, usual)
        for one in fillers:
            client.cancel(one)
    assert answer.status == 429
    assert "wait" in answer.json()["message"]


def test_a_fault_of_ours_is_an_empty_500(dialects: Gateway, client: Client, school: str) -> None:
    answers: list[Answered] = []

    def ask() -> None:
        answers.append(dialects.post(EXECUTE, body("import time; time.sleep(60)  # fault"), key=school))

    def waiting() -> str:
        for one in client.submissions(Filter(tenant="school", sender="piston")):
            if not one.state.final:
                return str(one.id)
        return ""

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: waiting() or answers, "the work")
    client.cancel(waiting())
    asking.join(60)
    (answer,) = answers
    assert (answer.status, answer.body, answer.headers["content-type"]) == (500, b"", "application/json")


def test_packages_are_what_is_offered(dialects: Gateway) -> None:
    packages = dialects.get("/piston/api/v2/packages").json()
    assert all(set(one) == {"language", "language_version", "installed"} for one in packages)
    installed = {one["language"] for one in packages if one["installed"]}
    assert {"python", "gcc", "codeforces", "cms_ioi"} <= installed
    assert [one["installed"] for one in packages if one["language"] == "rust"] == [False]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_only_who_runs_the_judge_changes_packages(dialects: Gateway, school: str, admin: str, method: str) -> None:
    wanted = {"language": "gcc", "version": "*"}
    for key in ("", school):
        answer = dialects.ask(method, "/piston/api/v2/packages", wanted, key=key)
        assert (answer.status, set(answer.json())) == (403, {"message"})
    missing = dialects.ask(method, "/piston/api/v2/packages", {"language": "nothing", "version": "1.x"}, key=admin)
    assert (missing.status, missing.json()) == (404, {"message": "Requested package nothing-1.x does not exist"})
    assert dialects.ask(method, "/piston/api/v2/packages", {}, key=admin).status == 404


def test_what_is_installed_is_not_installed_again(dialects: Gateway, admin: str) -> None:
    again = dialects.post("/piston/api/v2/packages", {"language": "gcc", "version": "*"}, key=admin)
    assert (again.status, again.json()) == (500, {"message": "Already installed"})
    absent = dialects.ask("DELETE", "/piston/api/v2/packages", {"language": "rust", "version": "*"}, key=admin)
    assert (absent.status, absent.json()) == (500, {"message": "rust-0.0.0 is not installed"})


def test_removing_is_done_by_the_command(dialects: Gateway, admin: str) -> None:
    removed = dialects.ask("DELETE", "/piston/api/v2/packages", {"language": "python", "version": "3.x"}, key=admin)
    assert removed.status == 200, removed.body  # it has no layer here: nothing is taken away
    assert removed.json()["language"] == "python"
