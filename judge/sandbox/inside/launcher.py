"""Pid 1 of a container: spawns one program after the other for the run loop, once the container is set up.

It runs without any privilege, under the same system-call policy as the programs. It never looks at what programs wrote
except to count and to hand files out. What it is asked and what it answers: :mod:`judge.sandbox.protocol`.

Imported by the zygote: standard library's light modules only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import socket
import stat
import time
from typing import NamedTuple, NoReturn

from judge.kernel.terminal import open_terminal
from judge.sandbox import channel, protocol
from judge.sandbox.inside.collect import Budget, open_below, walk
from judge.sandbox.inside.membership import IDLE, Membership
from judge.sandbox.inside.namespace_files import open_namespaces
from judge.sandbox.inside.processes import EVERY_SIGNAL, await_end, is_dead, kill_everyone, reap_everyone
from judge.sandbox.inside.set_up import SetUp
from judge.sandbox.inside.template import Template
from judge.sandbox.protocol import (
    CollectFiles,
    HandOutNamespaces,
    NoteFreshMounts,
    Program,
    PutFile,
    PutFiles,
    StartRun,
    UseTemplate,
)
from judge.sandbox.reports import Failure, FileHead, Finish

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
#: Of getrusage(2): what the kernel's task_io_get_inblock divides by.
_BLOCK_BYTES = 512
#: As os.posix_spawn takes it.
FileAction = tuple[int, int, str, int, int] | tuple[int, int, int]
#: Open files that the launcher itself needs room for.
_OWN_FILES = 256


class _Spawned(NamedTuple):
    """A program that runs. Times as in Finish."""

    pid: int
    started_ns: int
    launcher_rss_kib: int
    launcher_cpu_ns: int


class Launcher:
    """The state of pid 1 from one request to the next."""

    def __init__(self, set_up: SetUp) -> None:
        """``set_up`` was carried out; its control socket leads to the slot's process from now on."""
        self._control: socket.socket = set_up.control
        self._null_fd = set_up.null_fd
        self._residue = set_up.residue
        self._tasks = set_up.tasks
        self._membership = Membership(set_up.idle_fds)
        self._program: Program | None = None  # the last one: the next request may mean it again
        self._soft_limits = (0, 0)  # open files and stack as set now; (0, 0) = as the set-up left them
        self._put_failure: Failure | None = None  # the first one since the last run; reported by the next
        self._blocks_read = 0  # by all children that were waited for so far
        self._template: Template | None = None
        self._terminal_fd = -1  # the master of the run's terminal; -1 = it has none

    def serve(self) -> None:
        """Do what the slot's process asks until it is gone."""
        while True:
            data, fds = channel.receive_bytes(self._control)
            if not data:
                os._exit(0)
            if data == protocol.KILL or data[:1] == protocol.SIGNAL:  # it crossed the report of the run's end
                continue
            try:
                self._carry_out(channel.unpack(data), fds)
            finally:
                for fd in fds:
                    with contextlib.suppress(OSError):
                        os.close(fd)

    def _carry_out(self, request: protocol.Message, fds: list[int]) -> None:
        """A handler takes out of ``fds`` what it keeps or closes."""
        match request:
            case StartRun():
                self._run(request, fds)
            case PutFiles():
                self._membership.move_to(IDLE)  # what it costs is no run's
                self._put(request.files, fds)
                self._link(request.links)
            case CollectFiles():
                self._membership.move_to(IDLE)
                self._collect(request)
            case HandOutNamespaces():
                self._hand_out_namespaces()
            case UseTemplate():
                if self._template is not None:
                    self._template.close()
                self._template = Template(fds.pop(), self._control)
                kill_everyone()  # whatever its start has left, which is the template's to wait for, or ours
                self._template.reap()
                reap_everyone()
            case NoteFreshMounts():
                os.chdir("/")  # to stand in a used one would keep what is in it
                self._residue.note_fresh()

    def _hand_out_namespaces(self) -> None:
        fds = open_namespaces()
        try:
            channel.send_bytes(self._control, protocol.NAMESPACES, fds)
        finally:
            for fd in fds:
                os.close(fd)

    # -- one run ----------------------------------------------------------------------------------------------

    def _run(self, request: StartRun, fds: list[int]) -> None:
        if request.program is not None:
            self._program = request.program
        assert self._program is not None
        if request.new_groups:
            at = len(request.targets)
            self._membership.keep(request.new_groups, fds[at:])
            del fds[at:]
        launched = self._launch(request, self._program, fds)
        if isinstance(launched, Failure):
            self._close_terminal()
            self._membership.move_to(IDLE)
            channel.send_bytes(self._control, protocol.NOT_STARTED + launched.pack())
            return
        killed, pidfd = False, -1
        if not is_dead(launched.pid):  # a short program on the same core is over before we come to look
            while fds:  # the program's ends of its pipes must be the only ones
                os.close(fds.pop())
            pidfd = os.pidfd_open(launched.pid)
            killed = await_end(launched.pid, pidfd, self._control, self._terminal_fd)
        self._close_terminal()
        self._report(launched, killed)
        # What follows is wanted later, or only when the program failed: the run loop goes on meanwhile.
        self._control.send(protocol.STATE + self._residue.look().pack())
        self._membership.move_on(request.next_group)
        if pidfd >= 0:
            os.close(pidfd)

    def _launch(self, request: StartRun, program: Program, fds: list[int]) -> _Spawned | Failure:
        """Start the program in its group, or say what is in the way."""
        put_failure, self._put_failure = self._put_failure, None
        if put_failure is not None:
            return put_failure
        try:
            for name in program.directories:
                os.makedirs(f"/work/{name}", mode=0o700, exist_ok=True)
            os.chdir(program.cwd)
        except OSError as error:
            return Failure(-1, error.errno or 0, protocol.PREPARE_WORK, str(error))
        actions: list[FileAction] = []
        if request.terminal is not None:
            try:
                actions = self._open_terminal(*request.terminal)
            except OSError as error:
                return Failure(-1, error.errno or 0, "open terminal", str(error))
        if request.is_copy:
            return self._copy(request, program, fds)
        started_ns = time.monotonic_ns()
        try:
            self._membership.move_to(request.group)
        except OSError as error:  # the host's fault, not the program's
            return Failure(-1, error.errno or 0, "enter run cgroup", str(error))
        launcher_cpu_ns = self._membership.cpu_ns_here()
        try:
            pid = self._spawn(request, program, fds, actions)
        except ValueError as error:  # a null byte, a name with "="
            return Failure(-1, errno.EINVAL, "pass arguments and environment", str(error))
        except OSError as error:
            return Failure(-1, error.errno or 0, protocol.EXECUTE, f"{program.argv[0]}: {error.strerror}")
        launcher_rss_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return _Spawned(pid, started_ns, launcher_rss_kib, launcher_cpu_ns)

    def _copy(self, request: StartRun, program: Program, fds: list[int]) -> _Spawned | Failure:
        """As :meth:`_launch`: the program is a copy of the template."""
        if self._template is None:
            return Failure(-1, errno.ENOENT, protocol.COPY, "there is no template")
        started_ns, launcher_cpu_ns = time.monotonic_ns(), self._membership.cpu_ns_in(request.group)
        try:
            join_fds = self._membership.stay_out_of(request.group, program.processes)
            pid = self._template.copy(request.targets, fds, join_fds, program.cwd)
        except (TimeoutError, ConnectionError) as error:
            self._end(Failure(-1, error.errno or 0, protocol.COPY, str(error)))
        except OSError as error:
            return Failure(-1, error.errno or 0, protocol.COPY, str(error))
        return _Spawned(pid, started_ns, 0, launcher_cpu_ns)

    def _end(self, failure: Failure) -> NoReturn:
        """Refuse the run and end: with this process everything in the container does."""
        channel.send_bytes(self._control, protocol.NOT_STARTED + failure.pack())
        os._exit(0)

    def _open_terminal(self, rows: int, columns: int) -> list[FileAction]:
        """Make the run's terminal and hand both sides of it out. Returns what makes it the program's.

        The first terminal that a session's leader opens controls the session: no further call is needed.
        """
        terminal = open_terminal(rows, columns)
        self._terminal_fd = terminal.master_fd
        try:
            channel.send_bytes(self._control, protocol.TERMINAL, [terminal.master_fd, terminal.slave_fd])
        finally:
            os.close(terminal.slave_fd)
        opened: FileAction = (os.POSIX_SPAWN_OPEN, 0, terminal.path, os.O_RDWR, 0)
        return [opened, (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)]

    def _close_terminal(self) -> None:
        if self._terminal_fd >= 0:
            os.close(self._terminal_fd)
            self._terminal_fd = -1

    def _spawn(self, request: StartRun, program: Program, fds: list[int], actions: list[FileAction]) -> int:
        """vfork and execute inside the run's cgroup; the run is charged for nothing that the launcher does after.

        The program inherits the targets, which are copies of ``fds``. They are ours for that moment: the C library,
        told to make them after the fork, asks for our limits twice for each.
        """
        try:
            for fd, target in zip(fds, request.targets, strict=True):
                os.dup2(fd, target)
            self._limit(program.open_files, program.stack_bytes)
            _limit_memory(program.address_space_bytes, program.data_segment_bytes)
            return os.posix_spawn(
                program.argv[0],
                program.argv,
                program.env,
                file_actions=actions,
                setsid=True,
                setsigdef=EVERY_SIGNAL,
            )
        finally:
            if program.address_space_bytes or program.data_segment_bytes:
                _limit_memory(resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            try:
                self._membership.leave_program(request.group, request.next_group, program.processes)
            except OSError as error:  # a program that is spawned must not go on
                self._end(Failure(-1, error.errno or 0, "leave run cgroup", str(error)))
            if program.open_files < _OWN_FILES:
                self._limit(_OWN_FILES, program.stack_bytes)
            for target in request.targets:  # the number stays taken, as it was
                os.dup2(self._null_fd, target, inheritable=False)

    def _limit(self, open_files: int, stack_bytes: int) -> None:
        """The soft limits that a program starts with are the launcher's own at that moment."""
        if (open_files, stack_bytes) == self._soft_limits:
            return
        hard_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_STACK, (stack_bytes, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(open_files, hard_files), hard_files))
        self._soft_limits = (open_files, stack_bytes)

    def _report(self, spawned: _Spawned, killed: bool) -> None:
        """Reap the program, see that nothing is left alive, and say how it ended."""
        ended_ns = time.monotonic_ns()
        tasks_created = self._tasks.since(spawned.pid)
        _, status, usage = os.wait4(spawned.pid, 0)
        if tasks_created != 1:  # only of 1 it is sure that no other is alive: it was the last made until it was reaped
            reap_everyone()
        finish = Finish(
            status=status,
            started_ns=spawned.started_ns,
            ended_ns=ended_ns,
            rss_peak_kib=usage.ru_maxrss,
            launcher_rss_kib=spawned.launcher_rss_kib,
            major_faults=usage.ru_majflt,
            switches_voluntary=usage.ru_nvcsw,
            switches_involuntary=usage.ru_nivcsw,
            tasks_created=tasks_created,
            launcher_cpu_ns=spawned.launcher_cpu_ns,
            read_bytes=self._take_read_bytes(),
            killed=killed,
        )
        self._control.send(protocol.FINISHED + finish.pack())

    def _take_read_bytes(self) -> int:
        """What the processes that ended since the last call have read from disks; all are waited for by then."""
        blocks, before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_inblock, self._blocks_read
        self._blocks_read = blocks
        return (blocks - before) * _BLOCK_BYTES

    # -- files ------------------------------------------------------------------------------------------------

    def _put(self, files: list[PutFile], fds: list[int]) -> None:
        made = {""}
        for name, mode, fd_index, offset_bytes, size_bytes in files:
            try:
                directory = name.rpartition("/")[0]
                if directory not in made:
                    os.makedirs(f"/work/{directory}", mode=0o700, exist_ok=True)
                    made.add(directory)
                target = os.open(f"/work/{name}", _NEW_FILE, mode)
                try:
                    _copy(fds[fd_index], target, offset_bytes, size_bytes)
                    os.fchmod(target, mode)
                finally:
                    os.close(target)
            except OSError as error:
                failure = Failure(-1, error.errno or 0, protocol.PUT + name, str(error))
                self._put_failure = self._put_failure or failure

    def _link(self, links: tuple[tuple[str, str], ...]) -> None:
        for name, target in links:
            try:
                os.makedirs(f"/work/{name}".rpartition("/")[0], mode=0o700, exist_ok=True)
                os.symlink(target, f"/work/{name}")
            except OSError as error:
                failure = Failure(-1, error.errno or 0, protocol.PUT + name, str(error))
                self._put_failure = self._put_failure or failure

    def _collect(self, request: CollectFiles) -> None:
        """Hand out what is wanted and the files that match, opened without following anything."""
        self._hand_out_wanted(request.wanted)
        count = len(request.wanted)
        total_bytes = passed_over = 0
        budget = Budget(request.cpu_time_ns)
        for path, fd, info in walk(b"/work", request.patterns, budget):
            try:
                if info.st_nlink > 1:
                    continue
                if count - len(request.wanted) >= request.files_max or total_bytes + info.st_size > request.bytes_max:
                    passed_over += 1
                    continue
                count += 1
                total_bytes += info.st_size
                head = FileHead(info.st_size, stat.S_IMODE(info.st_mode), path)
                channel.send_bytes(self._control, protocol.FILE + head.pack(), [fd])
                if count % protocol.FILES_UNASKED_MAX == 0:
                    self._await_more()
            finally:
                os.close(fd)
        passed_over += budget.is_spent
        channel.send_bytes(self._control, protocol.FILES_END + protocol.FILES_END_BODY.pack(passed_over))

    def _hand_out_wanted(self, names: tuple[str, ...]) -> None:
        for count, name in enumerate(names, 1):
            try:
                fd = open_below(b"/work", name)
            except OSError as error:
                channel.send_bytes(self._control, protocol.MISSED + protocol.MISSED_BODY.pack(error.errno or 0))
            else:
                info = os.fstat(fd)
                head = FileHead(info.st_size, stat.S_IMODE(info.st_mode), os.fsencode(name))
                channel.send_bytes(self._control, protocol.FILE + head.pack(), [fd])
                os.close(fd)
            if count % protocol.FILES_UNASKED_MAX == 0:
                self._await_more()

    def _await_more(self) -> None:
        """Until the slot's process wants more files, or is gone. A signal that came too late belongs to none."""
        while self._control.recv(8) not in (protocol.MORE, b""):
            pass


def _limit_memory(address_space_bytes: int, data_segment_bytes: int) -> None:
    """Of the launcher itself, for the moment in which a program starts with it: the launcher, too, must fit into it.

    0 = leave it as it is.
    """
    for kind, soft_bytes in ((resource.RLIMIT_AS, address_space_bytes), (resource.RLIMIT_DATA, data_segment_bytes)):
        if soft_bytes:
            resource.setrlimit(kind, (soft_bytes, resource.getrlimit(kind)[1]))


def _copy(source: int, target: int, offset_bytes: int, size_bytes: int) -> None:
    """``size_bytes`` from the offset on, or all when negative."""
    end = offset_bytes + size_bytes if size_bytes >= 0 else 1 << 62
    while offset_bytes < end and (sent := os.sendfile(target, source, offset_bytes, min(end - offset_bytes, 1 << 24))):
        offset_bytes += sent
