"""The last lines of make test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stages


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stages, "CACHES", tmp_path)
    return tmp_path


def test_the_last_line_has_the_counts_of_every_pytest(counts: Path) -> None:
    _leave(counts / "first", passed=1100, failed=0, error=0, skipped=3, retried=1)
    _leave(counts / "second", passed=100, failed=0, error=0, skipped=0, retried=0)
    lines = stages.summary([("lint", 2.4), ("unit", 903.0)], 905.4, failed="").splitlines()
    assert lines[-1] == "make test: ok, 1200 passed, 0 failed, 3 skipped, 1 retried, 15 min 05 s"
    assert [line.split(maxsplit=1) for line in lines[1:-1]] == [["lint", "2 s"], ["unit", "15 min 03 s"]]


def test_a_stage_that_failed_is_named(counts: Path) -> None:
    lines = stages.summary([("lint", 2.4), ("types", 9.0)], 11.4, failed="types").splitlines()
    assert lines[-2].endswith("FAILED")
    assert lines[-1] == "make test: FAILED in types, 11 s"


def _leave(cache: Path, **counts: int) -> None:
    path = cache / "v" / "judge" / "counts"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(counts))
