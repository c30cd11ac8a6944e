"""Fixtures of the grading tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from grading_bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh one for each test."""
    bench = Bench(tmp_path)
    yield bench
    bench.data.close()
