"""``python -m judge_workers.node.supervisor``: the small process above a worker's others; what ``judge up`` runs.

::

    supervisor --+-- redis-server                       (embedded only)
                 +-- judge_workers.node.leases          leases, sweeps, cancellations
                 +-- judge_workers.node.exporter        /metrics
                 +-- judge_workers.slot.pool            Celery; its children are the slots
                 +-- judge_workers.slot.reserve         a slot for urgent work while another stands frozen; once needed
                 +-- judge gateway                      the judge over HTTP (embedded only)
                 +-- judge_workers.node.ticket_bridge   tickets to another Celery broker (``ticket_broker`` only)
                 +-- judge_workers.node.log_relay       the log to standard error; it alone waits for the reader

It has no thread and no connection. It starts its processes, most as copies of itself (:mod:`.forked`); starts them
again with growing delays when they die; reaps orphans (it is their subreaper); cleans up after slots that were killed.
All die with it, by the kernel's hand (PR_SET_PDEATHSIG).

SIGTERM and SIGINT: drain (finish what runs, claim nothing; bounded), then stop; a second one stops at once.
SIGQUIT: hand the claims back and stop at once. From the leases process: SIGUSR1 / SIGUSR2 = stop / start the slots,
SIGRTMIN = start the reserve slot.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from enum import StrEnum
from functools import partial
from pathlib import Path

from judge.blobs.directory import check_directory
from judge.config import Settings, load_settings
from judge.errors import HostError, JudgeError
from judge.kernel.prctl import set_child_subreaper, set_parent_death_signal
from judge.model.run import signal_name
from judge.observe.logs import set_up_logging
from judge.observe.metrics.exporter import listen
from judge.observe.metrics.pipe import RecordWriter, count_dropped_lines, open_pipe
from judge.observe.metrics.pipe_records import Count, Counted, Record, SlotChanged, SlotState
from judge.queue.broker import redact
from judge.queue.settings import broker_of
from judge_workers.judging import load_factory
from judge_workers.node import exporter, gateway_process, leases, probe, ticket_bridge
from judge_workers.node.forked import keep_shared
from judge_workers.node.log_pipe import log_pipe
from judge_workers.node.process import ManagedProcess, ProcessSpec, empty, python_module, spawn
from judge_workers.node.redis_server import server_argv, wait_until_ready
from judge_workers.profile import slot_count
from judge_workers.slot import pool, reserve

#: How long a process that was told to end may take before it is killed.
STOP_TIMEOUT_S = 5.0

#: A second signal to stop counts only after this long: some senders signal a process and then its whole group.
SAME_SIGNAL_S = 0.5

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_SIGNALS = (*_STOP_SIGNALS, signal.SIGUSR1, signal.SIGUSR2, reserve.WANTED_SIGNAL, signal.SIGCHLD)


class Name(StrEnum):
    """The supervisor's processes, as the log and directories call them."""

    LOG = "log"
    REDIS = "redis"
    PROBE = "probe"
    LEASES = "leases"
    EXPORTER = "exporter"
    POOL = "pool"
    RESERVE = "reserve"
    TICKET_BRIDGE = "ticket-bridge"
    GATEWAY = "gateway"


_RESTARTS = {
    Name.REDIS: Count.REDIS_RESTARTED,
    Name.LEASES: Count.LEASES_RESTARTED,
    Name.EXPORTER: Count.EXPORTER_RESTARTED,
    Name.POOL: Count.POOL_RESTARTED,
}

log = logging.getLogger(__name__)


class UnfitHost(HostError):
    """The probe has found this host or its settings unfit and has said why; ``exit_code`` is the probe's."""

    def __init__(self, exit_code: int) -> None:
        super().__init__("this host cannot judge")
        self.exit_code = exit_code if exit_code > 0 else HostError.exit_code


class Supervisor:
    """See the module. ``embedded`` = with a Redis of its own; ``relay`` carries the log
    (:mod:`judge_workers.node.log_pipe`)."""

    def __init__(self, settings: Settings, relay: ManagedProcess, *, embedded: bool) -> None:
        self._settings = settings
        self._embedded = embedded
        self._env = dict(os.environ)
        self._stack = ExitStack()
        self._processes: dict[str, ManagedProcess] = {Name.LOG: relay}
        self._metrics: RecordWriter | None = None

    def run(self) -> int:
        """The whole life; returns the exit code. Raises HostError or UsageError when it cannot begin."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        with self._stack:
            self._lock_state_dir()
            set_child_subreaper()
            self._say_where()
            self._clean()
            if self._embedded:
                self._start_redis()
            keep_shared()
            self._probe()
            self._start_services()
            names = [name for name, process in self._processes.items() if process.running]
            log.info("started: %s; opening the slots", ", ".join(names))
            how = self._watch()
            self._stop(how)
        return 0

    def _say_where(self) -> None:
        settings = self._settings
        broker = redact(broker_of(settings).url)
        count = slot_count(settings.worker.slots)
        log.info("starting: broker %s, state directory %s, %d slots", broker, settings.state_dir, count)

    def _lock_state_dir(self) -> None:
        state = self._settings.state
        try:
            state.root.mkdir(mode=0o755, parents=True, exist_ok=True)
            lock = os.open(state.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise HostError(f"state_dir {state.root}: {error.strerror}") from error
        self._stack.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HostError(f"another worker runs in {state.root}; give this one its own with --state-dir") from error
        run = self._settings.state.run
        run.mkdir(mode=0o700, exist_ok=True)
        empty(run)

    def _clean(self) -> None:
        try:
            count = load_factory(self._settings.worker.judge_factory).clean_leftovers(self._settings)
        except JudgeError as error:
            log.error("cleaning up after dead slots: %s", error)
        else:
            if count:
                log.warning("removed %d left-overs of dead slots", count)
                self._count(Counted(Count.SWEPT, count))

    def _start_redis(self) -> None:
        argv = server_argv(self._settings)
        self._add(Name.REDIS, argv)
        wait_until_ready(self._settings.state, self._processes[Name.REDIS].pid)

    def _probe(self) -> None:
        """Find out what this host can do, in a process that leaves nothing in this one."""
        argv, copy = python_module(probe.__name__), partial(probe.main, (), self._settings)
        pid = spawn(ProcessSpec(Name.PROBE, argv, self._env, self._scratch(Name.PROBE), copy=copy))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code != 0:
            raise UnfitHost(code)

    def _start_services(self) -> None:
        read_fd, write_fd = open_pipe()
        self._stack.callback(os.close, read_fd)
        self._stack.callback(os.close, write_fd)
        self._metrics = RecordWriter(write_fd)
        count_dropped_lines(self._metrics)
        server = self._stack.enter_context(listen(self._settings.metrics.host, self._settings.metrics.port))
        host, port = server.getsockname()[:2]
        (self._settings.state.run / "metrics").write_text(f"http://{host}:{port}/metrics\n")
        self._add_copy(Name.LEASES, leases.serve, write_fd)
        self._add_copy(Name.EXPORTER, exporter.serve, read_fd, server.fileno())
        self._add_copy(Name.POOL, pool.serve, write_fd)
        if self._settings.queue.preempting_class:
            self._add_copy(Name.RESERVE, reserve.serve, write_fd, wanted=False)
            self._count(SlotChanged(slot_count(self._settings.worker.slots), SlotState.RESERVE))
        if self._settings.tickets.broker:
            self._add_copy(Name.TICKET_BRIDGE, ticket_bridge.serve)
        if self._embedded and self._settings.gateway.enabled:
            self._start_gateway()

    def _start_gateway(self) -> None:
        """Serve HTTP, too, where that is possible; a judge without a gateway is one all the same."""
        lacks = gateway_process.missing()
        if lacks:
            log.info("no gateway: %s is not installed (pip install 'judge-service[gateway]')", lacks)
            return
        try:
            server = self._stack.enter_context(gateway_process.listen(self._settings.gateway))
        except HostError as error:
            log.warning("no gateway: %s (gateway_port 0 takes any free port)", error)
            return
        (self._settings.state.run / "gateway").write_text(f"{gateway_process.address_of(server)}\n")
        copy = partial(gateway_process.serve, server)
        self._add(Name.GATEWAY, gateway_process.command(server), (server.fileno(),), copy)

    def _add_copy(self, name: str, serve: Callable[..., int], *fds: int, wanted: bool = True) -> None:
        """A process that serves with these descriptors. It parses no command line: in a copy that takes over a MiB."""
        self._add(name, python_module(serve.__module__), fds, partial(serve, self._settings, *fds), wanted=wanted)

    def _add(
        self,
        name: str,
        argv: tuple[str, ...],
        keep_fds: tuple[int, ...] = (),
        copy: Callable[[], int] | None = None,
        *,
        wanted: bool = True,
    ) -> None:
        spec = ProcessSpec(name, argv, self._env, self._scratch(name), keep_fds, copy=copy)
        process = self._processes[name] = ManagedProcess(spec, wanted)
        if wanted:
            process.start()

    def _scratch(self, name: str) -> Path:
        """The directory for a process's temporary files; gone when all has ended in order. Raises HostError."""
        path = self._settings.state.run / "tmp" / name
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise HostError(f"state_dir: {path}: {error.strerror}") from error
        return path

    def _watch(self) -> int:
        """Keep everything running until a signal says stop; returns that signal."""
        while True:
            number = self._next_signal(self._next_start_s())
            if number in _STOP_SIGNALS:
                return number
            if number == signal.SIGCHLD:
                self._reap()
            elif number in (signal.SIGUSR1, signal.SIGUSR2):
                self._set_pool_wanted(number == signal.SIGUSR2)
            elif number == reserve.WANTED_SIGNAL and Name.RESERVE in self._processes:
                self._processes[Name.RESERVE].wanted = True
            self._start_due()

    def _next_signal(self, timeout_s: float | None) -> int:
        """The next signal, 0 when the time is up first."""
        if timeout_s is None:
            return signal.sigwaitinfo(_SIGNALS).si_signo
        info = signal.sigtimedwait(_SIGNALS, timeout_s)
        return info.si_signo if info else 0

    def _next_start_s(self) -> float | None:
        now_s = time.monotonic()
        due = [delay for process in self._processes.values() if (delay := process.due_in_s(now_s)) is not None]
        return min(due) if due else None

    def _start_due(self) -> None:
        now_s = time.monotonic()
        for process in self._processes.values():
            if process.due_in_s(now_s) == 0.0:
                if process.spec.name == Name.POOL and not self._runs(Name.RESERVE):  # whose files lie there, too
                    self._clean()
                process.start()
                restarted = _RESTARTS.get(Name(process.spec.name))
                if restarted is not None:
                    self._count(Counted(restarted))

    def _runs(self, name: Name) -> bool:
        return name in self._processes and self._processes[name].running

    def _set_pool_wanted(self, wanted: bool) -> None:
        process = self._processes[Name.POOL]
        process.wanted = wanted
        if not wanted:
            process.signal(signal.SIGTERM)

    def _reap(self) -> None:
        """Collect whatever has ended: our processes, and orphans that fell to us."""
        by_pid = {process.pid: process for process in self._processes.values() if process.running}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            process = by_pid.get(pid)
            if process is not None:
                if process.wanted:
                    log.warning("%s ended (%s) and is started again", process.spec.name, _describe(status))
                else:
                    log.debug("%s stopped (%s)", process.spec.name, _describe(status))
                process.signal_group(signal.SIGKILL)
                process.ended()
                if process.spec.name == Name.POOL:
                    for slot in range(slot_count(self._settings.worker.slots)):
                        self._count(SlotChanged(slot, SlotState.GONE))

    def _count(self, record: Record) -> None:
        """Send a record to the metrics, once they are there."""
        if self._metrics is not None:
            self._metrics.send(record)

    def _stop(self, how: int) -> None:
        """End everything, slots first, Redis last."""
        the_pool, the_leases = self._processes[Name.POOL], self._processes[Name.LEASES]
        the_pool.wanted = the_leases.wanted = False
        if Name.GATEWAY in self._processes:
            self._processes[Name.GATEWAY].wanted = False
            self._processes[Name.GATEWAY].signal(signal.SIGTERM)  # it tells those who wait to ask again
        if how != signal.SIGQUIT:
            log.info("draining: what runs is finished, nothing more is claimed")
            the_leases.signal(signal.SIGTERM)
            if not self._wait_ended(the_leases, self._settings.worker.drain_max_s, until_signal=True):
                log.warning("still judging: handed back to the queue")
        the_leases.signal(signal.SIGQUIT)
        self._wait_ended(the_leases, STOP_TIMEOUT_S)
        self._kill(the_leases)
        self._kill(the_pool)  # it holds nothing any more, and Celery's own ways to end take seconds
        for name in (Name.RESERVE, Name.TICKET_BRIDGE):
            if name in self._processes:
                self._processes[name].wanted = False
                self._kill(self._processes[name])
        self._clean()
        for name in (Name.GATEWAY, Name.EXPORTER, Name.REDIS):
            process = self._processes.get(name)
            if process is not None:
                process.wanted = False
                process.signal(signal.SIGTERM)
                self._wait_ended(process, STOP_TIMEOUT_S)
                self._kill(process)
        shutil.rmtree(self._settings.state.run / "tmp", ignore_errors=True)
        log.info("stopped")

    def _wait_ended(self, process: ManagedProcess, timeout_s: float, *, until_signal: bool = False) -> bool:
        """Wait for a process while keeping the others alive; a further signal to stop cuts it short if so wished."""
        began = time.monotonic()
        deadline = began + timeout_s
        while process.running:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            next_start_s = self._next_start_s()
            number = self._next_signal(left_s if next_start_s is None else min(left_s, next_start_s))
            if number == signal.SIGCHLD:
                self._reap()
            elif until_signal and number in _STOP_SIGNALS and time.monotonic() - began > SAME_SIGNAL_S:
                return False
            self._start_due()
        return True

    def _kill(self, process: ManagedProcess) -> None:
        if process.running:
            process.signal_group(signal.SIGKILL)
            self._wait_ended(process, STOP_TIMEOUT_S)


def _describe(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else f"signal {signal_name(-code)}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a worker; errors at its start are one line."""
    parser = argparse.ArgumentParser(prog="python -m judge_workers.node.supervisor")
    parser.add_argument("--embedded", action="store_true", help="with an embedded Redis server")
    parser.add_argument("--die-with-parent", action="store_true", help="end with the process that started this one")
    args = parser.parse_args(argv)
    if args.die_with_parent:
        set_parent_death_signal(signal.SIGKILL)
    with log_pipe() as relay:
        return _run(relay, embedded=args.embedded)


def _run(relay: ManagedProcess, *, embedded: bool) -> int:
    try:
        settings = load_settings()
        set_up_logging(settings.logs.format, settings.logs.level)
        if settings.packages.store:
            check_directory(settings.packages.store, "package_store")
        if settings.blobs.store:
            check_directory(settings.blobs.store, "blob_store")
        return Supervisor(settings, relay, embedded=embedded).run()
    except UnfitHost as error:
        return error.exit_code
    except JudgeError as error:
        print(f"judge: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
