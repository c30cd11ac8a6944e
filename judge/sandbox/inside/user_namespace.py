"""How a zygote leaves the host: its own user, mount and time namespaces, with no descriptor a program could get.

Imported by the zygote: standard library's light modules only.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time

from judge.kernel import abi, libc
from judge.sandbox import channel
from judge.sandbox.inside.set_up import FIRST_OWN_FD
from judge.sandbox.protocol import Mapped, Unshared


def enter_user_namespace(control: socket.socket, state_dir: str) -> int:
    """New user and mount (and time) namespaces; the slot's process writes the maps meanwhile.

    Returns a descriptor of the stage, the current directory from now on. Raises OSError.
    """
    if os.geteuid() == 0:
        os.setgroups([])  # inside it is denied
    libc.unshare(abi.CLONE_NEWUSER | abi.CLONE_NEWNS)
    channel.send(control, Unshared())
    message, _ = channel.receive(control)
    if not isinstance(message, Mapped):
        os._exit(0)
    setup_uid = message.setup_uid
    libc.mount("", "/", "", abi.MS_REC | abi.MS_PRIVATE)
    state_fd = os.open(state_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    libc.mount(
        "stage", f"{state_dir}/stage", "tmpfs", abi.MS_NOSUID, f"mode=755,size=1m,uid={setup_uid},gid={setup_uid}"
    )
    os.chdir(f"{state_dir}/stage")
    _start_clocks_at_zero()  # before the uid changes: /proc/self is not ours any more afterwards
    if setup_uid == 0:
        if os.getgroups():  # a plain user's: with subordinate ids they can be left behind, and so are
            os.setgroups([])
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
    os.mkdir("state")
    # The way to the state directory may lead through places that only its owner may enter.
    libc.mount(f"/proc/self/fd/{state_fd}", "state", "", abi.MS_BIND)
    os.close(state_fd)
    # Containers are clones: what is dropped here they never have.
    libc.drop_bounding_set()
    libc.prctl(abi.PR_SET_SECUREBITS, abi.SECBIT_LOCKED_DOWN)
    return os.open(".", os.O_PATH | os.O_CLOEXEC)


def _start_clocks_at_zero() -> None:
    """A time namespace for the containers: their monotonic clocks do not show the host's uptime."""
    try:
        libc.unshare(abi.CLONE_NEWTIME)
    except OSError:
        return  # before Linux 5.6
    offsets = []
    for name, clock in (("monotonic", time.CLOCK_MONOTONIC), ("boottime", time.CLOCK_BOOTTIME)):
        offsets.append(f"{name} -{int(time.clock_gettime(clock))} 0")
    with open("/proc/self/timens_offsets", "w") as file:
        file.write("\n".join(offsets))


def reserve_low_descriptors(control_fd: int) -> int:
    """Programs get the numbers below FIRST_OWN_FD, so nothing of ours may ever have one of them."""
    moved = fcntl.fcntl(control_fd, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN_FD)
    null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    for fd in range(FIRST_OWN_FD):
        if fd != null:
            os.dup2(null, fd, inheritable=False)
    if null >= FIRST_OWN_FD:
        os.close(null)
    return moved


def be_the_first_victim() -> None:
    """When the host itself runs out of memory, programs go first, whatever the service's own standing."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
