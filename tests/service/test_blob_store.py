"""Blobs in the store: what is swept, what dies meanwhile, what is spoilt, and that the accounts are right."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from blob_harness import (
    LARGE,
    allow,
    digest_of,
    ending_before,
    kept_in_redis,
    stored,
    sweep,
    usage_of,
)
from memory_store import MemoryServer, memory_store
from service_harness import until

from judge.blobs.blob_cache import BlobCache
from judge.blobs.content import content_of
from judge.blobs.directory import DirectoryBlobs
from judge.blobs.store import BlobStore
from judge.client import AsyncClient, Client
from judge.errors import (
    BlobChanged,
    BlobExpired,
    BlobLate,
    BlobMismatch,
    BlobQuotaError,
    BlobStoreError,
    BlobStoreUnset,
    CancelledError,
    NoSuchBlob,
)
from judge.queue import blob_calls
from judge.queue.broker import Broker
from judge.queue.look import look
from judge.queue.redis_queue import Queue
from judge.tenant_blobs.place import BlobPlace
from judge.tenant_blobs.transfer import new_blob, upload
from judge.tenant_blobs.work_blobs import WorkBlobs


@pytest.fixture
def client(blob_client: Client) -> Client:
    """A client of an empty queue, with a store in a directory."""
    return blob_client


@pytest.fixture
def place(blob_place: BlobPlace) -> BlobPlace:
    """Its store."""
    return blob_place


def test_without_a_store_only_small_blobs_can_be_put_and_the_refusal_names_the_setting(
    client: Client, tmp_path: Path
) -> None:
    with Client(client.queue.broker) as bare:
        assert bare.get_blob(bare.put_blob(b"small")) == b"small"
        with pytest.raises(BlobStoreUnset, match="blob_store"):
            bare.put_blob(LARGE)
    allow(client.queue, tenant_blobs=2)
    client.put_blob(LARGE)  # what was refused holds nothing of the quota


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


def test_beyond_its_share_of_redis_small_blobs_go_to_the_store(client: Client, tmp_path: Path) -> None:
    allow(client.queue, blob_redis_bytes=1000)
    first, second = client.put_blob(b"a" * 600), client.put_blob(b"b" * 600)
    assert stored(tmp_path) == 1
    assert (client.get_blob(first), client.get_blob(second)) == (b"a" * 600, b"b" * 600)
    client.remove_blob(first)
    client.put_blob(b"c" * 600)
    assert stored(tmp_path) == 1


def test_a_tenant_fills_only_its_part_of_the_share_of_redis(client: Client, tmp_path: Path) -> None:
    allow(client.queue, blob_redis_bytes=8 << 17)  # a part of 128 KiB
    for number in range(3):
        client.put_blob(b"%d" % number * 60_000, tenant="ann")
    assert stored(tmp_path) == 1
    client.put_blob(b"b" * 60_000, tenant="bob")
    assert stored(tmp_path) == 1
    client.remove_blob(digest_of(b"0" * 60_000), tenant="ann")
    client.put_blob(b"c" * 60_000, tenant="ann")
    assert stored(tmp_path) == 1, "what is removed is free again"


def test_without_a_store_a_tenant_with_a_full_part_is_told_so_and_nothing_is_left_to_sweep(client: Client) -> None:
    allow(client.queue, blob_redis_bytes=1 << 16)
    with Client(client.queue.broker) as bare:
        bare.put_blob(b"a" * 60_000)
        with pytest.raises(BlobStoreUnset, match="beyond what may lie in Redis"):
            bare.put_blob(b"b" * 60_000)
    assert client.queue.link.command("EXISTS", client.queue.link.keys.blob_garbage()) == 0


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


def test_cancelled_work_is_given_and_keeps_no_more_blobs(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    blob, orders = client.put_blob(b"content"), [False]
    blobs = WorkBlobs(Queue(client.queue.broker), place, BlobCache(tmp_path / "cache", 0), lambda: orders[0])
    with closing(blobs):
        assert blobs.read("", blob, 100) == b"content"
        orders[0] = True
        for ask in (
            lambda: blobs.open("", blob),
            lambda: blobs.read("", blob, 100),
            lambda: blobs.keep("", b"more"),
        ):
            with pytest.raises(CancelledError):
                ask()
    assert [view.blob for view in client.blobs()] == [blob]


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


@pytest.mark.parametrize("kind", ["http", "s3"])
def test_a_store_on_the_network_does_the_same(
    client: Client, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "test")
    with memory_store() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        place = BlobPlace({"http": f"{address}/blobs/", "s3": "s3://bucket/blobs"}[kind])
        blobs = WorkBlobs(Queue(client.queue.broker), place, BlobCache(tmp_path / "cache", 0))
        with Client(client.queue.broker, blob_place=place) as judge, closing(blobs):
            blob = blobs.keep("ann", LARGE)
            assert judge.get_blob(blob, tenant="ann") == LARGE
            judge.remove_blob(blob, tenant="ann")
            judge.put_blob(LARGE, tenant="bob")
            assert blobs.read("bob", blob, 1 << 20) == LARGE
            assert len(MemoryServer.files) == 2
            assert sweep(judge, place) == 1
            assert len(MemoryServer.files) == 1


def test_repeating_a_call_whose_answer_was_lost_changes_nothing(client: Client, place: BlobPlace) -> None:
    allow(client.queue, tenant_blobs=2)
    for _ in range(2):  # the second time another upload has brought the same content before
        with content_of(LARGE) as content:
            new = new_blob(content, tenant="ann", name="it")
            assert client.queue.run(blob_calls.put(new)) == client.queue.run(blob_calls.put(new)) > 0
            upload(place.store(), new, content)
        client.put_blob(LARGE, tenant="ann", name="it")
        for _ in range(2):
            client.queue.run(blob_calls.end_upload(new, kept=True))
        assert usage_of(client, "ann") == (len(LARGE), 1)
        sweep(client, place)
        assert client.get_blob("it", tenant="ann") == LARGE
        client.remove_blob("it", tenant="ann")
    assert usage_of(client, "ann") == (0, 0)


def test_names_that_uploads_bring_count_from_their_beginning(client: Client) -> None:
    allow(client.queue, tenant_blobs=1)
    with content_of(LARGE) as content:
        new = new_blob(content, tenant="ann", name="one")
        assert client.queue.run(blob_calls.put(new)) > 0
    with pytest.raises(BlobQuotaError, match="1 names"):
        client.put_blob(b"x", tenant="ann", name="two")
    client.queue.run(blob_calls.end_upload(new, kept=False))
    client.put_blob(b"x", tenant="ann", name="two")


def test_a_long_transfer_says_how_far_it_is(client: Client, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    blob = client.put_blob(LARGE, watch=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(LARGE), len(LARGE))
    told.clear()
    client.save_blob(blob, tmp_path / "out", watch=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(LARGE), len(LARGE))


def test_a_cancelled_task_leaves_nothing_of_its_upload(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(DirectoryBlobs):
        def put(self, name: str, fd: int) -> None:
            begun.set()
            assert go_on.wait(30)
            super().put(name, fd)

    class SlowPlace(BlobPlace):
        def store(self) -> BlobStore:
            return Slow(str(tmp_path / "store"))

    async def scenario() -> None:
        async with AsyncClient(client.queue.broker, blob_place=SlowPlace()) as slow:
            putting = asyncio.ensure_future(slow.put_blob(LARGE, tenant="ann"))
            await asyncio.to_thread(begun.wait, 30)
            putting.cancel()
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await putting

    asyncio.run(scenario())
    assert list(client.blobs(tenant="ann")) == []
    assert usage_of(client, "ann") == (0, 0)
    assert sweep(client, place) == 1
    assert stored(tmp_path) == 0


def test_the_same_content_put_twice_at_once_is_kept_and_counted_once(
    client: Client, place: BlobPlace, tmp_path: Path
) -> None:
    class Crowded(DirectoryBlobs):
        def put(self, name: str, fd: int) -> None:
            client.put_blob(LARGE, name="first")
            super().put(name, fd)

    class CrowdedPlace(BlobPlace):
        def store(self) -> BlobStore:
            return Crowded(str(tmp_path / "store"))

    with Client(client.queue.broker, blob_place=CrowdedPlace()) as crowded:
        blob = crowded.put_blob(LARGE, name="second")
    (view,) = client.blobs()
    assert view.names == ("first", "second")
    assert usage_of(client, "-") == (len(LARGE), 1)
    assert sweep(client, place) == 1
    assert client.get_blob(blob) == LARGE


def test_a_file_that_the_store_does_not_remove_holds_up_no_other(
    client: Client, place: BlobPlace, tmp_path: Path
) -> None:
    client.remove_blob(client.put_blob(LARGE))
    (stuck,) = (path for path in (tmp_path / "store").rglob("*") if path.is_file())
    stuck.unlink()
    stuck.mkdir()
    for number in range(3):
        client.remove_blob(client.put_blob(LARGE + b"%d" % number))
    with pytest.raises(BlobStoreError):
        sweep(client, place)
    assert stored(tmp_path) == 0
    assert client.queue.link.command("ZCARD", client.queue.link.keys.blob_garbage()) == 1


def test_whatever_is_done_the_accounts_agree_with_the_list(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    allow(client.queue, blob_redis_bytes=8, tenant_blobs=4)
    random = Random(20261129)
    contents, names, tenants = [b"", b"1", b"22", b"333", b"4444", b"55555"], ["", "a", "b"], ["", "ann"]
    for _ in range(400):
        tenant, content, name = random.choice(tenants), random.choice(contents), random.choice(names)
        with contextlib.suppress(BlobQuotaError, NoSuchBlob, BlobExpired):
            match random.randrange(4):
                case 0 | 1:
                    client.put_blob(content, tenant=tenant, name=name, lifetime_s=random.choice([0, 0, 0.001]))
                case 2:
                    client.remove_blob(name or digest_of(content), tenant=tenant)
                case 3:
                    assert client.get_blob(digest_of(content), tenant=tenant) == content
        if not random.randrange(20):
            sweep(client, place)
    soon_ms = int(time.time() * 1000) + 60_000
    until(lambda: not sweep(client, place) and not ending_before(client, soon_ms), "short lives to be over")
    views = {tenant: list(client.blobs(tenant=tenant)) for tenant in tenants}
    for tenant, found in views.items():
        assert usage_of(client, tenant or "-") == (sum(view.size_bytes for view in found), len(found))
        given = sorted(name for view in found for name in view.names)
        named = client.queue.link.command("HKEYS", client.queue.link.keys.blob_names(tenant or "-"))
        assert sorted(name.decode() for name in named) == given
    in_redis = int(client.queue.link.command("GET", client.queue.link.keys.blob_memory()))
    sizes = [view.size_bytes for found in views.values() for view in found]
    assert 0 <= in_redis <= 8
    counts = look(client.queue, 0, 0).counters
    assert in_redis == counts["blob_bytes_in_redis"]
    assert counts["blob_bytes_in_store"] == sum(sizes) - in_redis
    assert counts["blobs_in_redis"] + counts["blobs_in_store"] == len(sizes)
    assert counts["blobs_put"] == len(sizes) + counts["blobs_removed"] + counts["blobs_expired"]
    assert in_redis == sum(sizes) - sum(
        path.stat().st_size for path in (tmp_path / "store").rglob("*") if path.is_file()
    )


def test_a_running_worker_sweeps(runs_client: Client, short_root: Path) -> None:
    before = set((short_root / "blobs").rglob("*"))
    runs_client.put_blob(LARGE, tenant="swept", lifetime_s=0.001)
    made = [path for path in set((short_root / "blobs").rglob("*")) - before if path.is_file()]
    until(lambda: not any(path.exists() for path in made), "the worker to sweep")
    until(lambda: usage_of(runs_client, "swept") == (0, 0), "the quota to be free")
