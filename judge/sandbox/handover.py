"""What crosses the border of a container with a run: the request's checks, its pipes, what goes in and comes out."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from judge.errors import SandboxError
from judge.sandbox.capture import Capture, memfd_of
from judge.sandbox.spec import RunSpec
from judge.sandbox.streams import Drain

#: Numbers under which a program can be handed descriptors; the launcher's own are above.
PROGRAM_FDS = range(3, 20)

#: What a program is handed: bytes, a descriptor to copy from, or an earlier capture.
Content = bytes | int | Capture


def check_request(spec: RunSpec, files: Mapping[str, Content], fds: Mapping[int, int]) -> None:
    """Refuse what would reach out of /work or confuse the launcher. Raises SandboxError."""
    if not spec.argv or not spec.argv[0].startswith("/"):
        raise SandboxError("check request", detail=f"argv must begin with an absolute path: {spec.argv!r}")
    for name in (*files, *spec.directories):
        if not name or "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise SandboxError("check request", detail=f"not a relative path below /work: {name!r}")
    for number in fds:
        if number not in PROGRAM_FDS:
            raise SandboxError("check request", detail=f"descriptors are handed over as 3 to 19, not as {number}")


def stdin_fd(stack: contextlib.ExitStack, stdin: int | bytes | None) -> int:
    """The program's standard input; ``stack`` closes it unless it is the caller's own."""
    if isinstance(stdin, int):
        return stdin
    fd = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC) if stdin is None else memfd_of(stdin, "stdin")
    stack.callback(os.close, fd)
    return fd


def content_fd(stack: contextlib.ExitStack, content: Content) -> int:
    """A descriptor to copy from; ``stack`` closes it unless it is the caller's own."""
    if isinstance(content, int):
        return content
    fd = memfd_of(content) if isinstance(content, bytes) else content.open_fd()
    stack.callback(os.close, fd)
    return fd


def pipe(ends: contextlib.ExitStack, ours: str = "read") -> tuple[int, int]:
    """A pipe as (read end, write end). Ours does not block and is the caller's to close; ``ends`` closes the other."""
    read_end, write_end = os.pipe2(os.O_CLOEXEC)
    our_end, their_end = (read_end, write_end) if ours == "read" else (write_end, read_end)
    ends.callback(os.close, their_end)
    os.set_blocking(our_end, False)
    return read_end, write_end


def capture_of(fd: int, bytes_max: int) -> Capture:
    """A copy of a file that nobody can change any more; cut at ``bytes_max``."""
    drain = Drain(os.dup(fd), bytes_max)
    return drain.finish()
