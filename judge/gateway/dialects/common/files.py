"""A dialect's files: blobs of the tenant by names of the dialect's own."""

from __future__ import annotations

import contextlib
import hashlib

from judge.errors import BlobExpired, NoSuchBlob
from judge.gateway.endpoint import Asked
from judge.queue import blob_calls


def blob_name(dialect: str, name: str) -> str:
    """The blob's name for what this dialect's clients call so, whatever that is."""
    return f"{dialect}.{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()}"


async def put_file(asked: Asked, dialect: str, name: str, content: bytes, *, lifetime_s: float = 0) -> str:
    """Keep it; answers its digest, by which work names it. ``lifetime_s`` 0 = as usual, from the last use. Raises
    BlobError, QueueError."""
    return await asked.service.client.put_blob(
        content, tenant=asked.caller.tenant, name=blob_name(dialect, name), lifetime_s=lifetime_s
    )


async def digest_of_file(asked: Asked, dialect: str, name: str) -> str | None:
    """Its digest; None = there is none. Its time begins again. Raises QueueError."""
    with contextlib.suppress(NoSuchBlob, BlobExpired):
        found = await asked.service.queue.run(blob_calls.use(asked.caller.tenant, blob_name(dialect, name)))
        return found.digest
    return None


async def get_file(asked: Asked, dialect: str, name: str, *, bytes_max: int | None = None) -> bytes | None:
    """Its content; None = there is none. Raises BlobTooLarge, BlobError, QueueError."""
    with contextlib.suppress(NoSuchBlob, BlobExpired):
        return await asked.service.client.get_blob(
            blob_name(dialect, name), tenant=asked.caller.tenant, bytes_max=bytes_max
        )
    return None


async def remove_file(asked: Asked, dialect: str, name: str) -> bool:
    """Whether there was one to remove. Raises QueueError."""
    with contextlib.suppress(NoSuchBlob, BlobExpired):
        await asked.service.client.remove_blob(blob_name(dialect, name), tenant=asked.caller.tenant)
        return True
    return False
