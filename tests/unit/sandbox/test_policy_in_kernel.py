"""The compiled policies in the real kernel: installed in a forked child, which then makes the calls."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import socket
import struct
from collections.abc import Callable

import pytest

from judge.kernel import syscalls
from judge.kernel.seccomp import assemble, syscall_name
from judge.sandbox.policy import POLICIES

MACHINE = os.uname().machine
pytestmark = pytest.mark.skipif(MACHINE not in ("x86_64", "aarch64"), reason=f"no policy for {MACHINE}")

PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_NEW_LISTENER = 8
SECCOMP_IOCTL_NOTIF_RECV = 0xC0502100
NOTIF_BYTES = 80

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


class sock_fprog(ctypes.Structure):  # noqa: N801
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def call(name: str, *args: int) -> int:
    """The raw call: its result, or -errno."""
    padded = [ctypes.c_long(value) for value in (*args, *([0] * 6))][:6]
    result = libc.syscall(ctypes.c_long(syscalls.numbers(MACHINE)[name]), *padded)
    return result if result >= 0 else -ctypes.get_errno()


def install(policy: str, flags: int = 0) -> int:
    code = assemble(POLICIES[policy], MACHINE)
    program = sock_fprog(len(code) // 8, code)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    result = call("seccomp", SECCOMP_SET_MODE_FILTER, flags, ctypes.addressof(program))
    assert result >= 0, os.strerror(-result)
    return result


def in_child(body: Callable[[], object], policy: str = "default") -> object:
    """What ``body`` returns in a child under ``policy``; a dying child shows as the signal's name."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            install(policy)
            os.write(write_end, json.dumps(body()).encode())
        except BaseException as error:
            os.write(write_end, json.dumps(repr(error)).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return json.loads(answer)


REFUSED = [
    ("socket", (40, 1, 0), errno.EAFNOSUPPORT),
    ("socket", (16, 3, 0), errno.EAFNOSUPPORT),
    ("socket", (2, 3, 1), errno.ESOCKTNOSUPPORT),
    ("clone3", (0, 0), errno.ENOSYS),
    ("io_uring_setup", (1, 0), errno.ENOSYS),
    ("personality", (8,), errno.EPERM),
    ("sched_setaffinity", (0, 8, 0), errno.EPERM),
    ("prctl", (22, 2, 0), errno.EPERM),
    ("kill", (1, 0), errno.EPERM),
    ("mmap", (0, 1 << 21, 3, 0x40022, -1, 0), errno.ENOMEM),
    # With no listener the kernel answers ENOSYS to a call it should ask the supervisor about: never a success.
    ("mount", (0, 0, 0, 0, 0), errno.ENOSYS),
    ("unshare", (0x1000_0000,), errno.ENOSYS),
    ("ptrace", (0, 0, 0, 0), errno.ENOSYS),
    ("clone", (0x1000_0011, 0, 0, 0, 0), errno.ENOSYS),
]


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_refused_calls_are_refused_by_the_kernel(policy: str) -> None:
    expected = [[name, -code] for name, _, code in REFUSED]
    assert in_child(lambda: [[name, call(name, *args)] for name, args, _ in REFUSED], policy) == expected


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_no_lock_is_taken_that_nobody_has_looked_at(policy: str) -> None:
    """There is no listener here; the supervisor's answers are in tests/sandbox/test_locks.py."""

    def lock() -> list[int]:
        shared = os.eventfd(0)
        return [call("flock", shared, 6), call("fcntl", shared, 6, 0), call("fcntl", shared, 5, 0)]

    assert in_child(lock, policy) == [-errno.ENOSYS] * 3


def honest_work() -> list[object]:
    """A little of what runtimes do: threads, children, sockets, files, memory, clocks."""
    import mmap
    import subprocess
    import tempfile
    import threading

    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append("thread"))
    thread.start()
    thread.join()
    seen.append(subprocess.run(["/bin/echo", "spawned"], capture_output=True, check=True).stdout.decode().strip())
    left, right = socket.socketpair()
    left.sendall(b"x")
    seen.append(right.recv(1).decode())
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0honest")
        seen.append("bound")
    with tempfile.TemporaryFile() as file, mmap.mmap(-1, 1 << 16) as memory:
        file.write(b"y")
        memory[0] = 1
        seen.append("files")
    seen.append(call("personality", 0xFFFF_FFFF) >= 0)
    return seen


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_honest_work_is_not_disturbed(policy: str) -> None:
    assert in_child(honest_work, policy) == ["thread", "spawned", "x", "bound", "files", True]


def test_a_hostile_call_is_reported_with_its_name_and_never_happens() -> None:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        listener = install("default", SECCOMP_FILTER_FLAG_NEW_LISTENER)
        socket.send_fds(theirs, [b"l"], [listener])
        os._exit(call("umount2", 0, 0) & 0x7F)
    _, fds, _, _ = socket.recv_fds(ours, 1, 1)
    buffer = bytearray(NOTIF_BYTES)
    import fcntl

    fcntl.ioctl(fds[0], SECCOMP_IOCTL_NOTIF_RECV, buffer)
    _, notified_pid, _, number, arch = struct.unpack_from("<QIIiI", buffer)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(fds[0])
    assert (notified_pid, syscall_name(arch, number)) == (pid, "umount2")
    assert os.WIFSIGNALED(status)


@pytest.mark.skipif(MACHINE != "x86_64", reason="the second entry is x86's")
def test_the_32_bit_entry_is_shut() -> None:
    """``int $0x80`` with the number of i386 ``getpid``: without a listener the answer is ENOSYS, never a pid."""
    import mmap

    code = bytes.fromhex("53 b8 14 00 00 00 cd 80 5b c3")  # push rbx; mov eax, 20; int 0x80; pop rbx; ret

    def body() -> int:
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        return int(ctypes.CFUNCTYPE(ctypes.c_int)(address)())

    assert in_child(body) in (-errno.ENOSYS, "SIGSEGV")


@pytest.mark.skipif(MACHINE != "x86_64", reason="x32 is x86's")
def test_x32_numbers_are_shut() -> None:
    assert in_child(lambda: [libc.syscall(ctypes.c_long(0x4000_0000 + 39)), ctypes.get_errno()]) == [-1, errno.ENOSYS]
