"""The supervisor's side of the zygote: starts it, asks it, ends it."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from judge.errors import InfrastructureError, SandboxError, sandbox_error
from judge.kernel.mounts import mount_points
from judge.kernel.seccomp import assemble
from judge.sandbox import channel
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.identity import HostIdentity, write_maps
from judge.sandbox.plan import REMEDIES
from judge.sandbox.policy import POLICIES
from judge.sandbox.spec import Rootfs

_ANSWER_TIMEOUT_S = 30.0
_SEEN_MAX = 1000
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from judge.sandbox.inside.zygote import main; main({fd}, sys.argv[2])"
)


class ZygoteClient:
    """A running zygote. Not thread-safe: one slot, one thread."""

    def __init__(self, identity: HostIdentity, state_dir: Path, groups: SlotGroups) -> None:
        """Start it. Raises SandboxError naming the step."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_ANSWER_TIMEOUT_S)
        self._socket = ours
        self._groups = groups
        package_root = str(Path(__file__).resolve().parents[2])
        command = [sys.executable, "-I", "-S", "-c", _BOOT.format(fd=theirs.fileno()), package_root, str(state_dir)]
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                cwd="/",
                env={"PATH": "/usr/bin:/bin"},
            )
        self._state_dir = os.path.realpath(state_dir)
        self._policies: set[str] = set()
        self._roots: dict[Rootfs, str] = {}
        self._seen: dict[str, str] = {}
        #: Containers handed out so far: those had "ahead", those "made" on demand.
        self.containers: Counter[str] = Counter()
        try:
            self._expect("unshared", "unshare user namespace")
            write_maps(self._process.pid, identity)
            channel.send(self._socket, ("mapped", identity.inside.setup_uid))
            self._expect("ready", "start zygote")
            groups.adopt(self._process.pid)
            homes = groups.idle_fds
            self.ask("enter home cgroup", "doors", len(homes), fds=[*homes, *groups.slot_fds])
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The zygote's process id on the host."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """It runs and answers."""
        return self._process.poll() is None

    def _receive(self) -> tuple[tuple[Any, ...], list[int]]:
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

    def _receive_patiently(self) -> tuple[Any, list[int]]:
        """While the slot stands frozen, launchers stand still and the zygote waits for them."""
        while True:
            try:
                return channel.receive(self._socket)
            except TimeoutError:
                if not self._groups.frozen:
                    raise

    def _expect(self, word: str, step: str) -> None:
        try:
            answer, _ = self._receive()
        except InfrastructureError as error:
            raise SandboxError(step, detail=str(error), remedy=REMEDIES.get(step, "")) from error
        if answer[0] != word:
            raise sandbox_error(step, errno=answer[1], detail=answer[2], remedy=REMEDIES.get(step, ""))

    def ask(self, step: str, *request: Any, fds: Sequence[int] = ()) -> list[int]:
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
        if answer[0] == "failed":
            raise _reported(answer[1])
        if answer[0] != "ok":
            remedy = f"the slots' uids must be able to enter {self._state_dir} (chmod o+x)"
            if answer[1] != errno.EACCES:
                remedy = REMEDIES.get(step, "")
            if step == "mount overlay" and answer[1] == errno.EINVAL:
                remedy = _about_mounts_below(request) or remedy
            raise sandbox_error(step, errno=answer[1], detail=answer[2], remedy=remedy)
        if answer[1]:
            self.containers[answer[1]] += 1
        return handed

    def ensure_policy(self, name: str) -> None:
        """Let the zygote know a policy, once."""
        if name in self._policies:
            return
        if name not in POLICIES:
            raise SandboxError("install seccomp filter", detail=f"no policy named {name!r}")
        self.ask("install seccomp filter", "policy", name, assemble(POLICIES[name], os.uname().machine))
        self._policies.add(name)

    def ensure_root(self, rootfs: Rootfs) -> str:
        """Have a root staged, once; returns its name in the zygote's stage."""
        name = self._roots.get(rootfs)
        if name is None:
            name = f"r{len(self._roots)}"
            mounts = [
                ("" if m.target == "/" else m.target, [self.seen(path) for path in m.lowers]) for m in rootfs.mounts
            ]
            self.ask("mount overlay", "rootfs", name, mounts)
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

    def close(self) -> None:
        """The zygote sees its socket close and goes, with all its containers; idempotent."""
        self._socket.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _about_mounts_below(request: Sequence[Any]) -> str:
    """A user namespace may not take a directory apart from what is mounted below it; names that, if there is any."""
    lowers = {lower for _, names in request[2] for lower in names if lower.startswith("/") and lower != "/"}
    below = [point for point in mount_points() if any(point.startswith(f"{lower}/") for lower in lowers)]
    if not below:
        return ""
    return (
        f"{', '.join(sorted(below)[:3])} is mounted below a directory that programs are to see, and cannot be taken "
        "apart from it: unmount it for the judge (its own mount namespace), or use layers (judge rootfs)"
    )


def _reported(report: bytes) -> SandboxError:
    """A launcher's own words about the step that failed."""
    if report[:1] != channel.FAILED:
        return SandboxError("set up container", detail="its first process died without a word")
    index, code = channel.FAILURE.unpack_from(report, 1)
    name, _, detail = report[1 + channel.FAILURE.size :].decode("utf-8", "replace").partition("\0")
    return sandbox_error(name, index=index, errno=code, detail=detail, remedy=REMEDIES.get(name, ""))
