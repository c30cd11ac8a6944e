"""Places that keep files by name, for all machines: a shared directory, an HTTP(S) address, a bucket of an S3 service.

Each takes a descriptor or gives a file, and knows nothing of what is in it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import urllib3

from judge.errors import InfrastructureError, UsageError, blame_host, our_path

_CHUNK_BYTES = 1 << 20
_CONNECT_S = 5.0
_READ_S = 60.0
_RETRIES = urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504))


class StoreError(InfrastructureError):
    """The package store cannot be reached, or not by this machine. Passes, or is for its operator to mend."""


class AbsentError(StoreError):
    """The store answers, and does not have what was asked for."""


class Objects(Protocol):
    """Files by name. All methods raise StoreError, and HostFault for what this machine does not take."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        ...

    def fetch(self, name: str, target: Path) -> None:
        """Write a copy of the file to ``target``. Raises AbsentError when there is none."""
        ...

    def put(self, name: str, fd: int) -> None:
        """Keep what the descriptor holds, from its beginning, under this name; whole or not at all."""
        ...


def open_objects(address: str) -> Objects:
    """The place at ``address``: a directory, ``http(s)://...``, or ``s3://BUCKET/PREFIX``. Raises UsageError."""
    parts = urlsplit(address)
    if parts.scheme in ("http", "https"):
        return HttpObjects(address)
    if parts.scheme == "s3":
        return S3Objects(address, parts.netloc, parts.path.strip("/"))
    return DirectoryObjects(address)


class DirectoryObjects:
    """A directory that all machines share."""

    def __init__(self, root: str) -> None:
        self._root = root

    def has(self, name: str) -> bool:
        """See :class:`Objects`."""
        return os.path.exists(f"{self._root}/{name}")

    def fetch(self, name: str, target: Path) -> None:
        """See :class:`Objects`."""
        path = f"{self._root}/{name}"
        try:
            source_fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            kind = AbsentError if os.path.isdir(self._root) else StoreError  # else: a mount is missing
            raise kind(f"{path}: {error.strerror}") from error
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from error
        with os.fdopen(source_fd, "rb") as source, our_path(os.fspath(target)), open(target, "wb") as file:
            shutil.copyfileobj(source, file, _CHUNK_BYTES)

    def put(self, name: str, fd: int) -> None:
        """See :class:`Objects`."""
        fresh = None
        try:
            os.makedirs(self._root, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._root, prefix=".incoming-", delete=False) as fresh:
                with _open_copy(fd) as source:
                    shutil.copyfileobj(source, fresh, _CHUNK_BYTES)
                os.fchmod(fresh.fileno(), 0o644)
                os.fsync(fresh.fileno())
            os.replace(fresh.name, f"{self._root}/{name}")
        except OSError as error:
            if fresh is not None:
                with contextlib.suppress(OSError):
                    os.unlink(fresh.name)
            raise StoreError(f"package store {self._root}: {error.strerror}") from error


class HttpObjects:
    """An address that answers GET, HEAD and PUT of ``<address>/<name>``."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S), retries=_RETRIES)

    def has(self, name: str) -> bool:
        """See :class:`Objects`."""
        answer = self._request("HEAD", name)
        answer.release_conn()
        return answer.status == 200

    def fetch(self, name: str, target: Path) -> None:
        """See :class:`Objects`."""
        answer = self._request("GET", name)
        try:
            if answer.status != 200:
                kind = AbsentError if answer.status in (404, 410) else StoreError
                raise kind(f"{self._address}/{name}: the answer was {answer.status}")
            with our_path(os.fspath(target)), open(target, "wb") as file:
                shutil.copyfileobj(answer, file, _CHUNK_BYTES)
        except urllib3.exceptions.HTTPError as error:
            raise StoreError(f"{self._address}/{name}: {error}") from error
        finally:
            answer.release_conn()

    def put(self, name: str, fd: int) -> None:
        """See :class:`Objects`."""
        size = str(os.fstat(fd).st_size)
        with _open_copy(fd) as file:
            answer = self._request("PUT", name, body=file, headers={"Content-Length": size})
        answer.release_conn()
        if answer.status not in (200, 201, 204):
            raise StoreError(f"package store {self._address} answered {answer.status} to a package")

    def _request(self, method: str, name: str, **more: Any) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request(method, f"{self._address}/{name}", preload_content=False, **more)
        except urllib3.exceptions.HTTPError as error:
            raise StoreError(f"package store {self._address}: {error}") from error


class S3Objects:
    """A bucket, through boto3 (``judge-service[s3]``); keys, region and endpoint come from where boto3 looks."""

    def __init__(self, address: str, bucket: str, prefix: str) -> None:
        try:
            boto3, config, exceptions = (
                import_module(name) for name in ("boto3", "botocore.config", "botocore.exceptions")
            )
        except ImportError as error:
            raise UsageError(f"package store {address}: needs boto3: pip install 'judge-service[s3]'") from error
        self._errors = (exceptions.BotoCoreError, exceptions.ClientError, boto3.exceptions.Boto3Error, OSError)
        self._absent = exceptions.ClientError
        self._address, self._bucket, self._prefix = address, bucket, f"{prefix}/" if prefix else ""
        try:
            self._client = boto3.client(
                "s3",
                config=config.Config(
                    connect_timeout=_CONNECT_S,
                    read_timeout=_READ_S,
                    retries={"total_max_attempts": 4, "mode": "standard"},
                    request_checksum_calculation="when_required",  # services other than Amazon's may know none
                    response_checksum_validation="when_required",
                ),
            )
        except (*self._errors, ValueError) as error:
            raise UsageError(f"package store {address}: {error}") from error

    def has(self, name: str) -> bool:
        """See :class:`Objects`."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._prefix + name)
        except self._errors as error:
            if self._is_absent(error):
                return False
            raise StoreError(f"package store {self._address}: {error}") from error
        return True

    def fetch(self, name: str, target: Path) -> None:
        """See :class:`Objects`."""
        try:
            self._client.download_file(self._bucket, self._prefix + name, os.fspath(target))
        except self._errors as error:
            if isinstance(error, OSError):
                blame_host(error, os.fspath(target))
            kind = AbsentError if self._is_absent(error) else StoreError
            raise kind(f"{self._address}/{name}: {error}") from error

    def put(self, name: str, fd: int) -> None:
        """See :class:`Objects`."""
        try:
            with _open_copy(fd) as file:
                self._client.upload_fileobj(file, self._bucket, self._prefix + name)
        except self._errors as error:
            raise StoreError(f"package store {self._address}: {error}") from error

    def _is_absent(self, error: Any) -> bool:
        return isinstance(error, self._absent) and error.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def _open_copy(fd: int) -> Any:
    """A file object of its own on what the descriptor holds, at the beginning."""
    os.lseek(fd, 0, os.SEEK_SET)
    return os.fdopen(os.dup(fd), "rb")
