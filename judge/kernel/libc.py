"""One thin wrapper per system call that Python itself does not offer. Each raises OSError naming call and subject.

Imported by the zygote, whose memory is paid per slot: nothing but ctypes, os and the constants.
"""

from __future__ import annotations

import ctypes
import os
import struct

from judge.kernel import abi

# PyDLL keeps the interpreter lock: a child made by clone3 must not find it half taken.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
# Looked up once, here, rather than after each clone.
for _name in ("capset", "mount", "prctl", "setdomainname", "sethostname", "setns", "umount2", "unshare"):
    getattr(_libc, _name)
_NR = abi.NR.get(os.uname().machine, {})
_CLONE_ARGS = struct.Struct("11Q")


def _check(result: int, call: str, subject: str = "") -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}", subject or None)
    return result


def clone3(flags: int, exit_signal: int) -> tuple[int, int]:
    """Fork into new namespaces. Returns (pid, pidfd) in the parent and (0, -1) in the child."""
    pidfd = ctypes.c_int(-1)
    args = ctypes.create_string_buffer(
        _CLONE_ARGS.pack(flags | abi.CLONE_PIDFD, ctypes.addressof(pidfd), 0, 0, exit_signal, 0, 0, 0, 0, 0, 0)
    )
    result = _libc.syscall(ctypes.c_long(_NR["clone3"]), ctypes.byref(args), ctypes.c_size_t(_CLONE_ARGS.size))
    pid = _check(result, "clone3")
    return (pid, pidfd.value) if pid else (0, -1)


def unshare(flags: int) -> None:
    """Move the caller into new namespaces of these kinds."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare", hex(flags))


def setns(fd: int, kind: int) -> None:
    """Enter the namespace behind ``fd``."""
    _check(_libc.setns(ctypes.c_int(fd), ctypes.c_int(kind)), "setns", hex(kind))


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """mount(2)."""
    result = _libc.mount(
        os.fsencode(source), os.fsencode(target), os.fsencode(kind), ctypes.c_ulong(flags), os.fsencode(data)
    )
    _check(result, "mount", target)


def detached_mount(kind: str, options: dict[str, str], attributes: int) -> int:
    """A new mount that is nowhere yet (fsopen, fsconfig, fsmount); returns its descriptor."""
    context = _call("fsopen", os.fsencode(kind), abi.FSOPEN_CLOEXEC)
    try:
        for key, value in options.items():
            _call("fsconfig", context, abi.FSCONFIG_SET_STRING, os.fsencode(key), os.fsencode(value), 0)
        _call("fsconfig", context, abi.FSCONFIG_CMD_CREATE, None, None, 0)
        return _call("fsmount", context, abi.FSMOUNT_CLOEXEC, attributes)
    finally:
        os.close(context)


def attach_mount(fd: int, target: str) -> None:
    """Put a detached mount into the caller's mount namespace."""
    _call("move_mount", fd, b"", abi.AT_FDCWD, os.fsencode(target), abi.MOVE_MOUNT_F_EMPTY_PATH)


def _call(name: str, *arguments: int | bytes | None) -> int:
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _check(_libc.syscall(ctypes.c_long(_NR[name]), *converted), name)


def umount2(target: str, flags: int) -> None:
    """umount2(2)."""
    _check(_libc.umount2(os.fsencode(target), ctypes.c_int(flags)), "umount2", target)


def pivot_root(new_root: str, put_old: str) -> None:
    """pivot_root(2)."""
    result = _libc.syscall(ctypes.c_long(_NR["pivot_root"]), os.fsencode(new_root), os.fsencode(put_old))
    _check(result, "pivot_root", new_root)


def prctl(option: int, arg2: int = 0, arg3: int = 0) -> int:
    """prctl(2) with unused arguments zero."""
    zero = ctypes.c_ulong(0)
    result = _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(arg2), ctypes.c_ulong(arg3), zero, zero)
    return _check(result, "prctl", str(option))


def sethostname(name: str) -> None:
    """sethostname(2)."""
    raw = os.fsencode(name)
    _check(_libc.sethostname(raw, ctypes.c_size_t(len(raw))), "sethostname", name)


def setdomainname(name: str) -> None:
    """setdomainname(2)."""
    raw = os.fsencode(name)
    _check(_libc.setdomainname(raw, ctypes.c_size_t(len(raw))), "setdomainname", name)


def drop_capability_sets() -> None:
    """Clear the permitted, effective and inheritable sets of the caller."""
    header = ctypes.create_string_buffer(struct.pack("Ii", abi.LINUX_CAPABILITY_VERSION_3, 0))
    data = ctypes.create_string_buffer(bytes(24))
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(data)), "capset")


def drop_bounding_set() -> None:
    """Drop every capability this kernel knows from the bounding set."""
    for capability in range(abi.CAP_LAST_POSSIBLE + 1):
        if _libc.prctl(abi.PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            return  # EINVAL: past the kernel's last capability


def install_filter(program: bytes) -> int:
    """Install a seccomp filter for good; returns the listener that hears of refused calls."""
    buffer = ctypes.create_string_buffer(program, len(program))
    fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer)))
    result = _libc.syscall(
        ctypes.c_long(_NR["seccomp"]),
        ctypes.c_uint(abi.SECCOMP_SET_MODE_FILTER),
        ctypes.c_uint(abi.SECCOMP_FILTER_FLAG_NEW_LISTENER),
        ctypes.byref(fprog),
    )
    return _check(result, "seccomp")
