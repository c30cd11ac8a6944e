"""The last lines of make test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stages


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "counts"
    monkeypatch.setattr(stages, "COUNTS", path)
    return path


def test_the_last_line_has_pytests_counts(counts: Path) -> None:
    counts.write_text(json.dumps({"passed": 1200, "failed": 0, "error": 0, "skipped": 3, "retried": 1}))
    lines = stages.summary([("lint", 2.4), ("unit", 903.0)], 905.4, failed="").splitlines()
    assert lines[-1] == "make test: ok, 1200 passed, 0 failed, 3 skipped, 1 retried, 15 min 05 s"
    assert [line.split(maxsplit=1) for line in lines[1:-1]] == [["lint", "2 s"], ["unit", "15 min 03 s"]]


def test_a_stage_that_failed_is_named(counts: Path) -> None:
    lines = stages.summary([("lint", 2.4), ("types", 9.0)], 11.4, failed="types").splitlines()
    assert lines[-2].endswith("FAILED")
    assert lines[-1] == "make test: FAILED in types, 11 s"
