"""The actor, compiled once, and a warm container to run it in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_harness import Stage, build

from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, Rootfs


@pytest.fixture(scope="session")
def artifact(sandbox_state: Path) -> Path:
    target = sandbox_state / "actors"
    build(target)
    return target


@pytest.fixture(scope="session")
def container_spec(sandbox_rootfs: Rootfs, artifact: Path) -> ContainerSpec:
    return ContainerSpec(rootfs=sandbox_rootfs, artifact=str(artifact))


@pytest.fixture(scope="session")
def stage(sandbox_slot: Slot, container_spec: ContainerSpec) -> Iterator[Stage]:
    """The session's container: tests leave it as fit as they found it."""
    with sandbox_slot.container(container_spec) as box:
        yield Stage(box)
