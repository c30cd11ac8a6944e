"""go-judge's terminals, on /run and on /stream, against a real gateway and worker."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gateway_harness import Gateway
from test_gojudge_sockets import LIMITS, PATIENCE_S, S, socket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

STREAMS = [{"streamIn": True}, {"streamOut": True}, {"streamOut": True}]


def command(text: str, **fields: Any) -> dict[str, Any]:
    return {
        "args": ["/usr/bin/python3", "-c", text],
        "env": ["PATH=/usr/bin:/bin"],
        **LIMITS,
        "files": STREAMS,
        **fields,
    }


def begin(opened: ClientConnection, *cmds: dict[str, Any]) -> None:
    opened.send(b"\1" + json.dumps({"cmd": cmds}).encode())


class Heard:
    """What came so far, and the response once it is there."""

    def __init__(self, opened: ClientConnection) -> None:
        self.opened = opened
        self.output: dict[int, bytes] = {}
        self.response: dict[str, Any] | None = None

    def until(self, text: bytes, descriptor: int = 1) -> None:
        while text not in self.output.get(descriptor, b""):
            self.next()

    def end(self) -> dict[str, Any]:
        while self.response is None:
            self.next()
        with pytest.raises(ConnectionClosed):
            self.opened.recv(PATIENCE_S)
        return self.response

    def next(self) -> None:
        message = self.opened.recv(PATIENCE_S)
        assert isinstance(message, bytes)
        if message[0] == 1:
            self.response = json.loads(message[1:])
        else:
            assert message[0] == 2
            self.output[message[1]] = self.output.get(message[1], b"") + message[2:]


def test_a_program_with_pipes_is_spoken_to(dialects: Gateway, school: str) -> None:
    text = (
        "import sys\nprint('ready', flush=True)\nname = input()\nprint(name[::-1])\n"
        "sys.stderr.write('e')\nopen('f', 'w').write('F')"
    )
    with socket(dialects, school, "/stream") as opened:
        begin(opened, command(text, copyOut=["f"], copyOutCached=["none?"]))
        heard = Heard(opened)
        heard.until(b"ready\n")
        opened.send(b"\3\0abc\n")
        (result,) = heard.end()["results"]
    assert heard.output == {1: b"ready\ncba\n", 2: b"e"}
    assert (result["status"], result["files"]) == ("Accepted", {"f": "F"})


def test_a_program_on_a_terminal_sees_its_size_change(dialects: Gateway, school: str) -> None:
    text = (
        "import os, signal, sys\nsignal.signal(signal.SIGWINCH, lambda *_: None)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})\nprint(sys.stdin.isatty(), flush=True)\n"
        "signal.sigwait({signal.SIGWINCH})\nprint(os.get_terminal_size(), flush=True)"
    )
    with socket(dialects, school, "/stream") as opened:
        begin(opened, command(text, tty=True))
        heard = Heard(opened)
        heard.until(b"True\r\n")
        opened.send(b"\2" + json.dumps({"index": 0, "fd": 0, "rows": 33, "cols": 99}).encode())
        heard.until(b"columns=99, lines=33")
        assert heard.end()["results"][0]["status"] == "Accepted"


def test_a_program_is_killed_when_its_client_says_so(dialects: Gateway, school: str) -> None:
    with socket(dialects, school, "/stream") as opened:
        begin(opened, command("print('ready', flush=True)\nimport time\ntime.sleep(25)"))
        heard = Heard(opened)
        heard.until(b"ready")
        opened.send(b"\4")
        assert heard.end()["results"][0]["status"] == "Signalled"


def test_limits_hold_on_a_stream(dialects: Gateway, school: str) -> None:
    with socket(dialects, school, "/stream") as opened:
        begin(opened, command("while True: pass", cpuLimit=S // 5))
        assert Heard(opened).end()["results"][0]["status"] == "Time Limit Exceeded"


@pytest.mark.parametrize(
    ("first", "error"),
    [
        (b"\4", "the first stream request must be exec request"),
        (b"\1{", ""),
        (b"\7", "invalid type code: 7"),
        (b"\1" + json.dumps({"cmd": [command("1"), command("2")]}).encode(), "exactly one cmd"),
        (b"\1" + json.dumps({"cmd": [command("1", files=[{"streamOut": True}])]}).encode(), "streamIn is taken at 0"),
    ],
)
def test_what_makes_no_sense_is_told_and_ends_it(dialects: Gateway, school: str, first: bytes, error: str) -> None:
    with socket(dialects, school, "/stream") as opened:
        opened.send(first)
        said = Heard(opened).end()
    assert said["results"] is None
    assert error in said["error"]


def test_input_for_what_is_no_stream_ends_it(dialects: Gateway, school: str) -> None:
    with socket(dialects, school, "/stream") as opened:
        begin(opened, command("input()"))
        opened.send(b"\3\1x")
        assert Heard(opened).end()["error"] == "input does not exist: 0 1"


def test_a_command_on_a_terminal_is_collected(dialects: Gateway, school: str) -> None:
    text = "import os, sys\nprint(os.isatty(0), os.isatty(1), input())\nopen('f', 'w').write('F')"
    files = [{"content": "typed\n"}, {"name": "stdout", "max": 1000}, {"name": "stderr", "max": 1000}]
    body = {"cmd": [command(text, tty=True, files=files, copyOutCached=["stdout", "f"])]}
    answered = dialects.post("/go-judge/run", body, key=school)
    (result,) = answered.json()
    assert (answered.status, result["status"]) == (200, "Accepted")
    assert "files" not in result  # a terminal is one stream: the first name has it, as in go-judge
    kept = dialects.get(f"/go-judge/file/{result['fileIds']['stdout']}", key=school)
    assert kept.body == b"typed\r\nTrue True typed\r\n"
    assert dialects.get(f"/go-judge/file/{result['fileIds']['f']}", key=school).body == b"F"


def test_streams_are_no_files_of_run(dialects: Gateway, school: str) -> None:
    answered = dialects.post("/go-judge/run", {"cmd": [command("1")]}, key=school)
    assert (answered.status, answered.json()) == (400, "file is not valid for cmd")
