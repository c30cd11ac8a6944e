"""Slots for the golden packages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.assembly import open_judges
from judge.config import Settings
from judge.grading.pipeline import Judge

#: Packages hold programs of setters, whatever they are called.
collect_ignore = ["packages"]


@pytest.fixture(scope="session")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Judge]]:
    """One judge per usable core, at most four. The state directory lies where every uid can look into it."""
    state = Path(tmp_path_factory.mktemp("golden-state"))
    for directory in (state, *list(state.parents)[:2]):
        directory.chmod(0o755)
    with open_judges(Settings(state_dir=str(state)), min(4, len(os.sched_getaffinity(0)))) as opened:
        yield opened
