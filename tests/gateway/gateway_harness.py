"""A real gateway for the tests: started, asked over real connections, ended by process number."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from service_harness import PATIENCE_S, until

from judge.bench.footprint import resident_bytes
from judge.kernel.prctl import set_parent_death_signal

_ADDRESS = re.compile(r"judge gateway: (http://[^ ]+)")

#: What a test sends when it says nothing else.
RUN = {"language": "python3", "source": "print(input()[::-1])", "stdin": "hello"}


@dataclass(frozen=True)
class Answered:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Its body as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The name of the problem that it is; empty = it is none."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(self.json()["type"]).removeprefix("/problems/")


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    id: str
    name: str
    data: Any


class Gateway:
    """A gateway process; ``settings`` are JUDGE_ variables in lower case."""

    def __init__(self, directory: Path, url: str, **settings: object) -> None:
        self.directory = directory
        values = {"broker": url, "state_dir": directory / "state", "gateway_port": 0, "log_level": "info", **settings}
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        self.env |= {f"JUDGE_{name.upper()}": str(value) for name, value in values.items()}
        self.address = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._pool = urllib3.PoolManager(retries=False, timeout=PATIENCE_S, maxsize=8)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.directory / "log", "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "judge", "gateway"],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_us,  # noqa: PLW1509 (the tests have no threads when they start one)
            )
        until(lambda: _ADDRESS.search(self.log()) or not self.running, "the gateway's address")
        found = _ADDRESS.search(self.log())
        assert found, self.log()
        self.address = found[1]
        until(self._answers, "the gateway's first answer")

    def _answers(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process number."""
        assert self._process is not None
        return self._process.pid

    @property
    def open_files(self) -> int:
        """How many descriptors it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def resident_bytes(self) -> int:
        """The memory that it has."""
        return resident_bytes(self.pid)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    def log(self) -> str:
        """All that it printed."""
        return (self.directory / "log").read_text(errors="replace")

    def signal(self, number: int) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """End it in order; its exit code."""
        if self._process is None:
            return 0
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """One request. ``body``: bytes as they are, anything else as JSON."""
        sent = dict(headers or {})
        if key:
            sent["authorization"] = f"Bearer {key}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        response = self._pool.request(method, self.address + path, body=body, headers=sent, redirect=False)
        return Answered(
            response.status, {name.lower(): response.headers[name] for name in response.headers}, response.data
        )

    def get(self, path: str, **options: Any) -> Answered:
        """GET."""
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answered:
        """POST."""
        return self.ask("POST", path, body, **options)

    def events(self, path: str, *, key: str = "", last_id: str = "") -> Iterator[Event]:
        """The events of a stream, to its end."""
        sent = {"authorization": f"Bearer {key}"} if key else {}
        if last_id:
            sent["last-event-id"] = last_id
        response = self._pool.request("GET", self.address + path, headers=sent, preload_content=False)
        assert response.status == 200, response.read()
        try:
            yield from _events_in(response)
        finally:
            response.close()

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)


def _events_in(response: Any) -> Iterator[Event]:
    fields: dict[str, str] = {}
    buffer = b""
    for chunk in response.stream(4096):
        buffer += chunk
        while b"\n" in buffer:
            line, _, buffer = buffer.partition(b"\n")
            if line:
                name, _, value = line.decode().partition(": ")
                fields[name] = value
            elif "data" in fields:
                yield Event(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
                fields = {}


def die_with_us() -> None:
    """Called in a new process: it ends when the tests do."""
    set_parent_death_signal(signal.SIGKILL)
