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
import signal
import socket
import time
from typing import Any

from judge.kernel import abi, libc
from judge.sandbox import channel
from judge.sandbox.launcher import FIRST_OWN_FD, Launcher, mount_overlay
from judge.sandbox.plan import FILTER, PROC

#: CLONE_NEWCGROUP is no part of it: the namespace's root is where its maker stands, so the launcher goes home first.
_CONTAINER = abi.CLONE_NEWPID | abi.CLONE_NEWNS | abi.CLONE_NEWNET | abi.CLONE_NEWIPC | abi.CLONE_NEWUTS
_DEVICES = ("null", "zero", "full", "random", "urandom")


class _Box:
    """A container as the zygote knows it; ``prelude`` are the steps that its launcher did before it had orders."""

    def __init__(self, prelude: list[Any], pid: int, pidfd: int, messages: socket.socket) -> None:
        self.prelude = prelude
        self.pid = pid
        self.pidfd = pidfd
        self.messages = messages
        self.mount_fd = -1


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
        self._spare: _Box | None = None
        self._wanted: list[Any] = []

    def serve(self) -> None:
        """Until the supervisor is gone."""
        while True:
            request, fds = channel.receive(self._control)
            if request is None:
                os._exit(0)
            try:
                answer = getattr(self, f"_do_{request[0]}")(*request[1:], fds)
                channel.send(self._control, ("ok", answer))
            except OSError as error:
                channel.send(self._control, ("error", error.errno or 0, str(error)))
            finally:
                for fd in fds:
                    os.close(fd)
            self._prepare_spare()

    def _do_doors(self, homes: int, fds: list[int]) -> None:
        """The cgroups that every launcher enters."""
        kept = [os.dup(fd) for fd in fds]
        self._home, self._slot = kept[:homes], kept[homes:]

    def _do_policy(self, name: str, program: bytes, fds: list[int]) -> None:
        self._programs[name] = program

    def _do_rootfs(self, name: str, mounts: list[tuple[str, list[str]]], fds: list[int]) -> None:
        """Stage a root: ``mounts`` are (target, lower directories topmost first)."""
        self._discard_spare()  # its mount namespace is a copy from before
        os.mkdir(name)
        for target, lowers in mounts:
            mount_overlay("root", f"{name}{target}", lowers)
        _make_devices(f"{name}/dev")

    def _do_open(self, number: int, prelude: list[Any], rest: list[tuple[Any, ...]], fds: list[int]) -> None:
        """Give a container its orders. ``fds``: the launcher's control socket. The one ahead serves if it fits."""
        if self._spare is None or self._spare.prelude != prelude:
            self._discard_spare()
            self._spare = self._clone(prelude)
        box, self._spare = self._spare, None
        self._wanted = prelude
        self._boxes[number] = box
        orders = tuple((*step[:-1], self._programs[step[-1]]) if step[0] == FILTER else step for step in rest)
        channel.send(box.messages, orders, fds)

    def _clone(self, prelude: list[Any]) -> _Box:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid, pidfd = libc.clone3(_CONTAINER, signal.SIGCHLD)
        if pid == 0:
            ours.close()
            launcher = Launcher(theirs, self._home, self._slot)
            launcher.prepare(prelude)
            launcher.serve()
        theirs.close()
        return _Box(prelude, pid, pidfd, ours)

    def _prepare_spare(self) -> None:
        """Have the next container ahead, once the kind that is wanted is known. Failing is no failure yet."""
        if self._spare is None and self._wanted:
            with contextlib.suppress(OSError):
                self._spare = self._clone(self._wanted)

    def _discard_spare(self) -> None:
        spare, self._spare = self._spare, None
        if spare is not None:
            _end(spare)

    def _do_renew(self, number: int, mounts: list[tuple[Any, ...]], fds: list[int]) -> None:
        """Lay fresh file systems over used ones, in the container's own mount namespace."""
        box = self._boxes[number]
        if box.mount_fd < 0:
            _, received = channel.receive_bytes(box.messages)
            box.mount_fd = received[0]
        libc.setns(box.mount_fd, abi.CLONE_NEWNS)
        try:
            for source, target, kind, flags, data in mounts:
                libc.umount2(target, abi.MNT_DETACH)
                libc.mount(source, target, kind, flags, data)
        finally:
            libc.setns(self._own_mount_fd, abi.CLONE_NEWNS)
            os.fchdir(self._stage_fd)

    def _do_close(self, number: int, fds: list[int]) -> None:
        """End a container with everything in it; returns when it is gone."""
        box = self._boxes.pop(number, None)
        if box is None:
            return
        _end(box)

    def _do_kill(self, number: int, fds: list[int]) -> None:
        """End a container whose launcher does not answer; it still must be closed."""
        box = self._boxes.get(number)
        if box is not None:
            signal.pidfd_send_signal(box.pidfd, signal.SIGKILL)


def _end(box: _Box) -> None:
    """Kill a container's first process, and with it the rest; returns when all are gone."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(box.pidfd, signal.SIGKILL)
    os.waitpid(box.pid, 0)
    os.close(box.pidfd)
    box.messages.close()
    if box.mount_fd >= 0:
        os.close(box.mount_fd)


def _make_devices(directory: str) -> None:
    """A /dev of five harmless devices, bound from the host's, and the customary links; read-only."""
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
    os.mkdir(f"{directory}/shm", 0o755)
    libc.mount("", directory, "", abi.MS_REMOUNT | abi.MS_RDONLY | flags)


def _has_root() -> bool:
    return os.getuid() == 0


def _enter_user_namespace(control: socket.socket, state_dir: str) -> int:
    """New user and mount (and time) namespaces; the supervisor writes the maps meanwhile. Returns the stage."""
    libc.unshare(abi.CLONE_NEWUSER | abi.CLONE_NEWNS)
    channel.send(control, ("unshared",))
    message, _ = channel.receive(control)
    if message is None:
        os._exit(0)
    _, keeper = message
    libc.mount("", "/", "", abi.MS_REC | abi.MS_PRIVATE)
    state_fd = os.open(state_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    libc.mount("stage", f"{state_dir}/stage", "tmpfs", abi.MS_NOSUID, f"mode=755,size=1m,uid={keeper},gid={keeper}")
    os.chdir(f"{state_dir}/stage")
    _start_clocks_at_zero()  # before the uid changes: /proc/self is not ours any more afterwards
    if keeper == 0:
        os.setgroups([])
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
    for name in ("state", PROC):
        os.mkdir(name)
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


def main(control_fd: int, state_dir: str) -> None:
    """Entry point in the new interpreter."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            with contextlib.suppress(OSError, ValueError):  # some the C library keeps for itself
                signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # A terminal's Ctrl-C is for the supervisor to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=_reserve_low_descriptors(control_fd))
    try:
        stage_fd = _enter_user_namespace(control, state_dir)
    except OSError as error:
        channel.send(control, ("error", error.errno or 0, str(error)))
        os._exit(1)
    gc.disable()
    gc.freeze()
    channel.send(control, ("ready",))
    Zygote(control, stage_fd).serve()
