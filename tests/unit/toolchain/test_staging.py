"""Files that are used once: who can read them, when they go, what is left of a process that died."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from judge.errors import InfrastructureError
from judge.toolchain.staging import Staging


def test_whatever_the_umask_other_uids_read_the_files_and_list_nothing_above(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        staged = Staging(tmp_path / "store" / ".staged").stage({"main.k": b"1", "lib/sub/b.k": b"2"}, ["lib/sub/b.k"])
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in staged.path.rglob("*")}
    assert modes == {
        staged.path / "main.k": 0o644,
        staged.path / "lib": 0o755,
        staged.path / "lib" / "sub": 0o755,
        staged.path / "lib" / "sub" / "b.k": 0o755,
    }
    assert staged.path.stat().st_mode & 0o777 == 0o755
    assert [directory.stat().st_mode & 0o777 for directory in list(staged.path.parents)[:3]] == [0o711] * 3


def test_closing_removes_the_files_once(tmp_path: Path) -> None:
    staging = Staging(tmp_path / ".staged")
    one, other = staging.stage({"a": b"1"}, ()), staging.stage({"a": b"2"}, ())
    one.close()
    one.close()
    assert not one.path.exists()
    assert (other.path / "a").read_bytes() == b"2"


def test_what_a_killed_process_left_is_swept_by_the_next_and_what_is_in_use_stays(tmp_path: Path) -> None:
    root = tmp_path / ".staged"
    code = (
        "import os, sys; from pathlib import Path; from judge.toolchain.staging import Staging; "
        "kept = Staging(Path(sys.argv[1])).stage({'a': b'1'}, ()); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(root)], check=False)
    (left,) = root.iterdir()
    staging = Staging(root)
    used = staging.stage({"a": b"2"}, ())
    for directory in (left, used.path.parent):
        os.utime(directory, (0, 0))
    other = Staging(root)
    other.stage({"a": b"3"}, ()).close()
    assert not left.exists()
    assert (used.path / "a").read_bytes() == b"2"


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", ""])
def test_a_name_that_leaves_the_directory_is_refused_and_nothing_stays(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        Staging(tmp_path / ".staged").stage({name: b""}, ())
    assert list((tmp_path / ".staged").glob("*/*")) == []


def test_a_place_that_cannot_be_written_is_no_fault_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InfrastructureError, match="staged files"):
        Staging(tmp_path / "file" / ".staged").stage({"a": b""}, ())


def test_a_place_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "store" / ".staged")
    staging.stage({"a": b"1"}, ()).close()
    shutil.rmtree(tmp_path / "store")
    assert (staging.stage({"a": b"1"}, ()).path / "a").read_bytes() == b"1"
