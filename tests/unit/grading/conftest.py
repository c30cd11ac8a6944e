"""Fixtures of the grading tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading_bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A fresh one for each test."""
    return Bench(tmp_path)
