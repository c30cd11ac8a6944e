"""Copies of an interpreter on cgroup v2, as a plain user: in the run's group, under its limits, apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.units import MIB, S_NS
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.capture import Completed
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.state_dir import StateDir
from judge.toolchain.definitions import BUILTIN_DIR, load_language
from judge.toolchain.templates import template_of

LIMITS = Limits(
    cpu_time_ns=60 * S_NS, cpu_time_hard_ns=60 * S_NS, wall_time_ns=120 * S_NS, memory_bytes=128 * MIB, processes=5
)
RUN = RunSpec(argv=("/usr/bin/python3", "/artifact/main.py"), limits=LIMITS)
PROGRAM = "import sys\nexec(sys.stdin.read())\n"
FORKS = """
import os, time
made = 0
try:
    while made < 50:
        if os.fork() == 0:
            time.sleep(600)
        made += 1
except OSError:
    print(made)
"""


@pytest.fixture(scope="module")
def python(slot: Slot, state_dir: Path) -> Iterator[Container]:
    artifact = state_dir / "python"
    artifact.mkdir(mode=0o755)
    (artifact / "main.py").write_text(PROGRAM)
    template = template_of(load_language(BUILTIN_DIR / "python3.toml"), RUN)
    assert template is not None
    asked = ContainerSpec(rootfs=host_rootfs(StateDir(state_dir)), artifact=str(artifact), template=template, runs=100)
    with slot.container(asked) as box:
        yield box


def does(python: Container, code: str) -> Completed:
    return python.run(RUN, stdin=code.encode())


def test_runs_are_copies(python: Container) -> None:
    assert len({does(python, "print(hash('x'))").stdout.text() for _ in range(3)}) == 1


def test_a_copy_has_exactly_as_many_processes_as_it_may(python: Container) -> None:
    assert does(python, FORKS).stdout.text() == "4\n"


def test_a_copy_is_under_the_memory_limit(python: Container) -> None:
    assert does(python, "bytearray(200 << 20)").result.outcome is Outcome.MEMORY_LIMIT


def test_a_copy_that_kills_all_that_it_can_leaves_the_next_one_alone(python: Container) -> None:
    done = does(python, "import os\ntry:\n    os.kill(-1, 9)\nexcept OSError as error:\n    print(error.errno)")
    assert done.stdout.text() == "3\n"
    assert does(python, "print('fine')").stdout.text() == "fine\n"
