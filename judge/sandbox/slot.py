"""A reserved place to run: the public face of the sandbox.

::

    with Slot.open(SlotConfig(index=0, state_dir=...)) as slot:
        with slot.container(ContainerSpec(rootfs=rootfs, artifact=path)) as container:
            done = container.run(RunSpec(argv=("/artifact/prog",), limits=limits), stdin=fd)
            done.result.outcome, done.stdout.read()

A slot belongs to one thread, but for :meth:`Slot.cancel`, :meth:`Slot.interrupt`, :meth:`Slot.freeze` and
:meth:`Slot.thaw`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from judge import defaults
from judge.errors import sandbox_error
from judge.sandbox.cgroups.hierarchy import CgroupHost, find_host
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.container import Container
from judge.sandbox.identity import HostIdentity, claim_number, identity_of
from judge.sandbox.kept import KeptNamespaces
from judge.sandbox.namespaces import Namespaces, PlanChange
from judge.sandbox.protocol import KEPT
from judge.sandbox.resources import Beside, CancelSwitch, FrozenClock, Interrupts, SlotResources
from judge.sandbox.run_io import Streams
from judge.sandbox.spec import ContainerSpec
from judge.sandbox.zygote_client import ZygoteClient
from judge.state_dir import StateDir

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

    def __init__(self, config: SlotConfig, number: int, resources: SlotResources) -> None:
        self.config = config
        self.number = number
        self.resources = resources
        self.groups = resources.groups
        self.zygote = resources.zygote
        self._kept = KeptNamespaces()

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
            cancel, streams = CancelSwitch(), Streams()
            stack.callback(cancel.close)
            stack.callback(streams.close)
            zygote = ZygoteClient(identity, _with_stage(config.state_dir), groups)
            stack.callback(zygote.close)
            zygote.start()
            numbers = itertools.count(1)
            slot = cls(
                config,
                number,
                SlotResources(
                    identity,
                    groups,
                    zygote,
                    streams,
                    cancel,
                    FrozenClock(),
                    Interrupts(),
                    Beside(),
                    numbers,
                    config.cpu,
                ),
            )
            stack.callback(slot._kept.close)
            yield slot

    @property
    def identity(self) -> HostIdentity:
        """The slot's uids."""
        return self.resources.identity

    @contextlib.contextmanager
    def container(self, spec: ContainerSpec, change_plan: PlanChange | None = None) -> Iterator[Container]:
        """Fresh namespaces; several may live at once in one slot (interactive). Raises SandboxError.

        A zygote that died (killed from outside) is replaced here; containers that it had are gone.
        """
        if not self.zygote.alive:
            self._kept.close()
            self.zygote.close()
            _with_stage(self.config.state_dir)
            self.zygote.start()
        namespaces = self._kept.take(spec) if change_plan is None else None
        if namespaces is None:
            namespaces = Namespaces(self.resources, spec, change_plan)
        else:
            self.zygote.containers[KEPT] += 1
        try:
            if not namespaces.is_open:
                namespaces.open()
            yield Container(namespaces)
        except BaseException:
            namespaces.close()
            raise
        if change_plan is not None or not self._kept.keep(namespaces):
            namespaces.close()

    def work_for(self, owner: str) -> None:
        """Whose programs run from here on. Containers are kept from one piece of work to the next of the same owner;
        "" = they are not, as in a slot that nobody has told."""
        self._kept.work_for(owner)

    def tidy(self) -> None:
        """Between two pieces of work: take away what was left in the containers that are kept."""
        self._kept.tidy()

    def cancel(self, *, hold: bool = False) -> None:
        """End what runs now with outcome CANCELLED; nothing happens when nothing runs. Callable from anywhere.

        ``hold``: so do all later runs, until :meth:`forget_cancel`. A frozen slot is thawed: what stands still cannot
        end.
        """
        self.resources.cancel.pull(hold=hold)
        if self.resources.frozen.is_stopped:
            self.thaw()

    def interrupt(self) -> None:
        """SIGINT to the programs that run now, but for compilers. Callable from anywhere; it may come too late."""
        self.resources.interrupts.send()

    def forget_cancel(self) -> None:
        """A cancel from before does not count."""
        self.resources.cancel.release()

    @property
    def is_cancelled(self) -> bool:
        """Whether a cancel holds for all later runs."""
        return self.resources.cancel.is_held

    def set_weight(self, weight: int) -> None:
        """CPU weight of what runs here: 1..10000, 100 = usual."""
        self.groups.set_weight(weight)

    def freeze(self) -> None:
        """Stop what runs here; its clocks for wall and idle limits stop, too. Idempotent. Raises SandboxError."""
        self.groups.freeze(True)
        self.resources.frozen.stop()

    def thaw(self) -> None:
        """Let it go on; idempotent."""
        self.groups.freeze(False)
        self.resources.frozen.go_on()


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
