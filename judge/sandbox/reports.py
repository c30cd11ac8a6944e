"""What a launcher reports: fixed binary layouts that cannot build objects, behind a byte of
:mod:`judge.sandbox.protocol` that says which.

Imported by the zygote: standard library's light modules only.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

#: The longest report; the detail of a failure is cut.
REPORT_BYTES_MAX = 4096

_FAILURE = struct.Struct("<ii")
_FINISH = struct.Struct("<iQQQQQQQQQQB")
_STATE = struct.Struct("<BB")
_FILE_HEAD = struct.Struct("<QI")


class Failure(NamedTuple):
    """A step that failed, while a container was set up or a run was started."""

    step_index: int  #: of the step in the plan; -1 = it is in none
    errno: int  #: 0 = no system call's
    step: str
    detail: str

    def pack(self) -> bytes:
        """As the body of a report."""
        text = f"{self.step}\0{self.detail}".encode("utf-8", "surrogateescape")
        return (_FAILURE.pack(self.step_index, self.errno) + text)[: REPORT_BYTES_MAX - 1]

    @classmethod
    def unpack(cls, body: bytes) -> Failure:
        """Of a report's body."""
        index, code = _FAILURE.unpack_from(body)
        step, _, detail = body[_FAILURE.size :].decode("utf-8", "replace").partition("\0")
        return cls(index, code, step, detail)


class Finish(NamedTuple):
    """A finished run as the launcher saw it."""

    status: int  #: as from waitpid(2)
    started_ns: int  #: by the container's monotonic clock, as ``ended_ns``
    ended_ns: int
    rss_peak_kib: int
    launcher_rss_kib: int
    major_faults: int
    switches_voluntary: int
    switches_involuntary: int
    tasks_created: int  #: 0 = unknown
    launcher_cpu_ns: int  #: CPU time of the launcher itself in the run's group, before the program was spawned
    read_bytes: int  #: from disks, by all that were waited for
    killed: int  #: 1 = the launcher was told to kill it

    def pack(self) -> bytes:
        """As the body of a report."""
        return _FINISH.pack(*self)

    @classmethod
    def unpack(cls, body: bytes) -> Finish | None:
        """Of a report's body; None when it is none."""
        return cls._make(_FINISH.unpack(body)) if len(body) == _FINISH.size else None


class MountState(NamedTuple):
    """What a run left behind; bit k stands for RUN_MOUNTS[k]."""

    dirty: int  #: used; DIRTY_NETWORK, too
    full: int

    def pack(self) -> bytes:
        """As the body of a report."""
        return _STATE.pack(*self)

    @classmethod
    def unpack(cls, body: bytes) -> MountState:
        """Of a report's body."""
        return cls._make(_STATE.unpack_from(body))


class FileHead(NamedTuple):
    """A collected file, whose content is the descriptor beside it."""

    size_bytes: int
    mode: int
    path: bytes  #: relative to /work; any bytes

    def pack(self) -> bytes:
        """As the body of a report."""
        return _FILE_HEAD.pack(self.size_bytes, self.mode) + self.path

    @classmethod
    def unpack(cls, body: bytes) -> FileHead:
        """Of a report's body."""
        size_bytes, mode = _FILE_HEAD.unpack_from(body)
        return cls(size_bytes, mode, body[_FILE_HEAD.size :])
