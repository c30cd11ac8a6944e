"""Asks the kernel for what only an attack asks for, a child for each, since some end it."""

import ctypes
import os

from judge_program import finish

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    "unshare": lambda: libc.unshare(0x10000000),
    "ptrace": lambda: libc.ptrace(16, 1, 0, 0),
    "setuid": lambda: libc.setuid(0) if os.getuid() else -1,
    "chroot": lambda: libc.chroot(b"/tmp"),
    "pivot": lambda: libc.syscall(155, b"/", b"/"),
    "keyctl": lambda: libc.syscall(250, 0, 0, 0, 0),
    "bpf": lambda: libc.syscall(321, 0, 0, 0),
}
passed = []
for name, call in CALLS.items():
    child = os.fork()
    if child == 0:
        os._exit(0 if call() >= 0 else 1)
    _, status = os.waitpid(child, 0)
    if status == 0:
        passed.append(name)
finish("AC" if passed else "WA", feedback=" ".join(passed))
