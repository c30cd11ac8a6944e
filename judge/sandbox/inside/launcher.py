"""Pid 1 of a container: executes the plan, then spawns one program after the other for the supervisor.

It runs without any privilege, under the same system-call policy as the programs, undumpable and with no descriptor
that a program could use. It never looks at what programs wrote except to count and to hand files out. To spawn, it
stands in the run's cgroup, vforks, and moves on: at once where memory and CPU are counted, and where processes are, if
that is a hierarchy of its own, when the run is over. It moves to the slot's *home* cgroup, or to that of the next run
when the supervisor knows one: the CPU time that it uses there is told with that run.

Imported by the zygote: standard library's light modules only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import select
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable
from typing import Any

from judge.kernel import abi, libc
from judge.sandbox import channel
from judge.sandbox.inside.collect import walk

#: Descriptors below this one are never the launcher's: programs get theirs there.
FIRST_OWN_FD = 20
_ENTER = b"0"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
_SIGNALS_PENDING_MAX = 1024
#: Signals to end that reach a slot's processes because they are in its process group. The zygote ignores them.
FOR_THE_SUPERVISOR = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_SIGNALS = tuple(int(number) for number in signal.valid_signals())
_FD_MAX = 0x7FFF_FFFF
#: Of getrusage(2): what the kernel's task_io_get_inblock divides by.
_BLOCK_BYTES = 512
#: Open files that the launcher itself needs room for.
_OWN_FILES = 256
#: What of each of channel.RUN_MOUNTS shows that it was used: its root, but of the pseudo-terminals the node that opens
#: one, which is all that a program can mark there.
_LOOKED_AT = (*channel.RUN_MOUNTS[:3], "/dev/pts/ptmx")
_CYCLE_LOOKS = 1000
_CYCLE_LOOK_S = 0.004
#: Of the usual range for outgoing connections (32768 to 60999): where it begins, and how long it may be.
_FIRST_PORT, _PORTS_MIN, _PORTS_MAX = 32_768, 16_384, 28_232
#: Where the launcher stands when it is in no run's group.
_AT_HOME = channel.NO_GROUP
_SOMEWHERE = -2


class Launcher:
    """The state of pid 1. ``control`` leads to the zygote during set-up and to the supervisor ever after.

    ``home`` are the doors of the cgroups that the launcher goes back to after each spawn, ``slot`` those of the groups
    where it stays with all its programs.
    """

    def __init__(self, control: socket.socket, home: list[int], slot: list[int]) -> None:
        self._control = control
        self._home = home
        self._slot = slot
        self._null_fd = -1
        self._last_pid_fd = -1
        self._net_fd = -1
        self._sockets_fd = -1
        self._mounts: list[int] = []  # channel.RUN_MOUNTS
        self._fresh: list[tuple[int, ...]] = []
        self._fresh_net = b""
        self._fresh_sockets = b""
        self._listener = -1
        self._what: tuple[Any, ...] = ()  # arguments, environment, directory, directories to make, limits of a run
        self._run_limits = (0, 0)
        self._doors: dict[int, list[int]] = {}  # of run groups: RunGroup.launch_fds
        self._apart = False  # processes are counted in a hierarchy of their own, the last door's
        self._charged = _AT_HOME  # the group whose memory and CPU we use
        self._counted = _AT_HOME  # the group whose processes we are one of; means nothing unless apart
        self._charged_from_ns = 0  # our own CPU time when we came there
        self._put_error: tuple[str, int, str] | None = None
        self._blocks_read = 0

    # -- set-up -----------------------------------------------------------------------------------------------

    def set_up(self, steps: list[tuple[Any, ...]]) -> None:
        """Execute the plan; on failure report the step and leave."""
        os.setsid()  # out of reach of a terminal's signals
        for number in FOR_THE_SUPERVISOR:
            signal.signal(number, signal.SIG_DFL)  # programs inherit what the launcher has
        operations = self._operations()
        done = 0
        try:
            for step in steps:
                operations[step[0]](*step[1:])
                done += 1
        except Exception as error:  # the process ends here and now: whatever it was must be told
            code = error.errno if isinstance(error, OSError) and error.errno else 0
            body = channel.FAILURE.pack(done, code) + f"{steps[done][0]}\0{error}".encode()
            channel.send_bytes(self._control, channel.FAILED + body)
            os._exit(1)
        channel.send_bytes(self._control, channel.READY, [self._listener])
        os.close(self._listener)

    def _operations(self) -> dict[str, Callable[..., Any]]:
        return {
            "die with zygote": lambda: libc.prctl(abi.PR_SET_PDEATHSIG, signal.SIGKILL),
            "enter home cgroup": lambda: _write_all([*self._home, *self._slot]),
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
            "note fresh state": self._note_fresh_state,
            "install seccomp filter": self._install_filter,
            "rehearse": self._rehearse,
            "fail": _fail,
        }

    def _open_counters(self) -> None:
        """How many tasks this pid namespace ever made; the file is gone from view once the root is ours."""
        try:
            self._last_pid_fd = os.open("/proc/sys/kernel/ns_last_pid", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._last_pid_fd = -1  # a kernel without CONFIG_CHECKPOINT_RESTORE

    def _mount_proc(self, *args: Any) -> None:
        libc.mount(*args)
        self._net_fd = os.open(f"{args[1]}/self/net/unix", os.O_RDONLY | os.O_CLOEXEC)
        self._sockets_fd = os.open(f"{args[1]}/self/net/sockstat", os.O_RDONLY | os.O_CLOEXEC)
        own = os.open(f"{args[1]}/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        channel.send_bytes(self._control, channel.MOUNTS, [own])
        os.close(own)

    def _close_descriptors(self) -> None:
        """Keep only what a launcher needs. Its numbers are above those that programs get: the zygote saw to it."""
        self._null_fd = os.dup(0)
        own = (self._control.fileno(), self._null_fd, self._last_pid_fd, self._net_fd, self._sockets_fd, *self._home)
        kept = sorted(fd for fd in own if fd >= 0)
        after = FIRST_OWN_FD
        for fd in kept:
            os.closerange(after, fd)
            after = fd + 1
        os.closerange(after, _FD_MAX)

    def _note_fresh_state(self) -> None:
        while self._mounts:
            os.close(self._mounts.pop())
        for path in _LOOKED_AT:
            self._mounts.append(os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC))
        self._fresh = [_state_of(fd) for fd in self._mounts]
        self._fresh_net = self._read_net()
        self._fresh_sockets = self._count_sockets()

    def _install_filter(self, program: bytes) -> None:
        self._listener = libc.install_filter(program)

    def _rehearse(self) -> None:
        """Do what a run does, with no program to execute: the memory that it touches is then this process's own.

        A launcher is a copy of its zygote; without this its first run pays for some hundred copied pages.
        """
        with contextlib.suppress(OSError):
            os.posix_spawn("/", ["/"], {}, setsid=True, setsigdef=_SIGNALS)
        with contextlib.suppress(ChildProcessError):
            _is_dead(1)
        _reap_everyone()
        self._tasks_created(1)
        self._look_at_mounts()

    def _read_net(self) -> bytes:
        """The local sockets of this namespace: some in flight to each other can outlive their processes for a while.

        Of internet sockets the supervisor knows (:data:`judge.sandbox.policy.NOTED`).
        """
        return os.pread(self._net_fd, 4096, 0) if self._net_fd >= 0 else b""

    def _count_sockets(self) -> bytes:
        """How many sockets of all families this namespace has: seen in a seventh of the time of :meth:`_read_net`."""
        return os.pread(self._sockets_fd, 32, 0).partition(b"\n")[0] if self._sockets_fd >= 0 else b""

    # -- service ----------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Do what the supervisor asks until it is gone."""
        while True:
            data, fds = channel.receive_bytes(self._control)
            if not data:
                os._exit(0)
            if data == channel.KILL:  # it crossed the news of the run's end
                continue
            request = channel.unpack(data)
            try:
                if request[0] == "run":
                    self._run(request, fds)
                elif request[0] == "put":
                    self._stand(_AT_HOME)  # what it costs is no run's
                    self._put(request[1], fds)
                elif request[0] == "collect":
                    self._stand(_AT_HOME)
                    self._collect(*request[1:])
                elif request[0] == "renewed":
                    self._note_fresh_state()
            finally:
                for fd in fds:
                    _close(fd)

    def _put(self, files: list[tuple[str, int, int, int, int]], fds: list[int]) -> None:
        """Copy files (putting.PutFile) into /work; a failure is told by the next run."""
        made = {""}
        for name, mode, place, offset, size_bytes in files:
            try:
                directory = name.rpartition("/")[0]
                if directory not in made:
                    os.makedirs(f"/work/{directory}", mode=0o700, exist_ok=True)
                    made.add(directory)
                target = os.open(f"/work/{name}", _NEW_FILE, mode)
                try:
                    _copy(fds[place], target, offset, size_bytes)
                    os.fchmod(target, mode)
                finally:
                    os.close(target)
            except OSError as error:
                self._put_error = self._put_error or (channel.PUT + name, error.errno or 0, str(error))

    def _run(self, request: tuple[Any, ...], fds: list[int]) -> None:
        _, what, targets, group_id, next_id, brought = request
        if what is not None:  # else it is the same as the last time
            self._what = what
        argv, env, cwd, directories, limits = self._what
        if brought:
            self._keep_doors(brought, fds, len(targets))
        doors = self._doors[group_id]
        if self._put_error:
            step, code, detail = self._put_error
            self._put_error = None
            self._refuse(step, code, detail)
            return
        try:
            for name in directories:
                os.makedirs(f"/work/{name}", mode=0o700, exist_ok=True)
            os.chdir(cwd)
        except OSError as error:
            self._refuse(channel.PREPARE_WORK, error.errno or 0, str(error))
            return
        started_ns = time.monotonic_ns()
        try:
            self._enter(group_id)
            launcher_cpu_ns = time.thread_time_ns() - self._charged_from_ns
            pid = self._spawn(argv, env, fds, targets, limits, doors, next_id)
        except _NotEnteredError as error:
            self._refuse("enter run cgroup", error.errno or 0, str(error))
            return
        except ValueError as error:  # a null byte, a name with "="
            self._refuse("pass arguments and environment", errno.EINVAL, str(error))
            return
        except OSError as error:
            self._refuse("execute", error.errno or 0, f"{argv[0]}: {error.strerror}")
            return
        launcher_rss_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        killed, pidfd = 0, -1
        if not _is_dead(pid):  # a short program on the same core is over before we come to look
            while fds:  # the program's ends of its pipes must be the only ones
                os.close(fds.pop())
            pidfd = os.pidfd_open(pid)
            killed = self._await_end(pidfd)
        self._report(pid, started_ns, launcher_rss_kib, launcher_cpu_ns, killed)
        # What follows is wanted later, or only when the program failed: the supervisor goes on meanwhile.
        self._control.send(channel.STATE + channel.STATE_BODY.pack(*self._look_at_mounts()))
        self._go_on_to(next_id)
        if pidfd >= 0:
            os.close(pidfd)

    def _keep_doors(self, groups: tuple[int, ...], fds: list[int], targets: int) -> None:
        """The doors of these run groups came at the end of ``fds``, and are taken out of it."""
        if len(self._doors) + len(groups) > channel.JOIN_FDS_KEPT:
            for doors in self._doors.values():
                for fd in doors:
                    os.close(fd)
            self._doors.clear()
        many = (len(fds) - targets) // len(groups)
        self._apart = many == len(self._home)  # with no process limit to write
        for place, group in enumerate(groups):
            self._doors[group] = fds[targets + place * many : targets + (place + 1) * many]
        del fds[targets:]

    def _spawn(
        self,
        argv: list[str],
        env: dict[str, str],
        fds: list[int],
        targets: tuple[int, ...],
        limits: tuple[int, int, int],
        doors: list[int],
        next_id: int,
    ) -> int:
        """vfork and execute inside the run's cgroup; the run is charged for nothing that the launcher does after.

        The program inherits ``targets``, which are copies of ``fds``. They are ours for that moment: the C library,
        told to make them after the fork, asks for our limits twice for each.
        """
        open_files, stack_bytes, processes = limits
        try:
            for fd, target in zip(fds, targets, strict=True):
                os.dup2(fd, target)
            self._limit_run(open_files, stack_bytes)
            # Told to reset every signal, the C library does not first ask for the state of each.
            return os.posix_spawn(argv[0], argv, env, setsid=True, setsigdef=_SIGNALS)
        finally:
            self._go_on_to(next_id, counted_too=False)
            if not self._apart:
                os.write(doors[-1], b"%d" % processes)
            if open_files < _OWN_FILES:
                self._limit_run(_OWN_FILES, stack_bytes)
            for target in targets:  # the number stays taken, as it was
                os.dup2(self._null_fd, target, inheritable=False)

    def _limit_run(self, open_files: int, stack_bytes: int) -> None:
        """The soft limits that a program starts with are the launcher's own at that moment."""
        if (open_files, stack_bytes) == self._run_limits:
            return
        hard_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_STACK, (stack_bytes, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(open_files, hard_files), hard_files))
        self._run_limits = (open_files, stack_bytes)

    def _report(self, pid: int, started_ns: int, launcher_rss_kib: int, launcher_cpu_ns: int, killed: int) -> None:
        """Reap the program, see that nobody is left alive, and tell the supervisor."""
        ended_ns = time.monotonic_ns()
        tasks_created = self._tasks_created(pid)
        _, status, usage = os.wait4(pid, 0)
        if tasks_created != 1:  # the one that nobody can have come after: its number was the last until it was reaped
            _reap_everyone()
        finish = channel.FINISH.pack(  # in the order of channel.Finish
            status,
            started_ns,
            ended_ns,
            usage.ru_maxrss,
            launcher_rss_kib,
            usage.ru_majflt,
            usage.ru_nvcsw,
            usage.ru_nivcsw,
            tasks_created,
            launcher_cpu_ns,
            self._take_read_bytes(),
            pid,
            killed,
        )
        self._control.send(channel.FINISHED + finish)

    def _take_read_bytes(self) -> int:
        """What the processes that ended since the last call have read from disks; all are waited for by then."""
        blocks, before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_inblock, self._blocks_read
        self._blocks_read = blocks
        return (blocks - before) * _BLOCK_BYTES

    def _await_end(self, pidfd: int) -> int:
        """Until the program is dead, not yet reaped; returns whether the supervisor had to say so."""
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        killed = 0
        while True:
            for fd, _ in poll.poll():
                if fd == pidfd:
                    return killed
                if self._control.recv(64) != channel.KILL:
                    os._exit(0)
                killed = 1
                _kill_everyone()

    def _tasks_created(self, first_pid: int) -> int:
        if self._last_pid_fd < 0:
            return 0
        last_pid = int(os.pread(self._last_pid_fd, 32, 0))
        return last_pid - first_pid + 1 if last_pid >= first_pid else 0

    def _look_at_mounts(self) -> tuple[int, int]:
        dirty = full = 0
        for index, fd in enumerate(self._mounts):
            state = _state_of(fd)
            if state != self._fresh[index]:
                dirty |= 1 << index
            if 0 in state[:2] and 0 not in self._fresh[index][:2]:  # pseudo-terminals have no blocks to begin with
                full |= 1 << index
        if self._count_sockets() != self._fresh_sockets and self._read_net() != self._fresh_net:
            dirty |= channel.DIRTY_NETWORK
            self._end_local_sockets()
        return dirty, full

    def _end_local_sockets(self) -> None:
        """Local sockets that are on their way through each other, and whatever was sent with them (a locked file of the
        root, say), are there until the kernel looks for such cycles: when a local socket is closed, in its own time."""
        for _ in range(_CYCLE_LOOKS):
            socket.socket(socket.AF_UNIX).close()
            time.sleep(_CYCLE_LOOK_S)
            if self._read_net() == self._fresh_net:
                break
        time.sleep(_CYCLE_LOOK_S)  # what was sent with them goes a moment after them

    def _stand(self, place: int) -> None:
        """Move into a run's group, or home. Raises OSError."""
        self._be_charged(place)
        if self._apart and self._counted != place:
            self._counted = _SOMEWHERE
            _write_all(self._doors_of(place)[-1:])
            self._counted = place

    def _be_charged(self, place: int) -> None:
        """Move where memory and CPU are counted. Raises OSError."""
        if self._charged == place:
            return
        self._charged = _SOMEWHERE
        _write_all(self._doors_of(place)[: len(self._home) - self._apart])
        self._charged = place
        self._charged_from_ns = time.thread_time_ns()

    def _doors_of(self, place: int) -> list[int]:
        return self._home if place == _AT_HOME else self._doors[place]

    def _enter(self, group: int) -> None:
        try:
            self._stand(group)
        except OSError as error:
            raise _NotEnteredError(error.errno, error.strerror) from error

    def _go_on_to(self, group: int, *, counted_too: bool = True) -> None:
        """Leave for the group of the next run; what keeps us out is told by that run, and we wait at home."""
        move = self._stand if counted_too else self._be_charged
        try:
            move(group)
        except OSError:
            move(_AT_HOME)

    def _refuse(self, step: str, code: int, detail: str) -> None:
        self._stand(_AT_HOME)
        body = channel.FAILURE.pack(-1, code) + f"{step}\0{detail}".encode()
        channel.send_bytes(self._control, channel.NOT_STARTED + body)

    def _collect(self, patterns: tuple[str, ...], files_max: int, bytes_max: int) -> None:
        """Hand out the regular files of /work that match, opened without following anything."""
        count = total = passed_over = 0
        for path, fd, info in walk(b"/work", patterns):
            try:
                if info.st_nlink > 1:
                    continue
                if count >= files_max or total + info.st_size > bytes_max:
                    passed_over += 1
                    continue
                count += 1
                total += info.st_size
                head = channel.FILE + channel.FILE_HEAD.pack(info.st_size, stat.S_IMODE(info.st_mode))
                channel.send_bytes(self._control, head + path, [fd])
                if count % channel.FILES_AHEAD == 0:
                    self._control.recv(1)  # MORE, or nothing from a supervisor that is gone
            finally:
                os.close(fd)
        channel.send_bytes(self._control, channel.FILES_END + channel.FILES_END_BODY.pack(passed_over))


class _NotEnteredError(OSError):
    """The run's cgroup could not be entered: the host's fault, not the program's."""


def _copy(source: int, target: int, offset: int, size_bytes: int) -> None:
    """So many bytes from there, all when negative."""
    end = offset + size_bytes if size_bytes >= 0 else 1 << 62
    while offset < end and (sent := os.sendfile(target, source, offset, min(end - offset, 1 << 24))):
        offset += sent


def _write_all(fds: list[int]) -> None:
    for fd in fds:
        os.write(fd, _ENTER)


def _close(fd: int) -> None:
    with contextlib.suppress(OSError):
        os.close(fd)


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


def _state_of(mount: int) -> tuple[int, ...]:
    """Free blocks and inodes, and what else of the mount's root a program could leave a mark on.

    Mode and times are compared as well as the time of change, whose clock may tick seldom.
    """
    space = os.fstatvfs(mount)
    info = os.fstat(mount)
    times = (info.st_atime_ns, info.st_mtime_ns, info.st_ctime_ns)
    return (space.f_bfree, space.f_ffree, info.st_mode, info.st_gid, *times)


def _is_dead(pid: int) -> bool:
    """Whether a child has ended; it is not reaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_everyone() -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def _reap_everyone() -> None:
    """Kill and wait until this pid namespace holds nobody but us."""
    try:
        while True:
            # The dead and the living may be mixed: whoever is left once the dead are gone must be killed.
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                _kill_everyone()
                os.waitpid(-1, 0)
    except ChildProcessError:
        return
