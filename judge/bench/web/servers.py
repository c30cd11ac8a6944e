"""The servers that ``judge bench gateway`` asks: a gateway of a service's own, and the barest uvicorn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from judge.bench.embedded import environment
from judge.config import Settings
from judge.errors import HostError
from judge.kernel.prctl import set_parent_death_signal

_STOP_TIMEOUT_S = 30.0

#: Answers "hello" to everything, as the gateway is served: uvloop, httptools, no log.
_HELLO = """
import socket, uvicorn

async def hello(scope, receive, send):
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})

server = socket.create_server(("127.0.0.1", 0), backlog=2048)
print("hello: http://127.0.0.1:%d " % server.getsockname()[1], flush=True)
config = uvicorn.Config(hello, http="httptools", loop="uvloop", lifespan="off", access_log=False, log_config=None)
uvicorn.Server(config).run(sockets=[server])
"""


class WebServer(NamedTuple):
    """One that runs: its process, and its port on 127.0.0.1."""

    pid: int
    port: int


def cpu_s(pid: int) -> float:
    """What a process has used of its cores, in seconds; proc_pid_stat(5), fields 14 and 15, in ticks."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def gateway_beside(settings: Settings, **overrides: object) -> Iterator[WebServer]:
    """A gateway of the service with these settings; ``overrides`` are settings. Raises HostError."""
    given = {"state_dir": settings.state.root, "log_level": "info", "gateway_host": "127.0.0.1", **overrides}
    with _serving([sys.executable, "-m", "judge", "gateway", "--port", "0"], environment(given)) as server:
        yield server


@contextmanager
def hello_server() -> Iterator[WebServer]:
    """A bare uvicorn that says hello. Raises HostError."""
    with _serving([sys.executable, "-c", _HELLO], dict(os.environ)) as server:
        yield server


@contextmanager
def _serving(words: list[str], environ: dict[str, str]) -> Iterator[WebServer]:
    """A server whose first line ends its address with ``:PORT`` and a space; its log goes nowhere."""
    with subprocess.Popen(
        words,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 (nothing else runs while a server starts)
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            port = line.partition("127.0.0.1:")[2].split(" ")[0]
            if not port.isdecimal():
                raise HostError(f"{words[1:3]} did not start: {line or 'no word from it'}")
            yield WebServer(process.pid, int(port))
        finally:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _die_with_parent() -> None:
    set_parent_death_signal(signal.SIGKILL)
