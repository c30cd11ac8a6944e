"""Files that a teacher names."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import UsageError
from judge.gradebook.reading import read_bounded


def test_a_file_is_read_whole_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(b"x" * (1 << 20))
    assert read_bounded(str(path), 1 << 20) == b"x" * (1 << 20)
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(UsageError, match=r"class\.csv: larger than 1 MiB"):
        read_bounded(str(path), 1 << 20)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv: No such file"):
        read_bounded(str(tmp_path / "none.csv"), 1)
