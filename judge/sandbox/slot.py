"""A reserved place to run: the public face of the sandbox.

::

    with Slot.open(SlotConfig(index=0, state_dir=...)) as slot:
        with slot.container(ContainerSpec(rootfs=rootfs, artifact=path)) as box:
            done = box.run(RunSpec(argv=("/artifact/prog",), limits=limits), stdin=fd)
            done.result.outcome, done.stdout.read()

A slot belongs to one thread, but for :meth:`Slot.cancel`, :meth:`Slot.freeze` and :meth:`Slot.thaw`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from judge import defaults
from judge.errors import sandbox_error
from judge.sandbox.cgroups.hierarchy import CgroupHost, find_host
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.container import Container, Interaction
from judge.sandbox.identity import HostIdentity, claim_number, identity_of
from judge.sandbox.run_io import Streams
from judge.sandbox.spec import ContainerSpec
from judge.sandbox.zygote_client import ZygoteClient
from judge.state_dir import StateDir

__all__ = ["Container", "Interaction", "Slot", "SlotConfig"]


#: For :attr:`SlotConfig.cpu`: a core of its own while the slots of this host do not outnumber the cores.
CPU_BY_NUMBER = -2


@dataclass(frozen=True)
class SlotConfig:
    """What makes one slot. ``cpu`` is the core to pin to (-1 = none, CPU_BY_NUMBER = chosen), ``weight`` the cgroup
    CPU weight.

    ``uid_base`` and ``cgroup_root`` are as in the settings. ``index`` is where the search for a free slot number
    of this host begins. ``disk_read_bytes_per_s``: of each disk, where the io (v1: blkio) controller is there; 0 = any.
    """

    index: int
    state_dir: str
    cpu: int = -1
    weight: int = 100
    uid_base: int = defaults.UID_BASE
    cgroup_root: str = ""
    disk_read_bytes_per_s: int = defaults.DISK_READ_BYTES_PER_S


class Slot:
    """One reserved place."""

    def __init__(
        self, config: SlotConfig, number: int, identity: HostIdentity, groups: SlotGroups, zygote: ZygoteClient
    ) -> None:
        self.config = config
        self.number = number
        self.identity = identity
        self.groups = groups
        self.zygote = zygote
        self.streams = Streams()
        self.cancel_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._cancel_was_asked = False
        self._container_number = 0
        self._clock = threading.RLock()  # guards the two below, also against a signal handler's cancel
        self._frozen_since_ns = 0
        self._frozen_ns = 0

    @property
    def pinned_cpu(self) -> int:
        """The slot's core; -1 = none."""
        return self.config.cpu

    @classmethod
    @contextlib.contextmanager
    def open(cls, config: SlotConfig) -> Iterator[Slot]:
        """Make the slot's cgroups and zygote; removes what a dead slot of the same number left.

        Raises SandboxError or HostError naming the step and the remedy. Everything is given back at the end.
        """
        with contextlib.ExitStack() as stack:
            host = find_host(config.cgroup_root)
            number = stack.enter_context(claim_number(config.index))
            config = dataclasses.replace(config, cpu=_cpu_of(config.cpu, number))
            groups = _open_groups(stack, host, number, config)
            identity = identity_of(number, config.uid_base, host.version)
            slot = cls(config, number, identity, groups, ZygoteClient(identity, _with_stage(config.state_dir), groups))
            stack.callback(slot._close)
            yield slot

    def _close(self) -> None:
        self.zygote.close()
        self.streams.close()
        os.close(self.cancel_fd)

    @contextlib.contextmanager
    def container(self, spec: ContainerSpec) -> Iterator[Container]:
        """Fresh namespaces; several may live at once in one slot (interactive). Raises SandboxError.

        A zygote that died (killed from outside) is replaced here; containers that it had are gone.
        """
        if not self.zygote.alive:
            self.zygote.close()
            self.zygote = ZygoteClient(self.identity, _with_stage(self.config.state_dir), self.groups)
        box = Container(self, spec)
        try:
            box.open()
            yield box
        finally:
            box.close()

    def next_container_number(self) -> int:
        """Numbers of containers are never used twice."""
        self._container_number += 1
        return self._container_number

    def cancel(self) -> None:
        """End what runs now with outcome CANCELLED; nothing happens when nothing runs. Callable from anywhere.

        A frozen slot is thawed: what stands still cannot end.
        """
        os.eventfd_write(self.cancel_fd, 1)
        self._cancel_was_asked = True  # after the write: whoever sees it finds something to read
        if self._frozen_since_ns:
            self.thaw()

    def forget_cancel(self) -> None:
        """A cancel that came between two runs does not hit the next one."""
        if self._cancel_was_asked:
            self._cancel_was_asked = False
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self.cancel_fd)

    def prepare(self) -> None:
        """While a program runs: have ready what the next run will need."""
        self.streams.prepare()
        self.groups.prepare()

    def set_weight(self, weight: int) -> None:
        """CPU weight of what runs here: 1..10000, 100 = usual."""
        self.groups.set_weight(weight)

    def freeze(self) -> None:
        """Stop what runs here; its clocks for wall and idle limits stop, too. Idempotent. Raises SandboxError."""
        self.groups.freeze(True)
        with self._clock:
            self._frozen_since_ns = self._frozen_since_ns or time.monotonic_ns()

    def thaw(self) -> None:
        """Let it go on; idempotent."""
        self.groups.freeze(False)
        with self._clock:
            since, self._frozen_since_ns = self._frozen_since_ns, 0
            if since:
                self._frozen_ns += time.monotonic_ns() - since

    def take_frozen_ns(self) -> int:
        """How long the slot has stood frozen since the last call."""
        with self._clock:
            since = self._frozen_since_ns
            if since:
                now_ns = time.monotonic_ns()
                self._frozen_since_ns = now_ns
                self._frozen_ns += now_ns - since
            frozen, self._frozen_ns = self._frozen_ns, 0
        return frozen


def _cpu_of(cpu: int, number: int) -> int:
    """The core of slot ``number``. Slots of all processes share one count, so they spread over the cores."""
    if cpu != CPU_BY_NUMBER:
        return cpu
    cores = sorted(os.sched_getaffinity(0))
    return cores[number] if number < len(cores) else -1


def _open_groups(stack: contextlib.ExitStack, host: CgroupHost, number: int, config: SlotConfig) -> SlotGroups:
    groups = SlotGroups(host, number)
    stack.callback(groups.close)
    groups.open(config.cpu, config.weight)
    groups.limit_reads(config.disk_read_bytes_per_s)
    return groups


def _with_stage(state_dir: str) -> Path:
    """The state directory, with an empty place to mount on in the zygote's own mount namespace."""
    stage = StateDir(Path(state_dir)).stage
    try:
        stage.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise sandbox_error("make stage", errno=error.errno or 0, detail=str(stage), remedy="set state_dir") from error
    return stage.parent
