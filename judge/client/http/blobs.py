"""The part of the HTTP client that puts, gets, lists and removes blobs."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from judge.blobs.content import Content, content_of
from judge.client.blobs import BlobSource
from judge.client.http.transport import Ask, Transport, segment
from judge.client.http.values import decoded
from judge.client.test_sets import Tests, encoded_tests
from judge.errors import BlobMismatch, BlobTooLarge, UsageError
from judge.http_form.answers import BlobPage, BlobPut
from judge.model.units import format_bytes
from judge.queue.blob_calls import BlobView, check_blob
from judge.tenant_blobs.transfer import Watch

_PATH = "/api/v1/blobs"
_BYTES = "application/octet-stream"
_CHUNK_BYTES = 1 << 20


class HttpBlobs:
    """Blobs over HTTP."""

    transport: Transport

    def check_tenant(self, tenant: str) -> None:
        """Raise UsageError when the key is not this tenant's."""
        raise NotImplementedError

    def put_blob(
        self,
        source: BlobSource,
        *,
        tenant: str = "",
        name: str = "",
        lifetime_s: float = 0,
        watch: Watch | None = None,
    ) -> str:
        """See :meth:`judge.client.blobs.ClientBlobs.put_blob`; the content is always sent."""
        self.check_tenant(tenant)
        with content_of(Path(source) if isinstance(source, str) else source) as content:
            with open(content.fd, "rb", closefd=False) as file:
                body = _Watched(file, content, watch)
                asked = Ask("POST", _PATH, {"name": name, "lifetime_s": lifetime_s}, body, _BYTES, thing="blob")
                put = decoded(self.transport.ask(asked).body, BlobPut)
            content.check_unchanged()
            if put.blob != content.digest:
                raise BlobMismatch(f"the server keeps {put.blob}, not {content.digest}")
        return put.blob

    def put_tests(self, tests: Tests, *, tenant: str = "", name: str = "", lifetime_s: float = 0) -> str:
        """See :meth:`judge.client.blobs.ClientBlobs.put_tests`."""
        return self.put_blob(encoded_tests(tests), tenant=tenant, name=name, lifetime_s=lifetime_s)

    def get_blob(self, blob: str, *, tenant: str = "", bytes_max: int | None = None) -> bytes:
        """See :meth:`judge.client.blobs.ClientBlobs.get_blob`."""
        file = _Bounded(bytes_max)
        self._fetch(blob, file, tenant, None)
        return file.getvalue()

    def save_blob(self, blob: str, target: str | Path, *, tenant: str = "", watch: Watch | None = None) -> None:
        """See :meth:`judge.client.blobs.ClientBlobs.save_blob`."""
        path = Path(target)
        try:
            with tempfile.NamedTemporaryFile("w+b", dir=path.parent, prefix=".judge-", delete=False) as file:
                try:
                    self._fetch(blob, file, tenant, watch)
                    os.chmod(file.name, 0o644)
                    os.replace(file.name, path)
                except BaseException:
                    os.unlink(file.name)
                    raise
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error

    def _fetch(self, blob: str, file: IO[bytes], tenant: str, watch: Watch | None) -> None:
        self.check_tenant(tenant)
        check_blob(blob)
        asked = Ask("GET", f"{_PATH}/{segment(blob)}", about=blob, thing="blob")
        headers = self.transport.fetch(asked, file, watch)
        file.flush()
        file.seek(0)
        found, promised = hashlib.sha256(), headers.get("etag", "").strip('"')
        while chunk := file.read(_CHUNK_BYTES):
            found.update(chunk)
        wanted = blob if blob.startswith("sha256:") else promised
        if f"sha256:{found.hexdigest()}" != wanted:
            raise BlobMismatch(f"what came as blob {blob} has another digest")

    def blobs(self, *, tenant: str = "") -> Iterator[BlobView]:
        """See :meth:`judge.client.blobs.ClientBlobs.blobs`."""
        self.check_tenant(tenant)
        after: str | None = ""
        while after is not None:
            page = decoded(self.transport.ask(Ask("GET", _PATH, {"after": after, "limit": 500})).body, BlobPage)
            yield from page.items
            after = page.next

    def remove_blob(self, blob: str, *, tenant: str = "") -> bool:
        """See :meth:`judge.client.blobs.ClientBlobs.remove_blob`."""
        self.check_tenant(tenant)
        check_blob(blob)
        address = f"{_PATH}/{segment(blob)}"
        is_name = not blob.startswith("sha256:")
        digest = ""
        if is_name:
            found = self.transport.ask(Ask("HEAD", address, about=blob, thing="blob"))
            digest = found.headers.get("etag", "").strip('"')
        self.transport.ask(Ask("DELETE", address, about=blob, thing="blob"))
        return not is_name or not any(view.blob == digest for view in self.blobs(tenant=tenant))


class _Watched:
    """The content as a stream, which tells how far it is."""

    def __init__(self, file: IO[bytes], content: Content, watch: Watch | None) -> None:
        self._file = file
        self._total = content.size_bytes
        self._watch = watch

    def read(self, size: int = -1, /) -> bytes:
        """Some of it."""
        data = self._file.read(size)
        if self._watch is not None:
            self._watch(self._file.tell(), self._total)
        return data

    def seek(self, offset: int, /) -> int:
        """Go to this place."""
        return self._file.seek(offset)


class _Bounded(io.BytesIO):
    """Memory that takes so much and no more. Raises BlobTooLarge."""

    def __init__(self, bytes_max: int | None) -> None:
        super().__init__()
        self._bytes_max = bytes_max

    def write(self, data: object) -> int:
        written = super().write(data)  # type: ignore[arg-type]
        if self._bytes_max is not None and self.tell() > self._bytes_max:
            raise BlobTooLarge(f"the blob is larger than {format_bytes(self._bytes_max)}")
        return written
