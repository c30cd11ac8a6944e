"""What a slot hands to its containers: everything that they share, in one frozen value."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from judge.sandbox.active_run import ActiveRun
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.identity import HostIdentity
from judge.sandbox.launcher_client import LauncherClient
from judge.sandbox.protocol import SIGNAL
from judge.sandbox.run_io import Streams
from judge.sandbox.run_loop import Surroundings
from judge.sandbox.spec import DEFAULT_POLICY
from judge.sandbox.zygote_client import ZygoteClient


class CancelSwitch:
    """Ends what runs in a slot. ``fd`` can be read once it was pulled."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._was_pulled = False  # set by any thread or signal handler, cleared by the slot's thread
        self._is_held = False  # the same; never without the one above

    def pull(self, *, hold: bool = False) -> None:
        """Callable from anywhere. ``hold``: runs that begin later end at once, too, until :meth:`release`."""
        self._is_held = self._is_held or hold
        os.eventfd_write(self.fd, 1)
        self._was_pulled = True  # after the write: who sees it finds something to read

    def reset(self) -> None:
        """A cancel that came between two runs does not hit the next one, unless it holds."""
        if self._was_pulled and not self._is_held:
            self._was_pulled = False
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self.fd)
            if self._is_held:  # pulled meanwhile
                self.pull()

    @property
    def is_held(self) -> bool:
        """Whether runs that begin now end at once."""
        return self._is_held

    def release(self) -> None:
        """No cancel from before counts."""
        self._is_held = False
        self.reset()

    def close(self) -> None:
        """Once, when nobody can pull it any more."""
        os.close(self.fd)


class Interrupts:
    """Which launchers of a slot have a program that may be interrupted. Written by the slot's thread."""

    def __init__(self) -> None:
        self._launchers: tuple[LauncherClient, ...] = ()

    def add(self, launcher: LauncherClient, policy: str) -> None:
        """It is about to start one under this policy; compilers are left alone."""
        if policy == DEFAULT_POLICY:
            self._launchers = (*self._launchers, launcher)

    def remove(self, launcher: object) -> None:
        """Its program is over; idempotent."""
        self._launchers = tuple(one for one in self._launchers if one is not launcher)

    def send(self) -> None:
        """SIGINT to each program. Callable from anywhere: one that is over meanwhile does not hear it."""
        for launcher in self._launchers:
            launcher.tell(SIGNAL + bytes([signal.SIGINT]))


class Beside:
    """The runs of a slot that go on beside others: whatever the slot waits for, they are watched. Of its thread."""

    def __init__(self) -> None:
        self.runs: tuple[ActiveRun, ...] = ()

    def add(self, run: ActiveRun) -> None:
        """It has started."""
        self.runs = (*self.runs, run)

    def remove(self, run: ActiveRun) -> None:
        """It is over, or is put away; idempotent."""
        self.runs = tuple(one for one in self.runs if one is not run)


class FrozenClock:
    """How long a slot stood frozen. Of any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # guards the others, also against a signal handler's cancel
        self._since_ns = 0  # when it was frozen, or last taken while frozen; 0 = it is not frozen
        self._frozen_ns = 0  # until then, and not yet taken
        self._total_ns = 0  # until then, taken or not

    @property
    def is_stopped(self) -> bool:
        """It is frozen now."""
        return self._since_ns != 0

    def stop(self) -> None:
        """The slot was frozen. Idempotent."""
        with self._lock:
            self._since_ns = self._since_ns or time.monotonic_ns()

    def go_on(self) -> None:
        """The slot was thawed. Idempotent."""
        with self._lock:
            since_ns, self._since_ns = self._since_ns, 0
            if since_ns:
                self._add(time.monotonic_ns() - since_ns)

    def take_ns(self) -> int:
        """How long the slot has stood frozen since the last call."""
        with self._lock:
            since_ns = self._since_ns
            if since_ns:
                now_ns = time.monotonic_ns()
                self._since_ns = now_ns
                self._add(now_ns - since_ns)
            frozen_ns, self._frozen_ns = self._frozen_ns, 0
        return frozen_ns

    def total_ns(self) -> int:
        """How long the slot has stood frozen since it was opened. Takes nothing."""
        with self._lock:
            return self._total_ns + (time.monotonic_ns() - self._since_ns if self._since_ns else 0)

    def _add(self, frozen_ns: int) -> None:
        self._frozen_ns += frozen_ns
        self._total_ns += frozen_ns


@dataclass(frozen=True)
class SlotResources:
    """What the containers of a slot share; of the slot's thread, but for ``cancel``, ``frozen`` and ``interrupts``."""

    identity: HostIdentity
    groups: SlotGroups
    zygote: ZygoteClient
    streams: Streams
    cancel: CancelSwitch
    frozen: FrozenClock
    interrupts: Interrupts
    beside: Beside
    numbers: Iterator[int]  #: of containers; none is used twice
    cpu: int  #: the core that programs are pinned to; -1 = none

    @property
    def surroundings(self) -> Surroundings:
        """What the run loop needs of the slot."""
        return Surroundings(self.cancel.fd, self.frozen.take_ns, self.beside.runs)

    def prepare(self) -> None:
        """While a program runs: make ready what the next run will need. Raises SandboxError."""
        self.streams.prepare()
        self.groups.prepare()
