"""What a zygote mounts: the roots of containers, staged once, and the artifacts. Imported by the zygote."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from judge.kernel import abi, libc

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def stage_root(name: str, mounts: list[tuple[str, list[str]]]) -> None:
    """Mount a root below the new directory ``name``; ``mounts`` are (target, lower directories topmost first).

    Raises OSError; nothing is left then.
    """
    os.mkdir(name)
    flags = abi.MS_RDONLY | abi.MS_NOSUID | abi.MS_NODEV
    try:
        for target, lowers in mounts:
            with _overlay_lowers(lowers) as names:
                libc.mount("root", f"{name}{target}", "overlay", flags, f"lowerdir={names}")
        _make_devices(f"{name}/dev")
    except OSError:
        with contextlib.suppress(OSError):
            libc.umount2(name, abi.MNT_DETACH)
        os.rmdir(name)
        raise


def artifact_mount(lowers: list[str]) -> int:
    """A descriptor of a read-only overlay that is attached nowhere yet. Raises OSError."""
    attributes = abi.MOUNT_ATTR_RDONLY | abi.MOUNT_ATTR_NOSUID | abi.MOUNT_ATTR_NODEV
    with _overlay_lowers(lowers) as names:
        return libc.detached_mount("overlay", {"source": "artifact", "lowerdir": names}, attributes)


@contextlib.contextmanager
def _overlay_lowers(paths: list[str]) -> Iterator[str]:
    """An overlay's list of directories, by descriptor: the kernel shows programs the option string as it was given."""
    fds = [os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC) for path in paths]
    try:
        yield ":".join(f"/proc/self/fd/{fd}" for fd in fds)
    finally:
        for fd in fds:
            os.close(fd)


def _make_devices(directory: str) -> None:
    """A /dev of six harmless devices, bound from the host's, and the customary links; read-only."""
    flags = abi.MS_NOSUID | abi.MS_NOEXEC
    libc.mount(
        "dev",
        directory,
        "tmpfs",
        flags,
        "mode=755,size=64k,nr_inodes=32,uid=0,gid=0" if _has_root() else "mode=755,size=64k,nr_inodes=32",
    )
    for name in _DEVICES:
        os.close(os.open(f"{directory}/{name}", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666))
        libc.mount(f"/dev/{name}", f"{directory}/{name}", "", abi.MS_BIND)
        # Read-only stops nobody from writing to a device, but from leaving a mark on the host's inode (utime).
        libc.mount("", f"{directory}/{name}", "", abi.MS_REMOUNT | abi.MS_BIND | abi.MS_RDONLY | flags)
    for name, target in (("fd", "self/fd"), ("stdin", "self/fd/0"), ("stdout", "self/fd/1"), ("stderr", "self/fd/2")):
        os.symlink(f"/proc/{target}", f"{directory}/{name}")
    os.symlink("pts/ptmx", f"{directory}/ptmx")
    for name in ("pts", "shm"):
        os.mkdir(f"{directory}/{name}", 0o755)
    libc.mount("", directory, "", abi.MS_REMOUNT | abi.MS_RDONLY | flags)


def _has_root() -> bool:
    return os.getuid() == 0
