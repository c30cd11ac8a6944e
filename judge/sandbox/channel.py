"""Carries the messages of :mod:`judge.sandbox.protocol`, one datagram each, on SOCK_SEQPACKET sockets.

Descriptors travel beside the bytes. Imported by the zygote: standard library's light modules only.
"""

from __future__ import annotations

import array
import errno
import marshal
import os
import socket
from _thread import _local

from judge.sandbox.protocol import Message, from_wire, to_wire

MESSAGE_BYTES_MAX = 160_000
FDS_MAX = 250
#: As plain numbers: joining flags of the enumeration costs more than the system call.
_CLOEXEC = int(socket.MSG_CMSG_CLOEXEC)
_CUT = int(socket.MSG_CTRUNC)
_ANCILLARY = socket.CMSG_SPACE(4 * FDS_MAX)


def send(sock: socket.socket, message: Message, fds: tuple[int, ...] | list[int] = ()) -> None:
    """Send one message. Raises ValueError when it is too large, OSError when nobody listens."""
    data = marshal.dumps(to_wire(message))
    if len(data) > MESSAGE_BYTES_MAX:
        raise ValueError(f"a message of {len(data)} bytes is over {MESSAGE_BYTES_MAX}")
    send_bytes(sock, data, fds)


def send_bytes(sock: socket.socket, data: bytes, fds: tuple[int, ...] | list[int] = ()) -> None:
    """Send raw bytes and descriptors."""
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    sock.sendmsg([data], ancillary)


class _Buffer(_local):
    """Where a thread's messages arrive: allocating it for each message costs more than the system call."""

    def __init__(self) -> None:
        self.bytes = memoryview(bytearray(MESSAGE_BYTES_MAX + 64))


_buffer = _Buffer()


def receive_bytes(sock: socket.socket, flags: int = 0) -> tuple[bytes, list[int]]:
    """Receive one datagram and its descriptors (close-on-exec). Empty bytes = the other side is gone.

    Raises OSError, also when this process cannot have all of the descriptors.
    """
    size, ancillary, found, _ = sock.recvmsg_into([_buffer.bytes], _ANCILLARY, flags | _CLOEXEC)
    data = _buffer.bytes[:size].tobytes()
    fds = array.array("i")
    for level, kind, raw in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(raw[: len(raw) - len(raw) % 4])
    if found & _CUT:
        for fd in fds:
            os.close(fd)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return data, list(fds)


def receive(sock: socket.socket) -> tuple[Message | None, list[int]]:
    """Receive a message of a trusted side; None = it is gone."""
    data, fds = receive_bytes(sock)
    return (unpack(data) if data else None), fds


def unpack(data: bytes) -> Message:
    """The message in a datagram of a trusted side."""
    return from_wire(marshal.loads(data))
