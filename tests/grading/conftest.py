"""A judge of one slot, with a state directory that every uid may enter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.assembly import open_judge
from judge.config import Settings
from judge.grading.pipeline import Judge


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """The judge's state directory."""
    with tempfile.TemporaryDirectory(prefix="judge-grading-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def judge(state: Path) -> Iterator[Judge]:
    """As the settings are when nobody has set any."""
    with open_judge(Settings(state_dir=str(state))) as opened:
        yield opened
