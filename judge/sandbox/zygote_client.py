"""The slot's process's side of the zygote: starts it, asks it, ends it."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from judge.errors import InfrastructureError, SandboxError, sandbox_error
from judge.kernel.mounts import mount_points
from judge.kernel.seccomp import assemble
from judge.sandbox import channel
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.identity import HostIdentity, write_maps
from judge.sandbox.plan import REMEDIES
from judge.sandbox.policy import POLICIES
from judge.sandbox.protocol import (
    FILTER,
    AddPolicy,
    CallFailed,
    Done,
    JoinGroups,
    Mapped,
    Message,
    Ready,
    SetUpFailed,
    StageRoot,
    Unshared,
    ZygoteRequest,
)
from judge.sandbox.spec import Rootfs

#: A root, an interpreter in it and its environment.
StartedWith = tuple[Rootfs, str, tuple[tuple[str, str], ...]]

#: At most this many of them are remembered.
_STARTS_KNOWN_MAX = 64

_ANSWER_TIMEOUT_S = 30.0
_SEEN_MAX = 1000
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from judge.sandbox.inside.zygote import main; main({fd}, sys.argv[2])"
)


class ZygoteClient:
    """Starts the zygote of a slot, and starts it again. Not thread-safe: one slot, one thread."""

    def __init__(self, identity: HostIdentity, state_dir: Path, groups: SlotGroups) -> None:
        self._identity = identity
        self._state_dir = os.path.realpath(state_dir)
        self._groups = groups
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None  # None until started
        self._policies: set[str] = set()  # those that the running zygote knows, as the next
        self._roots: dict[Rootfs, str] = {}
        self._seen: dict[str, str] = {}  # a cache; at most _SEEN_MAX
        # Of templates, by what they were started with: the least CPU time that a start took.
        self._start_cpu_ns: dict[StartedWith, int] = {}
        #: And how often in a row one did not get ready.
        self.failed_starts: Counter[StartedWith] = Counter()
        #: Containers handed out so far, by Done.opened; its reader may set it back.
        self.containers: Counter[str] = Counter()

    def start(self) -> None:
        """Start it; none runs yet, or it was closed. Raises SandboxError naming the step; it is closed then."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_ANSWER_TIMEOUT_S)
        package_root = str(Path(__file__).resolve().parents[2])
        command = [sys.executable, "-I", "-S", "-c", _BOOT.format(fd=theirs.fileno()), package_root, self._state_dir]
        with theirs:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                cwd="/",
                env={"PATH": "/usr/bin:/bin"},
            )
        self._running = process, ours
        self._policies, self._roots = set(), {}
        try:
            self._expect(Unshared, "unshare user namespace")
            write_maps(process.pid, self._identity)
            channel.send(ours, Mapped(self._identity.inside.setup_uid))
            self._expect(Ready, "start zygote")
            self._groups.adopt(process.pid)
            idle_fds = self._groups.idle_fds
            self.ask("enter idle cgroup", JoinGroups(len(idle_fds)), [*idle_fds, *self._groups.slot_fds])
        except BaseException:
            self.close()
            raise

    @property
    def _process(self) -> subprocess.Popen[bytes]:
        return self._started[0]

    @property
    def _socket(self) -> socket.socket:
        return self._started[1]

    @property
    def _started(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        if self._running is None:
            raise InfrastructureError("the slot's zygote was not started")
        return self._running

    @property
    def pid(self) -> int:
        """The zygote's process id on the host."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """It runs and answers."""
        return self._process.poll() is None

    def _receive(self) -> tuple[Message, list[int]]:
        try:
            message, fds = self._receive_patiently()
        except OSError as error:
            self._process.kill()  # an answer that comes late would be taken for that to a later request
            self._process.wait()
            raise InfrastructureError(f"the slot's zygote does not answer: {error}") from error
        if message is None:
            self._process.wait()
            raise InfrastructureError("the slot's zygote died")
        return message, fds

    def _receive_patiently(self) -> tuple[Message | None, list[int]]:
        """While the slot stands frozen, launchers stand still and the zygote waits for them."""
        while True:
            try:
                return channel.receive(self._socket)
            except TimeoutError:
                if not self._groups.frozen:
                    raise

    def _expect(self, kind: type[Unshared | Ready], step: str) -> None:
        remedy = REMEDIES.get(step, "")
        try:
            answer, _ = self._receive()
        except InfrastructureError as error:
            raise SandboxError(step, detail=str(error), remedy=remedy) from error
        if isinstance(answer, CallFailed):
            raise sandbox_error(step, errno=answer.errno, detail=answer.detail, remedy=remedy)
        if not isinstance(answer, kind):
            raise SandboxError(step, detail=f"the zygote answers {type(answer).__name__}", remedy=remedy)

    def ask(self, step: str, request: ZygoteRequest, fds: Sequence[int] = ()) -> list[int]:
        """One request, one answer; returns the descriptors that came with it.

        Raises SandboxError (naming ``step``, or the container's own step that failed), InfrastructureError when the
        zygote is gone.
        """
        try:
            channel.send(self._socket, request, list(fds))
        except OSError as error:
            self.close()
            raise InfrastructureError(f"the slot's zygote is gone: {error}") from error
        answer, handed = self._receive()
        match answer:
            case Done(opened):
                if opened:
                    self.containers[opened] += 1
                return handed
            case SetUpFailed(index, code, name, detail):
                raise sandbox_error(name, index=index, errno=code, detail=detail, remedy=REMEDIES.get(name, ""))
            case CallFailed(code, detail):
                raise sandbox_error(step, errno=code, detail=detail, remedy=self._remedy(step, request, code))
        raise InfrastructureError(f"the slot's zygote answers {type(answer).__name__}")

    def _remedy(self, step: str, request: ZygoteRequest, code: int) -> str:
        if code == errno.EACCES:
            return f"the slots' uids must be able to enter {self._state_dir} (chmod o+x)"
        about_mounts = _about_mounts_below(request) if isinstance(request, StageRoot) and code == errno.EINVAL else ""
        return about_mounts or REMEDIES.get(step, "")

    def ensure_policy(self, name: str) -> None:
        """Let the zygote know a policy, once. Raises SandboxError, InfrastructureError."""
        if name in self._policies:
            return
        if name not in POLICIES:
            raise SandboxError(FILTER, detail=f"no policy named {name!r}")
        self.ask(FILTER, AddPolicy(name, assemble(POLICIES[name], os.uname().machine)))
        self._policies.add(name)

    def ensure_root(self, rootfs: Rootfs) -> str:
        """Have a root staged, once; returns its name in the zygote's stage. Raises as :meth:`ask`."""
        name = self._roots.get(rootfs)
        if name is None:
            name = f"r{len(self._roots)}"
            mounts = [
                ("" if m.target == "/" else m.target, [self.seen(path) for path in m.lowers]) for m in rootfs.mounts
            ]
            self.ask("mount overlay", StageRoot(name, mounts))
            self._roots[rootfs] = name
        return name

    def seen(self, path: str) -> str:
        """A host directory as the zygote reaches it: what is below the state directory, through its stage."""
        seen = self._seen.get(path)
        if seen is None:
            real = os.path.realpath(path)
            inside = os.path.relpath(real, self._state_dir)
            seen = real if inside.startswith("..") else f"state/{inside}"
            while len(self._seen) >= _SEEN_MAX:
                del self._seen[next(iter(self._seen))]
            self._seen[path] = seen
        return seen

    def usual_start_ns(self, started_with: StartedWith, cpu_ns: int) -> int:
        """A start with nothing in the caches takes longer than those that its copies are spared."""
        known = self._start_cpu_ns
        while len(known) >= _STARTS_KNOWN_MAX:
            del known[next(iter(known))]
        known[started_with] = min(cpu_ns, known.pop(started_with, cpu_ns))
        return known[started_with]

    def note_start(self, started_with: StartedWith, *, failed: bool) -> None:
        """Of a template: it got ready, or not."""
        if not failed:
            del self.failed_starts[started_with]
        else:
            if len(self.failed_starts) >= _STARTS_KNOWN_MAX:
                self.failed_starts.clear()
            self.failed_starts[started_with] += 1

    def close(self) -> None:
        """The zygote sees its socket close and goes, with all its containers; idempotent."""
        if self._running is None:
            return
        process, sock = self._running
        sock.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _about_mounts_below(request: StageRoot) -> str:
    """A user namespace may not take a directory apart from what is mounted below it; names that, if there is any."""
    lowers = {lower for _, names in request.mounts for lower in names if lower.startswith("/") and lower != "/"}
    below = [point for point in mount_points() if any(point.startswith(f"{lower}/") for lower in lowers)]
    if not below:
        return ""
    return (
        f"{', '.join(sorted(below)[:3])} is mounted below a directory that programs are to see, and cannot be taken "
        "apart from it: unmount it for the judge (its own mount namespace), or use layers (judge rootfs)"
    )
