"""Every operation on a tenant's blobs as a :class:`judge.queue.script.Call`. Pure, like :mod:`judge.queue.calls`.

Redis knows whose blob is whose, how large it is, when it expires and where its content lies: beside the record, or in
the store under a name of its own. Content in the store is never shared by tenants, so nobody learns what others have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from judge import wire
from judge.blobs.store import is_blob_object
from judge.errors import (
    BlobChanged,
    BlobError,
    BlobExpired,
    BlobLate,
    BlobNameError,
    BlobQuotaError,
    BlobTooLarge,
    NoSuchBlob,
)
from judge.queue.answers import text_of
from judge.queue.script import Call

#: The largest content that may lie in Redis.
REDIS_BLOB_BYTES_MAX = 64 << 10

#: A page of a list of blobs.
PAGE = 500

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class BlobView(msgspec.Struct, frozen=True, kw_only=True):
    """A blob as its tenant sees it. ``blob`` is "sha256:" and 64 hexadecimal digits; times are Unix milliseconds."""

    blob: str
    size_bytes: int
    names: tuple[str, ...] = ()
    put_at_ms: int
    expires_at_ms: int


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """A blob to be read: its ``content``, or ``object``, the name under which the store has it."""

    digest: str
    size_bytes: int
    object: str = ""
    content: bytes = b""


class NewBlob(msgspec.Struct, frozen=True, kw_only=True):
    """A blob to be put. ``digest`` as in :class:`BlobView`; ``object`` is a fresh name for the store.

    ``content`` comes along when it is small. ``lifetime_ms`` 0 = the service's usual one; ``name`` empty = none.
    """

    tenant: str
    digest: str
    size_bytes: int
    object: str
    content: bytes = b""
    name: str = ""
    lifetime_ms: int = 0


def put(new: NewBlob) -> Call[int]:
    """Put a blob. 0 = it is kept; else upload it to the store within this many milliseconds and call
    :func:`end_upload`.

    Raises BlobTooLarge, BlobQuotaError, BlobNameError, WireError (the tenant).
    """

    def read(answer: list[Any]) -> int:
        outcome = text_of(answer[0])
        if outcome == "KEPT":
            return 0
        if outcome == "UPLOAD":
            return int(answer[1])
        raise _refusal(new, outcome, int(answer[1]) if len(answer) > 1 else 0)

    arguments = (
        _tenant(new.tenant),
        _hex(new.digest),
        new.size_bytes,
        new.lifetime_ms,
        check_blob_name(new.name) if new.name else "",
        new.object,
        new.content,
    )
    return Call("blob_put", arguments, read)


def end_upload(new: NewBlob, *, kept: bool, sent: bool = True) -> Call[None]:
    """The upload is whole (``kept``), or given up; not ``sent``: the store has nothing of it.

    Raises BlobLate when it was given up by others already.
    """

    def read(answer: bytes | str) -> None:
        if kept and text_of(answer) == "LATE":
            raise BlobLate(f"blob {new.digest}: the upload took too long; put it again")

    outcome = "kept" if kept else "dropped" if sent else "unsent"
    return Call("blob_upload_end", (_tenant(new.tenant), _hex(new.digest), new.object, outcome), read)


def use(tenant: str, blob: str) -> Call[Blob]:
    """Where the tenant's blob lies; its life begins again. ``blob`` is a digest, or a name that the tenant gave it.

    Raises BlobNameError, NoSuchBlob, BlobExpired, BlobChanged (a client put it under a name that is none), WireError
    (the tenant).
    """

    def read(answer: list[Any]) -> Blob:
        match text_of(answer[0]):
            case "FOUND":
                digest, size, object_name, content = answer[1:]
                return Blob(
                    digest=f"sha256:{text_of(digest)}",
                    size_bytes=int(size),
                    object=_object(blob, text_of(object_name)),
                    content=content,
                )
            case "EXPIRED":
                raise BlobExpired(f"blob {blob}: its time is over")
        _raise_missing(blob)

    return Call("blob_use", (_tenant(tenant), check_blob(blob)), read)


def remove(tenant: str, blob: str) -> Call[bool]:
    """Remove a blob by its digest; by a name, the name: the blob goes with it when it was put by this name alone.

    True = the blob is gone, False = it has other names, or was put without one. Raises as :func:`use`.
    """

    def read(answer: bytes | str) -> bool:
        outcome = text_of(answer)
        if outcome == "NONE":
            _raise_missing(blob)
        return outcome == "REMOVED"

    return Call("blob_remove", (_tenant(tenant), check_blob(blob)), read)


class BlobListing:
    """One walk through a tenant's blobs, newest first. Those put meanwhile are not met. ``begin_ms``: it begins with
    those of that millisecond."""

    def __init__(self, tenant: str, begin_ms: int | None = None) -> None:
        self._tenant = _tenant(tenant)
        self._newest = "+inf" if begin_ms is None else str(begin_ms)
        self._passed = 0  # blobs of that very millisecond that were seen
        self.unfinished = True

    def page_call(self) -> Call[tuple[BlobView, ...]]:
        """The next blobs; one whose time is over has ``expires_at_ms`` 0."""
        return Call("blob_list", (self._tenant, self._newest, self._passed, PAGE), _views)

    def take(self, page: Sequence[BlobView]) -> list[BlobView]:
        """The living ones of a page; goes on behind it."""
        self.unfinished = len(page) == PAGE
        if page:
            last = str(page[-1].put_at_ms)
            same = sum(str(view.put_at_ms) == last for view in page)
            self._passed = same + self._passed if last == self._newest else same
            self._newest = last
        return [view for view in page if view.expires_at_ms]


def sweep(most: int, again_ms: int, grace_ms: int, removed: Sequence[str]) -> Call[tuple[str, ...]]:
    """End what is over: blobs, and uploads ``grace_ms`` after the end of their time. Answers what to remove from the
    store: "NAME" or "NAME again". Each comes again after ``again_ms`` unless it is among the ``removed`` of a later
    call."""
    words: list[str | bytes | int] = [most, again_ms, grace_ms, *removed]
    return Call("blob_sweep", tuple(words), lambda answer: tuple(text_of(name) for name in answer))


def check_blob(blob: str) -> str:
    """A digest or a blob's name, as it is. Raises BlobNameError."""
    if _DIGEST.fullmatch(blob):
        return blob
    if ":" in blob or not wire.is_name(blob):
        raise BlobNameError(
            f"blob {blob[:80]!r} is neither sha256: with 64 hexadecimal digits in lower case, nor a blob's name"
        )
    return blob


def check_blob_name(name: str) -> str:
    """A name that a blob can have, as it is. Raises BlobNameError."""
    if not wire.is_name(name):
        raise BlobNameError(f"a blob's name is up to 128 of A-Z a-z 0-9 . _ @ + ~ = -, not {name[:80]!r}", "name")
    return name


def check_digest(digest: str) -> str:
    """A digest, as it is. Raises BlobNameError."""
    if not _DIGEST.fullmatch(digest):
        raise BlobNameError(f"blob {digest[:80]!r}: a digest is sha256: and 64 hexadecimal digits in lower case")
    return digest


def _tenant(tenant: str) -> str:
    if tenant:
        wire.check_name(tenant, "tenant")
    return wire.tenant_key(tenant)


def _hex(digest: str) -> str:
    return check_digest(digest).removeprefix("sha256:")


def _object(blob: str, name: str) -> str:
    """The name of a file in the store, empty for none. Clients chose it. Raises BlobChanged for what is none."""
    if name and not is_blob_object(name):
        raise BlobChanged(f"blob {blob}: the store has no blobs of the name that it was put under")
    return name


def _refusal(new: NewBlob, outcome: str, most: int) -> BlobError:
    tenant = f"tenant {new.tenant!r}" if new.tenant else "who names no tenant"
    match outcome:
        case "LARGE":
            return BlobTooLarge(f"a blob of {new.size_bytes} bytes; one may have {most} (setting blob_bytes_max)")
        case "LIFE":
            return BlobTooLarge(
                f"{new.lifetime_ms / 1000:g} s; a blob may live {most / 1000:g} s (setting blob_lifetime_s_max)",
                "lifetime",
            )
        case "BYTES":
            return BlobQuotaError(f"the blobs of {tenant} may have {most} bytes together; {new.size_bytes} do not fit")
        case "COUNT":
            return BlobQuotaError(f"{tenant} may have {most} blobs, and has as many")
        case "NAMES":
            return BlobQuotaError(f"{tenant} may give {most} names to blobs, and gave as many")
    return BlobChanged(f"the queue answered {outcome}")


def _raise_missing(blob: str) -> NoReturn:
    raise NoSuchBlob(f"there is no blob {blob}")


def _views(answer: list[Any]) -> tuple[BlobView, ...]:
    fields = iter(answer)
    return tuple(
        BlobView(
            blob=f"sha256:{text_of(digest)}",
            put_at_ms=int(at),
            size_bytes=int(size),
            expires_at_ms=int(expires),
            names=tuple(text_of(name) for name in names),
        )
        for digest, at, size, expires, names in zip(fields, fields, fields, fields, fields, strict=True)
    )
