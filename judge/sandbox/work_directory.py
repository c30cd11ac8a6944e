"""Files on their way into /work and out of it.

Small contents go in together, in one memfd: a descriptor for each costs more than the file that it becomes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from judge.errors import CancelledError, InfrastructureError
from judge.sandbox.capture import Capture, Missed
from judge.sandbox.launcher_client import LauncherClient
from judge.sandbox.protocol import (
    FILE,
    FILES_END,
    FILES_END_BODY,
    FILES_UNASKED_MAX,
    MISSED,
    MISSED_BODY,
    MORE,
    CollectFiles,
    PutFile,
    PutFiles,
)
from judge.sandbox.reports import FileHead
from judge.sandbox.run_io import Content, capture_of, content_fd
from judge.sandbox.spec import Collect, Wanted

_SMALL_BYTES = 1 << 16
_DESCRIPTORS_MAX = 100
_FILES_MAX = 1000
_NAMES_BYTES_MAX = 64 << 10
_TOGETHER_BYTES_MAX = 8 << 20


class Batch(NamedTuple):
    """One message: its files, and the contents whose descriptors it takes along."""

    files: list[PutFile]
    contents: list[Content]


def batches(files: Mapping[str, Content], executables: Collection[str]) -> Iterator[Batch]:
    """The files in order, those in ``executables`` with mode 0755, the others 0644."""
    names = iter(files)
    name = next(names, None)
    while name is not None:
        put: list[PutFile] = []
        together = bytearray()
        others: list[Content] = []
        names_bytes = 0
        while name is not None and len(put) < _FILES_MAX and names_bytes < _NAMES_BYTES_MAX:
            content = files[name]
            mode = 0o755 if name in executables else 0o644
            if isinstance(content, bytes) and len(content) <= _SMALL_BYTES:
                put.append(PutFile(name, mode, 0, len(together), len(content)))
                together += content
            else:
                others.append(content)
                put.append(PutFile(name, mode, len(others), 0, -1))
            names_bytes += len(name)
            name = next(names, None)
            if len(others) >= _DESCRIPTORS_MAX or len(together) >= _TOGETHER_BYTES_MAX:
                break
        yield Batch(put, [bytes(together), *others])


def put(
    launcher: LauncherClient,
    files: Mapping[str, Content],
    executables: Sequence[str] = (),
    links: Sequence[tuple[str, str]] = (),
) -> None:
    """Have the files, and then symbolic links, put into /work; what goes wrong there is reported by the next run.

    Raises InfrastructureError.
    """
    for batch in batches(files, executables):
        with contextlib.ExitStack() as stack:
            fds = [content_fd(stack, content) for content in batch.contents]
            launcher.send(PutFiles(batch.files), fds)
    if links:
        launcher.send(PutFiles([], tuple(links)), ())


class Collected(NamedTuple):
    """Files by path below /work, how many more there were than the limits let through, and in their order what was
    wanted by name."""

    files: Mapping[str, Capture]
    passed_over: int
    wanted: tuple[Capture | Missed, ...] = ()


def collect(launcher: LauncherClient, wanted: Collect, cancel_fd: int) -> Collected:
    """Take files out of /work; their names may be any bytes, kept as surrogate escapes.

    Raises CancelledError when ``cancel_fd`` can be read: the launcher is still looking then, and of no more use.
    Raises InfrastructureError.
    """
    names = tuple(one.name for one in wanted.wanted)
    launcher.send(CollectFiles(wanted.patterns, wanted.files_max, wanted.bytes_max, wanted.cpu_time_ns, names))
    news = select.poll()
    news.register(launcher.control_fd, select.POLLIN)
    news.register(cancel_fd, select.POLLIN)
    files: dict[str, Capture] = {}
    by_name: list[Capture | Missed] = []
    left_bytes, left_wanted_bytes = wanted.bytes_max, wanted.wanted_bytes_max
    taken = 0
    while True:
        if taken and taken % FILES_UNASKED_MAX == 0:
            launcher.tell(MORE)
        if any(fd == cancel_fd for fd, _ in news.poll()):
            raise CancelledError("cancelled while files were collected")
        report, fds = launcher.receive()
        try:
            if report[:1] == FILES_END:
                return Collected(files, FILES_END_BODY.unpack(report[1:])[0], tuple(by_name))
            if len(by_name) < len(names):
                found = _wanted(wanted.wanted[len(by_name)], left_wanted_bytes, report, fds)
                left_wanted_bytes -= found.size_bytes if isinstance(found, Capture) else 0
                by_name.append(found)
                taken += 1
                continue
            if report[:1] != FILE or not fds:
                raise InfrastructureError("the launcher of a container died while files were collected")
            _check_regular(fds[0])
            path = os.fsdecode(FileHead.unpack(report[1:]).path)
            files[path] = capture_of(fds[0], left_bytes)
            left_bytes -= files[path].size_bytes
            taken += 1
        finally:
            for fd in fds:
                os.close(fd)


def _wanted(wanted: Wanted, left_bytes: int, report: bytes, fds: Sequence[int]) -> Capture | Missed:
    """What the launcher says of one file that is wanted by name, of which ``left_bytes`` may be taken. Raises
    InfrastructureError."""
    if report[:1] == MISSED and not fds:
        return Missed(MISSED_BODY.unpack(report[1:])[0])
    if report[:1] != FILE or not fds:
        raise InfrastructureError("the launcher of a container died while files were collected")
    _check_regular(fds[0])
    size_bytes, bytes_max = os.fstat(fds[0]).st_size, min(wanted.bytes_max, left_bytes)
    if size_bytes > bytes_max and not wanted.cut:
        return Missed(errno.EFBIG, size_bytes)
    return capture_of(fds[0], bytes_max)


def _check_regular(fd: int) -> None:
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        raise InfrastructureError("a collected file is no regular file")
