"""The artifact store: found again, verified, evicted, and unharmed by crashes and by others."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from judge.errors import InfrastructureError
from judge.toolchain.artifacts import ArtifactStore


def key(number: int) -> str:
    return f"{number:064x}"


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


def age(tmp_path: Path, number: int, seconds: int) -> None:
    """Say that an entry was last used so long ago."""
    then = time.time() - seconds
    os.utime(tmp_path / "artifacts" / key(number)[:2] / key(number), (then, then))


def test_what_was_put_is_got_again_with_its_note_and_modes(store: ArtifactStore) -> None:
    with_modes = {"prog": b"\x7fELF", "lib/data.txt": b"data"}
    store.put(key(1), with_modes, executables={"prog"}, note=b"report").close()
    found = store.get(key(1))
    assert found is not None
    assert found.note == b"report"
    assert {str(p.relative_to(found.path)): p.read_bytes() for p in found.path.rglob("*") if p.is_file()} == with_modes
    assert (found.path / "prog").stat().st_mode & 0o777 == 0o755
    assert (found.path / "lib/data.txt").stat().st_mode & 0o777 == 0o644
    assert all(p.stat().st_mode & 0o005 == 0o005 for p in (found.path, found.path / "lib"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_others_find_nothing_but_a_slot_enters_what_it_is_told_of(umask: int) -> None:
    with tempfile.TemporaryDirectory(prefix="judge-store-") as top:
        os.chmod(top, 0o711)
        root, before = Path(top, "artifacts"), os.umask(umask)
        try:
            (root / "ab").mkdir(mode=0o755, parents=True)  # of an earlier version
            root.chmod(0o755)
            stored = ArtifactStore(root).put(key(1), {"main.py": b"secret"})
        finally:
            os.umask(before)
        look = "import os, sys; print(sum(len(names) + len(files) for _, names, files in os.walk(sys.argv[1])))"
        enter = "import sys; print(open(sys.argv[1] + '/main.py').read())"
        says = []
        for text, where in ((look, root), (look, root / "ab"), (look, root / key(1)[:2]), (enter, stored.path)):
            words = ["/usr/bin/python3", "-c", text, str(where)]
            who: dict[str, Any] = {"user": 61_234, "group": 61_234, "extra_groups": []}
            done = subprocess.run(words, check=False, capture_output=True, text=True, **who)
            says.append(done.stdout.strip())
        assert says == ["0", "0", "0", "secret"]


def test_what_was_never_put_is_not_found(store: ArtifactStore) -> None:
    assert store.get(key(9)) is None


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", ""])
def test_a_path_that_leaves_the_entry_is_refused(store: ArtifactStore, path: str) -> None:
    with pytest.raises(ValueError, match="not a path inside"):
        store.put(key(1), {path: b""})
    assert store.get(key(1)) is None


@pytest.mark.parametrize("bad", ["", "../../etc", "A" * 64, "0" * 63])
def test_a_key_is_a_digest(store: ArtifactStore, bad: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.get(bad)


@pytest.mark.parametrize("damage", ["content", "truncated", "missing", "manifest", "manifest-gone"])
def test_a_damaged_entry_is_not_served_and_can_be_made_again(store: ArtifactStore, tmp_path: Path, damage: str) -> None:
    store.put(key(1), {"prog": b"good"}).close()
    entry = tmp_path / "artifacts" / key(1)[:2] / key(1)
    match damage:
        case "content":
            (entry / "files/prog").write_bytes(b"evil")
        case "truncated":
            (entry / "files/prog").write_bytes(b"go")
        case "missing":
            (entry / "files/prog").unlink()
        case "manifest":
            (entry / "manifest").write_bytes(b"{")
        case _:
            (entry / "manifest").unlink()
    assert store.get(key(1)) is None
    store.put(key(1), {"prog": b"good"}).close()
    assert store.get(key(1)) is not None


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read."""
    paths: list[Path] = []
    original = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: paths.append(path) or original(path))  # type: ignore[func-returns-value]
    return paths


def old_entry(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that was written some time ago and verified since."""
    store.put(key(1), {"prog": b"good"}).close()
    now_ns = time.time_ns() + 10**9
    monkeypatch.setattr("judge.toolchain.artifacts.time.time_ns", lambda: now_ns)
    assert store.get(key(1)) is not None


def test_an_entry_is_hashed_once_while_nothing_touches_it(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, read: list[Path]
) -> None:
    old_entry(store, monkeypatch)
    read.clear()
    assert store.get(key(1)) is not None
    assert read == []


@pytest.mark.parametrize("how", ["same-size", "replaced", "missing", "manifest"])
def test_a_change_is_found_also_after_an_entry_was_verified(
    store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    old_entry(store, monkeypatch)
    entry = tmp_path / "artifacts" / key(1)[:2] / key(1)
    program = entry / "files/prog"
    before = program.stat()
    match how:
        case "same-size":
            program.write_bytes(b"evil")
            os.utime(program, ns=(before.st_atime_ns, before.st_mtime_ns))
        case "replaced":
            (tmp_path / "other").write_bytes(b"evil")
            (tmp_path / "other").rename(program)
        case "missing":
            program.unlink()
        case _:
            (entry / "manifest").write_bytes(b"{")
    assert store.get(key(1)) is None


def test_what_was_written_just_now_is_not_trusted_by_its_times(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, read: list[Path]
) -> None:
    store.put(key(1), {"prog": b"good"}).close()
    written_ns = read[-1].stat().st_ctime_ns
    monkeypatch.setattr("judge.toolchain.artifacts.time.time_ns", lambda: written_ns + 10**6)
    for _ in range(2):
        read.clear()
        assert store.get(key(1)) is not None
        assert [path.name for path in read] == ["manifest", "prog"]


def test_an_entry_filed_under_another_key_is_not_served(store: ArtifactStore, tmp_path: Path) -> None:
    store.put(key(1), {"prog": b"one"}).close()
    root = tmp_path / "artifacts"
    (root / key(2)[:2]).mkdir(exist_ok=True)
    (root / key(1)[:2] / key(1)).rename(root / key(2)[:2] / key(2))
    assert store.get(key(2)) is None


def test_the_least_recently_used_entries_go_first_and_those_in_use_stay(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts", bytes_max=120_000)
    in_use = store.put(key(1), {"prog": bytes(20_000)})
    for number in (2, 3):
        store.put(key(number), {"prog": bytes(20_000)}).close()
    age(tmp_path, 1, 300)
    age(tmp_path, 2, 100)
    age(tmp_path, 3, 200)
    store.put(key(4), {"prog": bytes(40_000)}).close()
    assert store.get(key(3)) is None
    assert store.get(key(2)) is not None
    assert in_use.path.joinpath("prog").exists()
    assert store.usage().size_bytes <= 120_000


def test_using_an_entry_makes_it_recent(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts", bytes_max=100_000)
    for number in (1, 2, 3):
        store.put(key(number), {"prog": bytes(20_000)}).close()
        age(tmp_path, number, 100 - number)
    found = store.get(key(1))
    assert found is not None
    found.close()
    store.put(key(4), {"prog": bytes(40_000)}).close()
    assert store.get(key(1)) is not None
    assert store.get(key(2)) is None


def test_a_writer_that_died_leaves_nothing_behind_for_long(store: ArtifactStore, tmp_path: Path) -> None:
    left = tmp_path / "artifacts/.incoming/dead"
    (left / "files").mkdir(parents=True)
    (left / "files/half").write_bytes(b"half")
    os.utime(left, (1, 1))
    store.put(key(1), {"prog": b"x"}).close()
    assert not left.exists()
    assert store.usage().entries == 1


def test_many_writers_of_one_entry_agree(store: ArtifactStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.put(key(1), {"prog": b"same"}), range(32)))
    assert {entry.path for entry in found} == {found[0].path}
    assert store.usage().entries == 1


def test_an_entry_in_use_is_not_removed_until_it_is_given_back(store: ArtifactStore) -> None:
    held = store.put(key(1), {"prog": b"x"})
    assert not store.remove(key(1))
    held.close()
    held.close()
    assert store.remove(key(1))
    assert store.remove(key(1))


def test_a_disk_that_refuses_is_our_fault_and_named(tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_bytes(b"a file where the store should be")
    with pytest.raises(InfrastructureError, match="artifact store"):
        ArtifactStore(tmp_path / "artifacts").put(key(1), {"prog": b"x"})
