"""A file is replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.kernel.atomic_files import write_whole


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"first")
    write_whole(path, b"second", mode=0o644)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "place" / "full").mkdir(parents=True)
    with pytest.raises(OSError, match=r"directory|exists|empty"):
        write_whole(tmp_path / "place", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "absent" / "file", b"data")
