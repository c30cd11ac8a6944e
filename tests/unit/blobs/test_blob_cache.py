"""A worker's blobs: fetched once, verified, within bounds, whatever dies meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from judge.blobs.blob_cache import BlobCache, sweep_blob_cache
from judge.blobs.content import digest_of_bytes
from judge.blobs.directory import DirectoryBlobs
from judge.errors import BlobChanged, BlobMismatch, BlobMissing, HostFault


def object_of(name: str) -> str:
    """What the queue calls the blob of a letter."""
    return f"blobs/{ord(name):02x}/{ord(name):032x}"


def kept_as(name: str) -> str:
    return object_of(name).rpartition("/")[2]


@pytest.fixture
def store(tmp_path: Path) -> DirectoryBlobs:
    for name in "abc":
        path = tmp_path / "store" / object_of(name)
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode() * 1000)
    return DirectoryBlobs(str(tmp_path / "store"))


def read(cache: BlobCache, store: DirectoryBlobs, name: str) -> bytes:
    with open(cache.open(store, object_of(name), digest_of_bytes(name.encode() * 1000)), "rb") as file:
        return file.read()


def kept(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "cache").iterdir())


def test_a_blob_is_fetched_once(store: DirectoryBlobs, tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "cache", 10_000)
    assert read(cache, store, "a") == b"a" * 1000
    store.remove(object_of("a"))
    assert read(cache, store, "a") == b"a" * 1000


def test_the_blobs_used_longest_ago_go_and_open_ones_can_still_be_read(store: DirectoryBlobs, tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "cache", 2000)
    for name, used_s in (("a", 1), ("b", 2)):
        read(cache, store, name)
        os.utime(tmp_path / "cache" / kept_as(name), (used_s, used_s))
    read(cache, store, "a")
    with open(cache.open(store, object_of("b"), digest_of_bytes(b"b" * 1000)), "rb") as file:
        os.utime(tmp_path / "cache" / kept_as("b"), (0, 0))
        read(cache, store, "c")
        assert kept(tmp_path) == [kept_as("a"), kept_as("c")]
        assert file.read() == b"b" * 1000


def test_a_blob_beyond_the_bound_is_read_all_the_same(store: DirectoryBlobs, tmp_path: Path) -> None:
    assert read(BlobCache(tmp_path / "cache", 0), store, "a") == b"a" * 1000


def test_what_does_not_match_its_digest_is_not_kept(store: DirectoryBlobs, tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "cache", 10_000)
    with pytest.raises(BlobMismatch):
        cache.open(store, object_of("a"), digest_of_bytes(b"else"))
    with pytest.raises(BlobMissing):
        cache.open(store, object_of("z"), digest_of_bytes(b"z"))
    assert kept(tmp_path) == []


def test_nobody_else_may_look_into_the_cache(store: DirectoryBlobs, tmp_path: Path) -> None:
    read(BlobCache(tmp_path / "cache", 10_000), store, "a")
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "cache" / kept_as("a")).stat().st_mode & 0o777 == 0o400


def test_what_a_killed_process_left_is_swept(store: DirectoryBlobs, tmp_path: Path) -> None:
    sweep_blob_cache(tmp_path / "cache")
    read(BlobCache(tmp_path / "cache", 10_000), store, "a")
    (tmp_path / "cache" / ".incoming-b-x").write_bytes(b"half")
    sweep_blob_cache(tmp_path / "cache")
    assert kept(tmp_path) == [kept_as("a")]


def test_a_cache_that_cannot_be_is_the_hosts_fault(store: DirectoryBlobs, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HostFault, match="blob cache"):
        read(BlobCache(tmp_path / "file" / "cache", 0), store, "a")


@pytest.mark.parametrize(
    "name", ["../secret", "blobs/../secret", f"blobs/aa/../{'a' * 30}", f"{object_of('a')}\n", f"/{object_of('a')}", ""]
)
def test_a_name_that_would_be_another_path_is_refused(store: DirectoryBlobs, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    with pytest.raises(BlobChanged, match="no blobs of such a name"):
        BlobCache(tmp_path / "cache", 10_000).open(store, name, digest_of_bytes(b"secret"))


def test_a_blob_that_cannot_be_marked_as_used_leaves_no_descriptor(
    store: DirectoryBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = BlobCache(tmp_path / "cache", 10_000)
    read(cache, store, "a")

    def refuse(*_: object) -> None:
        raise PermissionError(1, "not permitted")

    before = set(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "utime", refuse)
    with pytest.raises(HostFault):
        read(cache, store, "a")
    assert set(os.listdir("/proc/self/fd")) == before
