"""Packages between machines: what goes in comes out, by digest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from judge.blobs.package_cache import PackageCache
from judge.blobs.package_store import PackageStore, is_digest
from judge.errors import BlobStoreError, UsageError


def check_round_trip(address: str, package: Path, tmp_path: Path) -> None:
    store = PackageStore(address)
    digest = store.publish(package)
    assert is_digest(digest) and store.has(digest)
    assert store.publish(package) == digest
    with PackageCache(tmp_path / "cache", store, 1 << 30).package(digest) as root:
        assert (root / "data/secret/1.in").read_bytes() == b"\0\xff" * 5000
        assert os.access(root / "run.sh", os.X_OK)
        assert os.readlink(root / "link") == "data/secret/1.in"
        assert (root / "empty").is_dir()
        assert not (root / ".git").exists()
        assert not any(path.stat().st_mode & 0o222 for path in root.rglob("*") if path.is_file())
        assert root.parent.stat().st_mode & 0o077 == 0


def test_a_package_goes_through_a_directory(package: Path, tmp_path: Path) -> None:
    check_round_trip(str(tmp_path / "store"), package, tmp_path)


def test_a_package_goes_through_http(package: Path, tmp_path: Path, http_store: str) -> None:
    check_round_trip(http_store, package, tmp_path)


def test_a_package_goes_through_an_s3_service(
    package: Path, tmp_path: Path, http_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", http_store.removesuffix("/packages"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "test")
    check_round_trip("s3://packages/judge", package, tmp_path)
    cache = PackageCache(tmp_path / "other", PackageStore("s3://packages/judge"), 1 << 30)
    with pytest.raises(BlobStoreError, match="404"), cache.package("sha256:" + "0" * 64):
        pass


@pytest.mark.parametrize("digest", ["", "sha256:", "sha256:xyz", "../../etc/passwd", "sha256:" + "0" * 63])
def test_a_digest_that_is_none_is_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(UsageError, match="64 hexadecimal"):
        PackageStore(str(tmp_path)).has(digest)


def test_a_store_without_an_address_says_what_to_set() -> None:
    with pytest.raises(UsageError, match="set package_store"):
        PackageStore("")
