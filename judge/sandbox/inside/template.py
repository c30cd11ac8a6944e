"""A template: an interpreter that starts once in a container, of which runs are copies.

It is set up as a launcher is, behind the same walls, but in the namespaces of a container that is there, and outside of
its process namespace: programs can neither see nor signal it. Its copies are in it: a template is the parent of a
process that makes them and ends at once, and they become the launcher's. What goes on in the interpreter:
judge/rootfs/guest/judge_template.py.

Imported by the zygote: standard library's light modules only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import select
import socket
import time

from judge.sandbox import channel, protocol
from judge.sandbox.inside.set_up import FIRST_OWN_FD, SetUp
from judge.sandbox.protocol import StartTemplate, Step


def become_template(set_up: SetUp, request: StartTemplate, steps: list[Step]) -> None:
    """Carry out the plan and execute the interpreter, in a child of the zygote. Raises OSError.

    It finds streams like those of a run: an interpreter looks at what they are when it starts.
    """
    set_up.carry_out(steps)
    control_fd = set_up.control.fileno()
    stdin = os.memfd_create("stdin", os.MFD_CLOEXEC)
    _, output = os.pipe2(os.O_CLOEXEC)
    for fd, source in enumerate((stdin, output, output, *[stdin] * (FIRST_OWN_FD - 3))):
        os.dup2(source, fd)  # all that copies may be told to use, so that what a template is handed gets none of them
    os.dup2(control_fd, protocol.TEMPLATE_FD)
    os.closerange(FIRST_OWN_FD + 1, 1 << 30)
    hard_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (request.stack_bytes, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(request.open_files, hard_files), hard_files))
    with socket.socket(fileno=os.dup(protocol.TEMPLATE_FD)) as control:  # closed when this process is another program
        control.send(protocol.TEMPLATE_BEGUN + protocol.COPIED_BODY.pack(time.process_time_ns()))
        os.execve(request.argv[0], request.argv, request.env)


class Template:
    """The launcher's side of it."""

    def __init__(self, fd: int, control: socket.socket) -> None:
        """``fd``: the template's socket, this object's from now on; ``control``: the launcher's own."""
        self._socket = socket.socket(fileno=fd)
        self._control = control

    def close(self) -> None:
        """It ends; idempotent."""
        self._socket.close()

    def reap(self) -> None:
        """It waits for what its start has left, which was killed. That it is gone shows when a copy is asked for."""
        with contextlib.suppress(OSError):
            self._socket.send(protocol.TEMPLATE_REAPS)
            self._socket.recv(1)

    def copy(self, targets: tuple[int, ...], fds: list[int], join_fds: list[int], cwd: str) -> int:
        """The process number of a copy that has ``fds`` as ``targets`` and went on in the groups behind ``join_fds``.

        Raises OSError when it could not be made; and TimeoutError when the slot's process does not wait for that, or
        ConnectionError when the template is gone: the caller must then end the container, since what may be made later
        would belong to no run.
        """
        numbers = bytes([len(targets), len(join_fds), *targets])
        channel.send_bytes(self._socket, numbers + os.fsencode(cwd), [*fds, *join_fds])
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        signals = []
        while self._socket.fileno() not in (fd for fd, _ in poll.poll()):
            message = self._control.recv(64)
            if message[:1] != protocol.SIGNAL:
                raise TimeoutError(errno.ETIMEDOUT, "a template did not answer in time")
            signals.append(message[1])
        answer = self._socket.recv(64)
        if not answer:
            raise ConnectionResetError(errno.ECONNRESET, "a template is gone")
        (number,) = protocol.COPIED_BODY.unpack(answer[1:])
        if answer[:1] != protocol.COPIED:
            raise OSError(number or errno.EAGAIN, "a template could not be copied")
        for signal_number in signals:
            with contextlib.suppress(OSError):
                os.killpg(number, signal_number)
        return int(number)
