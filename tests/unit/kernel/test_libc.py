"""Wrappers raise OSError with errno, call and subject, and do what they say in a child of ours."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest

from judge.kernel import abi, libc


def in_child(*steps: object) -> int:
    """Exit code of a forked child that calls each step in turn: 0, or the errno of the first that failed."""
    pid = os.fork()
    if pid == 0:
        code = 0
        try:
            for step in steps:
                step()  # type: ignore[operator]
        except OSError as error:
            code = error.errno or 255
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.parametrize(
    ("call", "code", "word"),
    [
        (lambda: libc.mount("x", "/absent/target", "tmpfs", 0), errno.ENOENT, "/absent/target"),
        (lambda: libc.umount2("/absent/target", 0), errno.ENOENT, "/absent/target"),
        (lambda: libc.setns(-1, abi.CLONE_NEWNS), errno.EBADF, "setns"),
        (lambda: libc.pivot_root("/absent/new", "/absent/old"), errno.ENOENT, "pivot_root"),
        (lambda: libc.prctl(12_345), errno.EINVAL, "prctl"),
        (lambda: libc.install_filter(b""), errno.EINVAL, "seccomp"),
    ],
)
def test_failures_carry_errno_and_subject(call: object, code: int, word: str) -> None:
    with pytest.raises(OSError) as caught:
        call()  # type: ignore[operator]
    assert caught.value.errno in (code, errno.EPERM)
    if caught.value.errno == code:
        assert word in str(caught.value)


def test_clone3_gives_a_child_and_its_pidfd() -> None:
    pid, pidfd = libc.clone3(abi.CLONE_NEWUSER | abi.CLONE_NEWPID, signal.SIGCHLD)
    if pid == 0:
        os._exit(7 if os.getpid() == 1 else 1)
    info = os.waitid(os.P_PIDFD, pidfd, os.WEXITED)
    assert info is not None
    assert (info.si_pid, info.si_status) == (pid, 7)
    assert not os.get_inheritable(pidfd)
    os.close(pidfd)


def test_namespaces_names_and_mounts_change_in_a_child_only() -> None:
    def nothing_in_tmp() -> None:
        if os.listdir("/tmp"):
            raise OSError(97, "the host's /tmp")

    before = os.uname().nodename
    code = in_child(
        lambda: libc.unshare(abi.CLONE_NEWUSER | abi.CLONE_NEWNS | abi.CLONE_NEWUTS),
        lambda: libc.sethostname("inside"),
        lambda: libc.setdomainname("(none)"),
        lambda: libc.mount("", "/", "", abi.MS_REC | abi.MS_PRIVATE),
        lambda: libc.mount("x", "/tmp", "tmpfs", abi.MS_NOSUID, "size=64k"),
        nothing_in_tmp,
        lambda: libc.umount2("/tmp", abi.MNT_DETACH),
    )
    assert code == 0
    assert os.uname().nodename == before


def test_dropped_capabilities_are_gone() -> None:
    def no_privilege() -> None:
        status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            if int(status[kind], 16):
                raise OSError(99, kind)

    steps = (
        lambda: libc.unshare(abi.CLONE_NEWUSER),
        libc.drop_bounding_set,
        lambda: libc.prctl(abi.PR_CAP_AMBIENT, abi.PR_CAP_AMBIENT_CLEAR_ALL),
        libc.drop_capability_sets,
        no_privilege,
    )
    assert in_child(*steps) == 0


def test_prctl_returns_what_the_kernel_says() -> None:
    def locked() -> None:
        libc.prctl(abi.PR_SET_NO_NEW_PRIVS, 1)
        if libc.prctl(39) != 1:  # PR_GET_NO_NEW_PRIVS
            raise OSError(98, "not set")

    assert in_child(locked) == 0
