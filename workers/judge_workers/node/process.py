"""Processes that the supervisor keeps alive: how one is started and when it is started again. POSIX only.

Each has a directory of its own for temporary files (TMPDIR), emptied whenever it is started: what a killed process
leaves there (Celery's workers leave some each time) does not pile up.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from judge.kernel.prctl import set_parent_death_signal
from judge_workers.node.forked import fork

#: Waiting times before a process is started again; one that lived STEADY_S begins with the first again.
BACKOFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_S = 10.0

_STDERR = 2


@dataclass(frozen=True)
class ProcessSpec:
    """One process; ``keep_fds`` stay open in it, ``scratch`` is an existing directory for its temporary files alone.

    ``stdin_fd`` None = /dev/null. ``output_fd`` is its standard output and error; None = this process's standard
    error for both. ``death_signal`` is what it gets when this process dies. ``copy``: not ``argv`` is carried out but
    this, in a copy of the process that starts it (:mod:`judge_workers.node.forked`), with the usual descriptors.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    scratch: Path | None = None
    keep_fds: tuple[int, ...] = ()
    stdin_fd: int | None = None
    output_fd: int | None = None
    death_signal: int = signal.SIGKILL
    copy: Callable[[], int] | None = None


@dataclass
class ManagedProcess:
    """A process and its restarts. ``wanted`` is False while it must not run."""

    spec: ProcessSpec
    wanted: bool = True
    pid: int = 0
    _failures: int = 0
    _started_s: float = 0.0
    _due_s: float = field(default=0.0)

    @property
    def running(self) -> bool:
        """True from start to reaping."""
        return self.pid != 0

    def due_in_s(self, now_s: float) -> float | None:
        """Seconds until it must be started; None = not at all (it runs, or is not wanted)."""
        return None if self.running or not self.wanted else max(self._due_s - now_s, 0.0)

    def start(self) -> None:
        """Start it now. It dies with its parent, in its own process group, with no signal blocked."""
        self.pid = spawn(self.spec)
        self._started_s = time.monotonic()

    def ended(self) -> None:
        """It was reaped: plan its next start."""
        now_s = time.monotonic()
        if now_s - self._started_s > STEADY_S:
            self._failures = 0
        self._due_s = now_s + BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)]
        self._failures += 1
        self.pid = 0

    def signal(self, number: int) -> None:
        """Send a signal to the process alone; nothing when it has ended."""
        if self.pid:
            os.kill(self.pid, number)

    def signal_group(self, number: int) -> None:
        """Send a signal to its whole process group; nothing when that is gone."""
        if self.pid:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                return


def spawn(spec: ProcessSpec) -> int:
    """Fork, and exec unless it is a copy; the pid, which the caller reaps. Call from a process without threads."""
    env = dict(spec.env)
    if spec.scratch is not None:
        empty(spec.scratch)
        env["TMPDIR"] = str(spec.scratch)
    if spec.copy is not None:
        return fork(spec.copy, spec.argv, env, spec.keep_fds, spec.death_signal)
    output_fd = _STDERR if spec.output_fd is None else spec.output_fd
    process = subprocess.Popen(
        spec.argv,
        env=env,
        stdin=subprocess.DEVNULL if spec.stdin_fd is None else spec.stdin_fd,
        stdout=output_fd,
        stderr=output_fd,
        pass_fds=spec.keep_fds,
        process_group=0,
        preexec_fn=_in_child(os.getpid(), spec.death_signal),  # noqa: PLW1509 (the supervisor has no threads)
    )
    process.returncode = 0  # reaped by the caller's waitpid, not by subprocess
    return process.pid


def empty(directory: Path) -> None:
    """Remove what lies in a directory, as far as that is possible; raises nothing."""
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def python_module(module: str, *arguments: str) -> tuple[str, ...]:
    """The command line of one of this project's modules."""
    return (sys.executable, "-m", module, *arguments)


def _in_child(parent_pid: int, death_signal: int) -> Callable[[], None]:
    def prepare() -> None:
        set_parent_death_signal(death_signal)
        if os.getppid() != parent_pid:  # it died before the request took hold
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, set())

    return prepare
