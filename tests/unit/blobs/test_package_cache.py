"""A worker's packages: unpacked once, verified, within bounds, whatever dies meanwhile."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from judge.blobs.package_cache import PackageCache, sweep_cache, tree_bytes
from judge.blobs.package_store import PackageStore
from judge.errors import BlobStoreError, PackageError


def test_a_package_is_unpacked_once(package: Path, tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path / "store"))
    digest = store.publish(package)
    cache = PackageCache(tmp_path / "cache", store, 1 << 30)
    with cache.package(digest) as first, cache.package(digest) as second:
        assert first.stat().st_ino == second.stat().st_ino
    for path in (tmp_path / "store").iterdir():
        path.unlink()
    with cache.package(digest) as third:
        assert (third / "problem.yaml").exists()


def test_what_is_not_what_its_name_says_is_refused(package: Path, tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path / "store"))
    digest = store.publish(package)
    (package / "problem.yaml").write_text("name: other\n")
    other = store.publish(package)
    os.replace(
        tmp_path / "store" / f"{other.removeprefix('sha256:')}.zip",
        tmp_path / "store" / f"{digest.removeprefix('sha256:')}.zip",
    )
    cache = PackageCache(tmp_path / "cache", store, 1 << 30)
    with pytest.raises(BlobStoreError, match="something else"), cache.package(digest):
        pass
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_missing_package_and_a_broken_zip_are_named(tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path / "store"))
    cache = PackageCache(tmp_path / "cache", store, 1 << 30)
    digest = "sha256:" + "0" * 64
    with pytest.raises(BlobStoreError, match="No such file"), cache.package(digest):
        pass
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / ("0" * 64 + ".zip")).write_bytes(b"no zip")
    with pytest.raises(PackageError, match="zip"), cache.package(digest):
        pass


def test_the_cache_forgets_what_was_used_longest_ago_but_nothing_in_use(package: Path, tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path / "store"))
    digests = []
    for number in range(4):
        (package / "problem.yaml").write_text(f"name: sum{number}\n")
        digests.append(store.publish(package))
    cache = PackageCache(tmp_path / "cache", store, int(2.1 * tree_bytes(package / "data")) + 20_000)
    with cache.package(digests[0]) as in_use:
        for number, digest in enumerate(digests[1:], 1):
            with cache.package(digest):
                os.utime(tmp_path / "cache" / f"{digest.removeprefix('sha256:')}.lock", (number, number))
        assert in_use.exists()
        names = {digests[0].removeprefix("sha256:"), digests[3].removeprefix("sha256:")}
        kept = {path.name for path in (tmp_path / "cache").iterdir()}
        assert kept == names | {f"{name}.lock" for name in names}


def test_a_package_that_is_being_removed_when_its_remover_dies_is_never_served(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PackageStore(str(tmp_path / "store"))
    cache_dir = tmp_path / "cache"
    cache = PackageCache(cache_dir, store, 0)
    first = store.publish(package)
    with cache.package(first):
        pass
    (package / "problem.yaml").write_text("name: other\n")

    def die(path: Path, **_: object) -> None:
        (path / "problem.yaml").unlink(missing_ok=True)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shutil, "rmtree", die)
        with cache.package(store.publish(package)):
            pass
    assert sweep_cache(cache_dir) > 0
    with cache.package(first) as root:
        assert (root / "problem.yaml").exists()


def test_what_killed_processes_left_in_the_cache_goes_unless_somebody_works_on_it(
    package: Path, tmp_path: Path
) -> None:
    cache_dir = tmp_path / "cache"
    (cache_dir / f".incoming-{'a' * 64}" / "package").mkdir(parents=True)
    (cache_dir / f".outgoing-{'b' * 64}").mkdir()
    (cache_dir / f".incoming-{'c' * 64}").mkdir()
    in_work = os.open(cache_dir / f"{'c' * 64}.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(in_work, fcntl.LOCK_EX)
    assert sweep_cache(cache_dir) == 2
    os.close(in_work)
    assert [path.name for path in cache_dir.iterdir() if path.is_dir()] == [f".incoming-{'c' * 64}"]
    assert sweep_cache(tmp_path / "none") == 0


def test_a_lock_without_its_package_goes_unless_somebody_holds_it(tmp_path: Path) -> None:
    held, free = (tmp_path / f"{digit * 64}.lock" for digit in "ab")
    for path in (held, free):
        path.touch()
    with held.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        assert sweep_cache(tmp_path) == 0
        assert (held.exists(), free.exists()) == (True, False)


def test_who_waited_for_a_lock_that_was_removed_takes_the_one_in_its_place(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PackageStore(str(tmp_path / "store"))
    digest = store.publish(package)
    lock = tmp_path / "cache" / f"{digest.removeprefix('sha256:')}.lock"
    flock, removals = fcntl.flock, [1, 2]

    def late(fd: int, how: int) -> None:
        flock(fd, how)
        if removals:  # the one who had it has removed the package
            removals.pop()
            lock.unlink()

    monkeypatch.setattr("judge.blobs.package_cache.fcntl.flock", late)
    with PackageCache(tmp_path / "cache", store, 1 << 30).package(digest), lock.open() as other:
        assert not removals
        with pytest.raises(BlockingIOError):
            flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
