"""Whose fault an error of the operating system is when a package is read or unpacked."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judge.errors import HostError, JudgeError, PackageError
from judge.package.names import shown

#: These say nothing about a package: the disk is full or broken, or this process has run out of something.
_HOST_ERRNOS = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN,
    errno.ENOBUFS, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOSYS,
})  # fmt: skip


def fault_of(error: OSError, what: str, where: str = "") -> JudgeError:
    """The error to raise: PackageError for what the package is like, HostError for what this host is.

    ``what`` is the beginning of the message ("cannot be read"), ``where`` the place in the package.
    """
    reason = f"{what}: {error.strerror or error}"
    if error.errno in _HOST_ERRNOS:
        return HostError(f"package {where or 'directory'} {reason}")
    return PackageError(reason, where=where)


@contextmanager
def faults_told(directory: Path) -> Iterator[None]:
    """An OSError in here becomes what :func:`fault_of` says, at its place below the package's directory."""
    try:
        yield
    except OSError as error:
        where = os.path.relpath(error.filename, directory) if isinstance(error.filename, str) else ""
        raise fault_of(error, "cannot be read", shown(where)) from error
