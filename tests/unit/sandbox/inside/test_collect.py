"""The walk over hostile directories."""

from __future__ import annotations

import os
from pathlib import Path

from judge.model.units import S_NS
from judge.sandbox.inside.collect import Budget, walk

PLENTY_NS = 60 * S_NS


def walked(top: Path, *patterns: str) -> dict[bytes, bytes]:
    found = {}
    for path, fd, info in walk(os.fsencode(top), patterns, Budget(PLENTY_NS)):
        found[path] = os.read(fd, 100)
        assert info.st_size >= 0
        os.close(fd)
    return found


def test_files_are_found_by_component(tmp_path: Path) -> None:
    for name in ("a.txt", "b.class", "deep/a.txt", "deep/er/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert set(walked(tmp_path, "*.txt")) == {b"a.txt"}
    assert set(walked(tmp_path, "*/*.txt")) == {b"deep/a.txt"}
    assert set(walked(tmp_path, "**/*.txt")) == {b"a.txt", b"deep/a.txt", b"deep/er/c.txt"}
    assert set(walked(tmp_path, "**")) == {b"a.txt", b"b.class", b"deep/a.txt", b"deep/er/c.txt"}
    assert set(walked(tmp_path, "b.class", "deep/er/*")) == {b"b.class", b"deep/er/c.txt"}
    assert walked(tmp_path) == {}
    assert walked(tmp_path / "absent", "**") == {}


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"regular")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "way").symlink_to("/etc")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "directory").mkdir()
    assert walked(tmp_path, "**", "way/passwd", "*") == {b"file": b"regular"}


def test_names_are_bytes(tmp_path: Path) -> None:
    name = b"\xff\xfe\n\t*?[\\"
    with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:
        file.write(b"odd")
    assert walked(tmp_path, "*") == {name: b"odd"}


def test_depth_is_bounded_and_no_descriptor_is_left(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    here = os.open(tmp_path, os.O_RDONLY)
    for depth in range(200):
        os.close(os.open(f"f{depth}", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    found = walked(tmp_path, "**")
    assert 60 <= len(found) <= 64
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_walk_given_up_halfway_closes_everything(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for name in ("a/b/c/1", "a/b/c/2", "a/b/3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    steps = walk(os.fsencode(tmp_path), ("**",), Budget(PLENTY_NS))
    _, fd, _ = next(steps)
    os.close(fd)
    steps.close()  # type: ignore[attr-defined]
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_not_found_in_time_is_not_looked_for(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).touch()
    plenty, none = Budget(PLENTY_NS), Budget(-1)
    for budget, count in ((plenty, 3), (none, 0)):
        fds = [fd for _, fd, _ in walk(os.fsencode(tmp_path), ("*",), budget)]
        for fd in fds:
            os.close(fd)
        assert (len(fds), budget.is_spent) == (count, not count)
