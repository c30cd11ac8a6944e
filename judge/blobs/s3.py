"""A bucket of an S3 service as a place that keeps files."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from judge.blobs.store import CONNECT_S, READ_S, open_copy
from judge.errors import BlobMissing, BlobStoreError, UsageError, blame_host


class S3Blobs:
    """A bucket, through boto3 (``judge-service[s3]``); keys, region and endpoint come from where boto3 looks."""

    def __init__(self, address: str, bucket: str, prefix: str) -> None:
        try:
            boto3, config, exceptions = (
                import_module(name) for name in ("boto3", "botocore.config", "botocore.exceptions")
            )
        except ImportError as error:
            raise UsageError(f"store {address}: needs boto3: pip install 'judge-service[s3]'") from error
        self._errors = (exceptions.BotoCoreError, exceptions.ClientError, boto3.exceptions.Boto3Error, OSError)
        self._absent = exceptions.ClientError
        self._address, self._bucket, self._prefix = address, bucket, f"{prefix}/" if prefix else ""
        try:
            self._client = boto3.client(
                "s3",
                config=config.Config(
                    connect_timeout=CONNECT_S,
                    read_timeout=READ_S,
                    retries={"total_max_attempts": 4, "mode": "standard"},
                    request_checksum_calculation="when_required",  # services other than Amazon's may know none
                    response_checksum_validation="when_required",
                ),
            )
        except (*self._errors, ValueError) as error:
            raise UsageError(f"store {address}: {error}") from error

    def has(self, name: str) -> bool:
        """See :class:`~judge.blobs.store.BlobStore`."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._prefix + name)
        except self._errors as error:
            if self._is_absent(error):
                return False
            raise BlobStoreError(f"store {self._address}: {error}") from error
        return True

    def fetch(self, name: str, target: Path) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        try:
            with open(target, "wb") as file:
                self._client.download_fileobj(self._bucket, self._prefix + name, file)
        except self._errors as error:
            if isinstance(error, OSError):
                blame_host(error, os.fspath(target))
            kind = BlobMissing if self._is_absent(error) else BlobStoreError
            raise kind(f"{self._address}/{name}: {error}") from error

    def put(self, name: str, fd: int) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        try:
            with open_copy(fd) as file:
                self._client.upload_fileobj(file, self._bucket, self._prefix + name)
        except self._errors as error:
            raise BlobStoreError(f"store {self._address}: {error}") from error

    def remove(self, name: str) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)
        except self._errors as error:
            if not self._is_absent(error):
                raise BlobStoreError(f"store {self._address}: {error}") from error

    def sweep(self, age_s: float) -> None:
        """See :class:`~judge.blobs.store.BlobStore`: large files are uploaded in parts, which cost money until then."""
        newest = datetime.now(UTC) - timedelta(seconds=age_s)
        try:
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            for upload in (upload for page in pages for upload in page.get("Uploads", ())):
                if upload["Initiated"] < newest:
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
        except self._errors as error:
            if not self._is_absent(error):
                raise BlobStoreError(f"store {self._address}: {error}") from error

    def _is_absent(self, error: Any) -> bool:
        return isinstance(error, self._absent) and error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
