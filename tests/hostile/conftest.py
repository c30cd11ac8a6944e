"""The arena of the session: compiled once, warm containers, measured before the first attack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from arena import Arena, build


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("artifact")
    build(target)
    return target


@pytest.fixture(scope="session")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def arena(artifact: Path, state_dir: Path) -> Iterator[Arena]:
    with ExitStack() as stack:
        arena = Arena(stack, state_dir, artifact)
        arena.measure()
        arena.container("compile")
        yield arena
