"""``judge migrate``, between two small servers that speak as Judge0 does."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from judge.cli.main import main

#: What a server makes of a submission: the fields of its answer.
Judge = Callable[[dict[str, Any]], dict[str, Any]]


class _Fake(ThreadingHTTPServer):
    """Knows languages 71 and 62; the first two looks at a submission find it waiting."""

    def __init__(self, judge: Judge, languages: tuple[int, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.judge = judge
        self.languages = languages
        self.seen: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.looks: dict[str, int] = {}
        self.full = 1

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: _Fake

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.headers.append(dict(self.headers.items()))
        if self.server.full:
            self.server.full -= 1
            self._answer(503, {"error": "queue is full"})
            return
        if body["language_id"] not in self.server.languages:
            self._answer(422, {"language_id": [f"language with id {body['language_id']} doesn't exist"]})
            return
        self.server.seen.append(body)
        self._answer(201, {"token": str(len(self.server.seen) - 1)})

    def do_GET(self) -> None:
        kind, _, name = urlsplit(self.path).path.strip("/").partition("/")
        if kind == "submissions":
            self.server.looks[name] = self.server.looks.get(name, 0) + 1
            judged = self.server.judge(self.server.seen[int(name)])
            waiting = {"status": {"id": 2, "description": "Processing"}}
            self._answer(200, judged if self.server.looks[name] > 2 else waiting)
        elif kind == "languages" and int(name) in self.server.languages:
            self._answer(200, {"id": int(name), "name": f"Language {name}", "is_archived": False})
        else:
            self._answer(404, {"error": "none"})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def fake() -> Iterator[Callable[..., _Fake]]:
    """Starts servers."""
    started: list[_Fake] = []

    def start(judge: Judge, languages: tuple[int, ...] = (71, 62)) -> _Fake:
        server = _Fake(judge, languages)
        started.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def _accepting(stdout: str = "1\n", time: str = "0.10", **fields: Any) -> Judge:
    accepted = {"status": {"id": 3, "description": "Accepted"}, "stdout": b64encode(stdout.encode()).decode()}
    return lambda _: accepted | {"time": time, "memory": 1000, "exit_code": 0} | fields


def _sample(tmp_path: Path, *lines: object) -> str:
    path = tmp_path / "sample.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


_ONE = {"language_id": 71, "source_code": "print(1)", "callback_url": "http://127.0.0.1:9/"}


def test_nothing_differs(fake: Callable[..., _Fake], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there, here = fake(_accepting()), fake(_accepting(time="0.05"))
    sample = _sample(tmp_path, _ONE, {"path": "/submissions?base64_encoded=true", "body": _ONE})
    assert main(("migrate", "judge0", "--from", there.address, "--to", here.address, "--sample", sample)) == 0
    printed = capsys.readouterr().out
    assert "2 requests: 2 alike, 0 different, 0 with other words of tools" in printed
    assert "language 71: Language 71 -> Language 71, 2 submissions" in printed
    assert "time, ours to theirs: 0.5 (median)" in printed
    assert all("callback_url" not in body for body in (*there.seen, *here.seen))


def test_differences_are_printed_by_line(
    fake: Callable[..., _Fake], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there, here = fake(_accepting()), fake(_accepting("2\n", message="eA=="))
    sample = _sample(tmp_path, _ONE)
    assert main(("migrate", "judge0", "--from", there.address, "--to", here.address, "--sample", sample)) == 1
    printed = capsys.readouterr().out
    assert "line 1 (language 71): DIFFERENT: stdout: '1\\n' there, '2\\n' here" in printed
    assert "line 1 (language 71): other words: message: '' there, 'x' here" in printed


def test_minor_differences_count_when_they_are_to(
    fake: Callable[..., _Fake], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there, here = fake(_accepting()), fake(_accepting(stderr="eA=="))
    words = ["migrate", "judge0", "--from", there.address, "--to", here.address, "--sample", _sample(tmp_path, _ONE)]
    assert main(tuple(words)) == 0
    there.looks.clear()
    assert main((*words, "--strict")) == 1
    del capsys


def test_a_language_that_is_not_here_is_a_difference(
    fake: Callable[..., _Fake], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there, here = fake(_accepting()), fake(_accepting(), (71,))
    sample = _sample(tmp_path, _ONE, _ONE | {"language_id": 62})
    words = ("migrate", "judge0", "--from", there.address, "--to", here.address, "--sample", sample, "--json")
    assert main(words) == 1
    got = json.loads(capsys.readouterr().out)
    assert (got["ok"], got["requests"], got["same"], got["different"]) == (False, 2, 1, 1)
    assert got["languages"][1] == {"id": 62, "there": "Language 62", "here": "", "submissions": 1}
    (line,) = got["lines"]
    assert (line["line"], line["language_id"], line["differences"][0]["field"]) == (2, 62, "answer")


def test_keys_go_to_their_own_server(
    fake: Callable[..., _Fake], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = fake(_accepting()), fake(_accepting())
    (tmp_path / "headers").write_text("X-Auth-Token: theirs\n")
    monkeypatch.setenv("JUDGE_KEY", "jk_ours")
    words = ("--from", there.address, "--from-headers", str(tmp_path / "headers"), "--to", here.address)
    assert main(("migrate", "judge0", *words, "--sample", _sample(tmp_path, _ONE))) == 0
    assert {headers["X-Auth-Token"] for headers in there.headers} == {"theirs"}
    assert {headers["X-Auth-Token"] for headers in here.headers} == {"jk_ours"}


def test_a_server_that_does_not_answer_is_said(
    fake: Callable[..., _Fake], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = fake(_accepting())
    words = ("--from", "http://127.0.0.1:9", "--to", here.address, "--sample", _sample(tmp_path, _ONE))
    assert main(("migrate", "judge0", *words)) == 5
    assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "judge0:2358", "--sample", "{sample}"), "is no address of a server"),
        (("--from", "http://x", "--sample", "{sample}.not"), "No such file"),
        (("--from", "http://x", "--sample", "{sample}", "--jobs", "0"), "--jobs"),
        (("--from", "http://x", "--sample", "{sample}", "--timeout", "-1"), "--timeout"),
        (("--from", "http://x", "--sample", "{sample}", "--from-headers", "{sample}.not"), "No such file"),
    ],
)
def test_bad_usage_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    sample = _sample(tmp_path, _ONE)
    assert main(("migrate", "judge0", *(word.format(sample=sample) for word in words))) == 2
    assert said in capsys.readouterr().err
