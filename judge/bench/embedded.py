"""A service of one's own for as long as a command runs: started in a temporary directory, stopped, removed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from judge.client import Client
from judge.config import Settings, load_settings
from judge.errors import HostError, QueueError
from judge.queue.admin import WorkerView, worker_views
from judge.queue.settings import embedded_url

STATE_PREFIX = "judge-demo-"
START_TIMEOUT_S = 120.0
PREPARED_TIMEOUT_S = 600.0
STOP_TIMEOUT_S = 30.0

#: Settings of the caller's environment that are about another service.
_OTHERS = ("JUDGE_BROKER", "JUDGE_NODE", "JUDGE_NAMESPACE")

#: What it offers unless the settings say: to test all that is installed, each time again, would disturb what it is for.
_LANGUAGES = "c,cpp,python3"


class Service:
    """A service that runs: its settings, and how to wait for it."""

    def __init__(self, settings: Settings, process: subprocess.Popen[bytes], log: str) -> None:
        self.settings = settings
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        """The supervisor's."""
        return self._process.pid

    def wait_for_worker(self, client: Client) -> WorkerView:
        """Its worker, once that has registered. Raises HostError with the service's last word."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            with contextlib.suppress(QueueError):
                workers = worker_views(client.queue)
                if workers:
                    return workers[0]
            self._check(deadline)
            time.sleep(0.05)

    def wait_until_ready(self, client: Client) -> WorkerView:
        """Its worker, once that has nothing more to prepare: what a core compiles beside them is in every figure.

        Raises HostError with the service's last word."""
        deadline = time.monotonic() + PREPARED_TIMEOUT_S
        while True:
            worker = self.wait_for_worker(client)
            if not worker.info.preparing:
                return worker
            self._check(deadline)
            time.sleep(0.2)

    def wait_for_redis(self) -> None:
        """Until its Redis listens. Raises HostError with the service's last word."""
        socket = Path(embedded_url(self.settings.state).removeprefix("unix://"))
        deadline = time.monotonic() + START_TIMEOUT_S
        while not socket.exists():
            self._check(deadline)
            time.sleep(0.02)

    def _check(self, deadline: float) -> None:
        if self._process.poll() is not None or time.monotonic() > deadline:
            lines = Path(self._log).read_text(errors="replace").strip().splitlines()
            raise HostError(f"the service did not start: {lines[-1] if lines else 'no word from it'}")


@contextmanager
def embedded_service(**overrides: object) -> Iterator[Service]:
    """A running supervisor with its own Redis and worker; ``overrides`` are settings. Raises HostError.

    It dies with this process, however that ends; what then stays of its directory, :func:`sweep_old` removes.
    """
    state_dir = tempfile.mkdtemp(prefix=STATE_PREFIX)
    lock = os.open(os.path.join(state_dir, "demo-lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.chmod(state_dir, 0o711)
    overrides = {"languages": os.environ.get("JUDGE_LANGUAGES", _LANGUAGES)} | overrides
    fixed = {"state_dir": state_dir, "metrics_port": 0, "gateway": "false", "log_level": "error"}
    environ = environment(fixed | overrides)
    log = os.path.join(state_dir, "service.log")
    words = [sys.executable, "-m", "judge_workers.node.supervisor", "--embedded", "--die-with-parent"]
    with open(log, "wb") as log_file:
        process = subprocess.Popen(
            words, env=environ, stdin=subprocess.DEVNULL, stdout=log_file, stderr=log_file, process_group=0
        )
    try:
        service = Service(load_settings(environ), process, log)
        service.wait_for_redis()
        yield service
    finally:
        _stop(process)
        shutil.rmtree(state_dir, ignore_errors=True)
        os.close(lock)


def sweep_old() -> int:
    """Remove directories of services whose owner was killed; those in use are locked. Returns how many went."""
    removed = 0
    for path in Path(tempfile.gettempdir()).glob(f"{STATE_PREFIX}*"):
        try:
            lock = os.open(path / "demo-lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            if os.fstat(lock).st_uid == os.geteuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
                removed += 1
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
    return removed


def environment(overrides: Mapping[str, object]) -> dict[str, str]:
    """Of a process with these settings, and those of the caller's environment that are not about another service."""
    environ = {name: value for name, value in os.environ.items() if name not in _OTHERS}
    return environ | {f"JUDGE_{name.upper()}": str(value) for name, value in overrides.items()}


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
