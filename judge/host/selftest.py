"""The fast part of the hostile corpus, run at a worker's start: a slot whose walls do not hold takes no work.

The programs are the Python files of ``judge/sandbox/attacks``, which ship with the package and need no compiler.
All run in one container, one after the other, so that each also meets what the one before left behind.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from judge.errors import HostError
from judge.host.attack import Attack, describe, read_attack
from judge.rootfs.host_root import find_in
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, Rootfs, RunSpec

INTERPRETER = "/usr/bin/python3"
#: A slow or busy host is no broken wall.
_PATIENCE = 10
_ATTACKS = Path(__file__).parent / "guest"


@dataclass(frozen=True)
class SelfTestResult:
    """One attack's end. ``complaint`` is empty when it was stopped as it must be; ``seen`` says how it ended."""

    name: str
    tries: str
    expected: str
    seen: str
    complaint: str
    wall_time_ns: int

    @property
    def ok(self) -> bool:
        return not self.complaint


def attacks() -> tuple[Attack, ...]:
    """The shipped attacks in the order they are run."""
    return tuple(read_attack(path).patiently(_PATIENCE) for path in sorted(_ATTACKS.glob("*.py")))


def run_selftest(slot: Slot, rootfs: Rootfs) -> tuple[SelfTestResult, ...]:
    """Run every shipped attack in ``slot``; blocks for one to two seconds.

    Raises HostError when ``rootfs`` has no Python to run them with, SandboxError when the sandbox cannot run at all.
    """
    if find_in(rootfs, INTERPRETER) is None:
        raise HostError(f"the self-test needs {INTERPRETER} in the sandbox's root; install python3 on this host")
    with slot.container(ContainerSpec(rootfs=rootfs)) as container:
        return tuple(_run(container, attack) for attack in attacks())


def _run(container: Container, attack: Attack) -> SelfTestResult:
    spec = RunSpec(argv=(INTERPRETER, "-I", "-S", "-B", "/work/attack.py"), limits=attack.limits)
    start_ns = time.monotonic_ns()
    done = container.run(spec, stdin=b"input\n", files={"attack.py": attack.path.read_bytes()})
    wall_time_ns = time.monotonic_ns() - start_ns
    return SelfTestResult(
        name=attack.name,
        tries=attack.tries,
        expected=" | ".join(map(str, attack.ends)),
        seen=describe(done),
        complaint=attack.complaint(done),
        wall_time_ns=wall_time_ns,
    )
