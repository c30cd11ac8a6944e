"""What putting and fetching a blob consist of besides the calls to Redis; blocks, and holds no content in memory."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from judge.blobs.blob_cache import fetch_verified
from judge.blobs.content import Content, digest_of_bytes
from judge.blobs.store import BlobStore
from judge.errors import BlobChanged, BlobStoreUnset, BlobTooLarge, UsageError, blame_host
from judge.queue import blob_calls
from judge.queue.blob_calls import REDIS_BLOB_BYTES_MAX, Blob, NewBlob
from judge.queue.script import Call

#: Is told how many bytes of how many have been moved, from another thread, several times a second.
Watch = Callable[[int, int], object]

_WATCH_EVERY_S = 0.1

#: A hundred years: exact in a double when it is milliseconds since 1970.
_LIFETIME_S_MAX = 100 * 366 * 86_400


def new_blob(content: Content, *, tenant: str, name: str = "", lifetime_s: float = 0) -> NewBlob:
    """What is said to Redis of a blob to be put, small content included. Raises BlobChanged, UsageError."""
    if not 0 <= lifetime_s <= _LIFETIME_S_MAX:
        raise UsageError(f"lifetime: a number of seconds from 0 to {_LIFETIME_S_MAX}, not {lifetime_s}")
    own = secrets.token_hex(16)  # never used twice: removing one can never hit another
    return NewBlob(
        tenant=tenant,
        digest=content.digest,
        size_bytes=content.size_bytes,
        object=f"blobs/{own[:2]}/{own}",
        content=content.read() if content.size_bytes <= REDIS_BLOB_BYTES_MAX else b"",
        name=name,
        lifetime_ms=round(lifetime_s * 1000),
    )


def upload(store: BlobStore, new: NewBlob, content: Content, watch: Watch | None = None) -> None:
    """Put the content into the store. Raises BlobStoreError, BlobChanged (a file that is being written)."""
    content.check_unchanged()
    with _watched(watch, content.size_bytes, lambda: os.lseek(content.fd, 0, os.SEEK_CUR)):
        store.put(new.object, content.fd)
    content.check_unchanged()


def content_in_redis(blob: Blob) -> bytes:
    """The content that came with the answer. Raises BlobChanged when it is not what its digest says."""
    if digest_of_bytes(blob.content) != blob.digest:
        raise BlobChanged(f"blob {blob.digest}: what was put under this digest is something else")
    check_stated_size(blob, len(blob.content))
    return blob.content


def check_stated_size(blob: Blob, found_bytes: int) -> None:
    """Raise BlobChanged when a blob is not as large as its client said, and its tenant is charged for."""
    if found_bytes != blob.size_bytes:
        raise BlobChanged(f"blob {blob.digest}: it was put as {blob.size_bytes} bytes and has {found_bytes}")


def given_up(new: NewBlob, error: BaseException) -> Call[None]:
    """The upload has failed with this error."""
    return blob_calls.end_upload(new, kept=False, sent=not isinstance(error, BlobStoreUnset))


def check_size(blob: Blob, bytes_max: int | None) -> None:
    """Raise BlobTooLarge when a blob is larger than what is read may be."""
    if bytes_max is not None and blob.size_bytes > bytes_max:
        raise BlobTooLarge(f"blob {blob.digest}: {blob.size_bytes} bytes; here at most {bytes_max} are taken")


def save(blob: Blob, store: BlobStore | None, target: Path, watch: Watch | None = None) -> None:
    """Write a blob to a file, verified before it is there under its name; ``store`` is where it lies, if not in Redis.

    Raises UsageError (the file), BlobChanged, BlobMismatch, BlobStoreError, HostFault.
    """
    try:
        fd, incoming = tempfile.mkstemp(prefix=".judge-blob-", dir=target.parent)
        os.close(fd)
        try:
            if store is None:
                Path(incoming).write_bytes(content_in_redis(blob))
            else:
                with _watched(watch, blob.size_bytes, lambda: os.stat(incoming).st_size):
                    fetch_verified(store, blob.object, blob.digest, Path(incoming))
                check_stated_size(blob, os.stat(incoming).st_size)
            os.chmod(incoming, 0o644)
            os.rename(incoming, target)
        except BaseException:
            Path(incoming).unlink(missing_ok=True)
            raise
    except OSError as error:
        blame_host(error, f"{target}")
        raise UsageError(f"{target}: {error.strerror}") from error


@contextmanager
def _watched(watch: Watch | None, total_bytes: int, position: Callable[[], int]) -> Iterator[None]:
    """Meanwhile report how far a transfer is."""
    if watch is None:
        yield
        return
    report, over = watch, threading.Event()

    def look() -> None:
        while not over.wait(_WATCH_EVERY_S):
            with contextlib.suppress(OSError):
                report(min(position(), total_bytes), total_bytes)

    thread = threading.Thread(target=look, name="blob-transfer")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    report(total_bytes, total_bytes)
