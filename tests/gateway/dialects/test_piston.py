"""Piston's addresses: runtimes, executing, and what is refused, with real workers behind them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Answered, Gateway

C_ADD = r"""
#include <stdio.h>
int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\n", a + b); return 0; }
"""


def execute(gateway: Gateway, **said: Any) -> Answered:
    """One job; ``code`` is the content of its only file."""
    if "code" in said:
        said["files"] = [{"content": said.pop("code")}]
    return gateway.post("/piston/api/v2/execute", {"language": "python", "version": "*"} | said)


def test_runtimes_have_piston_names_and_versions_of_three_numbers(dialects: Gateway) -> None:
    answer = dialects.get("/piston/api/v2/runtimes")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    by_name = {(one["language"], one.get("runtime")): one for one in answer.json()}
    assert {"py", "py3", "python3"} <= set(by_name["python", None]["aliases"])
    assert {"cpp", "g++"} <= set(by_name["c++", "gcc"]["aliases"])
    assert by_name["c", "gcc"]["aliases"][0] == "gcc"
    for one in answer.json():
        assert [number.isdecimal() for number in one["version"].split(".")] == [True] * 3


@pytest.mark.parametrize(
    "address", ["/piston/api/v2/runtimes/", "/piston/api/v2/piston/runtimes", "/piston/api/v2/piston/runtimes/"]
)
def test_runtimes_are_answered_under_every_address_that_clients_use(dialects: Gateway, address: str) -> None:
    assert dialects.get(address).json() == dialects.get("/piston/api/v2/runtimes").json()


def test_a_program_of_an_interpreted_language_has_one_stage(dialects: Gateway) -> None:
    code = "import sys\nprint(input()[::-1], sys.argv[1:])\nprint('e', file=sys.stderr)"
    answer = execute(dialects, code=code, stdin="abc", args=["1", "zwei"])
    assert answer.status == 200
    said = answer.json()
    assert list(said) == ["run", "language", "version"]
    assert said["language"] == "python"
    run = said["run"]
    assert (run["stdout"], run["stderr"]) == ("cba ['1', 'zwei']\n", "e\n")
    assert sorted(run["output"]) == sorted(run["stdout"] + run["stderr"])
    assert [run[name] for name in ("code", "signal", "message", "status")] == [0, None, None, None]
    assert run["memory"] > 0
    assert run["memory"] % 1000 == 0
    assert 0 <= run["cpu_time"] <= 3000
    assert run["wall_time"] > 0


def test_a_compiled_program_has_two_stages(dialects: Gateway) -> None:
    said = execute(dialects, language="c", code=C_ADD, stdin="2 40").json()
    assert list(said) == ["compile", "run", "language", "version"]
    assert said["run"]["stdout"] == "42\n"
    assert (said["compile"]["code"], said["compile"]["signal"], said["compile"]["status"]) == (0, None, None)


def test_what_does_not_compile_is_the_run_too(dialects: Gateway) -> None:
    said = execute(dialects, language="c++", code="int main() { return nothing; }").json()
    assert said["compile"]["code"] == 1
    assert "nothing" in said["compile"]["stderr"]
    assert said["compile"]["status"] == "RE"
    assert said["run"] == said["compile"]


def test_a_python_program_with_wrong_syntax_fails_when_it_is_run(dialects: Gateway) -> None:
    said = execute(dialects, code="print('a'\n").json()
    assert "compile" not in said
    assert (said["run"]["code"], said["run"]["status"]) == (1, "RE")
    assert "SyntaxError" in said["run"]["stderr"]


FILES_PROGRAM = (
    "import helper, os\nprint(helper.x, open('data.txt').read(), open('d/raw', 'rb').read(), os.path.exists('t'))"
)


def test_files_lie_where_the_program_runs(dialects: Gateway) -> None:
    files = [
        {"name": "raw.bin", "content": "ignored", "encoding": "hex"},
        {"name": "main.py", "content": FILES_PROGRAM},
        {"name": "helper.py", "content": "x = 5", "encoding": "utf8"},
        {"name": "data.txt", "content": "text"},
        {"name": "d/raw", "content": base64.b64encode(b"\xff\x00\xfe").decode(), "encoding": "base64"},
        {"name": "/a/../t", "content": "6869", "encoding": "hex"},
    ]
    said = execute(dialects, files=files).json()
    assert said["run"]["output"] == "5 text b'\\xff\\x00\\xfe' True\n"


def test_output_that_is_no_text_is_said_with_replacements(dialects: Gateway) -> None:
    code = "import sys\nsys.stdout.buffer.write(b'a\\xff\\x00b')"
    assert execute(dialects, code=code).json()["run"]["stdout"] == "a\ufffd\x00b"


OUTCOMES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    (
        "exit",
        {},
        "raise SystemExit(7)",
        {"status": "RE", "code": 7, "signal": None, "message": "Exited with error status 7"},
    ),
    ("cpu", {"run_cpu_time": 300}, "while True: pass", {"status": "TO", "code": None, "signal": "SIGKILL"}),
    (
        "wall",
        {"run_timeout": 300},
        "import time\nprint('x', flush=True)\ntime.sleep(60)",
        {
            "status": "TO",
            "code": None,
            "signal": "SIGKILL",
            "stdout": "x\n",
            "message": "Time limit exceeded (wall clock)",
        },
    ),
    (
        "stdout",
        {},
        "print('x' * 5000)",
        {"status": "OL", "code": None, "signal": "SIGKILL", "message": "stdout length exceeded"},
    ),
    (
        "stderr",
        {},
        "import sys\nprint('x' * 5000, file=sys.stderr)",
        {"status": "EL", "code": None, "signal": "SIGKILL", "message": "stderr length exceeded"},
    ),
    (
        "signal",
        {},
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
        {"status": "SG", "code": None, "signal": "SIGSEGV", "message": "Caught fatal signal 11"},
    ),
    (
        "heap",
        {"run_memory_limit": 64_000_000},
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        {"status": "SG", "code": None, "signal": "SIGKILL", "message": "Memory limit exceeded"},
    ),
]


@pytest.mark.parametrize(
    ("limits", "code", "expected"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES]
)
def test_how_a_program_ended(dialects: Gateway, limits: dict[str, Any], code: str, expected: dict[str, Any]) -> None:
    run = execute(dialects, code=code, **limits).json()["run"]
    assert {name: run[name] for name in expected} == expected


def test_an_unknown_path_and_a_wrong_method_are_not_found(dialects: Gateway) -> None:
    for answer in (
        dialects.get("/piston/api/v1/versions"),
        dialects.get("/piston/api/v2/execute"),
        dialects.ask("PUT", "/piston/api/v2/runtimes"),
    ):
        assert (answer.status, answer.json()) == (404, {"message": "Not Found"})


def test_the_root_says_which_piston_this_is(dialects: Gateway, own_address: Callable[[str], str]) -> None:
    assert dialects.get("/piston").json() == {"message": "Piston v3.1.1"}
    assert own_address("piston")


def test_a_file_may_be_the_program(dialects: Gateway) -> None:
    script = base64.b64encode(b'#!/bin/sh\nread -r line; echo "$line $1 $(cat data)"; exit 4\n').decode()
    files = [{"name": "run-me", "content": script, "encoding": "base64"}, {"name": "data", "content": "given"}]
    said = execute(dialects, language="file", files=files, stdin="typed", args=["told"]).json()
    assert (said["run"]["stdout"], said["run"]["code"], said["version"]) == ("typed told given\n", 4, "0.0.1")
    assert "compile" not in said
