"""A package's public part, taken out of its zip file. A program of its own, as :mod:`judge.blobs.package_intake` is.

``python -m judge.blobs.public_part`` reads a :class:`PartRequest` from standard input and answers with a
:class:`~judge.model.public_part.PublicPart`. Its files are then in a zip file of their own: who serves them never opens
the package, so that it cannot serve anything else of it.
"""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import msgspec

from judge.blobs.limited_process import answer_one
from judge.errors import HostFault, PackageError
from judge.kernel.files import open_resolved
from judge.model.public_part import PublicPart
from judge.package.files.digest import package_digest
from judge.package.files.unpack import Bounds
from judge.package.public.folders import Found
from judge.package.public.part import Gathered, gather
from judge.package.reader import ReadOptions
from judge.package.source import inspect_any, package_directory

_CHUNK_BYTES = 1 << 20


class PartRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``archive`` is to be read and must hold the package ``digest``, ``scratch`` is an empty
    directory, the public files are to lie in the zip file ``public``."""

    digest: str
    archive: str
    scratch: str
    public: str
    options: ReadOptions
    unpacked_bytes: int
    memory_bytes: int
    cpu_s: int


def main() -> int:
    """Answer one request."""
    return answer_one(PartRequest, take_out)


def take_out(request: PartRequest) -> PublicPart:
    """The public part; one without anything when the package cannot be read. Raises HostError, OSError."""
    scratch = Path(request.scratch)
    unpacked = scratch / "made"
    unpacked.mkdir()
    bounds = Bounds(file_bytes=min(Bounds.file_bytes, request.unpacked_bytes), total_bytes=request.unpacked_bytes)
    try:
        with package_directory(request.archive, scratch, bounds) as directory:
            found = package_digest(directory)
            if found != request.digest:
                raise HostFault(f"package {request.digest}: the store has something else under this name ({found})")
            problem, _ = inspect_any(directory, unpacked, request.options)
            gathered = gather(problem)
            write_files(gathered, Path(request.public))
    except PackageError:
        gathered = Gathered(PublicPart(), ())
        write_files(gathered, Path(request.public))
    return gathered.part


def write_files(gathered: Gathered, target: Path) -> None:
    """The public files as a zip file. Raises OSError."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for one in gathered.files:
            _write(archive, one)


def _write(archive: zipfile.ZipFile, one: Found) -> None:
    if one.replaced is not None:
        archive.writestr(one.name, one.replaced)
        return
    with open(os.path.realpath(one.path), "rb", opener=open_resolved) as source, archive.open(one.name, "w") as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)


if __name__ == "__main__":
    sys.exit(main())
