"""The arena of the session: compiled once, warm containers, measured before the first attack."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import needs
import pytest
from arena import Arena, build

from judge.errors import HostError, SandboxError


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A directory that the slot's uids may enter, which pytest's own temporary directories are not."""
    with tempfile.TemporaryDirectory(prefix="judge-hostile-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def artifact(scratch: Path) -> Path:
    """The compiled corpus; JUDGE_HOSTILE_PROGRAMS names one made elsewhere (for emulated machines)."""
    prebuilt = os.environ.get("JUDGE_HOSTILE_PROGRAMS")
    if prebuilt:
        return Path(prebuilt)
    target = scratch / "artifact"
    target.mkdir()
    build(target)
    return target


@pytest.fixture(scope="session")
def state_dir(scratch: Path) -> Path:
    target = scratch / "state"
    target.mkdir(mode=0o755)
    return target


@pytest.fixture(scope="session")
def arena(artifact: Path, state_dir: Path) -> Iterator[Arena]:
    with ExitStack() as stack:
        try:
            arena = Arena(stack, state_dir, artifact)
        except (HostError, SandboxError) as error:
            pytest.skip(needs.no_sandbox(error))
        arena.measure()
        arena.container("compile")
        yield arena
