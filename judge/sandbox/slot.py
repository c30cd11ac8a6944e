"""A reserved place to run: the public face of the sandbox.

::

    with Slot.open(SlotConfig(index=0, state_dir=...)) as slot:
        with slot.container(ContainerSpec(rootfs=rootfs, artifact=path)) as box:
            done = box.run(RunSpec(argv=("/artifact/prog",), limits=limits), stdin=fd)
            done.result.outcome, done.stdout.read()

(Interface first; the implementation follows.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Self

from judge.sandbox.capture import Capture, Completed
from judge.sandbox.spec import ContainerSpec, RunSpec


@dataclass(frozen=True)
class SlotConfig:
    """What makes one slot. ``cpu`` is the core to pin to (-1 = none), ``weight`` the cgroup CPU weight."""

    index: int
    state_dir: str
    cpu: int = -1
    weight: int = 100


class Container:
    """A live set of namespaces in a slot."""

    def run(
        self,
        spec: RunSpec,
        *,
        stdin: int | bytes | None = None,
        files: Mapping[str, bytes | int | Capture] | None = None,
        executables: Sequence[str] = (),
        fds: Mapping[int, int] | None = None,
    ) -> Completed:
        """Run once; blocks until the whole process tree is gone.

        ``stdin``: a descriptor (not closed), bytes, or None for /dev/null. ``files``: put into /work
        first (names are relative paths; an int is a descriptor to copy from; those in ``executables``
        get mode 0755, others 0644). ``fds``: target number (>= 3) -> descriptor
        to hand to the program, e.g. {3: memfd} opened inside as /dev/fd/3.
        Raises SandboxError/InfrastructureError when it could not be run; never for what the program did.
        """
        raise NotImplementedError

    def interact(
        self,
        spec: RunSpec,
        other: Container,
        other_spec: RunSpec,
        *,
        other_files: Mapping[str, bytes | int | Capture] | None = None,
        other_fds: Mapping[int, int] | None = None,
        transcript_bytes_max: int = 1 << 16,
    ) -> Interaction:
        """Run two programs joined crosswise (stdout of each to stdin of the other), supervised together."""
        raise NotImplementedError


@dataclass(frozen=True)
class Interaction:
    """Both ends of an interactive run. ``first_exit``: "self", "other": whose main process ended first.

    ``transcript``: (who wrote, bytes) pieces in order, cut at the limit.
    """

    self_side: Completed
    other_side: Completed
    first_exit: str
    transcript: tuple[tuple[str, bytes], ...] = ()


class Slot:
    """One reserved place; use from one thread at a time."""

    @classmethod
    def open(cls, config: SlotConfig) -> AbstractContextManager[Self]:
        """Make the slot's cgroups and zygote. Raises SandboxError naming the step and the remedy."""
        raise NotImplementedError

    def container(self, spec: ContainerSpec) -> AbstractContextManager[Container]:
        """Fresh namespaces, about 2-3 ms; several may live at once in one slot (interactive)."""
        raise NotImplementedError

    def cancel(self) -> None:
        """End what runs now with outcome CANCELLED; callable from a signal handler or another thread."""
        raise NotImplementedError


def iter_nothing() -> Iterator[None]:  # placeholder until the implementation lands
    yield from ()
