"""Places that keep files: each gives back what it got, and says what is missing or away."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from judge.blobs.addresses import open_blob_store
from judge.blobs.directory import DirectoryBlobs, check_directory
from judge.blobs.package_store import PackageStore
from judge.blobs.store import BlobStore
from judge.errors import BlobMissing, BlobStoreError, UsageError


def test_an_s3_address_without_boto3_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UsageError, match=r"judge-service\[s3\]"):
        PackageStore("s3://packages/judge")


def test_an_unreachable_store_is_named() -> None:
    with pytest.raises(BlobStoreError, match=r"127\.0\.0\.1:9"):
        open_blob_store("http://127.0.0.1:9/packages").has("a")


@pytest.fixture(params=["directory", "http", "s3"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, http_store: str, monkeypatch: pytest.MonkeyPatch
) -> BlobStore:
    monkeypatch.setenv("AWS_ENDPOINT_URL", http_store.removesuffix("/packages"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "test")
    (tmp_path / "store").mkdir()
    addresses = {"directory": str(tmp_path / "store"), "http": http_store, "s3": "s3://packages/judge"}
    return open_blob_store(addresses[request.param])


@pytest.mark.parametrize("name", ["abc.zip", "inputs/0123abcd"])
def test_any_content_comes_out_as_it_went_in(store: BlobStore, tmp_path: Path, name: str) -> None:
    assert not store.has(name)
    for content in (b"first", b"\0\xff" * 100_000):
        with (tmp_path / "from").open("w+b") as file:
            file.write(content)
            file.flush()
            store.put(name, file.fileno())
        assert store.has(name)
        store.fetch(name, tmp_path / "to")
        assert (tmp_path / "to").read_bytes() == content


def test_what_a_store_does_not_have_is_missing_not_unreachable(store: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(BlobMissing):
        store.fetch("abc.zip", tmp_path / "to")


def test_what_was_removed_is_gone_and_may_be_removed_again(store: BlobStore, tmp_path: Path) -> None:
    with (tmp_path / "from").open("w+b") as file:
        store.put("blobs/ab/abcd", file.fileno())
    for _ in range(2):
        store.remove("blobs/ab/abcd")
        assert not store.has("blobs/ab/abcd")


def test_every_store_can_be_swept(store: BlobStore) -> None:
    store.sweep(0)


def test_what_a_killed_writer_left_in_a_store_directory_is_swept_when_it_is_old(tmp_path: Path) -> None:
    for name, written_s in ((".incoming-old", 1), (".incoming-fresh", None), ("abc.zip", 1)):
        (tmp_path / name).write_bytes(b"half")
        if written_s is not None:
            os.utime(tmp_path / name, (written_s, written_s))
    open_blob_store(str(tmp_path)).sweep(3600)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".incoming-fresh", "abc.zip"]


def test_an_upload_in_parts_that_was_never_finished_is_aborted_when_it_is_old(
    http_store: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = http_store.removesuffix("/packages")
    upload = "<Upload><Key>judge/{0}</Key><UploadId>{0}</UploadId><Initiated>{1}</Initiated></Upload>"
    with (tmp_path / "uploads").open("w+") as file:
        file.write(upload.format("old", "2020-01-01T00:00:00Z") + upload.format("fresh", "2999-01-01T00:00:00Z"))
        file.flush()
        open_blob_store(server).put("uploads", file.fileno())
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "test")
    open_blob_store("s3://packages/judge").sweep(3600)
    open_blob_store(server).fetch("aborted", tmp_path / "aborted")
    (aborted,) = (tmp_path / "aborted").read_text().splitlines()
    assert aborted.startswith("/packages/judge/old?uploadId=old")


def test_a_removal_that_the_store_refuses_is_its_fault(http_store: str, tmp_path: Path) -> None:
    for address in (http_store, str(tmp_path / "gone")):
        with pytest.raises(BlobStoreError):
            open_blob_store(address).remove("locked")


def test_a_store_directory_that_is_away_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(BlobStoreError) as raised:
        open_blob_store(str(tmp_path / "gone")).fetch("abc.zip", tmp_path / "to")
    assert not isinstance(raised.value, BlobMissing)


def test_a_full_store_directory_keeps_no_half_of_a_file(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BlobStoreError, match="No space left"):
        PackageStore(str(tmp_path / "store")).publish(package)
    assert list((tmp_path / "store").iterdir()) == []


def test_a_store_directory_that_is_not_there_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"package_store: there is no directory .*/gone;"):
        check_directory(str(tmp_path / "gone"), "package_store")


@pytest.mark.parametrize("address", ["/", "http://127.0.0.1:9/packages", "s3://bucket/prefix"])
def test_a_directory_that_is_there_and_any_network_address_pass(address: str) -> None:
    check_directory(address, "package_store")


def test_what_is_made_in_a_shared_directory_is_as_open_as_its_top(tmp_path: Path) -> None:
    """Gateways and workers may be different users of one group."""
    root = tmp_path / "store"
    root.mkdir()
    root.chmod(0o2775)
    with open(__file__, "rb") as file:
        DirectoryBlobs(str(root)).put("ab/cd/efgh", file.fileno())
    assert [oct(path.stat().st_mode & 0o7777) for path in (root / "ab", root / "ab" / "cd")] == ["0o2775"] * 2
