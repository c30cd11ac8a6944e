"""Jobe's interface against real workers: what its clients send and rely on."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
from gateway_harness import Answered, Gateway
from service_harness import until

from judge.client import Client
from judge.queue.records import Filter
from judge.queue.values import State

_RESTAPI = "/jobe/index.php/restapi"


def _run(gateway: Gateway, key: str, language: str, source: str, **spec: Any) -> Answered:
    body = {"run_spec": {"language_id": language, "sourcecode": source, **spec}}
    return gateway.post(f"{_RESTAPI}/runs", body, headers={"X-API-KEY": key} if key else {})


def _put(gateway: Gateway, key: str, id: str, content: bytes) -> Answered:
    body = {"file_contents": base64.b64encode(content).decode()}
    return gateway.ask("PUT", f"{_RESTAPI}/files/{id}", body, headers={"X-API-KEY": key})


class _Case(NamedTuple):
    """A run and what of its answer is as it must be."""

    name: str
    language: str
    source: str
    expected: Mapping[str, Any]
    spec: Mapping[str, Any] = {}


_LOOP = "while True: pass\n"
_HELLO = '#include <stdio.h>\nint main() { printf("Hello world\\n"); return 0; }\n'
_MALLOC = """#include <stdio.h>
#include <stdlib.h>
int main() { puts(malloc(500000000) ? "it worked" : "Memory limit worked"); return 0; }
"""
_FORKS = """#include <stdio.h>
#include <unistd.h>
int main() {
    int good = 0, bad = 0;
    for (int i = 0; i < 100; i++) {
        int pid = fork();
        if (pid == 0) { for (;;) pause(); }
        if (pid < 0) bad++; else good++;
    }
    printf("%d forks succeeded, %d failed\\n", good, bad);
    return 0;
}
"""
_RECURSION = "int f(int i) { volatile int a[1000]; a[0] = i; return f(i + 1) + a[0]; }\nint main() { return f(0); }\n"
_ABORT = '#include <stdio.h>\n#include <stdlib.h>\nint main() { fputs("so", stderr); abort(); }\n'

_CASES = [
    _Case("a program", "python3", 'print("Hello world!")\n', {"outcome": 15, "stdout": "Hello world!\n", "stderr": ""}),
    _Case("its id in other letters", "Python3", "print(1)", {"outcome": 15}),
    _Case("input", "python3", "print(input())\nprint(input())", {"outcome": 15, "stdout": "a\nb\n"},
          {"input": "a\nb\n"}),
    _Case("no input", "python3", "import sys; print(len(sys.stdin.read()))", {"stdout": "0\n"}),
    _Case("a syntax error", "python3", 'print("Hello"\n', {"outcome": 11, "stdout": ""}),
    _Case("a syntax error of code that the program runs", "python3", 'print(1, flush=True)\nexec("(")',
          {"outcome": 12, "cmpinfo": "", "stdout": "1\n"}),
    _Case("the same, before anything is written", "python3", 'exec("(")', {"outcome": 12, "cmpinfo": ""}),
    _Case("a runtime error", "python3", "data = [1]\nprint(data[2])", {"outcome": 12, "cmpinfo": ""}),
    _Case("standard error alone", "python3", "import sys; sys.stderr.write('x')", {"outcome": 12, "stderr": "x"}),
    _Case("an exit code alone", "python3", "raise SystemExit(3)", {"outcome": 15, "stderr": ""}),
    _Case("files of its own", "python3", "open('a.txt', 'w').write('fish')\nprint(open('a.txt').read())",
          {"outcome": 15, "stdout": "fish\n"}),
    _Case("the name of its file", "python3", "import sys; print(sys.argv[0])", {"stdout": "__tester__.python3\n"},
          {"sourcefilename": "__tester__.python3"}),
    _Case("the usual name", "python3", "import sys; print(sys.argv[0])", {"stdout": "prog.py\n"},
          {"sourcefilename": None}),
    _Case("interpreterargs for a shell", "python3", "\n", {"outcome": 15, "stdout": "Blah\n"},
          {"parameters": {"interpreterargs": ['-c "print(\\"Blah\\")"']}}),
    _Case("runargs", "python3", "import sys; print(sys.argv[1:])", {"stdout": "['Arg1', 'two', 'three']\n"},
          {"parameters": {"runargs": ["Arg1", "two three"]}}),
    _Case("runargs that a shell changes", "python3", "import sys; print(sys.argv[1:])",
          {"stdout": "['a b', '7', '']\n"}, {"parameters": {"runargs": ["'a b'", "$((3+4))", '""']}}),
    _Case("a list that is a text", "python3", "import sys; print(sys.argv[1:])", {"stdout": "['x']\n"},
          {"parameters": {"runargs": "x"}}),
    _Case("CPU time", "python3", _LOOP, {"outcome": 13, "stderr": ""}, {"parameters": {"cputime": 1}}),
    _Case("CPU time in words", "python3", _LOOP, {"outcome": 13}, {"parameters": {"cputime": "1"}}),
    _Case("wall time", "python3", "import time\nprint('began', flush=True)\ntime.sleep(60)",
          {"outcome": 13, "stdout": "began\n", "stderr": ""}, {"parameters": {"cputime": 1}}),
    _Case("much output", "python3", "print('x' * 5000000)", {"outcome": 12}, {"parameters": {"streamsize": 1}}),
    _Case("memory of its children", "python3",
          "import os\nfor _ in range(4):\n    if os.fork() == 0:\n        a = bytearray(b'x') * (90 << 20)\n"
          "        os._exit(0)\n    a = None\nb = [bytearray(b'x') * (20 << 20) for _ in range(3)]\nprint(len(b))",
          {"outcome": 15, "stdout": "3\n"}, {"parameters": {"memorylimit": 200}}),
    _Case("memory that is refused", "python3",
          "try:\n    bytearray(300 << 20)\nexcept MemoryError:\n    print('refused')",
          {"outcome": 15, "stdout": "refused\n"}, {"parameters": {"memorylimit": 200}}),
    _Case("bytes that are no text", "python3", "import sys; sys.stdout.buffer.write(b'\\xff\\x00a\\n\\t\\x7f')",
          {"outcome": 15, "stdout": "\\xff\\x00a\n\t\\x7f"}),
    _Case("text that is no ASCII", "python3", "print(input(), 'naïve ∑ 🎈')", {"stdout": "é naïve ∑ 🎈\n"},
          {"input": "é\n"}),
    _Case("a signal", "python3", "import os; os.kill(os.getpid(), 6)",
          {"outcome": 12, "stderr": "warning: command terminated with signal 6\n"}),
    _Case("parameters that are no numbers", "python3", "print(1)", {"outcome": 15},
          {"parameters": {"cputime": "1; rm -rf /", "memorylimit": None, "numprocs": [], "streamsize": "x"}}),
    _Case("numbers without end", "python3", "print(1)", {"outcome": 15},
          {"parameters": {"memorylimit": 1e300, "numprocs": 10**30, "streamsize": "1e999", "disklimit": 1e20}}),
    _Case("numbers below zero", "python3", "print(1)", {"outcome": 15},
          {"parameters": {"memorylimit": -5, "numprocs": -1, "streamsize": -1, "disklimit": -1, "cputime": -1}}),
    _Case("debug", "python3", "print(1)", {"outcome": 15}, {"debug": True}),
    _Case("C", "c", _HELLO, {"outcome": 15, "stdout": "Hello world\n", "cmpinfo": "", "stderr": ""},
          {"sourcefilename": "prog.c"}),
    _Case("an error of C", "c", _HELLO.replace(";", "", 1), {"outcome": 11, "stdout": ""}),
    _Case("a warning of C", "c", "int main() { int unused; return 0; }", {"outcome": 11}),
    _Case("a warning that is asked not to be", "c", "int main() { int unused; return 0; }", {"outcome": 15},
          {"parameters": {"compileargs": ["-std=c99", "-x c"]}}),
    _Case("a macro for a shell", "c", '#include <stdio.h>\nint main() { puts(WORD); return 0; }',
          {"outcome": 15, "stdout": "a b\n"}, {"parameters": {"compileargs": ["-DWORD='\"a b\"'"]}}),
    _Case("linkargs", "c", "#include <math.h>\n#include <stdio.h>\nint main(int c, char **v) "
          '{ (void)v; printf("%.0f\\n", sqrt(c + 3.0)); return 0; }',
          {"outcome": 15, "stdout": "2\n"}, {"parameters": {"linkargs": ["-lm"]}}),
    _Case("a segmentation fault", "c", "int main() { volatile int *p = 0; return *p; }",
          {"outcome": 12, "stderr": ""}),
    _Case("recursion without end", "c", _RECURSION, {"outcome": 12}, {"parameters": {"compileargs": []}}),
    _Case("abort", "c", _ABORT, {"outcome": 12, "stderr": "so\nwarning: command terminated with signal 6\n"}),
    _Case("malloc beyond the address space", "c", _MALLOC, {"outcome": 15, "stdout": "Memory limit worked\n"}),
    _Case("malloc without a limit", "c", _MALLOC, {"stdout": "it worked\n"}, {"parameters": {"memorylimit": 0}}),
    _Case("too many processes", "c", _FORKS, {"outcome": 15, "stdout": "9 forks succeeded, 91 failed\n"},
          {"parameters": {"numprocs": 10, "compileargs": []}}),
    _Case("C++", "cpp", "#include <iostream>\nint main() { std::cout << 42 << std::endl; }",
          {"outcome": 15, "stdout": "42\n"}),
    _Case("a file's name with a blank", "python3", "import sys; print(sys.argv[0])", {"stdout": "a b.py\n"},
          {"sourcefilename": "a b.py"}),
]  # fmt: skip


@pytest.mark.parametrize("case", _CASES, ids=[case.name for case in _CASES])
def test_programs_end_as_with_jobe(dialects: Gateway, school: str, case: _Case) -> None:
    answer = _run(dialects, school, case.language, case.source, **case.spec)
    assert answer.status == 200, answer.body
    got = answer.json()
    assert set(got) == {"run_id", "outcome", "cmpinfo", "stdout", "stderr"}
    assert {name: got[name] for name in case.expected} == dict(case.expected), got


_HOSTILE = [
    _Case("a program that goes elsewhere", "c", _HELLO, {"outcome": 11, "stdout": ""},
          {"parameters": {"compileargs": ["-x c", "-o other", "-E"]}}),
    _Case("a command behind the compiler's", "c", _HELLO, {"outcome": 11, "stdout": "", "cmpinfo": "shadow\n"},
          {"parameters": {"linkargs": ["; ls /etc/shadow* >/dev/null 2>&1 && rm -f prog.c.exe; echo shadow >&2"]}}),
    _Case("a link in the program's place", "c", _HELLO, {"outcome": 11, "stdout": ""},
          {"parameters": {"linkargs": ["; rm -f prog.c.exe; ln -s /bin/ls prog.c.exe"]}}),
    _Case("a pipe in the program's place", "c", _HELLO, {"outcome": 11, "stdout": ""},
          {"parameters": {"linkargs": ["; rm -f prog.c.exe; mkfifo prog.c.exe"]}}),
    _Case("a compiler that never ends", "c", _HELLO, {"outcome": 11, "stdout": ""},
          {"parameters": {"cputime": 1, "linkargs": ["; while :; do :; done"]}}),
    _Case("a compiler that complains without end", "c", _HELLO, {"outcome": 11, "stdout": ""},
          {"parameters": {"streamsize": 1, "linkargs": ["; yes 1>&2"]}}),
    _Case("a source that includes itself", "c", '#include "prog.c"\n', {"outcome": 11, "stdout": ""}),
    _Case("a source of zero bytes", "c", "\0" * 1000, {"outcome": 11, "stdout": ""}),
    _Case("an empty source", "python3", "", {"outcome": 15, "stdout": ""}),
    _Case("a shell that is fooled", "python3", "print(1)", {"outcome": 12, "cmpinfo": ""},
          {"parameters": {"runargs": ["'"]}}),
    _Case("children that go on", "python3", "import os, time\nif os.fork() == 0: time.sleep(100)\nprint('over')",
          {"outcome": 15, "stdout": "over\n"}),
    _Case("a network", "python3", "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)", {"outcome": 12}),
]  # fmt: skip


@pytest.mark.parametrize("case", _HOSTILE, ids=[case.name for case in _HOSTILE])
def test_what_a_shell_is_given_stays_in_the_sandbox(dialects: Gateway, school: str, case: _Case) -> None:
    test_programs_end_as_with_jobe(dialects, school, case)


def test_what_a_compiler_says_has_the_clients_file_name(dialects: Gateway, school: str) -> None:
    said = _run(dialects, school, "c", "int main() { return x; }", sourcefilename="__tester__.c").json()["cmpinfo"]
    assert said.startswith("__tester__.c: In function")
    said = _run(dialects, school, "python3", "print(", sourcefilename="__tester__.python3").json()["cmpinfo"]
    assert 'File "__tester__.python3", line 1' in said


_BAD: list[tuple[Any, str]] = [
    (b"{", "Non-JSON post data received"),
    ([1], "Non-JSON post data received"),
    ({}, "No run_spec attribute found in post data"),
    ({"run_spec": 1}, "No run_spec attribute found in post data"),
    ({"run_spec": {"language_id": "c"}}, "run_spec is missing the required attribute 'sourcecode'"),
    ({"run_spec": {"sourcecode": ""}}, "run_spec is missing the required attribute 'language_id'"),
    ({"run_spec": {"sourcecode": "", "language_id": "abc"}}, "Language 'abc' is not known"),
    ({"run_spec": {"sourcecode": "", "language_id": "java"}}, "Language 'java' is not known"),
    ({"run_spec": {"sourcecode": "", "language_id": "c", "sourcefilename": "../x.c"}},
     "The sourcefilename for the run_spec is illegal"),
    ({"run_spec": {"sourcecode": "", "language_id": "c", "parameters": {"cputime": 121}}},
     "cputime exceeds maximum allowed on this Jobe server (120 secs)"),
    ({"run_spec": {"sourcecode": "", "language_id": "c", "file_list": [["12345678"]]}},
     "Invalid file specifier: Array\n(\n    [0] => 12345678\n)\n"),
    ({"run_spec": {"sourcecode": "", "language_id": "c", "file_list": ["x"]}}, "Invalid file specifier: x"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), _BAD)
def test_what_cannot_be_run_is_said_in_plain_text(dialects: Gateway, school: str, body: Any, text: str) -> None:
    sent = {"X-API-KEY": school, "content-type": "application/json"}
    answer = dialects.post(f"{_RESTAPI}/runs", body, headers=sent)
    assert (answer.status, answer.body.decode()) == (400, text)
    assert answer.headers["content-type"].startswith("text/plain")


def test_nesting_without_end_is_no_json(dialects: Gateway, school: str) -> None:
    sent = {"X-API-KEY": school, "content-type": "application/json"}
    answer = dialects.post(f"{_RESTAPI}/runs", b"[" * 1_000_000, headers=sent)
    assert (answer.status, answer.body) == (400, b"Non-JSON post data received")


def test_files_are_uploaded_when_they_are_missed(dialects: Gateway, school: str, other: str) -> None:
    files = [b"The first file\n", b"\xff\x00second"]
    ids = [hashlib.md5(content).hexdigest() for content in files]
    listed = [[ids[0], "file1"], [ids[1], "file-2_b.txt", False]]
    source = "print(open('file1').read(), end='')\nprint(open('file-2_b.txt', 'rb').read())"
    missed = _run(dialects, school, "python3", source, file_list=listed)
    assert (missed.status, missed.body) == (404, b"One or more of the specified files is missing/unavailable")
    for id, content in zip(ids, files, strict=True):
        path = f"{_RESTAPI}/files/{id}"
        assert dialects.ask("HEAD", path, headers={"X-API-KEY": school}).status == 404
        assert _put(dialects, school, id, content).status == 204
        assert dialects.ask("HEAD", path, headers={"X-API-KEY": school}).status == 204
        assert dialects.ask("HEAD", path, headers={"X-API-KEY": other}).status == 404
    assert _run(dialects, school, "python3", source, file_list=listed).json() | {"run_id": ""} == {
        "run_id": "", "outcome": 15, "cmpinfo": "", "stdout": f"The first file\n{files[1]!r}\n", "stderr": "",
    }  # fmt: skip
    assert _run(dialects, other, "python3", source, file_list=listed).status == 404


def test_a_compiler_finds_the_files_as_well(dialects: Gateway, school: str) -> None:
    _put(dialects, school, "headerfile1", b'#define WORD "here"\n')
    _put(dialects, school, "sourcefile1", b"static int two(void) { return 2; }\n")
    source = '#include <stdio.h>\n#include "word.h"\n#include "two.c"\nint main() { printf("%s %d\\n", WORD, two()); }'
    listed = [["headerfile1", "word.h"], ["sourcefile1", "two.c"]]
    assert _run(dialects, school, "c", source, file_list=listed).json()["stdout"] == "here 2\n"


def test_a_program_is_compiled_once_for_all_its_tests(
    dialects: Gateway, make_key: Callable[..., str], client: Client
) -> None:
    key = make_key("coder", "run", "read")
    source = '#include <stdio.h>\nint main() { int n; scanf("%d", &n); printf("%d\\n", 2 * n); }'

    def doubled(number: int) -> str:
        return str(_run(dialects, key, "c", source, input=str(number)).json()["stdout"])

    def pieces() -> int:
        return sum(1 for _ in client.submissions(Filter(sender="jobe", tenant="coder")))

    assert (doubled(1), pieces()) == ("2\n", 2)
    assert (doubled(2), pieces()) == ("4\n", 3)
    for item in dialects.get("/api/v1/blobs", key=key).json()["items"]:
        client.remove_blob(item["blob"], tenant="coder")
    assert doubled(3) == "6\n"  # what was compiled is gone, and made again


def test_the_last_file_of_a_name_counts(dialects: Gateway, school: str) -> None:
    for id in ("firstfile", "secondfile"):
        _put(dialects, school, id, id.encode())
    listed = [["firstfile", "a.txt"], ["secondfile", "a.txt"]]
    got = _run(dialects, school, "python3", "print(open('a.txt').read())", file_list=listed).json()
    assert got["stdout"] == "secondfile\n"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "put: missing file_contents parameter"),
        (b"{", "put: missing file_contents parameter"),
        ({"file_contents": "*"}, "put: contents of file abcdefgh are not valid base-64"),
        ({"file_contents": 7}, "put: contents of file abcdefgh are not valid base-64"),
    ],
)
def test_a_file_that_is_none_is_refused(dialects: Gateway, school: str, body: Any, text: str) -> None:
    sent = {"X-API-KEY": school, "content-type": "application/json"}
    answer = dialects.ask("PUT", f"{_RESTAPI}/files/abcdefgh", body, headers=sent)
    assert (answer.status, answer.body.decode()) == (400, text)


def test_languages_are_pairs(dialects: Gateway, school: str) -> None:
    listed = dialects.get(f"{_RESTAPI}/languages/", headers={"X-API-KEY": school}).json()
    assert [id for id, _ in listed] == sorted(id for id, _ in listed)
    versions = dict(listed)
    assert {"c", "cpp", "python3"} <= versions.keys()
    assert versions["python3"].startswith("3.")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/jobe/index.php/restapi/runs", 404),
        ("GET", "/jobe/index.php/restapi/files/abcdefgh", 404),
        ("PUT", "/jobe/index.php/restapi/files/a.b", 404),
        ("GET", "/jobe", 404),
        ("POST", "/jobe/index.php/restapi/other", 404),
        ("OPTIONS", "/jobe/index.php/restapi/runs", 200),
        ("OPTIONS", "/jobe/index.php/restapi/anything", 200),
    ],
)
def test_other_paths_and_methods(dialects: Gateway, school: str, method: str, path: str, status: int) -> None:
    answer = dialects.ask(method, path, {} if method in ("PUT", "POST") else None, headers={"X-API-KEY": school})
    assert answer.status == status
    assert answer.problem == ""


def test_keys_are_jobes(start_gateway: Callable[..., Gateway], school: str) -> None:
    closed = start_gateway(gateway_no_key="never", jobe_enabled="yes")
    missing = _run(closed, "", "python3", "print(1)")
    assert (missing.status, missing.body) == (403, b"Missing API key")
    unknown = _run(closed, "2AAA7A5415B4A9B394B54BF1D2E9D", "python3", "print(1)")
    assert (unknown.status, unknown.body) == (403, b"Unknown API key")
    assert _run(closed, school, "python3", "print(1)").json()["outcome"] == 15
    in_path = closed.post(
        f"/key/{school}{_RESTAPI}/runs", {"run_spec": {"language_id": "python3", "sourcecode": "print(2)"}}
    )
    assert in_path.json()["stdout"] == "2\n"


def test_the_key_that_clients_are_shipped_with_means_nothing_on_this_machine(dialects: Gateway) -> None:
    assert _run(dialects, "2AAA7A5415B4A9B394B54BF1D2E9D", "python3", "print(1)").json()["outcome"] == 15


def test_pages_of_others_may_not_run_without_a_key(dialects: Gateway, school: str) -> None:
    body = {"run_spec": {"language_id": "python3", "sourcecode": "print(1)"}}
    page = {"origin": "https://example.org"}
    assert dialects.post(f"{_RESTAPI}/runs", body, headers=page).status == 403
    allowed = dialects.post(f"{_RESTAPI}/runs", body, headers=page | {"X-API-KEY": school})
    assert (allowed.status, allowed.headers["access-control-allow-origin"]) == (200, "*")
    form = dialects.post(
        f"{_RESTAPI}/runs",
        json.dumps(body).encode(),
        headers={"content-type": "text/plain", "user-agent": "Mozilla/5.0"},
    )
    assert form.status == 415


def test_runs_are_the_tenants_and_say_where_they_came_from(dialects: Gateway, school: str, client: Client) -> None:
    id = _run(dialects, school, "python3", "print(1)").json()["run_id"]
    (found,) = [view for view in client.submissions(Filter(sender="jobe", tenant="school")) if view.id.endswith(id)]
    assert found.context.sender == "jobe"
    assert dialects.get(f"/api/v1/work/{id}", key=school).status == 200


def test_a_run_without_room_is_an_overload(dialects: Gateway, school: str, admin: str) -> None:
    on = dialects.ask("PUT", "/api/v1/maintenance", {"message": "back at noon"}, key=admin)
    assert on.status < 300, on.body
    try:
        answer = _run(dialects, school, "python3", "print(1)")
    finally:
        dialects.ask("DELETE", "/api/v1/maintenance", key=admin)
    assert answer.status == 200
    got = answer.json()
    assert (got["run_id"], got["outcome"]) == (None, 21)
    assert "back at noon" in got["stderr"]


def test_an_exit_code_can_be_an_error(start_gateway: Callable[..., Gateway], school: str) -> None:
    strict = start_gateway(jobe_exit_code_fails="true")
    assert _run(strict, school, "python3", "raise SystemExit(3)").json()["outcome"] == 12


def test_who_has_no_key_runs_within_small_limits_and_keeps_nothing(start_gateway: Callable[..., Gateway]) -> None:
    opened = start_gateway(gateway_no_key="always", anonymous_time_s_max=1)
    assert _run(opened, "", "python3", "print(1)").json()["outcome"] == 15
    assert _run(opened, "", "python3", _LOOP).json()["outcome"] == 13
    kept = _run(opened, "", "c", _HELLO)
    assert (kept.status, kept.body) == (403, b"Missing API key")


def test_a_run_is_withdrawn_when_its_client_goes_away(
    dialects: Gateway, make_key: Callable[..., str], client: Client
) -> None:
    key = make_key("goer")
    program = "import time\nwhile True: time.sleep(1)"
    body = {"run_spec": {"language_id": "python3", "sourcecode": program, "parameters": {"cputime": 100}}}
    sent = json.dumps(body).encode()
    head = f"POST {_RESTAPI}/runs HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n"
    with dialects.connect() as connection:
        connection.sendall(head.encode() + f"content-length: {len(sent)}\r\n\r\n".encode() + sent)
        until(lambda: _states(client) == [State.CLAIMED], "the run to begin")
    until(lambda: _states(client) == [State.CANCELLED], "its end")


def _states(client: Client) -> list[State]:
    return [view.state for view in client.submissions(Filter(sender="jobe", tenant="goer"))]
