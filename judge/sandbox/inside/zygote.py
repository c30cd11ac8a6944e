"""The zygote of a slot: a small process in the slot's own user namespace that clones containers.

It holds the namespaces' privileges and nothing else: as soon as the uid maps are written it is no longer any uid
that owns something outside. It mounts each root once; a container starts from a copy of its mount namespace. It
never touches a file that a program made: it only mounts fresh file systems over used ones. What it is asked and what
it answers: :mod:`judge.sandbox.protocol`.

Started as ``python -I -S``; imports the standard library's light modules only, since its memory is paid per slot.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
from collections.abc import Iterator

from judge.kernel import abi, libc
from judge.sandbox import channel, protocol
from judge.sandbox.inside.launcher import Launcher
from judge.sandbox.inside.roots import artifact_mount, stage_root
from judge.sandbox.inside.set_up import SIGNALS_TO_END, SetUp
from judge.sandbox.inside.template import become_template
from judge.sandbox.inside.user_namespace import be_the_first_victim, enter_user_namespace, reserve_low_descriptors
from judge.sandbox.protocol import (
    FILTER,
    AddPolicy,
    CallFailed,
    CloseContainer,
    Done,
    EndTemplate,
    JoinGroups,
    KillContainer,
    OpenContainer,
    Ready,
    RenewMounts,
    SetUpFailed,
    ShowArtifact,
    StageRoot,
    StartTemplate,
    Step,
)
from judge.sandbox.reports import Failure

#: CLONE_NEWCGROUP is no part of it: the namespace's root is where its maker stands, so the launcher moves first.
_CONTAINER = abi.CLONE_NEWPID | abi.CLONE_NEWNS | abi.CLONE_NEWNET | abi.CLONE_NEWIPC | abi.CLONE_NEWUTS
#: Pooled containers: one kind for compiling, one for running.
_POOL_MAX = 2
#: The next container is made when one has ended, or when nothing was asked for this long: not while a first run starts.
_SETTLED_MS = 20
_ARTIFACT = "/artifact"


class _Container:
    """A container as the zygote knows it; ``steps`` is the plan it was made by, which is its kind."""

    def __init__(self, steps: list[Step], pid: int, pidfd: int, control: socket.socket) -> None:
        self.steps = steps
        self.pid = pid
        self.pidfd = pidfd
        self.control = control  # to the launcher; handed out when the container is opened
        self.mount_fd = -1  # of its mount namespace, once the launcher has sent it
        self.template: tuple[int, int] | None = None  # pid and pidfd


class _SetUpFailedError(Exception):
    """A container could not be set up."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


class Zygote:
    """Answers the requests of the slot's process one after the other."""

    def __init__(self, control: socket.socket, stage_fd: int) -> None:
        self._control = control
        self._stage_fd = stage_fd
        self._own_mount_fd = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self._containers: dict[int, _Container] = {}  # those that are open, by number
        self._policies: dict[str, bytes] = {}
        self._idle_fds: list[int] = []  # of the cgroups that every launcher enters, see SetUp
        self._slot_fds: list[int] = []
        self._pool: list[_Container] = []  # made, not yet opened; at most one of a kind, the oldest first
        self._wanted: list[Step] = []  # the kind opened last, of which one more is to be pooled; empty = of none
        self._wait_ms = 0  # how long nothing must have been asked before that
        self._late: list[int] = []  # mount namespaces that closing takes apart: done after the answer

    def serve(self) -> None:
        """Until the slot's process is gone."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while True:
            if self._wanted and not (self._wait_ms and poll.poll(self._wait_ms)):
                self._fill_pool()
            request, fds = channel.receive(self._control)
            if request is None:
                os._exit(0)
            self._answer(request, fds)
            while self._late:
                os.close(self._late.pop())
            self._wait_ms = 0 if isinstance(request, CloseContainer) else _SETTLED_MS

    def _answer(self, request: protocol.Message, fds: list[int]) -> None:
        handed: list[int] = []
        try:
            opened, handed = self._carry_out(request, fds)
            channel.send(self._control, Done(opened), handed)
        except _SetUpFailedError as error:
            channel.send(self._control, SetUpFailed(*error.failure))
        except OSError as error:
            channel.send(self._control, CallFailed(error.errno or 0, str(error)))
        finally:
            for fd in (*fds, *handed):
                os.close(fd)

    def _carry_out(self, request: protocol.Message, fds: list[int]) -> tuple[str, list[int]]:
        """Returns Done.opened, and descriptors to hand out and close. Raises OSError, _SetUpFailedError."""
        match request:
            case OpenContainer():
                return self._open(request)
            case CloseContainer():
                self._close(request.number)
            case RenewMounts():
                self._renew(request)
            case ShowArtifact():
                self._show(request)
            case StartTemplate():
                return "", self._start_template(request, fds)
            case EndTemplate():
                _end_template(self._containers[request.number])
            case KillContainer():
                self._kill(request.number)
            case StageRoot():
                while self._pool:
                    _end(self._pool.pop())  # their mount namespaces are copies from before
                stage_root(request.name, request.mounts)
            case AddPolicy():
                self._policies[request.name] = request.program
            case JoinGroups():
                kept = [os.dup(fd) for fd in fds]
                self._idle_fds, self._slot_fds = kept[: request.idle_groups], kept[request.idle_groups :]
        return "", []

    # -- opening ----------------------------------------------------------------------------------------------

    def _open(self, request: OpenContainer) -> tuple[str, list[int]]:
        """Hand out a container of this kind, a pooled one if there is one."""
        pooled = next((container for container in self._pool if container.steps == request.steps), None)
        handed: list[int] = []
        if pooled is not None:
            self._pool.remove(pooled)
            with contextlib.suppress(_SetUpFailedError):  # perhaps the host was short of something then
                handed = self._hand_out(request, pooled)
        opened = protocol.POOLED if handed else protocol.ON_DEMAND
        handed = handed or self._hand_out(request, self._clone(request.steps))
        self._wanted = request.steps
        return opened, handed

    def _hand_out(self, request: OpenContainer, container: _Container) -> list[int]:
        listener_fd = -1
        try:
            listener_fd = _await_ready(container.control, container)
            if request.artifact:
                self._mount_artifact(container, request.artifact)
        except _SetUpFailedError:
            _end(container)
            if listener_fd >= 0:
                os.close(listener_fd)
            raise
        self._containers[request.number] = container
        return [container.control.detach(), listener_fd]

    def _mount_artifact(self, container: _Container, lowers: list[str]) -> None:
        """Made here, where its lower directories can be named, and then carried into the container."""
        try:
            self._carry_artifact(container, lowers)
        except OSError as error:
            raise _SetUpFailedError(Failure(-1, error.errno or 0, "mount artifact", str(error))) from error

    def _carry_artifact(self, container: _Container, lowers: list[str], *, hide: bool = False) -> None:
        fd = artifact_mount(lowers) if lowers else -1
        try:
            with self._inside(container):
                if hide:
                    libc.umount2(_ARTIFACT, abi.MNT_DETACH)
                if lowers:
                    libc.attach_mount(fd, _ARTIFACT)
        finally:
            if fd >= 0:
                os.close(fd)

    @contextlib.contextmanager
    def _inside(self, container: _Container) -> Iterator[None]:
        """In the container's mount namespace, with its root."""
        libc.setns(container.mount_fd, abi.CLONE_NEWNS)
        try:
            yield
        finally:
            libc.setns(self._own_mount_fd, abi.CLONE_NEWNS)
            os.fchdir(self._stage_fd)

    def _clone(self, steps: list[Step]) -> _Container:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid, pidfd = _children.clone(_CONTAINER)
        if pid == 0:
            try:
                set_up = SetUp(theirs, self._idle_fds, self._slot_fds)
                set_up.carry_out(self._with_policy(steps))
                Launcher(set_up).serve()
            finally:
                os._exit(1)  # whatever happened, a launcher never goes on as a zygote
        theirs.close()
        return _Container(steps, pid, pidfd, ours)

    def _with_policy(self, steps: list[Step]) -> list[Step]:
        return [(FILTER, self._policies[str(step[1])]) if step[0] == FILTER else step for step in steps]

    def _start_template(self, request: StartTemplate, fds: list[int]) -> list[int]:
        container = self._containers[request.number]
        _end_template(container)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid, pidfd = _children.clone(0)
        if pid == 0:
            try:
                set_up = SetUp(theirs, self._idle_fds, self._slot_fds, (container.mount_fd, *fds))
                become_template(set_up, request, self._with_policy(request.steps))
            finally:
                os._exit(1)
        theirs.close()
        container.template = (pid, pidfd)
        try:
            listener_fd = _await_ready(ours, container)
        except _SetUpFailedError:
            ours.close()
            _end_template(container)
            raise
        return [ours.detach(), listener_fd]

    def _fill_pool(self) -> None:
        """Make one more container of the kind wanted last. Failing is no failure: then it is made on demand."""
        wanted, self._wanted = self._wanted, []
        if any(container.steps == wanted for container in self._pool):
            return
        while len(self._pool) >= _POOL_MAX:
            _end(self._pool.pop(0))
        with contextlib.suppress(OSError):
            self._pool.append(self._clone(wanted))

    # -- open containers --------------------------------------------------------------------------------------

    def _renew(self, request: RenewMounts) -> None:
        with self._inside(self._containers[request.number]):
            for source, target, kind, flags, data in request.mounts:
                libc.umount2(target, abi.MNT_DETACH)
                libc.mount(source, target, kind, flags, data)

    def _show(self, request: ShowArtifact) -> None:
        self._carry_artifact(self._containers[request.number], request.artifact, hide=request.hide)

    def _close(self, number: int) -> None:
        container = self._containers.pop(number, None)
        if container is None:
            return
        if container.mount_fd >= 0:
            self._late.append(container.mount_fd)
            container.mount_fd = -1
        _end(container)

    def _kill(self, number: int) -> None:
        container = self._containers.get(number)
        if container is not None:
            signal.pidfd_send_signal(container.pidfd, signal.SIGKILL)


def _await_ready(control: socket.socket, container: _Container) -> int:
    """Until the launcher, or the template, is behind all walls; returns its listener. Raises _SetUpFailedError with its
    report."""
    while True:
        report, fds = channel.receive_bytes(control)
        kind = report[:1]
        if kind == protocol.MOUNTS:
            container.mount_fd = fds[0]
        elif kind == protocol.READY:
            return fds[0]
        elif kind == protocol.FAILED:
            raise _SetUpFailedError(Failure.unpack(report[1:]))
        else:
            raise _SetUpFailedError(Failure(-1, 0, "set up container", "its first process died without a report"))


class _Children:
    """The processes that the zygote has cloned and not yet reaped."""

    def __init__(self) -> None:
        self._living: set[int] = set()

    def clone(self, flags: int) -> tuple[int, int]:
        """As :func:`judge.kernel.libc.clone3`."""
        pid, pidfd = libc.clone3(flags, signal.SIGCHLD)
        if pid:
            self._living.add(pid)
        return pid, pidfd

    def end(self, pid: int, pidfd: int) -> None:
        """Kill one, wait until it is gone and close its descriptor.

        What a template leaves is left to the zygote, and has to be reaped on the way: until then the first process of
        its container cannot end.
        """
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        while pid in self._living:
            self._living.discard(os.waitpid(-1, 0)[0])
        os.close(pidfd)


_children = _Children()


def _end_template(container: _Container) -> None:
    if container.template is not None:
        _children.end(*container.template)
        container.template = None


def _end(container: _Container) -> None:
    """Kill a container's first process, and with it the rest; returns when all are gone."""
    _end_template(container)
    _children.end(container.pid, container.pidfd)
    container.control.close()
    if container.mount_fd >= 0:
        os.close(container.mount_fd)


def main(control_fd: int, state_dir: str) -> None:
    """Entry point in the new interpreter."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            with contextlib.suppress(OSError, ValueError):  # some the C library keeps for itself
                signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # Ctrl-C, or an order to end that a whole process group gets, is for the slot's process to answer.
    for number in SIGNALS_TO_END:
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=reserve_low_descriptors(control_fd))
    try:
        be_the_first_victim()
        libc.prctl(abi.PR_SET_CHILD_SUBREAPER, 1)  # of what a template leaves
        stage_fd = enter_user_namespace(control, state_dir)
    except OSError as error:
        channel.send(control, CallFailed(error.errno or 0, str(error)))
        os._exit(1)
    gc.disable()
    gc.freeze()
    channel.send(control, Ready())
    Zygote(control, stage_fd).serve()
