"""``judge package``: whose fault it is that a package cannot be read."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from judge.cli.main import main
from judge.cli.options import naming
from judge.errors import PackageError, PackageUnreadable


def test_a_disk_that_cannot_be_read_is_the_hosts_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(path: Path) -> bool:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(Path, "is_dir", fails)
    assert main(["package", "check", str(tmp_path)]) == 5
    assert "Input/output error" in capsys.readouterr().err


def test_a_directory_that_is_no_package_is_the_packages_fault(tmp_path: Path) -> None:
    assert main(["package", "check", str(tmp_path)]) == 3


@pytest.mark.parametrize("kind", [PackageError, PackageUnreadable])
def test_the_packages_name_is_added_to_an_error_of_any_kind(kind: type[PackageError]) -> None:
    with pytest.raises(kind, match=r"^sum/data/1\.in: cannot be read$") as caught, naming("sum"):
        raise kind("cannot be read", where="data/1.in")
    assert type(caught.value) is kind
