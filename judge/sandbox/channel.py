"""Messages between the three processes of a slot, one datagram each on SOCK_SEQPACKET sockets.

Towards the zygote and the launcher (which trust the supervisor) a message is a marshalled tuple whose first
element is the operation. From the launcher, which lives beside hostile programs, it is a fixed binary layout that
cannot build objects. Descriptors travel beside the bytes. Imported by the zygote: standard library only.
"""

from __future__ import annotations

import array
import marshal
import socket
import struct
from _thread import _local
from typing import Any, NamedTuple

MESSAGE_BYTES_MAX = 160_000
FDS_MAX = 250
#: What a launcher says of a run; the detail of a failure is cut.
NEWS_BYTES_MAX = 4096
#: As a plain number: joining flags of the enumeration costs more than the system call.
_CLOEXEC = int(socket.MSG_CMSG_CLOEXEC)
_ANCILLARY = socket.CMSG_SPACE(4 * FDS_MAX)

# First byte of what a launcher says.
MOUNTS = b"M"  # to the zygote: with the container's mount namespace
READY = b"R"  # with the seccomp listener
FAILED = b"E"  # a set-up step failed: FAILURE, then "step\0detail"
FINISHED = b"F"  # a run ended: FINISH
STATE = b"S"  # after FINISHED: STATE_BODY
NOT_STARTED = b"N"  # a run could not start: FAILURE, then "step\0detail"
FILE = b"L"  # one collected file: FILE_HEAD, then its path; with its descriptor
FILES_END = b"Z"  # no more files: FILES_END_BODY

FAILURE = struct.Struct("<ii")  # step index, errno
FINISH = struct.Struct("<iQQQQQQQQQQIB")
STATE_BODY = struct.Struct("<BB")  # dirty, full: bit k stands for RUN_MOUNTS[k]; dirty: DIRTY_NETWORK, too
FILE_HEAD = struct.Struct("<QI")  # size in bytes, mode
FILES_END_BODY = struct.Struct("<I")  # files passed over because of a limit

#: What the supervisor says to a running launcher; anything longer is a request.
KILL = b"K"
#: What the supervisor says after each FILES_AHEAD files that it took: the kernel lets a user have no more descriptors
#: under way than he may have open (unix(7), ETOOMANYREFS).
MORE = b"M"
FILES_AHEAD = 16
#: A launcher keeps the doors of so many run groups, and those it has are not sent again; when a request brings more
#: than there is room for, both sides forget all that came before it.
JOIN_FDS_KEPT = 16
#: Instead of the number of a run group.
NO_GROUP = -1


#: Steps of a run that fail on the files given to it: "put NAME" and making its directories.
PUT = "put "
PREPARE_WORK = "prepare /work"


class Finish(NamedTuple):
    """A finished run as the launcher saw it. ``tasks_created`` is 0 when unknown.

    ``launcher_cpu_ns``: CPU time that the launcher itself used in the run's cgroup, before the program was spawned.
    """

    status: int
    started_ns: int
    ended_ns: int
    rss_peak_kib: int
    launcher_rss_kib: int
    major_faults: int
    switches_voluntary: int
    switches_involuntary: int
    tasks_created: int
    launcher_cpu_ns: int
    read_bytes: int  # from disks, by all that were waited for
    child_pid: int
    killed: int  # the supervisor asked for the end


#: The file systems that are renewed between runs, in the order of the ``dirty`` bits.
RUN_MOUNTS = ("/work", "/tmp", "/dev/shm", "/dev/pts")
DIRTY_NETWORK = 1 << 4


def send(sock: socket.socket, message: tuple[Any, ...], fds: tuple[int, ...] | list[int] = ()) -> None:
    """Send one marshalled message. Raises ValueError when it is too large, OSError when nobody listens."""
    data = marshal.dumps(message)
    if len(data) > MESSAGE_BYTES_MAX:
        raise ValueError(f"a message of {len(data)} bytes is over {MESSAGE_BYTES_MAX}")
    send_bytes(sock, data, fds)


def send_bytes(sock: socket.socket, data: bytes, fds: tuple[int, ...] | list[int] = ()) -> None:
    """Send raw bytes and descriptors."""
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    sock.sendmsg([data], ancillary)


class _Room(_local):
    """Where a thread's messages arrive: so much memory, had anew each time, costs more than the system call."""

    def __init__(self) -> None:
        self.bytes = memoryview(bytearray(MESSAGE_BYTES_MAX + 64))


_room = _Room()


def receive_bytes(sock: socket.socket, flags: int = 0) -> tuple[bytes, list[int]]:
    """Receive one datagram and its descriptors (close-on-exec). Empty bytes = the other side is gone."""
    size, ancillary, _, _ = sock.recvmsg_into([_room.bytes], _ANCILLARY, flags | _CLOEXEC)
    data = _room.bytes[:size].tobytes()
    fds = array.array("i")
    for level, kind, raw in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(raw[: len(raw) - len(raw) % 4])
    return data, list(fds)


def receive(sock: socket.socket) -> tuple[Any, list[int]]:
    """Receive a marshalled message from a trusted side; None = gone."""
    data, fds = receive_bytes(sock)
    return (unpack(data) if data else None), fds


def unpack(data: bytes) -> Any:
    """A marshalled message from a trusted side as it was sent."""
    return marshal.loads(data)
