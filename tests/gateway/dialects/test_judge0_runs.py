"""Programs through the Judge0 dialect: how each way to end is told."""

from __future__ import annotations

import base64
import io
import re
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Gateway
from judge0_harness import COLUMNS, EXECUTABLE, PROJECT, PYTHON, C, Judge0, b64, zipped

from judge.client import Client


@pytest.fixture
def judge0(dialects: Gateway, school: str) -> Judge0:
    return Judge0(dialects, school)


def test_a_submission_is_created_and_looked_at(judge0: Judge0) -> None:
    answered = judge0.post("/submissions", {"source_code": "print(input())", "language_id": PYTHON, "stdin": "hi"})
    assert (answered.status, list(answered.json())) == (201, ["token"])
    token = answered.json()["token"]
    assert uuid.UUID(token).version == 4
    done = judge0.finished(token)
    shown = judge0.get(f"/submissions/{token}").json()
    assert set(shown) == set(COLUMNS)
    assert shown == {name: done[name] for name in shown}
    assert (shown["stdout"], shown["stderr"], shown["status"]) == ("hi\n", None, {"id": 3, "description": "Accepted"})
    assert re.fullmatch(r"\d+\.\d{1,3}", shown["time"])
    assert isinstance(shown["memory"], int) and shown["memory"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", done["created_at"])
    assert done["finished_at"] >= done["created_at"]


ENDS: list[tuple[str, int, str, dict[str, Any], dict[str, Any]]] = [
    ("accepted", PYTHON, "print('a b ')", {"expected_output": "a b\n\n"}, {"status": 3, "exit_code": 0}),
    ("wrong answer", PYTHON, "print('a  b')", {"expected_output": "a b"}, {"status": 4, "exit_code": 0}),
    ("cpu", PYTHON, "while True: pass", {"cpu_time_limit": 0.5, "cpu_extra_time": 0.1},
     {"status": 5, "message": "Time limit exceeded", "exit_code": 0, "exit_signal": None}),
    ("wall", PYTHON, "import time; time.sleep(60)", {"wall_time_limit": 1},
     {"status": 5, "message": "Time limit exceeded (wall clock)"}),
    ("does not compile", C, "int main(void) { return x; }", {},
     {"status": 6, "time": None, "memory": None, "stdout": None, "stderr": None, "exit_code": None, "message": None}),
    ("segmentation fault", C, "int main(void) { *(volatile int *)0 = 1; }", {},
     {"status": 7, "exit_signal": 11, "exit_code": 0, "message": "Caught fatal signal 11"}),
    ("too much output", PYTHON, "while True: print('x' * 1000)", {"max_file_size": 64},
     {"status": 8, "exit_signal": 25, "message": "Caught fatal signal 25"}),
    ("division by zero", C, "int main(void) { volatile int z = 0, seven = 7; z = seven / z; return z; }", {},
     {"status": 9, "exit_signal": 8}),
    ("abort", C, "#include <stdlib.h>\nint main(void) { abort(); }", {}, {"status": 10, "exit_signal": 6}),
    ("exit code", PYTHON, "raise SystemExit(3)", {},
     {"status": 11, "exit_code": 3, "exit_signal": None, "message": "Exited with error status 3"}),
    ("another signal", C, "#include <signal.h>\nint main(void) { raise(SIGTERM); }", {},
     {"status": 12, "exit_signal": 15, "message": "Caught fatal signal 15"}),
    ("what an interpreter refuses", PYTHON, "print('unclosed'", {}, {"status": 11, "compile_output": None}),
    ("memory by heap", PYTHON, "x = bytearray(1 << 29)\nprint(len(x))", {"memory_limit": 65536},
     {"message": "Memory limit exceeded"}),
    ("memory by .bss", C, "static char big[1 << 28];\nint main(void) { for (long i = 0; i < 1 << 28; i += 4096) "
     "((volatile char *)big)[i] = 1; }", {"memory_limit": 65536}, {"status": 12, "message": "Memory limit exceeded"}),
    ("memory by a child", C, "#include <stdlib.h>\n#include <string.h>\n#include <sys/wait.h>\n#include <unistd.h>\n"
     "int main(void) { int s; if (!fork()) { volatile char *p = malloc(1 << 28); "
     "for (long i = 0; i < 1 << 28; i += 4096) p[i] = 1; return 0; } wait(&s); return s != 0; }",
     {"memory_limit": 65536}, {"message": "Memory limit exceeded"}),
    ("processes", C, "#include <unistd.h>\nint main(void) { for (int i = 0; i < 50; i++) { int p = fork(); "
     "if (p < 0) return 7; if (!p) { pause(); return 0; } } return 0; }", {"max_processes_and_or_threads": 5},
     {"status": 11, "exit_code": 7}),
    ("a refused call", C, "#include <sys/mount.h>\nint main(void) { mount(0, \"/\", \"tmpfs\", 0, 0); return 0; }", {},
     {"status": 12, "message": "Forbidden system call mount", "exit_signal": 31}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "source", "fields", "expected"), [row[1:] for row in ENDS], ids=[r[0] for r in ENDS]
)
def test_each_way_to_end_has_its_status(
    judge0: Judge0, language: int, source: str, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = judge0.run(source, language, **fields)
    shown = {name: found["status"]["id"] if name == "status" else found[name] for name in expected}
    assert shown == expected
    assert found["created_at"] <= found["finished_at"]


def test_a_memory_limit_can_have_a_status_of_its_own(start_gateway: Callable[..., Gateway], school: str) -> None:
    judge0 = Judge0(start_gateway(judge0_memory_limit_status="true"), school)
    found = judge0.run("x = bytearray(1 << 29)\nprint(len(x))", memory_limit=65536)
    assert found["status"] == {"id": 15, "description": "Memory Limit Exceeded"}
    assert judge0.get("/statuses").json()[-1] == found["status"]


def test_what_a_compiler_says_is_kept_though_it_compiles(judge0: Judge0) -> None:
    found = judge0.run(
        '#include <stdio.h>\nint main(void) { int unused; puts("fine"); }', C, compiler_options="-Wall -DX=1"
    )
    assert (found["status"]["id"], found["stdout"]) == (3, "fine\n")
    assert "unused" in found["compile_output"]
    assert found["compiler_options"] == "-Wall -DX=1"


def test_words_of_a_command_line_are_those_of_a_shell_without_its_powers(judge0: Judge0) -> None:
    found = judge0.run("import sys; print(sys.argv[1:])", command_line_arguments="one 'two words' $HOME; `id` > x")
    assert found["stdout"] == "['one', 'two words', 'HOME', 'id', 'x']\n"


def test_runs_are_repeated_and_end_at_the_first_that_is_not_accepted(judge0: Judge0) -> None:
    source = "import os, sys\nprint(sys.stdin.read(), end='')"
    assert judge0.run(source, stdin="x", expected_output="x", number_of_runs=3)["status"]["id"] == 3
    token = judge0.create(source, stdin="x", expected_output="y", number_of_runs=3)
    assert judge0.finished(token)["status"]["id"] == 4


def test_error_output_can_go_with_the_output(judge0: Judge0) -> None:
    source = "import sys\nprint('out', flush=True)\nprint('err', file=sys.stderr)"
    apart, together = judge0.run(source), judge0.run(source, redirect_stderr_to_stdout=True)
    assert (apart["stdout"], apart["stderr"]) == ("out\n", "err\n")
    assert (together["stdout"], together["stderr"]) == ("out\nerr\n", None)


def test_a_limit_of_each_process_is_one_of_its_address_space(judge0: Judge0) -> None:
    source = '#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts(malloc(1 << 28) ? "got" : "none"); }'
    flags: dict[str, Any] = {
        "enable_per_process_and_thread_memory_limit": True,
        "enable_per_process_and_thread_time_limit": True,
    }
    assert judge0.run(source, C, memory_limit=65536)["stdout"] == "got\n"
    assert judge0.run(source, C, memory_limit=65536, **flags)["stdout"] == "none\n"


def test_bytes_that_are_no_text_come_and_go_in_base64_alone(judge0: Judge0) -> None:
    data = bytes(range(256))
    source = b64("import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())")
    body = {"source_code": source, "language_id": PYTHON, "stdin": b64(data), "expected_output": b64(data)}
    answered = judge0.post("/submissions?base64_encoded=true&wait=true&fields=*", body)
    found = answered.json()
    assert (answered.status, found["status"]["id"]) == (201, 3)
    assert found["stdout"] == found["stdin"]
    assert [len(line) for line in found["stdout"].split("\n")] == [60, 60, 60, 60, 60, 44, 0]
    assert base64.b64decode(found["stdout"]) == data
    reason = "some attributes for this submission cannot be converted to UTF-8"
    wrong = {"error": f"{reason}, use base64_encoded=true query parameter"}
    plain = judge0.get(f"/submissions/{found['token']}?base64_encoded=false")
    assert (plain.status, plain.json()) == (400, wrong)
    assert judge0.get(f"/submissions/{found['token']}?fields=status,token").status == 200
    several = judge0.get(f"/submissions/batch?tokens={found['token']}")
    assert (several.status, several.json()["error"][:50]) == (400, "some attributes for one or more submissions cannot")
    waited = judge0.post(
        "/submissions?wait=true",
        {"source_code": "import sys\nsys.stdout.buffer.write(b'\\xff')", "language_id": PYTHON},
    )
    assert (waited.status, waited.json()["error"]) == (201, wrong["error"])
    assert uuid.UUID(waited.json()["token"])


def test_large_texts_come_back_whole(judge0: Judge0) -> None:
    text = "0123456789abcdef" * 50_000
    found = judge0.run(
        "import sys\nsys.stdout.write(sys.stdin.read())", stdin=text, expected_output=text, max_file_size=2000
    )
    assert (found["status"]["id"], found["stdout"] == text, found["stdin"] == text) == (3, True, True)


def test_a_project_is_built_and_run_by_its_own_scripts(judge0: Judge0) -> None:
    files = {
        "compile.sh": "gcc -o prog src/main.c && echo built",
        "run": "echo wrong",
        "run.sh": "./prog < data.txt; cat; ls",
        "src/main.c": '#include <stdio.h>\nint main(void) { char s[9]; scanf("%8s", s); printf("<%s>\\n", s); }',
        "data.txt": "hello",
    }
    found = judge0.run("", PROJECT, additional_files=zipped(files), stdin="from input\n")
    assert (found["status"]["id"], found["compile_output"], found["source_code"]) == (3, "built", "")
    assert found["stdout"] == "<hello>\nfrom input\ncompile.sh\ndata.txt\nprog\nrun\nrun.sh\nsrc\n"
    assert judge0.run("", PROJECT, additional_files=zipped({"run": "echo ran"}))["stdout"] == "ran\n"
    failed = judge0.run("", PROJECT, additional_files=zipped({"compile": "echo no; exit 3", "run": "echo ran"}))
    assert (failed["status"]["id"], failed["compile_output"], failed["stdout"]) == (6, "no", None)
    missing = judge0.run("", PROJECT, additional_files=zipped({"other": ""}))
    assert (missing["status"]["id"], missing["exit_code"]) == (11, 127)
    broken = judge0.run("", PROJECT, additional_files=b64(b"no zip file"))
    assert (broken["status"]["id"], broken["exit_code"]) == (11, 127)


def test_a_program_that_is_there_already_is_run(judge0: Judge0) -> None:
    script = b64('#!/bin/sh\necho "$@"; cat; cat note.txt')
    body = {
        "source_code": script, "language_id": EXECUTABLE, "stdin": b64("input\n"), "command_line_arguments": "a b",
        "additional_files": zipped({"note.txt": "beside\n"}),
    }  # fmt: skip
    found = judge0.post("/submissions?base64_encoded=true&wait=true&fields=*", body).json()
    assert base64.b64decode(found["stdout"]) == b"a b\ninput\nbeside\n"
    assert base64.b64decode(found["source_code"]) == base64.b64decode(script)


def test_what_a_program_leaves_can_be_had(judge0: Judge0, start_gateway: Callable[..., Gateway], school: str) -> None:
    source = "open('left.txt', 'w').write('here')\nopen('given.txt', 'a').write('!')"
    found = judge0.run(source, additional_files=zipped({"given.txt": "given", "script.py": "raise 1"}))
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(found["post_execution_filesystem"]))) as archive:
        left = {name: archive.read(name).decode() for name in archive.namelist()}
    assert left == {"left.txt": "here", "given.txt": "given!", "script.py": source}
    older = Judge0(start_gateway(judge0_version="1.13.1"), school)
    assert "post_execution_filesystem" not in older.run("print()")
    assert older.get("/submissions/x?fields=post_execution_filesystem").status == 400


def test_a_fault_of_the_judge_is_an_internal_error(judge0: Judge0, client: Client) -> None:
    token = judge0.create("import time; time.sleep(30)", wall_time_limit=20)
    client.cancel(f"school~{token}")
    found = judge0.finished(token)
    assert found["status"] == {"id": 13, "description": "Internal Error"}
    assert found["message"] == "cancelled"


def test_what_stands_in_no_column_is_passed_over(judge0: Judge0) -> None:
    found = judge0.run("print(1)", unknown={"a": 1}, number_of_runs=None, cpu_time_limit="2.5", memory_limit=65536.0)
    assert (found["stdout"], found["cpu_time_limit"], found["memory_limit"]) == ("1\n", "2.5", 65536)
    wrapped = judge0.post("/submissions?wait=true", {"submission": {"source_code": "print(2)", "language_id": "71"}})
    assert wrapped.json()["stdout"] == "2\n"
    form = judge0.post("/submissions?wait=true", b"source_code=print(3)&language_id=71",
                       content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert form.json()["stdout"] == "3\n"
