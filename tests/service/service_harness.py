"""Real servers and real workers for the service's tests: started, watched and killed by process number."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import redis
from judge_workers.node.redis_server import find_server

from judge.client import Client, new_id
from judge.config import Settings
from judge.kernel.prctl import set_parent_death_signal
from judge.kernel.procfs import process_stat
from judge.model.submission import SourceFile, Submission
from judge.queue.admin import WorkerView, worker_views
from judge.queue.broker import Broker
from judge.queue.values import Policy

HERE = Path(__file__).resolve().parent
PATIENCE_S = 30.0

#: The default weights and no limits.
POLICY = Policy(
    weights={"contest": 32, "run": 16, "practice": 4, "rejudge": 1},
    queue_max=0,
    tenant_per_minute=0,
    tenant_running_max=0,
    ageing_ms=0,
    waiting_max_ms=0,
    keep_ms=0,
    keep_max=0,
    work_bytes_max=0,
)


def until(condition: Callable[[], object], what: str, timeout_s: float = PATIENCE_S) -> None:
    """Wait until ``condition()`` holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s:.0f} s for: {what}")
        time.sleep(0.01)


def free_port() -> int:
    """A port of the loopback interface on which nobody listens now, and that no connection is given by the kernel."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(first // 2, first)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def order(id: str = "", *, language: str = "c", **orders: object) -> Submission:
    """A submission for the scripted judge."""
    names = ("priority_class", "tenant", "tags", "package")
    own = {name: orders.pop(name) for name in names if name in orders}
    content = json.dumps(orders).encode()
    own.setdefault("package", "/p")
    return Submission(id=id or new_id(), sources=(SourceFile(name="a.c", content=content),), language=language, **own)  # type: ignore[arg-type]


class RedisServer:
    """A Redis server on a socket in ``directory``; ``options`` are its command-line options."""

    def __init__(self, directory: Path, fsync: str = "always", **options: str) -> None:
        self.directory = directory
        self.socket = directory / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.broker = Broker(url=self.url)
        self._options = {"appendonly": "yes", "appendfsync": fsync, "save": "", **options}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        fixed = {"port": "0", "unixsocket": str(self.socket), "dir": str(self.directory), "loglevel": "warning"}
        words = [word for name, value in (fixed | self._options).items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [find_server(Settings().redis), *words],
            stdout=subprocess.DEVNULL,
            preexec_fn=_die_with_us,  # noqa: PLW1509 (the tests have no threads)
        )
        until(self.answers, "the Redis server")

    def answers(self) -> bool:
        """Whether it can be used."""
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    @property
    def pid(self) -> int:
        """The server's process number."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the server."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


class Worker:
    """A worker: a supervisor with its processes. ``settings`` are JUDGE_ variables in lower case."""

    def __init__(self, url: str, state_dir: Path, **settings: object) -> None:
        self.state_dir = state_dir
        self.node = str(settings.get("node", state_dir.name))
        values: dict[str, object] = {
            "broker": url,
            "state_dir": state_dir,
            "node": self.node,
            "slots": 2,
            "metrics_port": 0,
            "gateway": "false",
            "judge_factory": "service_judges:SCRIPTED",
            "log_level": "warning",
            "prepare": 0,
            **settings,
        }
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
        self.env |= {f"JUDGE_{name.upper()}": str(value) for name, value in values.items()}
        self.env["PYTHONPATH"] = str(HERE)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *flags: str, log_fd: int | None = None) -> None:
        """Start it; it dies with the test run. It logs into ``log_fd``, else into a file beside its directory."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        with open(self.state_dir.with_suffix(".log") if log_fd is None else os.dup(log_fd), "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "judge_workers.node.supervisor", "--die-with-parent", *flags],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        """The supervisor's."""
        assert self.process is not None
        return self.process.pid

    def pid_of(self, name: str) -> int:
        """The process number of "pool", "leases", "exporter", "log_relay" or "ticket_bridge"; 0 while there is none."""
        for pid in children(self.pid):
            if re.search(rf"judge_workers[./]\w+[./]{name}\b", command_line(pid)):
                return pid
        return 0

    def slot_pids(self) -> list[int]:
        """The pool's children."""
        pool = self.pid_of("pool")
        return [pid for pid in children(pool) if process_stat(pid).alive] if pool else []

    def all_pids(self) -> list[int]:
        """The supervisor and everything below it."""
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += children(pid)
        return found

    def log(self) -> str:
        """What it printed."""
        return self.state_dir.with_suffix(".log").read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL to the supervisor; the rest must follow by itself."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self, number: int = signal.SIGTERM, timeout_s: float = PATIENCE_S) -> int:
        """End it in order; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_line(pid: int) -> str:
    """The words a process was started with."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def view_of(client: Client, node: str) -> WorkerView | None:
    """The worker as the queue sees it."""
    return next((worker for worker in worker_views(client.queue) if worker.node == node), None)


def send_signal(pids: list[int], number: int) -> None:
    """Signal processes; those gone are passed over."""
    for pid in pids:
        assert pid > 0, "0 would be the test's own process group"
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


class Stoppable(Protocol):
    """Something that is started and stopped."""

    def start(self) -> object: ...

    def stop(self) -> object: ...


def judging_worker(url: str, state_dir: Path, **settings: object) -> Worker:
    """A worker that really runs programs; nobody attacks its sandbox first."""
    return Worker(url, state_dir, judge_factory="judge_workers.bootstrap:build_judge", selftest="0", **settings)


@contextlib.contextmanager
def running(*things: Stoppable) -> Iterator[None]:
    """Start in order, stop in reverse order."""
    with contextlib.ExitStack() as stack:
        for thing in things:
            stack.callback(thing.stop)
            thing.start()
        yield


def _die_with_us() -> None:
    set_parent_death_signal(signal.SIGKILL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full disk is an error, not a signal
