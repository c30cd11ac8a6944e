"""Carries out a plan (:mod:`judge.sandbox.plan`) in a container's first process. Imported by the zygote.

When it is done the process has no privilege left, is under the same system-call policy as programs, undumpable, and
has no descriptor that a program could use.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from judge.kernel import abi, libc
from judge.sandbox import channel, protocol
from judge.sandbox.inside.membership import write_all
from judge.sandbox.inside.namespace_files import enter_namespaces
from judge.sandbox.inside.processes import EVERY_SIGNAL, TaskCounter, is_dead, reap_everyone
from judge.sandbox.inside.residue import Residue
from judge.sandbox.protocol import Step
from judge.sandbox.reports import Failure

#: Descriptors below this one are never the launcher's: programs get theirs there.
FIRST_OWN_FD = 20
#: Signals to end that reach a slot's processes because they are in its process group. The zygote ignores them.
SIGNALS_TO_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_SIGNALS_PENDING_MAX = 1024
_FD_MAX = 0x7FFF_FFFF
#: Of the usual range for outgoing connections (32768 to 60999): where it begins, and how long it may be.
_FIRST_PORT, _PORTS_MIN, _PORTS_MAX = 32_768, 16_384, 28_232


class SetUp:
    """The set-up of one container, and what its launcher keeps of it."""

    def __init__(
        self, control: socket.socket, idle_fds: list[int], slot_fds: list[int], namespace_fds: tuple[int, ...] = ()
    ) -> None:
        """``control`` leads to the zygote. The launcher enters the groups behind ``idle_fds``, where it waits between
        runs, and for good those behind ``slot_fds``. ``namespace_fds``: of the container that a template enters, that
        of its mounts first."""
        self.control = control
        self.idle_fds = idle_fds
        self._slot_fds = slot_fds
        self._namespace_fds = namespace_fds
        self.residue = Residue()
        self.null_fd = -1  # until "close descriptors"
        self._tasks: TaskCounter | None = None  # until "open counters"
        self._listener_fd = -1  # until the filter is installed

    @property
    def tasks(self) -> TaskCounter:
        """Counts the tasks of the container."""
        if self._tasks is None:
            raise OSError("counters are not open")
        return self._tasks

    def carry_out(self, steps: list[Step]) -> None:
        """Execute the plan, then hand out the listener. On failure report the step and end the process."""
        os.setsid()  # out of reach of a terminal's signals
        for number in SIGNALS_TO_END:
            signal.signal(number, signal.SIG_DFL)  # programs inherit what the launcher has
        operations = self._operations()
        done = 0
        try:
            for step in steps:
                operations[str(step[0])](*step[1:])
                done += 1
        except Exception as error:  # the process ends here and now: whatever it was must be reported
            code = error.errno if isinstance(error, OSError) and error.errno else 0
            failure = Failure(done, code, str(steps[done][0]), str(error))
            channel.send_bytes(self.control, protocol.FAILED + failure.pack())
            os._exit(1)
        channel.send_bytes(self.control, protocol.READY, [self._listener_fd])
        os.close(self._listener_fd)

    def _operations(self) -> dict[str, Callable[..., Any]]:
        return {
            "die with zygote": lambda: libc.prctl(abi.PR_SET_PDEATHSIG, signal.SIGKILL),
            "enter idle cgroup": lambda: write_all([*self.idle_fds, *self._slot_fds]),
            "enter namespaces": lambda: enter_namespaces(*self._namespace_fds),
            "unshare cgroup namespace": lambda: libc.unshare(abi.CLONE_NEWCGROUP),
            "open counters": self._open_counters,
            "narrow port range": _narrow_port_range,
            "change directory": os.chdir,
            "mount": libc.mount,
            "mount proc": self._mount_proc,
            "bring lo up": _bring_loopback_up,
            "set host name": _set_host_name,
            "pivot root": _pivot_root,
            "limit": _limit,
            "pin": lambda cpu: os.sched_setaffinity(0, {cpu}) if cpu >= 0 else None,
            "become": _become,
            "drop capabilities": _drop_capabilities,
            "no new privileges": _no_new_privileges,
            "close descriptors": self._close_descriptors,
            "note fresh state": self.residue.note_fresh,
            "install seccomp filter": self._install_filter,
            "rehearse": self._rehearse,
            "fail": _fail,
        }

    def _open_counters(self) -> None:
        self._tasks = TaskCounter()

    def _mount_proc(self, *args: Any) -> None:
        libc.mount(*args)
        self.residue.open_socket_lists(args[1])
        own = os.open(f"{args[1]}/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        channel.send_bytes(self.control, protocol.MOUNTS, [own])
        os.close(own)

    def _close_descriptors(self) -> None:
        """Keep only what a launcher needs. Its numbers are above those that programs get: the zygote saw to it."""
        self.null_fd = os.dup(0)
        own = (self.control.fileno(), self.null_fd, self.tasks.fd, *self.residue.socket_fds, *self.idle_fds)
        after = FIRST_OWN_FD
        for fd in sorted(fd for fd in own if fd >= 0):
            os.closerange(after, fd)
            after = fd + 1
        os.closerange(after, _FD_MAX)

    def _install_filter(self, program: bytes) -> None:
        self._listener_fd = libc.install_filter(program)

    def _rehearse(self) -> None:
        """Do what a run does, with no program to execute: the memory that it touches is then this process's own.

        A launcher is a copy of its zygote; without this its first run pays for some hundred copied pages.
        """
        with contextlib.suppress(OSError):
            os.posix_spawn("/", ["/"], {}, setsid=True, setsigdef=EVERY_SIGNAL)
        with contextlib.suppress(ChildProcessError):
            is_dead(1)
        reap_everyone()
        self.tasks.since(1)
        self.residue.look()


def _bring_loopback_up(request: bytes) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as route:
        route.send(request)
        answer = route.recv(4096)
    code = int.from_bytes(answer[16:20], sys.byteorder, signed=True)
    if code:
        raise OSError(-code, os.strerror(-code), "lo")


def _narrow_port_range() -> None:
    """Ports for outgoing connections of this network namespace, from a range of a length that nobody knows before.

    A port is a counter, which is one for all namespaces and moves with each connection to the same place, modulo that
    length: with a length of its own no namespace finds in it what another one has counted.

    Source: __inet_hash_connect in net/ipv4/inet_hashtables.c (table_perturb), Linux 5.18 to 6.18.
    """
    last = _FIRST_PORT + _PORTS_MIN + int.from_bytes(os.urandom(4)) % (_PORTS_MAX - _PORTS_MIN)
    fd = os.open("/proc/sys/net/ipv4/ip_local_port_range", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, f"{_FIRST_PORT} {last}".encode())
    finally:
        os.close(fd)


def _set_host_name(name: str) -> None:
    libc.sethostname(name)
    libc.setdomainname("(none)")


def _pivot_root() -> None:
    """The staged root becomes /; the old root goes away with all that hangs on it."""
    libc.pivot_root(".", ".")
    libc.umount2(".", abi.MNT_DETACH)
    os.chdir("/")


def _limit(open_files_max: int) -> None:
    # One byte, not none: of a limit of 0 the kernel still starts the host's crash handler (core(5), "|" patterns).
    _lower(resource.RLIMIT_CORE, 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files_max, open_files_max))
    resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
    # Queued signals and timers are also counted for the user who made the namespaces: no slot may use up all.
    _lower(resource.RLIMIT_SIGPENDING, _SIGNALS_PENDING_MAX)
    os.umask(0o022)


def _lower(kind: int, limit: int) -> None:
    """Set a limit that the host may have set lower already."""
    hard = resource.getrlimit(kind)[1]
    value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (value, value))


def _become(uid: int, is_another: int) -> None:
    """Drop to the program's uid where it is not the zygote's, which has left its supplementary groups already."""
    if is_another:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _drop_capabilities() -> None:
    libc.prctl(abi.PR_CAP_AMBIENT, abi.PR_CAP_AMBIENT_CLEAR_ALL)
    libc.drop_capability_sets()


def _no_new_privileges() -> None:
    libc.prctl(abi.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(abi.PR_SET_DUMPABLE, 0)


def _fail(code: int) -> None:
    """A step that fails: put into a plan by the tests of the error paths."""
    raise OSError(code, os.strerror(code))
