"""What the tests of blobs share: a policy, a large content, sweeping, and what is counted."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from judge_workers.node.blob_sweeper import BlobSweeper

from judge.client import Client
from judge.queue.admin import set_content_policy
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.values import BlobPolicy
from judge.tenant_blobs.place import BlobPlace

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
    set_content_policy(queue, msgspec.structs.replace(POLICY, **limits))


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def stored(tmp_path: Path) -> int:
    """How many files the store has."""
    return sum(path.is_file() for path in (tmp_path / "store").rglob("*"))


def sweep(client: Client, place: BlobPlace) -> int:
    """What a worker does every now and then, uploads whose time is over included."""
    with Queue(client.queue.broker) as own:
        return BlobSweeper(own, place).sweep(grace_ms=0)


def kept_in_redis(queue: Queue) -> list[str]:
    """The keys of blobs, but for the list of what has expired."""
    keys = [name.decode().partition(":")[2] for name in queue.link.command("KEYS", f"{queue.link.keys.prefix}blob*")]
    return [name for name in keys if not name.startswith("blob-ends:")]


def usage_of(client: Client, tenant: str) -> tuple[int, int]:
    """What a tenant's blobs are counted as: bytes and how many."""
    size, count = client.queue.link.command("HMGET", client.queue.link.keys.blob_usage(tenant), "bytes", "count")
    return int(size or 0), int(count or 0)


def ending_before(client: Client, moment_ms: int) -> int:
    """How many blobs expire before a moment."""
    expiry = client.queue.link.keys.blob_expiry()
    return int(client.queue.link.command("ZCOUNT", expiry, "-inf", moment_ms))


def put_by_hand(client: Client, *words: str | bytes | int) -> list[bytes]:
    """What blob_put answers to a client that speaks to Redis itself; see docs/reference/wire.md."""
    return list(client.queue.run(Call("blob_put", words, lambda answer: answer)))
