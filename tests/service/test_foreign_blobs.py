"""Blobs of clients that keep to no protocol: odd names, sizes and ends of uploads reach no file and nobody else."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from blob_harness import LARGE, kept_in_redis, put_by_hand, sweep
from judge_workers.node.blob_sweeper import BlobSweeper

from judge.blobs.content import content_of
from judge.blobs.store import BlobStore
from judge.client import Client
from judge.errors import BlobChanged, BlobLate
from judge.queue import blob_calls
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


OBJECT = "blobs/0a/0a" + "1" * 30
HEX = "5" * 64


@pytest.mark.parametrize(
    "words",
    [
        ("t", HEX, 70_000, 0, "", "../../etc/passwd", b""),
        ("t", HEX, 70_000, 0, "", f"{OBJECT} again", b""),
        ("t", HEX, 70_000, 0, "", OBJECT.replace("a", "A"), b""),
        ("t", HEX, 70_000, 0, "", "", b""),
        ("t", "a b", 1, 0, "", OBJECT, b"x"),
        ("t t", HEX, 1, 0, "", OBJECT, b"x"),
        ("t", HEX, -1, 0, "", OBJECT, b"x"),
        ("t", HEX, "1e99", 0, "", OBJECT, b"x"),
        ("t", HEX, 1, "-1", "", OBJECT, b"x"),
    ],
    ids=str,
)
def test_a_foreign_clients_odd_names_and_sizes_are_refused(
    client: Client, words: tuple[str | bytes | int, ...]
) -> None:
    assert put_by_hand(client, *words) == [b"FORM"]
    assert kept_in_redis(client.queue) == []


def test_a_name_of_the_store_that_is_none_reaches_no_file(client: Client, place: BlobPlace, tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    blob = client.put_blob(LARGE)
    key = client.queue.link.keys.blob("-", blob.removeprefix("sha256:"))
    client.queue.link.command("HSET", key, "object", "../precious")
    for ask in (client.get_blob, lambda blob: client.save_blob(blob, tmp_path / "out")):
        with pytest.raises(BlobChanged, match="name"):
            ask(blob)
    client.remove_blob(blob)
    assert sweep(client, place) == 1, "it is dealt with"
    assert (tmp_path / "precious").exists()


def test_what_is_no_blob_in_the_list_of_ends_holds_up_no_sweep(client: Client, place: BlobPlace) -> None:
    client.queue.link.command("ZADD", client.queue.link.keys.blob_expiry(), 0, "odd", 0, "a b c")
    client.remove_blob(client.put_blob(LARGE))
    assert sweep(client, place) == 1
    assert kept_in_redis(client.queue) == []


def test_an_upload_is_ended_only_as_what_it_was_begun(client: Client, place: BlobPlace) -> None:
    with content_of(LARGE) as content:
        new = new_blob(content, tenant="ann")
        client.queue.run(blob_calls.put(new))
        upload(place.store(), new, content)
        for other in (msgspec.structs.replace(new, tenant="bob"), msgspec.structs.replace(new, digest=f"sha256:{HEX}")):
            with pytest.raises(BlobLate):
                client.queue.run(blob_calls.end_upload(other, kept=True))
            client.queue.run(blob_calls.end_upload(other, kept=False))
        client.queue.run(blob_calls.end_upload(new, kept=True))
    assert [view.blob for view in client.blobs(tenant="ann")] == [new.digest]
    assert list(client.blobs(tenant="bob")) == []
    assert sweep(client, place) == 0


def test_a_blob_of_another_size_than_was_said_is_refused(client: Client, work_blobs: WorkBlobs, tmp_path: Path) -> None:
    small, large = client.put_blob(b"small"), client.put_blob(LARGE)
    for blob in (small, large):
        client.queue.link.command("HSET", client.queue.link.keys.blob("-", blob.removeprefix("sha256:")), "size", 1)
        for ask in (client.get_blob, lambda blob: work_blobs.open("", blob), lambda blob: work_blobs.read("", blob, 9)):
            with pytest.raises(BlobChanged, match="put as 1 bytes"):
                ask(blob)


def test_uploads_that_are_given_up_again_and_again_leave_a_bounded_list(client: Client, place: BlobPlace) -> None:
    garbage = client.queue.link.keys.blob_garbage()
    fill = "for i = 1, 10000 do redis.call('ZADD', KEYS[1], 9e15, i .. ' again') end"
    client.queue.link.command("EVAL", fill, 1, garbage)
    with content_of(LARGE) as content:
        new = new_blob(content, tenant="ann")
        client.queue.run(blob_calls.put(new))
    client.queue.run(blob_calls.end_upload(new, kept=False))
    assert sweep(client, place) == 1
    assert client.queue.link.command("ZCARD", garbage) == 10_000


def test_a_store_that_nobody_has_set_is_complained_of_once(
    client: Client, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    client.remove_blob(client.put_blob(LARGE))
    garbage = client.queue.link.keys.blob_garbage()
    (name,) = client.queue.link.command("ZRANGE", garbage, 0, -1)
    asked = iter(range(3))

    class Unset(BlobPlace):
        def store(self) -> BlobStore:
            client.queue.link.command("ZADD", garbage, 0, name)  # it is due again at once
            over.set() if next(asked) == 2 else None
            return super().store()

    over = threading.Event()
    with Queue(client.queue.broker) as own, BlobSweeper(own, Unset(), every_s=0.001):
        assert over.wait(30)
    assert [record.message.count("blob_store") for record in caplog.records] == [1]
