"""Blobs as the work of a slot sees them: see :class:`judge.running.runner.TenantBlobs`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import TypeVar

from judge.blobs.blob_cache import BlobCache
from judge.blobs.content import content_of
from judge.errors import BlobStoreError, CancelledError, QueueError
from judge.queue import blob_calls
from judge.queue.blob_calls import Blob
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.sandbox.capture import Capture, memfd_of
from judge.tenant_blobs.place import BlobPlace
from judge.tenant_blobs.transfer import check_size, check_stated_size, content_in_redis, given_up, new_blob, upload

T = TypeVar("T")


class WorkBlobs:
    """Each tenant's own blobs. ``queue`` is this object's alone. Use from one thread.

    Once ``is_cancelled`` says so, every method raises CancelledError: work may name thousands of blobs.
    """

    def __init__(
        self, queue: Queue, place: BlobPlace, cache: BlobCache, is_cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self._queue = queue
        self._is_cancelled = is_cancelled
        self._place = place
        self._cache = cache

    def open(self, tenant: str, blob: str) -> int:
        """A descriptor at the beginning of a blob; the caller closes it.

        Raises BlobError (the tenant has none such), BlobStoreError (Redis or the store is away), HostFault.
        """
        return self._open(self._found(tenant, blob))

    def read(self, tenant: str, blob: str, bytes_max: int) -> bytes:
        """The content. Raises as :meth:`open`, and BlobTooLarge."""
        found = self._found(tenant, blob)
        check_size(found, bytes_max)
        if not found.object:
            return content_in_redis(found)
        with os.fdopen(self._open(found), "rb") as file:
            return file.read()

    def keep(self, tenant: str, content: bytes | Capture, name: str = "") -> str:
        """Keep this for the tenant, under that name as well; its digest.

        Raises BlobQuotaError, BlobTooLarge, BlobStoreUnset, BlobStoreError.
        """
        self._check_cancelled()
        with content_of(content) as source:
            new = new_blob(source, tenant=tenant, name=name)
            if self._run(blob_calls.put(new)):
                try:
                    upload(self._place.store(), new, source)
                except BaseException as error:
                    with contextlib.suppress(BlobStoreError):  # the upload's time ends by itself
                        self._run(given_up(new, error))
                    raise
                self._run(blob_calls.end_upload(new, kept=True))
            return new.digest

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._queue.close()

    def _found(self, tenant: str, blob: str) -> Blob:
        self._check_cancelled()
        return self._run(blob_calls.use(tenant, blob))

    def _check_cancelled(self) -> None:
        if self._is_cancelled():
            raise CancelledError("cancelled between two blobs")

    def _open(self, blob: Blob) -> int:
        if not blob.object:
            return memfd_of(content_in_redis(blob))
        fd = self._cache.open(self._place.store(), blob.object, blob.digest)
        try:
            check_stated_size(blob, os.fstat(fd).st_size)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _run(self, call: Call[T]) -> T:
        try:
            return self._queue.run(call)
        except QueueError as error:  # passes, like a store that is away: the work waits for it
            raise BlobStoreError(f"{error}") from error
