"""Opening by a path that was looked at before."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from judge.kernel.files import open_resolved, read_resolved


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text")
    assert read_resolved(str(tmp_path / "a")) == b"text"
    fd = open_resolved(os.fsencode(tmp_path / "a"))
    assert not os.get_inheritable(fd)
    os.close(fd)


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_resolved(str(tmp_path / "a"))


@pytest.mark.parametrize("what", ["the file", "its directory", "a directory above", "to nothing", "of /proc"])
def test_a_link_on_the_way_is_refused(tmp_path: Path, what: str) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "deep" / "a").write_text("text")
    path = tmp_path / "data" / "deep" / "a"
    match what:
        case "the file" | "to nothing":
            path.parent.mkdir(parents=True)
            path.symlink_to(tmp_path / "real" / "deep" / ("a" if what == "the file" else "b"))
        case "its directory":
            (tmp_path / "data").mkdir()
            path.parent.symlink_to(tmp_path / "real" / "deep")
        case "a directory above":
            (tmp_path / "data").symlink_to("real")
        case "of /proc":
            path = Path("/proc/self/root") / (tmp_path / "real" / "deep" / "a").relative_to("/")
    with pytest.raises(OSError, match="link") as caught:
        open_resolved(str(path))
    assert caught.value.errno == errno.ELOOP


@pytest.mark.parametrize("kind", ["directory", "FIFO", "device"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "directory":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)  # opening it as usual would wait for a writer
    else:
        path = Path("/dev/zero")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="regular file"):
        open_resolved(str(path))
    assert len(os.listdir("/proc/self/fd")) == before
