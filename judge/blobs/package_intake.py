"""Somebody's zip file becomes a package for the store: unpacked, checked, packed again. A program of its own.

The code that reads is ours and runs nothing that it reads; but what it reads may cost. So the gateway starts this in a
process with limits of memory and time, without any secret in its environment: ``python -m judge.blobs.package_intake``
reads an :class:`IntakeRequest` from standard input and answers with an :class:`Intake`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from judge.blobs.limited_process import answer_one
from judge.blobs.package_store import pack
from judge.errors import PackageError
from judge.package.check import CheckedPackage, check_directory, checked_package
from judge.package.files.digest import package_digest
from judge.package.files.unpack import Bounds
from judge.package.reader import ReadOptions
from judge.package.source import package_directory

#: A check that finds more than this says the first of them.
DIAGNOSTICS_MAX = 200


class IntakeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``archive`` is to be read, ``scratch`` an empty directory; the packed package is to lie at ``packed``."""

    archive: str
    scratch: str
    packed: str
    options: ReadOptions
    strict: bool
    unpacked_bytes: int
    memory_bytes: int
    cpu_s: int


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. ``digest`` is empty when the package cannot be judged; then nothing was packed."""

    checked: CheckedPackage
    digest: str = ""
    size_bytes: int = 0


def main() -> int:
    """Answer one request."""
    return answer_one(IntakeRequest, take_in)


def take_in(request: IntakeRequest) -> Intake:
    """Check and pack. Raises HostError, OSError."""
    archive, scratch = Path(request.archive), Path(request.scratch)
    unpacked = scratch / "made"
    unpacked.mkdir()
    bounds = Bounds(file_bytes=min(Bounds.file_bytes, request.unpacked_bytes), total_bytes=request.unpacked_bytes)
    try:
        with package_directory(request.archive, scratch, bounds) as directory:
            problem, findings = check_directory(directory, unpacked, request.options)
            checked = checked_package(archive.name, problem, findings, strict=request.strict)
            if checked.error:
                return Intake(checked=_bounded(checked))
            digest = package_digest(directory)
            fd = os.open(request.packed, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                pack(directory, fd)
                size_bytes = os.fstat(fd).st_size
            finally:
                os.close(fd)
    except PackageError as error:
        return Intake(checked=CheckedPackage(package=archive.name, ok=False, error=str(error)))
    return Intake(checked=_bounded(checked), digest=digest, size_bytes=size_bytes)


def _bounded(checked: CheckedPackage) -> CheckedPackage:
    worst_first = sorted(checked.diagnostics, key=lambda one: one.level != "error")
    return msgspec.structs.replace(checked, diagnostics=tuple(worst_first[:DIAGNOSTICS_MAX]))


if __name__ == "__main__":
    sys.exit(main())
