"""What the tests of real slots share: the actor, limits to start from, and what must be left when all is over."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from judge.model.limits import Limits
from judge.model.units import MIB, S_NS
from judge.sandbox.capture import Completed
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.container import Container
from judge.sandbox.protocol import CloseContainer, KillContainer
from judge.sandbox.slot import Slot
from judge.sandbox.spec import RunSpec

HERE = Path(__file__).parent
PYTHON = "/usr/bin/python3"
LIMITS = Limits(
    cpu_time_ns=5 * S_NS,
    cpu_time_hard_ns=5 * S_NS,
    wall_time_ns=20 * S_NS,
    memory_bytes=64 * MIB,
    processes=16,
    stdout_bytes=4 * MIB,
    stderr_bytes=64 << 10,
)
_SOURCES = {
    "actor": (HERE / "actor.c").read_text(),
    "noop": "int main(void) { return 0; }",
    "big_bss": "static volatile char big[512 << 20]; int main(void) { return big[1]; }",
    "bss": "static volatile char b[512 << 20]; int main(void) { for (long i = 0; i < 1 << 29; i += 4096) b[i] = 1; }",
}


def build(target: Path) -> None:
    """Compile the C programs; they are run nowhere but inside the sandbox."""
    target.mkdir(mode=0o755)
    for name, text in _SOURCES.items():
        command = ["gcc", "-static", "-O1", "-w", "-pthread", "-x", "c", "-", "-o", str(target / name)]
        subprocess.run(command, input=text.encode(), check=True, timeout=60)


def limits(**changes: int) -> Limits:
    """The usual limits but for ``changes``; a changed time limit moves the hard one along."""
    if "cpu_time_ns" in changes:
        changes.setdefault("cpu_time_hard_ns", changes["cpu_time_ns"])
    return msgspec.structs.replace(LIMITS, **changes)


def actor(*words: object, **changes: int) -> RunSpec:
    """A run of one act."""
    return RunSpec(argv=("/artifact/actor", *map(str, words)), limits=limits(**changes))


def script(text: str, *words: str, **changes: int) -> RunSpec:
    """A run of a Python program."""
    return RunSpec(argv=(PYTHON, "-I", "-S", "-c", text, *words), limits=limits(**changes))


class Stage:
    """A container with short words for what tests do in it."""

    def __init__(self, box: Container) -> None:
        self.box = box

    def act(self, *words: object, stdin: bytes | int | None = None, **changes: int) -> Completed:
        return self.box.run(actor(*words, **changes), stdin=stdin)

    def python(self, text: str, *words: str, stdin: bytes | int | None = None, **changes: int) -> Completed:
        return self.box.run(script(text, *words, **changes), stdin=stdin)

    def says(self, text: str, **given: Any) -> str:
        """What an honest Python program prints."""
        done = self.box.run(script(text), **given)
        assert done.result.ok, (done.result, done.stderr.text())
        return done.stdout.text().strip()


@dataclass(frozen=True)
class Holdings:
    """Everything that a slot could leave behind on this host, as a value to compare before and after."""

    processes: int
    descriptors: tuple[str, ...]
    mounts: int
    cgroups: frozenset[str]
    scratch: tuple[str, ...]


def holdings(slot: Slot, state_dir: Path) -> Holdings:
    """What is held now, once the zygote has pooled its next container; sockets and pipes by kind only.

    Of the host's mounts only ours are looked at: others come and go.
    """
    slot.resources.prepare()
    settle(slot)
    return Holdings(
        processes=_count_of_processes(slot.zygote.pid) + len(children(os.getpid())),
        descriptors=open_descriptors(),
        mounts=sum(str(state_dir) in line for line in Path("/proc/self/mountinfo").read_text().splitlines()),
        cgroups=groups_of(slot.groups) - {name for name in groups_of(slot.groups) if Path(name).name.startswith("r")},
        scratch=tuple(sorted(str(path) for path in state_dir.rglob("*"))),
    )


def settle(slot: Slot) -> None:
    """Until the zygote has pooled its next container and has nothing more to do."""
    slot.zygote.ask("end nothing", CloseContainer(-1))  # after an end the zygote makes its next container at once,
    slot.zygote.ask("settle", KillContainer(-1))  # and only then answers again


def zygote_descriptors(slot: Slot) -> int:
    """How many descriptors a settled zygote has open."""
    settle(slot)
    return len(os.listdir(f"/proc/{slot.zygote.pid}/fd"))


def _count_of_processes(zygote: int) -> int:
    """Below the zygote, at a moment when no launcher has a child: the pooled one spawns while it is set up."""
    deadline = time.monotonic() + 10
    while True:
        launchers = children(zygote)
        programs = [pid for launcher in launchers for pid in descendants(launcher)]
        if not programs or time.monotonic() > deadline:  # then it is no rehearsal, and the count shows it
            return len(launchers) + len(programs)


def open_descriptors() -> tuple[str, ...]:
    """Kinds of what this process has open; cgroup files of the ring of run groups come and go."""
    kinds = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            continue  # the listing's own
        if "/slot-" not in target:
            kinds.append(target.partition("[")[0])
    return tuple(sorted(kinds))


def groups_of(groups: SlotGroups) -> frozenset[str]:
    """The directories of a slot's groups in all hierarchies."""
    found = set()
    for directory in groups.directories:
        found |= {str(path) for path in (directory, *directory.rglob("*")) if path.is_dir()}
    return frozenset(found)


def descendants(pid: int) -> set[int]:
    """All processes below ``pid``, zombies included."""
    below = children(pid)
    return below.union(*map(descendants, below))


def children(pid: int) -> set[int]:
    """The processes that ``pid`` started, zombies included."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, ValueError):
            if int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.add(int(name))
    return found


def ends(pidfd: int, *, within_ms: int = 20_000) -> bool:
    """Wait for the end of a process; a zombie of somebody's is gone enough. Takes any number of a descriptor."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(within_ms))
