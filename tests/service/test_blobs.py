"""Blobs: each tenant's own content by digest or name, for a while, within a quota."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from blob_harness import LARGE, allow, digest_of, stored, sweep
from service_harness import until

from judge.client import AsyncClient, Client
from judge.errors import (
    BlobExpired,
    BlobNameError,
    BlobQuotaError,
    BlobStoreUnset,
    BlobTooLarge,
    NoSuchBlob,
    WireError,
)
from judge.queue.admin import set_tenant_limit
from judge.queue.look import look
from judge.tenant_blobs.place import BlobPlace
from judge.tenant_blobs.work_blobs import WorkBlobs


@pytest.fixture
def client(blob_client: Client) -> Client:
    """A client of an empty queue, with a store in a directory."""
    return blob_client


@pytest.fixture
def place(blob_place: BlobPlace) -> BlobPlace:
    """Its store."""
    return blob_place


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


def test_use_begins_the_life_of_a_blob_again(client: Client) -> None:
    blob = client.put_blob(b"x", lifetime_s=60)
    (before,) = client.blobs()
    until(lambda: int(time.time() * 1000) > before.put_at_ms + 1, "a millisecond to pass")
    client.get_blob(blob)
    (after,) = client.blobs()
    assert after.expires_at_ms > before.expires_at_ms
    assert after.put_at_ms == before.put_at_ms


def test_a_list_goes_on_behind_its_first_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.queue.blob_calls.PAGE", 3)
    blobs = [client.put_blob(b"%d" % number, tenant="ann") for number in range(10)]
    assert sorted(view.blob for view in client.blobs(tenant="ann")) == sorted(blobs)


def test_what_is_done_with_blobs_is_counted(client: Client, place: BlobPlace) -> None:
    allow(client.queue, tenant_blobs=2)
    small, large = client.put_blob(b"small"), client.put_blob(LARGE)
    client.put_blob(b"small")
    with pytest.raises(BlobQuotaError):
        client.put_blob(b"third")
    client.get_blob(small)
    with pytest.raises(NoSuchBlob):
        client.get_blob("none")
    client.remove_blob(large)
    assert sweep(client, place) == 1
    with Client(client.queue.broker) as bare, pytest.raises(BlobStoreUnset):
        bare.put_blob(LARGE)
    counts = look(client.queue, 0, 0).counters
    done = {name: counts.get(f"blobs_{name}", 0) for name in ("put", "put_again", "refused", "given_up", "removed")}
    assert done == {"put": 2, "put_again": 1, "refused": 1, "given_up": 1, "removed": 1}
    assert (counts["blobs_read"], counts["blobs_missed"], counts["blobs_swept"]) == (1, 1, 1)
