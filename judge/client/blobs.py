"""The part of the clients that puts, gets, lists and removes blobs."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TypeVar

from judge.blobs.content import content_of
from judge.blobs.store import BlobStore
from judge.client.test_sets import Tests, encoded_tests
from judge.errors import QueueError
from judge.queue import blob_calls
from judge.queue.blob_calls import Blob, BlobListing, BlobView
from judge.queue.redis_queue import AsyncQueue, Queue
from judge.tenant_blobs.place import BlobPlace
from judge.tenant_blobs.transfer import Watch, check_size, content_in_redis, given_up, new_blob, save, upload

T = TypeVar("T")

#: Bytes, a file's path, or a stream that is read to its end.
BlobSource = bytes | str | Path | IO[bytes]


class ClientBlobs:
    """Blobs of the blocking client."""

    queue: Queue
    blob_place: BlobPlace

    def put_blob(
        self,
        source: BlobSource,
        *,
        tenant: str = "",
        name: str = "",
        lifetime_s: float = 0,
        watch: Watch | None = None,
    ) -> str:
        """Keep bytes, or the file at a path, for the tenant; returns "sha256:...", by which work names it.

        What the tenant has already is not sent again: its time begins again. ``lifetime_s`` 0 = the service's usual
        one, counted from the last use. A ``name`` that another blob had is this one's now. ``watch`` is told of the
        progress of a long transfer. Raises BlobNameError,
        BlobTooLarge, BlobQuotaError, BlobChanged (the file was written to meanwhile), BlobStoreUnset, BlobStoreError,
        UsageError (the file), WireError (the tenant), QueueError.
        """
        with content_of(_path_or_bytes(source)) as content:
            new = new_blob(content, tenant=tenant, name=name, lifetime_s=lifetime_s)
            if self.queue.run(blob_calls.put(new)):
                try:
                    upload(self.blob_place.store(), new, content, watch)
                except BaseException as error:
                    with suppress(QueueError):  # the upload's time ends by itself
                        self.queue.run(given_up(new, error))
                    raise
                self.queue.run(blob_calls.end_upload(new, kept=True))
            return new.digest

    def put_tests(self, tests: Tests, *, tenant: str = "", name: str = "", lifetime_s: float = 0) -> str:
        """Keep tests, or those of a file of them (a JSON object a line), as a test set for ``evaluate``.

        Raises as :meth:`put_blob`, and UsageError for tests that no evaluation would take.
        """
        return self.put_blob(encoded_tests(tests), tenant=tenant, name=name, lifetime_s=lifetime_s)

    def get_blob(self, blob: str, *, tenant: str = "", bytes_max: int | None = None) -> bytes:
        """The content of a blob of the tenant, by its digest or a name of it; its time begins again.

        Raises BlobNameError, NoSuchBlob, BlobExpired, BlobTooLarge (above ``bytes_max``), BlobStoreUnset,
        BlobStoreError, BlobMismatch, QueueError.
        """
        found = self.queue.run(blob_calls.use(tenant, blob))
        check_size(found, bytes_max)
        return _content(found, self.blob_place)

    def save_blob(self, blob: str, target: str | Path, *, tenant: str = "", watch: Watch | None = None) -> None:
        """Write a blob to a file, which is there whole and verified or not at all. Raises as :meth:`get_blob`."""
        found = self.queue.run(blob_calls.use(tenant, blob))
        save(found, _store_of(found, self.blob_place), Path(target), watch)

    def blobs(self, *, tenant: str = "") -> Iterator[BlobView]:
        """The tenant's blobs, newest first."""
        listing = BlobListing(tenant)
        while listing.unfinished:
            yield from listing.take(self.queue.run(listing.page_call()))

    def remove_blob(self, blob: str, *, tenant: str = "") -> bool:
        """Remove a blob by its digest; by a name, the name, and the blob with it when it was put by that name alone.

        True = the blob is gone, False = it was put in other ways as well. Raises NoSuchBlob, BlobNameError.
        """
        return self.queue.run(blob_calls.remove(tenant, blob))


class AsyncClientBlobs:
    """The same for asyncio; files and the store are used in threads, whose end a cancelled task waits for."""

    queue: AsyncQueue
    blob_place: BlobPlace

    async def put_blob(self, source: BlobSource, *, tenant: str = "", name: str = "", lifetime_s: float = 0) -> str:
        """See :meth:`ClientBlobs.put_blob`."""
        with ExitStack() as stack:
            content = await _in_thread(lambda: stack.enter_context(content_of(_path_or_bytes(source))))
            new = new_blob(content, tenant=tenant, name=name, lifetime_s=lifetime_s)
            if await self.queue.run(blob_calls.put(new)):
                try:
                    await _in_thread(lambda: upload(self.blob_place.store(), new, content))
                except BaseException as error:
                    with suppress(QueueError):
                        await self.queue.run(given_up(new, error))
                    raise
                await self.queue.run(blob_calls.end_upload(new, kept=True))
            return new.digest

    async def put_tests(self, tests: Tests, *, tenant: str = "", name: str = "", lifetime_s: float = 0) -> str:
        """See :meth:`ClientBlobs.put_tests`."""
        content = await _in_thread(lambda: encoded_tests(tests))
        return await self.put_blob(content, tenant=tenant, name=name, lifetime_s=lifetime_s)

    async def get_blob(self, blob: str, *, tenant: str = "", bytes_max: int | None = None) -> bytes:
        """See :meth:`ClientBlobs.get_blob`."""
        found = await self.queue.run(blob_calls.use(tenant, blob))
        check_size(found, bytes_max)
        return await _in_thread(lambda: _content(found, self.blob_place))

    async def save_blob(self, blob: str, target: str | Path, *, tenant: str = "") -> None:
        """See :meth:`ClientBlobs.save_blob`."""
        found = await self.queue.run(blob_calls.use(tenant, blob))
        await _in_thread(lambda: save(found, _store_of(found, self.blob_place), Path(target)))

    async def blobs(self, *, tenant: str = "") -> AsyncIterator[BlobView]:
        """See :meth:`ClientBlobs.blobs`."""
        listing = BlobListing(tenant)
        while listing.unfinished:
            for view in listing.take(await self.queue.run(listing.page_call())):
                yield view

    async def remove_blob(self, blob: str, *, tenant: str = "") -> bool:
        """See :meth:`ClientBlobs.remove_blob`."""
        return await self.queue.run(blob_calls.remove(tenant, blob))


async def _in_thread(work: Callable[[], T]) -> T:
    """The answer of something that blocks. A cancelled task still waits for it: it uses what the task will close."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _path_or_bytes(source: BlobSource) -> bytes | Path | IO[bytes]:
    return Path(source) if isinstance(source, str) else source


def _store_of(blob: Blob, place: BlobPlace) -> BlobStore | None:
    return place.store() if blob.object else None


def _content(blob: Blob, place: BlobPlace) -> bytes:
    if not blob.object:
        return content_in_redis(blob)
    with _fetched(blob, place) as path:
        return path.read_bytes()


@contextmanager
def _fetched(blob: Blob, place: BlobPlace) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="judge-blob-") as scratch:
        path = Path(scratch) / "content"
        save(blob, _store_of(blob, place), path)
        yield path
