"""A slot with a warm container on a cgroup v2 host; everywhere else these tests are skipped."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.errors import HostError
from judge.kernel.cgroupfs import read_hierarchies
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.cgroups.hierarchy import CgroupHost, find_host
from judge.sandbox.container import Container
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec
from judge.state_dir import StateDir


@pytest.fixture(scope="session")
def host() -> CgroupHost:
    """The delegated subtree of this process."""
    if read_hierarchies().v1:
        pytest.skip("needs a host with cgroup v2 only")
    try:
        return find_host()
    except HostError as error:
        pytest.skip(f"needs a unit with Delegate=yes: {error}")


@pytest.fixture(scope="session")
def state_dir() -> Iterator[Path]:
    """A state directory that every uid may enter."""
    with tempfile.TemporaryDirectory(prefix="judge-v2-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def slot(host: CgroupHost, state_dir: Path) -> Iterator[Slot]:
    """One slot for all tests."""
    with Slot.open(SlotConfig(index=0, state_dir=str(state_dir), cpu=0)) as opened:
        yield opened


@pytest.fixture(scope="session")
def box(slot: Slot, state_dir: Path) -> Iterator[Container]:
    """One warm container for all tests."""
    with slot.container(ContainerSpec(rootfs=host_rootfs(StateDir(state_dir)))) as container:
        yield container
