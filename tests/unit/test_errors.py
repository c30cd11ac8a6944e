"""Who is to blame is known where an error is raised: the same number means this host here and a package there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from judge.errors import (
    HostFault,
    PackageError,
    PackageMissing,
    SandboxError,
    blame_host,
    blame_reader,
    our_path,
    sandbox_error,
)
from judge.grading.case_data import CaseData
from judge.toolchain.artifacts import ArtifactStore

OURS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE)


@pytest.mark.parametrize("number", OURS)
def test_on_our_paths_these_are_the_hosts(number: int) -> None:
    with pytest.raises(HostFault, match="state"), our_path("state"):
        raise OSError(number, "x")
    assert isinstance(sandbox_error("mount overlay", errno=number), HostFault)
    assert not isinstance(SandboxError("put a.txt", errno=number), HostFault)


@pytest.mark.parametrize("number", [errno.ENAMETOOLONG, errno.EEXIST, errno.ENOENT, errno.EINVAL])
def test_other_numbers_on_our_paths_say_nothing_of_the_host(number: int) -> None:
    blame_host(OSError(number, "x"), "state")
    with pytest.raises(OSError, match="x"), our_path("state"):
        raise OSError(number, "x")
    assert not isinstance(sandbox_error("make run group", errno=number), HostFault)


def test_a_file_of_a_package_that_cannot_be_read_here_may_be_read_elsewhere() -> None:
    with pytest.raises(HostFault):
        blame_reader(OSError(errno.EMFILE, "x"), "1.in")
    with pytest.raises(PackageMissing, match=r"1\.in") as caught:
        blame_reader(OSError(errno.EIO, "x"), "1.in")
    assert caught.value.exit_code == HostFault.exit_code
    blame_reader(OSError(errno.ENOENT, "x"), "1.in")


def test_test_data_that_this_process_has_no_descriptor_for_are_not_the_setters_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "1.in").write_text("1\n")
    data = CaseData()

    def full(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("judge.grading.case_data.os.open", full)
    with pytest.raises(HostFault):
        data.open(str(tmp_path / "1.in"))
    monkeypatch.undo()
    with pytest.raises(PackageError):
        data.open(str(tmp_path / "2.in"))


def test_an_artifact_that_the_disk_does_not_take_is_the_hosts_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("judge.toolchain.artifacts.tempfile.mkdtemp", full)
    with pytest.raises(HostFault, match="artifact store"):
        ArtifactStore(tmp_path).put("0" * 64, {"a": b""})
