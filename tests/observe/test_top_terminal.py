"""``judge top`` as people use it: in a terminal, against a real Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import needs
import pytest
from observe_servers import until

from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.queue import calls
from judge.queue.broker import Broker
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant, WorkerInfo, WorkerState
from judge.wire import routes_served

JUDGE = [str(Path(sys.executable).parent / "judge")]


@pytest.fixture
def queue(redis_url: str) -> Iterator[Queue]:
    """A queue with one submission waiting, one running, one that ended in a judge error."""
    with Queue(Broker(url=redis_url)) as queue:
        queue.link.client.flushall()
        info = WorkerInfo(slots=2, languages=("cpp",), version="0.1.0")
        queue.run(calls.register("node-1", "session", WorkerState.ON, info, "", routes_served(("cpp",), ())))
        for name in ("broken-one", "running-one", "waiting-one"):
            source = SourceFile(name="main.cpp", content=b"")
            queue.run(calls.submit(Submission(id=name, package="p", sources=(source,), language="cpp")))
        for slot in ("0", "1"):
            claim = queue.run(calls.claim(Claimant(node="node-1", session="session", slot=slot, pid=1), 600_000))
            assert isinstance(claim, Claim)
            if claim.id == "broken-one":
                report = Report(
                    submission=claim.id, problem="p", language="cpp", verdict=Verdict.JE, reason="no such validator"
                )
                assert queue.run(calls.finish(claim, report))
        yield queue


def test_once_as_json_is_the_overview(queue: Queue, redis_url: str) -> None:
    done = subprocess.run([*JUDGE, "top", "--json", "--broker", redis_url], capture_output=True, check=True)
    overview = json.loads(done.stdout)
    assert overview["waiting"]["practice"]["count"] == 1
    assert [item["id"] for item in overview["running"]] == ["running-one"]
    assert overview["per_minute"] == {"JE": 1.0}
    assert overview["troubles"][0]["why"] == "no such validator"


def test_once_prints_one_picture(queue: Queue, redis_url: str) -> None:
    done = subprocess.run([*JUDGE, "top", "--once", "--broker", redis_url], capture_output=True, text=True, check=True)
    assert "1 waiting" in done.stdout
    assert "no such validator" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--broker", "unix:///nowhere/s", "--once"], 5, "Redis at unix:///nowhere/s"),
        (["--broker", "ftp://x"], 2, "scheme"),
        (["--interval", "0", "--broker", "unix:///nowhere/s"], 2, "--interval"),
    ],
    ids=["no Redis", "no broker", "no interval"],
)
def test_bad_input_is_one_line(words: list[str], code: int, says: str) -> None:
    done = subprocess.run([*JUDGE, "top", *words], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _all_in(text: str, words: tuple[str, ...]) -> bool:
    return all(word in text for word in words)


class Terminal:
    """A tmux session of its own server, with a command in it; when that ends, its exit status is shown."""

    def __init__(self, socket: Path, command: list[str]) -> None:
        self._socket = str(socket)
        shell = ["sh", "-c", 'trap : INT; "$@"; echo "exit status $?"; exec cat', "sh"]
        self._tmux("new-session", "-d", "-s", "top", "-x", "150", "-y", "45", *shell, *command)

    def text(self) -> str:
        """What is on the screen."""
        return self._tmux("capture-pane", "-p", "-t", "top")

    def shows(self, *words: str) -> None:
        """Wait for all of these on one screen: it is seen while it is being drawn."""
        until(lambda: _all_in(self.text(), words), f"{words} on the screen")

    def press(self, key: str) -> None:
        """Press a key."""
        self._tmux("send-keys", "-t", "top", key)

    def close(self) -> None:
        """End the session and its server."""
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> str:
        environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "TMUX")}
        command = ["tmux", "-S", self._socket, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environ).stdout


@pytest.mark.parametrize("key", ["q", "C-c"])
def test_live_in_a_terminal(queue: Queue, redis_url: str, tmp_path: Path, key: str) -> None:
    needs.tool("tmux")
    command = [*JUDGE, "top", "--broker", redis_url, "--interval", "0.1"]
    terminal = Terminal(tmp_path / "tmux", command)
    try:
        terminal.shows("running-one", "1 waiting", "node-1/", "no such validator")
        claim = queue.run(calls.claim(Claimant(node="node-1", session="session", slot="0", pid=1), 600_000))
        assert isinstance(claim, Claim)
        terminal.shows("waiting-one", "0 waiting")
        terminal.press(key)
        terminal.shows("exit status 0")
    finally:
        terminal.close()
