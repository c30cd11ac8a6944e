"""Packages between machines: what goes in comes out, by digest, once, and within bounds."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from judge.blobs.package_store import PackageCache, PackageStore, is_digest, sweep_cache, tree_bytes
from judge.blobs.stores import StoreError
from judge.errors import PackageError, UsageError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "sum"
    (root / "data" / "secret").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "problem.yaml").write_text("name: sum\n")
    (root / "data" / "secret" / "1.in").write_bytes(b"\0\xff" * 5000)
    script = root / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    (root / "link").symlink_to("data/secret/1.in")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("not a part of it")
    return root


class _Memory(BaseHTTPRequestHandler):
    files: dict[str, bytes] = {}

    def do_PUT(self) -> None:
        self.files[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201)

    def do_GET(self) -> None:
        self._answer(200 if self.path in self.files else 404, self.files.get(self.path, b""))

    def do_HEAD(self) -> None:
        self._answer(200 if self.path in self.files else 404)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def http_store() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Memory)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/packages"
    server.shutdown()
    server.server_close()
    thread.join()
    _Memory.files.clear()


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
    assert all(path.startswith("/packages/judge/") for path in _Memory.files)
    cache = PackageCache(tmp_path / "other", PackageStore("s3://packages/judge"), 1 << 30)
    with pytest.raises(StoreError, match="404"), cache.package("sha256:" + "0" * 64):
        pass


def test_an_s3_address_without_boto3_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UsageError, match=r"judge-service\[s3\]"):
        PackageStore("s3://packages/judge")


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
    with pytest.raises(StoreError, match="something else"), cache.package(digest):
        pass
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [f"{digest.removeprefix('sha256:')}.lock"]


def test_a_missing_package_and_a_broken_zip_are_named(tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path / "store"))
    cache = PackageCache(tmp_path / "cache", store, 1 << 30)
    digest = "sha256:" + "0" * 64
    with pytest.raises(StoreError, match="No such file"), cache.package(digest):
        pass
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / ("0" * 64 + ".zip")).write_bytes(b"no zip")
    with pytest.raises(PackageError, match="zip"), cache.package(digest):
        pass


def test_an_unreachable_store_is_named(tmp_path: Path) -> None:
    store = PackageStore("http://127.0.0.1:9/packages")
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9"):
        store.has("sha256:" + "0" * 64)


@pytest.mark.parametrize("digest", ["", "sha256:", "sha256:xyz", "../../etc/passwd", "sha256:" + "0" * 63])
def test_a_digest_that_is_none_is_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(UsageError, match="64 hexadecimal"):
        PackageStore(str(tmp_path)).has(digest)


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
        kept = {path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()}
        assert kept == {digests[0].removeprefix("sha256:"), digests[3].removeprefix("sha256:")}


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


def test_a_full_store_directory_keeps_no_half_of_a_file(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        PackageStore(str(tmp_path / "store")).publish(package)
    assert list((tmp_path / "store").iterdir()) == []
