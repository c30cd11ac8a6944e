"""go-judge is found, started and asked as its documentation has it; a stand-in of a few lines answers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.bench.go_judge import GoJudge, find_or_build, running_go_judge
from judge.errors import HostError, InfrastructureError

_STAND_IN = """
import http.server, json, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer({"buildVersion": "v1"})

    def do_POST(self):
        (command,) = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["cmd"]
        result = {"status": "Accepted", "files": {}}
        if "copyOutCached" in command:
            result["fileIds"] = {name: "ID" + name for name in command["copyOutCached"]}
        elif command["copyIn"] in ({"prog": {"fileId": "IDprog"}}, {"main.py": {"content": "source"}}):
            result["files"]["stdout"] = " ".join(command["args"]) + ":" + command["files"][0]["content"]
        else:
            result["status"] = "File Error"
        self.answer([result])

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

assert sys.argv[1] == "-http-addr"
host, port = sys.argv[2].split(":")
assert host == "127.0.0.1"
http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
"""


def _program(root: Path, text: str) -> str:
    path = root / "program"
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def go_judge(tmp_path: Path) -> Iterator[GoJudge]:
    with (
        running_go_judge(_program(tmp_path, _STAND_IN), tmp_path / "home") as (_, port),
        contextlib.closing(GoJudge(port)) as asking,
    ):
        yield asking


def test_what_was_compiled_is_run_by_its_id(go_judge: GoJudge) -> None:
    assert go_judge.version() == "v1"
    kept = go_judge.compile(["cc", "main.c"], "main.c", b"source")
    assert kept == "IDprog"
    assert go_judge.output_of(kept, "20 22") == "prog:20 22"


def test_a_source_is_run_by_its_interpreter(go_judge: GoJudge) -> None:
    assert go_judge.output_of_source(["python3", "main.py"], "main.py", b"source", "1") == "python3 main.py:1"


def test_a_run_that_did_not_end_well_is_an_error(go_judge: GoJudge) -> None:
    with pytest.raises(InfrastructureError, match="File Error"):
        go_judge.output_of("unknown", "")


def test_one_that_does_not_start_says_its_last_word(tmp_path: Path) -> None:
    program = _program(tmp_path, "raise SystemExit('no cgroup here')")
    with pytest.raises(HostError, match="no cgroup here"), running_go_judge(program, tmp_path / "home"):
        pass


def test_without_it_and_without_go_there_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="on PATH"):
        find_or_build(tmp_path / "build")


def test_the_one_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "go-judge"
    path.write_text("")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_or_build(tmp_path / "build") == str(path)


@pytest.mark.parametrize("newest", [True, False])
def test_it_is_built_the_newest_or_where_that_cannot_be_had_a_version_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newest: bool
) -> None:
    go = tmp_path / "go"
    get = "exit 0" if newest else "echo forbidden >&2; exit 1"
    go.write_text(f'#!/bin/sh\ncase "$1" in get) {get};; build) : > go-judge;; esac\n')
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    built = Path(find_or_build(tmp_path / "build"))
    assert built.is_file()
    assert built.parent.name == "latest" if newest else built.parent.name.startswith("v")


def test_where_none_can_be_built_both_reasons_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "go"
    go.write_text('#!/bin/sh\n[ "$1" = mod ] || { echo "no $1" >&2; exit 1; }\n')
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match=r"no get; v.*: go build failed: no build"):
        find_or_build(tmp_path / "build")
