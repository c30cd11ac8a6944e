"""Files that one container is shown once: laid out in a directory of their own, which is gone with its last use.

::

    root/xyz/              a process's own
    root/xyz/abc/...       what a container is shown as /artifact

A process locks (flock) its directory for as long as it lives; what a dead one leaves is unlocked, and swept away by
others. Directories are made and removed as seldom as can be: that is what waits for the disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from threading import Lock

from judge.errors import InfrastructureError, blame_host
from judge.kernel.locks import lock_directory

#: Of directories: others may enter, and list nothing.
ENTERED = 0o711

#: Longer than any write between making its directory and locking it.
_WRITE_S_MAX = 60


class Staged:
    """Files in use: ``path`` is their directory, valid until :meth:`close` (or garbage collection)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_open = True

    def close(self) -> None:
        """Remove the files; idempotent."""
        if self._is_open:
            self._is_open = False
            shutil.rmtree(self.path, ignore_errors=True)

    def __del__(self) -> None:
        self.close()


class Staging:
    """A directory for such files, shared by processes and threads. ``root`` need not exist; that it and the directory
    that it lies in can be entered is seen to here."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._own: Path | None = None
        self._lock_fd = -1
        self._opening = Lock()

    def stage(self, files: Mapping[str, bytes], executables: Collection[str]) -> Staged:
        """Lay the files out. Raises HostFault when the disk does not take them, InfrastructureError when it does not
        take these names, ValueError for a path that leaves the directory."""
        try:
            staged = Staged(Path(tempfile.mkdtemp(dir=self._open())))
            lay_out(staged.path, files, executables)
        except OSError as error:
            blame_host(error, f"staged files {self._root}")
            raise InfrastructureError(f"staged files {self._root}: {error}") from error
        return staged

    def _open(self) -> Path:
        """This process's directory, made on first use and where somebody has removed it. Raises OSError."""
        with self._opening:
            if self._own is None or not self._own.is_dir():
                self._own = self._opened()
            return self._own

    def _opened(self) -> Path:
        self._root.mkdir(parents=True, exist_ok=True)
        for directory in (self._root, self._root.parent):  # whatever the umask is
            directory.chmod(ENTERED)
        sweep(self._root)
        own = Path(tempfile.mkdtemp(dir=self._root))
        before, self._lock_fd = self._lock_fd, os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if before >= 0:
            os.close(before)
        fcntl.flock(self._lock_fd, fcntl.LOCK_EX)
        own.chmod(ENTERED)
        return own

    def __del__(self) -> None:
        if self._lock_fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._lock_fd)


def lay_out(top: Path, files: Mapping[str, bytes], executables: Collection[str]) -> None:
    """Write the files below ``top``; everybody may read them, whatever the umask. Raises OSError, ValueError."""
    names = {name: PurePosixPath(name) for name in files}
    for name, relative in names.items():
        if relative.is_absolute() or ".." in relative.parts or not relative.parts:
            raise ValueError(f"not a path inside an artifact: {name!r}")
    for directory in sorted({parent for relative in names.values() for parent in relative.parents}):
        path = top / directory
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
    for name, relative in names.items():
        fd = os.open(top / relative, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(files[name])
            file.flush()
            os.fchmod(fd, 0o755 if name in executables else 0o644)


def sweep(root: Path) -> None:
    """Remove directories that a crashed process left: unlocked, and not made just now."""
    for left in root.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime < _WRITE_S_MAX:
                continue
        fd = lock_directory(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if fd >= 0:
            shutil.rmtree(left, ignore_errors=True)
            os.close(fd)
