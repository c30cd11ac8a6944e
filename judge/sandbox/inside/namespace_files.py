"""A container's namespaces as descriptors, by which another process enters them. Imported by the zygote."""

from __future__ import annotations

import os

from judge.kernel import abi, libc
from judge.sandbox import protocol

_KINDS = {
    "pid": abi.CLONE_NEWPID,
    "net": abi.CLONE_NEWNET,
    "ipc": abi.CLONE_NEWIPC,
    "uts": abi.CLONE_NEWUTS,
    "cgroup": abi.CLONE_NEWCGROUP,
}


def open_namespaces() -> list[int]:
    """The caller's namespaces of protocol.NAMESPACE_KINDS. Raises OSError."""
    return [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in protocol.NAMESPACE_KINDS]


def enter_namespaces(mount_fd: int, *fds: int) -> None:
    """That of processes is then the children's. The root is the container's, and the current directory. Raises
    OSError."""
    for kind, fd in zip(protocol.NAMESPACE_KINDS, fds, strict=True):
        libc.setns(fd, _KINDS[kind])
    libc.setns(mount_fd, abi.CLONE_NEWNS)
    os.chdir("/")
