"""Test data as sealed descriptors."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from judge.errors import PackageError
from judge.grading.case_data import CaseData, reopen


def read(fd: int) -> bytes:
    try:
        return os.read(fd, 1000)
    finally:
        os.close(fd)


def test_every_reader_starts_at_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "1.in"
    path.write_bytes(b"data")
    data = CaseData()
    first, second = data.open(str(path)), data.open(str(path))
    assert (read(first), read(second)) == (b"data", b"data")
    data.close()


def test_nobody_can_change_it_or_see_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "secret-name.in"
    path.write_bytes(b"data")
    fd = CaseData().open(str(path))
    assert "secret-name" not in os.readlink(f"/proc/self/fd/{fd}")
    with pytest.raises(OSError, match=r"Bad file descriptor|not permitted"):
        os.write(fd, b"x")
    with pytest.raises(PermissionError):
        writer = os.open(f"/proc/self/fd/{fd}", os.O_RDWR)
        os.write(writer, b"x")
    os.close(fd)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "1.in"
    path.write_bytes(b"old")
    data = CaseData()
    assert read(data.open(str(path))) == b"old"
    path.write_bytes(b"newer")
    assert read(data.open(str(path))) == b"newer"


def test_it_keeps_no_more_than_it_may(tmp_path: Path) -> None:
    data = CaseData(bytes_max=100)
    before = len(os.listdir("/proc/self/fd"))
    for number in range(20):
        path = tmp_path / str(number)
        path.write_bytes(b"x" * 30)
        assert read(data.open(str(path))) == b"x" * 30
    assert len(os.listdir("/proc/self/fd")) - before <= 3
    data.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_larger_than_all_room_is_served(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 500)
    assert len(read(CaseData(bytes_max=100).open(str(path)))) == 500


def test_descriptors_outlive_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "1.in"
    path.write_bytes(b"data")
    data = CaseData()
    fd = data.open(str(path))
    data.close()
    assert read(reopen(fd)) == b"data"
    os.close(fd)


def test_a_missing_file_is_the_packages_fault(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"nowhere\.in"):
        CaseData().open(str(tmp_path / "nowhere.in"))


def test_a_file_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of somebody else")
    path = tmp_path / "1.in"
    path.write_text("input")
    data = CaseData()
    os.close(data.open(str(path)))
    path.unlink()
    path.symlink_to("secret")
    with pytest.raises(PackageError, match=r"1\.in: cannot be read: a link is on its way now"):
        data.open(str(path))


def test_no_more_files_are_kept_than_a_quarter_of_the_descriptors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (40, 40))
    data = CaseData()
    before = len(os.listdir("/proc/self/fd"))
    for number in [*range(30), *range(30)]:
        path = tmp_path / f"{number}.in"
        path.write_text(f"{number}")
        fd = data.open(str(path))
        assert read(fd) == f"{number}".encode()
        assert len(os.listdir("/proc/self/fd")) <= before + 10
    data.close()
    assert len(os.listdir("/proc/self/fd")) == before
