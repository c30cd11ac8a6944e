"""The keeper of a slot: a small process in the slot's own user namespace that clones containers.

It holds the namespaces' privileges and nothing else: as soon as the uid maps are written it is no longer any uid
that owns something outside. It mounts each root once; a container starts from a copy of its mount namespace. It
never touches a file that a program made: it only mounts fresh file systems over used ones.

Started as ``python -I -S``; imports the standard library's light modules only, since its memory is paid per slot.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from typing import Any

from judge.kernel import abi, libc
from judge.sandbox import channel
from judge.sandbox.inside.launcher import FIRST_OWN_FD, FOR_THE_SUPERVISOR, Launcher
from judge.sandbox.plan import FILTER

#: CLONE_NEWCGROUP is no part of it: the namespace's root is where its maker stands, so the launcher goes home first.
_CONTAINER = abi.CLONE_NEWPID | abi.CLONE_NEWNS | abi.CLONE_NEWNET | abi.CLONE_NEWIPC | abi.CLONE_NEWUTS
#: Containers had ahead: one kind for compiling, one for running.
_SPARES_MAX = 2
#: The next container is made when one has ended, or when nothing was asked for so long: not while a first run starts.
_QUIET_MS = 20
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


class _Box:
    """A container as the zygote knows it; ``steps`` is the plan it was made by, which tells its kind."""

    def __init__(self, steps: list[Any], pid: int, pidfd: int, control: socket.socket) -> None:
        self.steps = steps
        self.pid = pid
        self.pidfd = pidfd
        self.control = control
        self.mount_fd = -1


class _SetUpFailedError(Exception):
    """A launcher reported a step; the report goes to the supervisor as it is."""

    def __init__(self, report: bytes) -> None:
        super().__init__()
        self.report = report


class Zygote:
    """Answers the supervisor's requests one after the other."""

    def __init__(self, control: socket.socket, stage_fd: int) -> None:
        self._control = control
        self._stage_fd = stage_fd
        self._own_mount_fd = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self._boxes: dict[int, _Box] = {}
        self._programs: dict[str, bytes] = {}
        self._home: list[int] = []
        self._slot: list[int] = []
        self._spares: list[_Box] = []
        self._wanted: list[Any] = []
        self._patience_ms = 0
        self._late: list[int] = []  # mount namespaces whose last user is gone: taking them apart need not be waited for
        self._how = ""  # the last answer's container: "ahead" or "made", empty when it opened none

    def serve(self) -> None:
        """Until the supervisor is gone."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            if self._wanted and not (self._patience_ms and poll.poll(self._patience_ms)):
                self._prepare_spare()
            request, fds = channel.receive(self._control)
            if request is None:
                os._exit(0)
            self._answer(request, fds)
            while self._late:
                os.close(self._late.pop())
            self._patience_ms = 0 if request[0] == "close" else _QUIET_MS

    def _answer(self, request: tuple[Any, ...], fds: list[int]) -> None:
        handed: list[int] = []
        self._how = ""
        try:
            handed = getattr(self, f"_do_{request[0]}")(*request[1:], fds) or []
            channel.send(self._control, ("ok", self._how), handed)
        except _SetUpFailedError as failure:
            channel.send(self._control, ("failed", failure.report))
        except OSError as error:
            channel.send(self._control, ("error", error.errno or 0, str(error)))
        finally:
            for fd in (*fds, *handed):
                os.close(fd)

    def _do_doors(self, homes: int, fds: list[int]) -> None:
        """The cgroups that every launcher enters."""
        kept = [os.dup(fd) for fd in fds]
        self._home, self._slot = kept[:homes], kept[homes:]

    def _do_policy(self, name: str, program: bytes, fds: list[int]) -> None:
        self._programs[name] = program

    def _do_rootfs(self, name: str, mounts: list[tuple[str, list[str]]], fds: list[int]) -> None:
        """Stage a root: ``mounts`` are (target, lower directories topmost first)."""
        while self._spares:
            _end(self._spares.pop())  # their mount namespaces are copies from before
        os.mkdir(name)
        flags = abi.MS_RDONLY | abi.MS_NOSUID | abi.MS_NODEV
        try:
            for target, lowers in mounts:
                with _named(lowers) as names:
                    libc.mount("root", f"{name}{target}", "overlay", flags, f"lowerdir={names}")
            _make_devices(f"{name}/dev")
        except OSError:
            with contextlib.suppress(OSError):
                libc.umount2(name, abi.MNT_DETACH)
            os.rmdir(name)
            raise

    def _do_open(self, number: int, steps: list[Any], artifact: list[str], fds: list[int]) -> list[int]:
        """Hand out a container of this kind, one had ahead if there is one: its control socket and its listener."""
        spare = next((box for box in self._spares if box.steps == steps), None)
        handed: list[int] = []
        if spare is not None:
            self._spares.remove(spare)
            with contextlib.suppress(_SetUpFailedError):  # perhaps the host was short of something then
                handed = self._hand_out(number, spare, artifact)
        self._how = "ahead" if handed else "made"
        handed = handed or self._hand_out(number, self._clone(steps), artifact)
        self._wanted = steps
        return handed

    def _hand_out(self, number: int, box: _Box, artifact: list[str]) -> list[int]:
        listener = -1
        try:
            listener = _await_ready(box)
            if artifact:
                self._mount_artifact(box, artifact)
        except _SetUpFailedError:
            _end(box)
            if listener >= 0:
                os.close(listener)
            raise
        self._boxes[number] = box
        return [box.control.detach(), listener]

    def _mount_artifact(self, box: _Box, lowers: list[str]) -> None:
        """Made here, where its lower directories can be named, and then carried into the container."""
        attributes = abi.MOUNT_ATTR_RDONLY | abi.MOUNT_ATTR_NOSUID | abi.MOUNT_ATTR_NODEV
        fd = -1
        try:
            with _named(lowers) as names:
                fd = libc.detached_mount("overlay", {"source": "artifact", "lowerdir": names}, attributes)
            with self._inside(box):
                libc.attach_mount(fd, "/artifact")
        except OSError as error:
            head = channel.FAILED + channel.FAILURE.pack(-1, error.errno or 0)
            raise _SetUpFailedError(head + f"mount artifact\0{error}".encode()) from error
        finally:
            if fd >= 0:
                os.close(fd)

    @contextlib.contextmanager
    def _inside(self, box: _Box) -> Iterator[None]:
        """In the container's mount namespace, with its root."""
        libc.setns(box.mount_fd, abi.CLONE_NEWNS)
        try:
            yield
        finally:
            libc.setns(self._own_mount_fd, abi.CLONE_NEWNS)
            os.fchdir(self._stage_fd)

    def _clone(self, steps: list[Any]) -> _Box:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid, pidfd = libc.clone3(_CONTAINER, signal.SIGCHLD)
        if pid == 0:
            try:
                launcher = Launcher(theirs, self._home, self._slot)
                programs = self._programs
                launcher.set_up([(FILTER, programs[step[1]]) if step[0] == FILTER else step for step in steps])
                launcher.serve()
            finally:
                os._exit(1)  # whatever happened, a launcher never goes on as a zygote
        theirs.close()
        return _Box(steps, pid, pidfd, ours)

    def _prepare_spare(self) -> None:
        """Have the next container ahead, of the kind wanted last. Failing is no failure: then it is made on demand."""
        wanted, self._wanted = self._wanted, []
        if any(box.steps == wanted for box in self._spares):
            return
        while len(self._spares) >= _SPARES_MAX:
            _end(self._spares.pop(0))
        with contextlib.suppress(OSError):
            self._spares.append(self._clone(wanted))

    def _do_renew(self, number: int, mounts: list[tuple[Any, ...]], fds: list[int]) -> None:
        """Lay fresh file systems over used ones."""
        with self._inside(self._boxes[number]):
            for source, target, kind, flags, data in mounts:
                libc.umount2(target, abi.MNT_DETACH)
                libc.mount(source, target, kind, flags, data)

    def _do_close(self, number: int, fds: list[int]) -> None:
        """End a container with everything in it; returns when it is gone."""
        box = self._boxes.pop(number, None)
        if box is None:
            return
        if box.mount_fd >= 0:
            self._late.append(box.mount_fd)
            box.mount_fd = -1
        _end(box)

    def _do_kill(self, number: int, fds: list[int]) -> None:
        """End a container whose launcher does not answer; it still must be closed."""
        box = self._boxes.get(number)
        if box is not None:
            signal.pidfd_send_signal(box.pidfd, signal.SIGKILL)


def _await_ready(box: _Box) -> int:
    """Until the launcher is behind all walls; returns its listener. Raises _SetUpFailedError with its report."""
    while True:
        message, fds = channel.receive_bytes(box.control)
        if message[:1] == channel.MOUNTS:
            box.mount_fd = fds[0]
        elif message[:1] == channel.READY:
            return fds[0]
        else:
            raise _SetUpFailedError(message)


@contextlib.contextmanager
def _named(paths: list[str]) -> Iterator[str]:
    """An overlay's list of directories, by descriptor: the kernel shows programs the option string as it was given."""
    fds = [os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC) for path in paths]
    try:
        yield ":".join(f"/proc/self/fd/{fd}" for fd in fds)
    finally:
        for fd in fds:
            os.close(fd)


def _end(box: _Box) -> None:
    """Kill a container's first process, and with it the rest; returns when all are gone."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(box.pidfd, signal.SIGKILL)
    os.waitpid(box.pid, 0)
    os.close(box.pidfd)
    box.control.close()
    if box.mount_fd >= 0:
        os.close(box.mount_fd)


def _make_devices(directory: str) -> None:
    """A /dev of six harmless devices, bound from the host's, and the customary links; read-only."""
    flags = abi.MS_NOSUID | abi.MS_NOEXEC
    libc.mount(
        "dev",
        directory,
        "tmpfs",
        flags,
        "mode=755,size=64k,nr_inodes=32,uid=0,gid=0" if _has_root() else "mode=755,size=64k,nr_inodes=32",
    )
    for name in _DEVICES:
        os.close(os.open(f"{directory}/{name}", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666))
        libc.mount(f"/dev/{name}", f"{directory}/{name}", "", abi.MS_BIND)
        # Read-only stops nobody from writing to a device, but from leaving a mark on the host's inode (utime).
        libc.mount("", f"{directory}/{name}", "", abi.MS_REMOUNT | abi.MS_BIND | abi.MS_RDONLY | flags)
    for name, target in (("fd", "self/fd"), ("stdin", "self/fd/0"), ("stdout", "self/fd/1"), ("stderr", "self/fd/2")):
        os.symlink(f"/proc/{target}", f"{directory}/{name}")
    os.symlink("pts/ptmx", f"{directory}/ptmx")
    for name in ("pts", "shm"):
        os.mkdir(f"{directory}/{name}", 0o755)
    libc.mount("", directory, "", abi.MS_REMOUNT | abi.MS_RDONLY | flags)


def _has_root() -> bool:
    return os.getuid() == 0


def _enter_user_namespace(control: socket.socket, state_dir: str) -> int:
    """New user and mount (and time) namespaces; the supervisor writes the maps meanwhile. Returns the stage."""
    if os.geteuid() == 0:
        os.setgroups([])  # inside it is denied
    libc.unshare(abi.CLONE_NEWUSER | abi.CLONE_NEWNS)
    channel.send(control, ("unshared",))
    message, _ = channel.receive(control)
    if message is None:
        os._exit(0)
    _, setup_uid = message
    libc.mount("", "/", "", abi.MS_REC | abi.MS_PRIVATE)
    state_fd = os.open(state_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    libc.mount(
        "stage", f"{state_dir}/stage", "tmpfs", abi.MS_NOSUID, f"mode=755,size=1m,uid={setup_uid},gid={setup_uid}"
    )
    os.chdir(f"{state_dir}/stage")
    _start_clocks_at_zero()  # before the uid changes: /proc/self is not ours any more afterwards
    if setup_uid == 0:
        if os.getgroups():  # a plain user's: with subordinate ids they can be left behind, and so are
            os.setgroups([])
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
    os.mkdir("state")
    # The way to the state directory may lead through places that only its owner may enter.
    libc.mount(f"/proc/self/fd/{state_fd}", "state", "", abi.MS_BIND)
    os.close(state_fd)
    # Containers are clones: what is dropped here they never have.
    libc.drop_bounding_set()
    libc.prctl(abi.PR_SET_SECUREBITS, abi.SECBIT_LOCKED_DOWN)
    return os.open(".", os.O_PATH | os.O_CLOEXEC)


def _start_clocks_at_zero() -> None:
    """A time namespace for the containers: their monotonic clocks tell nothing of the host's uptime."""
    try:
        libc.unshare(abi.CLONE_NEWTIME)
    except OSError:
        return  # before Linux 5.6
    offsets = []
    for name, clock in (("monotonic", time.CLOCK_MONOTONIC), ("boottime", time.CLOCK_BOOTTIME)):
        offsets.append(f"{name} -{int(time.clock_gettime(clock))} 0")
    with open("/proc/self/timens_offsets", "w") as file:
        file.write("\n".join(offsets))


def _reserve_low_descriptors(control_fd: int) -> int:
    """Programs get the numbers below FIRST_OWN_FD, so nothing of ours may ever have one of them."""
    moved = fcntl.fcntl(control_fd, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN_FD)
    null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    for fd in range(FIRST_OWN_FD):
        if fd != null:
            os.dup2(null, fd, inheritable=False)
    if null >= FIRST_OWN_FD:
        os.close(null)
    return moved


def _be_the_first_victim() -> None:
    """Whatever the service's own standing: when the host itself runs out of memory, programs go first."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def main(control_fd: int, state_dir: str) -> None:
    """Entry point in the new interpreter."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            with contextlib.suppress(OSError, ValueError):  # some the C library keeps for itself
                signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # Ctrl-C, or an order to end that a whole process group gets, is for our supervisor to answer.
    for number in FOR_THE_SUPERVISOR:
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=_reserve_low_descriptors(control_fd))
    try:
        _be_the_first_victim()
        stage_fd = _enter_user_namespace(control, state_dir)
    except OSError as error:
        channel.send(control, ("error", error.errno or 0, str(error)))
        os._exit(1)
    gc.disable()
    gc.freeze()
    channel.send(control, ("ready",))
    Zygote(control, stage_fd).serve()
