"""Blobs: each tenant's own content by digest, in Redis or in a store, for a while."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from judge_workers.node.blob_sweeper import BlobSweeper
from service_harness import until

from judge.blobs.blob_cache import BlobCache
from judge.blobs.directory import DirectoryBlobs
from judge.blobs.store import BlobStore
from judge.client import AsyncClient, Client
from judge.errors import (
    BlobChanged,
    BlobExpired,
    BlobLate,
    BlobMismatch,
    BlobNameError,
    BlobQuotaError,
    BlobStoreError,
    BlobStoreUnset,
    BlobTooLarge,
    NoSuchBlob,
    WireError,
)
from judge.queue.admin import set_blob_policy, set_tenant_limit
from judge.queue.broker import Broker
from judge.queue.redis_queue import Queue
from judge.queue.values import BlobPolicy
from judge.tenant_blobs.place import BlobPlace
from judge.tenant_blobs.work_blobs import WorkBlobs

POLICY = BlobPolicy(
    blob_bytes_max=0,
    tenant_blob_bytes=0,
    tenant_blobs=0,
    blob_life_max_ms=0,
    blob_life_ms=3_600_000,
    blob_upload_ms=60_000,
    blob_redis_bytes=1 << 20,
)

LARGE = b"\0\xff large" * 20_000


def allow(queue: Queue, **limits: int) -> None:
    """What blobs may be from now on."""
    set_blob_policy(queue, msgspec.structs.replace(POLICY, **limits))


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def place(tmp_path: Path) -> BlobPlace:
    """A store in a directory of its own."""
    (tmp_path / "store").mkdir()
    return BlobPlace(str(tmp_path / "store"))


@pytest.fixture
def client(queue: Queue, place: BlobPlace) -> Iterator[Client]:
    """A client of an empty queue."""
    allow(queue)
    with Client(queue.broker, blob_place=place) as client:
        yield client


@pytest.fixture
def work_blobs(client: Client, place: BlobPlace, tmp_path: Path) -> Iterator[WorkBlobs]:
    """What a slot's work has."""
    blobs = WorkBlobs(Queue(client.queue.broker), place, BlobCache(tmp_path / "cache", 1 << 20))
    yield blobs
    blobs.close()


def stored(tmp_path: Path) -> int:
    """How many files the store has."""
    return sum(path.is_file() for path in (tmp_path / "store").rglob("*"))


@pytest.mark.parametrize("content", [b"", b"small\0\xff", LARGE], ids=["empty", "small", "large"])
def test_a_blob_comes_back_as_it_was_put(client: Client, work_blobs: WorkBlobs, content: bytes, tmp_path: Path) -> None:
    blob = client.put_blob(content, tenant="ann")
    assert blob == digest_of(content)
    assert client.get_blob(blob, tenant="ann") == content
    assert work_blobs.read("ann", blob, 1 << 20) == content
    with open(work_blobs.open("ann", blob), "rb") as file:
        assert file.read() == content
    client.save_blob(blob, tmp_path / "out", tenant="ann")
    assert (tmp_path / "out").read_bytes() == content
    assert stored(tmp_path) == (len(content) > 65536)


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_what_work_keeps_is_its_tenants(client: Client, work_blobs: WorkBlobs, content: bytes) -> None:
    blob = work_blobs.keep("ann", content)
    assert client.get_blob(blob, tenant="ann") == content
    with pytest.raises(NoSuchBlob):
        client.get_blob(blob)


@pytest.mark.parametrize("content", [b"small", LARGE], ids=["small", "large"])
def test_a_digest_is_no_right_to_the_content(
    client: Client, work_blobs: WorkBlobs, content: bytes, tmp_path: Path
) -> None:
    blob = client.put_blob(content, tenant="ann")
    unknown = digest_of(b"nobody has this")
    for tenant in ("bob", ""):
        for ask in (client.get_blob, client.remove_blob):
            with pytest.raises(NoSuchBlob) as other:
                ask(blob, tenant=tenant)
            with pytest.raises(NoSuchBlob) as none:
                ask(unknown, tenant=tenant)
            assert str(other.value).replace(blob, "") == str(none.value).replace(unknown, "")
        with pytest.raises(NoSuchBlob):
            work_blobs.open(tenant, blob)
        assert list(client.blobs(tenant=tenant)) == []
    before = stored(tmp_path)
    assert client.put_blob(content, tenant="bob") == blob
    assert stored(tmp_path) == 2 * before, "the upload is never skipped for what another tenant put"
    client.remove_blob(blob, tenant="bob")
    assert client.get_blob(blob, tenant="ann") == content


def test_what_the_tenant_has_is_not_sent_again(client: Client, tmp_path: Path) -> None:
    client.put_blob(LARGE)
    client.put_blob(LARGE)
    assert stored(tmp_path) == 1
    (view,) = client.blobs()
    assert (view.blob, view.size_bytes) == (digest_of(LARGE), len(LARGE))


def test_names_stand_for_blobs_and_move(client: Client) -> None:
    first = client.put_blob(b"first", name="input")
    assert client.put_blob(b"first", name="copy") == first
    second = client.put_blob(b"second", name="input")
    assert client.get_blob("input") == b"second"
    assert client.get_blob("copy") == b"first"
    assert {view.blob: view.names for view in client.blobs()} == {first: ("copy",), second: ("input",)}
    client.put_blob(b"third", name="copy")
    with pytest.raises(NoSuchBlob):  # its last name moved away
        client.get_blob(first)


def test_removing_a_name_removes_the_blob_when_it_was_put_by_that_name_alone(client: Client) -> None:
    blob = client.put_blob(b"content", name="one")
    client.put_blob(b"content", name="two")
    assert not client.remove_blob("one")
    assert client.remove_blob("two")
    with pytest.raises(NoSuchBlob):
        client.get_blob(blob)
    client.put_blob(b"content", name="one")
    client.put_blob(b"content")
    assert not client.remove_blob("one")
    assert client.remove_blob(blob)
    with pytest.raises(NoSuchBlob):
        client.remove_blob(blob)


@pytest.mark.parametrize(
    "blob", ["", "sha256:", "sha256:" + "A" * 64, "sha256:" + "a" * 63, "md5:" + "a" * 64, "a/b", "a b", "../x", "é"]
)
def test_what_is_no_digest_and_no_name_is_refused(client: Client, work_blobs: WorkBlobs, blob: str) -> None:
    for ask in (client.get_blob, client.remove_blob, lambda blob: work_blobs.open("", blob)):
        with pytest.raises(BlobNameError):
            ask(blob)


def test_a_name_or_tenant_that_cannot_be_is_refused(client: Client) -> None:
    with pytest.raises(BlobNameError, match="name"):
        client.put_blob(b"x", name="a:b")
    with pytest.raises(WireError, match="tenant"):
        client.put_blob(b"x", tenant="a b")


def test_too_large_is_refused_before_anything_is_sent(client: Client, work_blobs: WorkBlobs, tmp_path: Path) -> None:
    allow(client.queue, blob_bytes_max=1000)
    for put in (client.put_blob, lambda content: work_blobs.keep("", content)):
        with pytest.raises(BlobTooLarge, match="1000 "):
            put(b"x" * 1001)
    blob = client.put_blob(b"x" * 1000)
    with pytest.raises(BlobTooLarge):
        client.get_blob(blob, bytes_max=999)
    with pytest.raises(BlobTooLarge):
        work_blobs.read("", blob, 999)


def test_a_quota_of_bytes_holds_and_is_given_back(client: Client) -> None:
    allow(client.queue, tenant_blob_bytes=len(LARGE) + 100)
    blob = client.put_blob(LARGE, tenant="ann")
    with pytest.raises(BlobQuotaError, match="ann") as raised:
        client.put_blob(b"x" * 101, tenant="ann")
    assert raised.value.exit_code == 6
    client.put_blob(LARGE, tenant="ann")
    client.put_blob(b"x" * 101, tenant="bob")
    client.remove_blob(blob, tenant="ann")
    client.put_blob(b"x" * 101, tenant="ann")


def test_a_quota_of_blobs_and_names_holds_and_a_tenant_may_have_its_own(client: Client) -> None:
    allow(client.queue, tenant_blobs=2)
    client.put_blob(b"1", name="one")
    client.put_blob(b"2", name="two")
    with pytest.raises(BlobQuotaError, match="2 blobs"):
        client.put_blob(b"3")
    with pytest.raises(BlobQuotaError, match="2 names"):
        client.put_blob(b"1", name="three")
    set_tenant_limit(client.queue, "-", "tenant_blobs", 3)
    client.put_blob(b"3", name="three")


def test_a_lifetime_beyond_the_longest_is_refused(client: Client) -> None:
    allow(client.queue, blob_life_max_ms=1000)
    with pytest.raises(BlobTooLarge, match="lifetime"):
        client.put_blob(b"x", lifetime_s=2)


def test_without_a_store_only_small_blobs_can_be_put_and_the_refusal_names_the_setting(
    client: Client, tmp_path: Path
) -> None:
    with Client(client.queue.broker) as bare:
        assert bare.get_blob(bare.put_blob(b"small")) == b"small"
        with pytest.raises(BlobStoreUnset, match="blob_store"):
            bare.put_blob(LARGE)
    allow(client.queue, tenant_blobs=2)
    client.put_blob(LARGE)  # what was refused holds nothing of the quota


def test_a_blob_whose_time_is_over_says_so(client: Client, work_blobs: WorkBlobs) -> None:
    blob = client.put_blob(b"x", name="short", lifetime_s=0.001)
    until(lambda: not list(client.blobs()), "the blob's time to be over")
    for ask in (client.get_blob, lambda blob: work_blobs.open("", blob)):
        with pytest.raises(BlobExpired):
            ask(blob)
    assert list(client.blobs()) == []
    assert client.get_blob(client.put_blob(b"x")) == b"x"


def test_asyncio_does_the_same(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with AsyncClient(client.queue.broker, blob_place=place) as judge:
            for content in (b"small", LARGE):
                blob = await judge.put_blob(content, tenant="ann", name="it")
                assert await judge.get_blob("it", tenant="ann") == content
                await judge.save_blob(blob, tmp_path / "out", tenant="ann")
                assert (tmp_path / "out").read_bytes() == content
                assert [view.blob async for view in judge.blobs(tenant="ann")] == [blob]
                assert await judge.remove_blob(blob, tenant="ann")
            with pytest.raises(NoSuchBlob):
                await judge.get_blob(blob, tenant="ann")

    asyncio.run(scenario())


def sweep(client: Client, place: BlobPlace) -> int:
    """What a worker does every now and then, uploads whose time is over included."""
    with Queue(client.queue.broker) as own:
        return BlobSweeper(own, place).sweep(grace_ms=0)


def kept_in_redis(queue: Queue) -> list[str]:
    """The keys of blobs, but for the list of what has expired."""
    keys = [name.decode().partition(":")[2] for name in queue.link.command("KEYS", f"{queue.link.keys.prefix}blob*")]
    return [name for name in keys if not name.startswith("blob-ends:")]


def test_a_sweep_leaves_nothing_of_expired_blobs(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    client.put_blob(b"small", name="a", lifetime_s=0.001)
    blob = client.put_blob(LARGE, tenant="ann", name="b", lifetime_s=0.001)
    until(lambda: not list(client.blobs(tenant="ann")), "the blobs' time to be over")
    assert sweep(client, place) == 1
    assert stored(tmp_path) == 0
    assert [name for name in kept_in_redis(client.queue) if name != "blob-memory"] == []
    assert client.queue.link.command("GET", client.queue.link.keys.blob_memory()) == b"0"
    with pytest.raises(BlobExpired):
        client.get_blob(blob, tenant="ann")
    with pytest.raises(NoSuchBlob):
        client.get_blob(blob)


def test_a_removed_blob_is_swept_from_the_store_and_another_with_its_content_stays(
    client: Client, place: BlobPlace, tmp_path: Path
) -> None:
    blob = client.put_blob(LARGE)
    client.remove_blob(blob)
    client.put_blob(LARGE)
    assert stored(tmp_path) == 2
    assert sweep(client, place) == 1
    assert client.get_blob(blob) == LARGE


def test_a_sweep_that_fails_is_done_again(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    client.remove_blob(client.put_blob(LARGE))
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(BlobStoreError):
        sweep(client, place)
    (tmp_path / "away").rename(tmp_path / "store")
    garbage = client.queue.link.keys.blob_garbage()
    (name,) = client.queue.link.command("ZRANGE", garbage, 0, -1)
    client.queue.link.command("ZADD", garbage, 0, name)  # as when the time of the one who failed is over
    assert sweep(client, place) == 1
    assert stored(tmp_path) == 0


def test_use_begins_the_life_of_a_blob_again(client: Client) -> None:
    blob = client.put_blob(b"x", lifetime_s=60)
    (before,) = client.blobs()
    until(lambda: int(time.time() * 1000) > before.put_at_ms + 1, "a millisecond to pass")
    client.get_blob(blob)
    (after,) = client.blobs()
    assert after.expires_at_ms > before.expires_at_ms
    assert after.put_at_ms == before.put_at_ms


def test_beyond_its_share_of_redis_small_blobs_go_to_the_store(client: Client, tmp_path: Path) -> None:
    allow(client.queue, blob_redis_bytes=1000)
    first, second = client.put_blob(b"a" * 600), client.put_blob(b"b" * 600)
    assert stored(tmp_path) == 1
    assert (client.get_blob(first), client.get_blob(second)) == (b"a" * 600, b"b" * 600)
    client.remove_blob(first)
    client.put_blob(b"c" * 600)
    assert stored(tmp_path) == 1


UPLOADING = """
import sys
from judge.client import Client
from judge.queue.broker import Broker
from judge.tenant_blobs.place import BlobPlace
Client(Broker(url=sys.argv[1], namespace=sys.argv[2]), blob_place=BlobPlace(sys.argv[3])).put_blob(
    bytes(1 << 20), name="half"
)
"""


def test_a_client_that_is_killed_in_an_upload_leaves_nothing(client: Client, place: BlobPlace) -> None:
    allow(client.queue, blob_upload_ms=1)
    broker = client.queue.broker
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/store"
        uploader = subprocess.Popen([sys.executable, "-c", UPLOADING, broker.url, broker.namespace, address])
        try:
            server.settimeout(30)
            connection, _ = server.accept()
            with connection:
                assert connection.recv(4096).startswith(b"PUT /store/blobs/")
                uploader.kill()
        finally:
            uploader.kill()
            uploader.wait()
    assert list(client.blobs()) == []
    with pytest.raises(NoSuchBlob):
        client.get_blob("half")
    usage = client.queue.link.keys.blob_usage("-")
    assert client.queue.link.command("HGET", usage, "bytes") == b"1048576"
    until(lambda: sweep(client, place) == 1, "the upload's time to be over")
    assert client.queue.link.command("EXISTS", usage) == 0
    garbage = client.queue.link.command("ZRANGE", client.queue.link.keys.blob_garbage(), 0, -1)
    assert [name.endswith(b" again") for name in garbage] == [True], "what a stopped client may still write goes later"


def test_an_upload_whose_time_is_over_is_refused_and_swept(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    class Slow(DirectoryBlobs):
        def put(self, name: str, fd: int) -> None:
            until(lambda: sweep(client, place) == 1, "the upload's time to be over")
            super().put(name, fd)

    class SlowPlace(BlobPlace):
        def store(self) -> BlobStore:
            return Slow(str(tmp_path / "store"))

    allow(client.queue, blob_upload_ms=1)
    with Client(client.queue.broker, blob_place=SlowPlace()) as slow, pytest.raises(BlobLate):
        slow.put_blob(LARGE)
    assert list(client.blobs()) == []
    assert sweep(client, place) == 1
    assert stored(tmp_path) == 0


def test_a_failed_upload_holds_nothing_of_the_quota(client: Client) -> None:
    with Client(client.queue.broker, blob_place=BlobPlace("/dev/null/store")) as away:
        with pytest.raises(BlobStoreError):
            away.put_blob(LARGE)
    assert client.queue.link.command("EXISTS", client.queue.link.keys.blob_usage("-")) == 0


def test_what_the_store_spoilt_is_noticed_by_clients_and_workers(
    client: Client, work_blobs: WorkBlobs, tmp_path: Path
) -> None:
    blob = client.put_blob(LARGE)
    (path,) = (path for path in (tmp_path / "store").rglob("*") if path.is_file())
    path.write_bytes(LARGE[:-1] + b"!")
    for ask in (client.get_blob, lambda blob: work_blobs.open("", blob)):
        with pytest.raises(BlobMismatch, match="something else"):
            ask(blob)


def test_what_a_foreign_client_put_under_a_wrong_digest_is_noticed(client: Client, work_blobs: WorkBlobs) -> None:
    blob = client.put_blob(b"right")
    key = client.queue.link.keys.blob("-", blob.removeprefix("sha256:"))
    client.queue.link.command("HSET", key, "content", b"wrong")
    for ask in (client.get_blob, lambda blob: work_blobs.open("", blob)):
        with pytest.raises(BlobChanged, match="something else"):
            ask(blob)


def test_a_file_that_changes_while_it_is_put_is_refused(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "growing"
    file.write_bytes(LARGE)

    class Growing(DirectoryBlobs):
        def put(self, name: str, fd: int) -> None:
            super().put(name, fd)
            with file.open("ab") as end:
                end.write(b"more")

    class GrowingPlace(BlobPlace):
        def store(self) -> BlobStore:
            return Growing(str(tmp_path / "store"))

    with Client(client.queue.broker, blob_place=GrowingPlace()) as growing, pytest.raises(BlobChanged):
        growing.put_blob(file)
    assert list(client.blobs()) == []


def test_while_redis_is_away_work_waits_for_its_blobs(short_dir: Path, place: BlobPlace, tmp_path: Path) -> None:
    broker = Broker(url=f"unix://{short_dir}/nobody.sock")
    blobs = WorkBlobs(Queue(broker, patience_s=0), place, BlobCache(tmp_path / "cache", 0))
    with pytest.raises(BlobStoreError, match="Redis"):
        blobs.open("", "sha256:" + "0" * 64)


def test_a_list_goes_on_behind_its_first_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.queue.blob_calls.PAGE", 3)
    blobs = [client.put_blob(b"%d" % number, tenant="ann") for number in range(10)]
    assert sorted(view.blob for view in client.blobs(tenant="ann")) == sorted(blobs)


COPYING = """
import resource, sys
from judge.client import Client
from judge.queue.broker import Broker
from judge.tenant_blobs.place import BlobPlace
with Client(Broker(url=sys.argv[1], namespace=sys.argv[2]), blob_place=BlobPlace(sys.argv[3])) as client:
    client.get_blob(client.put_blob(bytes(100_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    client.save_blob(client.put_blob(sys.argv[4]), sys.argv[4] + ".out")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_large_blob_is_never_held_in_memory(client: Client, work_blobs: WorkBlobs, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(64 << 20)
    broker = client.queue.broker
    words = [sys.executable, "-c", COPYING, broker.url, broker.namespace, str(tmp_path / "store"), str(large)]
    growth_kib = int(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    assert growth_kib < 16 << 10
    assert (tmp_path / "large.out").stat().st_size == 64 << 20
