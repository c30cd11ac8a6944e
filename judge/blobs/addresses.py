"""The place that an address of the settings names."""

from __future__ import annotations

from urllib.parse import urlsplit

from judge.blobs.directory import DirectoryBlobs, is_directory_address
from judge.blobs.http import HttpBlobs
from judge.blobs.s3 import S3Blobs
from judge.blobs.store import BlobStore


def open_blob_store(address: str) -> BlobStore:
    """The place at ``address``: a directory, ``http(s)://...``, or ``s3://BUCKET/PREFIX``. Raises UsageError."""
    if is_directory_address(address):
        return DirectoryBlobs(address)
    parts = urlsplit(address)
    if parts.scheme in ("http", "https"):
        return HttpBlobs(address)
    return S3Blobs(address, parts.netloc, parts.path.strip("/"))
