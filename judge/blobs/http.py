"""An HTTP(S) address as a place that keeps files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import urllib3

from judge.blobs.store import CHUNK_BYTES, CONNECT_S, READ_S, open_copy
from judge.errors import BlobMissing, BlobStoreError, our_path

_RETRIES = urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504))


class HttpBlobs:
    """An address that answers GET, HEAD, PUT and (blobs alone) DELETE of ``<address>/<name>``."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S), retries=_RETRIES)

    def has(self, name: str) -> bool:
        """See :class:`~judge.blobs.store.BlobStore`."""
        answer = self._request("HEAD", name)
        answer.release_conn()
        return answer.status == 200

    def fetch(self, name: str, target: Path) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        answer = self._request("GET", name)
        try:
            if answer.status != 200:
                kind = BlobMissing if answer.status in (404, 410) else BlobStoreError
                raise kind(f"{self._address}/{name}: the answer was {answer.status}")
            with our_path(os.fspath(target)), open(target, "wb") as file:
                shutil.copyfileobj(answer, file, CHUNK_BYTES)
        except urllib3.exceptions.HTTPError as error:
            raise BlobStoreError(f"{self._address}/{name}: {error}") from error
        finally:
            answer.release_conn()

    def put(self, name: str, fd: int) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        size = str(os.fstat(fd).st_size)
        with open_copy(fd) as file:
            answer = self._request("PUT", name, body=file, headers={"Content-Length": size})
        answer.release_conn()
        if answer.status not in (200, 201, 204):
            raise BlobStoreError(f"store {self._address} answered {answer.status} to a file")

    def remove(self, name: str) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        answer = self._request("DELETE", name)
        answer.release_conn()
        if answer.status not in (200, 202, 204, 404, 410):
            raise BlobStoreError(f"store {self._address} answered {answer.status} to a removal")

    def sweep(self, age_s: float) -> None:
        """See :class:`~judge.blobs.store.BlobStore`: what a server has half of is for the server to forget."""

    def _request(
        self, method: str, name: str, body: IO[bytes] | None = None, headers: Mapping[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request(
                method, f"{self._address}/{name}", body=body, headers=headers, preload_content=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise BlobStoreError(f"store {self._address}: {error}") from error
