"""Whose fault an error of the operating system is when a package is read or unpacked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judge.errors import JudgeError, PackageError, blame_host, blame_reader
from judge.text import shown


def fault_of(error: OSError, what: str, where: str = "") -> JudgeError:
    """The error to raise: PackageError for what the package is like, PackageUnreadable for what it lies on, HostFault.

    ``what`` is the beginning of the message ("cannot be read"), ``where`` the place in the package.
    """
    try:
        blame_reader(error, where or "package directory")
        blame_host(error, f"package {where or 'directory'} {what}")
    except JudgeError as fault:
        return fault
    return PackageError(f"{what}: {error.strerror or error}", where=where)


@contextmanager
def faults_raised(directory: Path) -> Iterator[None]:
    """An OSError in here becomes what :func:`fault_of` says, at its place below the package's directory."""
    try:
        yield
    except OSError as error:
        where = os.path.relpath(error.filename, directory) if isinstance(error.filename, str) else ""
        raise fault_of(error, "cannot be read", shown(where)) from error
