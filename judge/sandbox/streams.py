"""What the run loop does with the pipes of a run: keep what comes out up to a limit, or pass it to the other side."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from enum import Enum, auto

from judge.sandbox.capture import Capture, seal

_CHUNK_BYTES = 1 << 16
_IN_MEMORY_BYTES_MAX = 1 << 20
_RELAY_BACKLOG_BYTES_MAX = 1 << 18


class Drain:
    """The reading end of a program's output stream. ``over`` = it wrote more than the limit.

    ``held_fd`` is the writing end, where the end of file is of no use: held until :meth:`finish`, so that the run loop
    is not woken by the program's leaving just before the news of it. ``late`` takes descriptors that the giver will
    close when there is time.
    """

    comes_late = False  #: what was written may be readable only later
    is_pulled = False  #: only its owner reads it, when he wants more

    def __init__(self, fd: int, limit_bytes: int, held_fd: int = -1, late: list[int] | None = None) -> None:
        #: Hears of each piece that is taken, up to the limit, when it is.
        self.hear: Callable[[bytes], None] | None = None
        self.fd = fd
        self.limit_bytes = limit_bytes
        self._held_fd = held_fd
        self._late = late
        self.total_bytes = 0
        self.over = False
        self.at_end = False
        self._kept = bytearray()
        self._spilled = -1
        self._spilled_bytes = 0

    def pump(self) -> bytes:
        """Take what is there now, at most a few chunks; returns it (cut at the limit)."""
        taken = bytearray()
        for _ in range(16):
            try:
                chunk = os.read(self.fd, _CHUNK_BYTES)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                chunk = b""  # a terminal that nobody holds any more
            if not chunk:
                self.at_end = True
                break
            room = self.limit_bytes - self.total_bytes
            if len(chunk) > room:
                self.over = True
                chunk = chunk[:room]
            self.total_bytes += len(chunk)
            taken += chunk
        self.keep(taken)
        if self.hear is not None and taken:
            self.hear(bytes(taken))
        return bytes(taken)

    def keep(self, data: bytes | bytearray) -> None:
        """Append to what becomes the capture; large ones move to a memfd."""
        if self._spilled < 0 and len(self._kept) + len(data) > _IN_MEMORY_BYTES_MAX:
            self._spilled = os.memfd_create("output", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            data, self._kept = self._kept + data, bytearray()
        if self._spilled < 0:
            self._kept += data
            return
        view = memoryview(data)
        while view:
            written = os.write(self._spilled, view)
            self._spilled_bytes += written
            view = view[written:]

    def finish(self) -> Capture:
        """Read to the end (every writer is dead), close, and hand out what was kept."""
        if not self.at_end:
            self._let_go()  # what is held would keep the end away
        while not self.at_end:
            before = self.total_bytes
            self.pump()
            if not self.at_end and self.total_bytes == before and not self.over:
                break
            if self.over and not self.at_end:
                break
        self.close()
        spilled, self._spilled = self._spilled, -1
        if spilled >= 0:
            seal(spilled)
            return Capture(fd=spilled, size_bytes=self._spilled_bytes, truncated=self.over)
        return Capture(bytes(self._kept), truncated=self.over)

    def close(self) -> None:
        """Idempotent."""
        if self.fd < 0:
            return
        fds = (self.fd,) if self._held_fd < 0 else (self.fd, self._held_fd)
        self.fd = self._held_fd = -1
        if self._late is not None:
            self._late += fds
            return
        for fd in fds:
            os.close(fd)

    def _let_go(self) -> None:
        fd, self._held_fd = self._held_fd, -1
        if fd >= 0:
            os.close(fd)


def nothing_to_drain() -> Drain:
    """In the place of a stream that does not come here."""
    drain = Drain(-1, 0)
    drain.at_end = True
    return drain


class HeardDrain(Drain):
    """What is read is heard, not kept."""

    def keep(self, data: bytes | bytearray) -> None:
        pass


class PulledDrain(Drain):
    """The output of a live program, read when somebody asks for it; what nobody asks for makes the program wait."""

    is_pulled = True
    drops = False  #: nobody will ask any more: only the beginning is kept

    def take(self, size_bytes: int) -> bytes:
        """At most this much of what was pumped and is not taken yet."""
        taken = bytes(self._kept[:size_bytes])
        del self._kept[:size_bytes]
        return taken

    @property
    def waiting(self) -> bytearray:
        """What was pumped and is not taken yet."""
        return self._kept

    def keep(self, data: bytes | bytearray) -> None:
        room_bytes = max(0, _IN_MEMORY_BYTES_MAX - len(self._kept)) if self.drops else len(data)
        self._kept += data[:room_bytes]


class TerminalDrain(HeardDrain):
    """The master of a terminal. What was written is there a moment later: the kernel brings it from a queue."""

    comes_late = True


class EndOfFile(Enum):
    """When the reader of a relay sees that its writer has closed the stream."""

    AT_ONCE = auto()
    SOON = auto()  #: when the writer's run is over, or a little later if it goes on: the order of exits stays true
    WITH_RUN = auto()  #: when the writer's run is over


class RelayDrain(Drain):
    """A pipe between two programs through here: what is read is counted and passed on, not kept.

    Only :meth:`close_sink` closes the way to the reader: who polls it must forget it first. When the reader is gone the
    bytes are swallowed, so that no broken pipe kills the writer; unless it ``breaks``, as a pipe of the kernel does.
    """

    def __init__(
        self,
        fd: int,
        limit_bytes: int,
        sink_fd: int,
        *,
        end_of_file: EndOfFile = EndOfFile.SOON,
        breaks: bool = False,
    ) -> None:
        super().__init__(fd, limit_bytes)
        self.sink_fd = sink_fd
        self.end_of_file = end_of_file
        self.breaks = breaks
        self.backlog = bytearray()
        self._reader_gone = False

    def keep(self, data: bytes | bytearray) -> None:
        if self.sink_fd >= 0 and not self._reader_gone:
            self.backlog += data
            self.flush()

    def pass_on(self) -> bytes:
        """One message taken and passed on, in as few steps as can be; empty = :meth:`pump` it.

        What the reader did not take at once is in the backlog.
        """
        if self.backlog or self._reader_gone or self.sink_fd < 0 or self.limit_bytes - self.total_bytes < _CHUNK_BYTES:
            return b""
        try:
            data = os.read(self.fd, _CHUNK_BYTES)
        except BlockingIOError:
            return b""
        self.total_bytes += len(data)
        try:
            written = os.write(self.sink_fd, data)
        except OSError:
            self.keep(data)
        else:
            if written < len(data):
                self.keep(data[written:])
        if self.hear is not None:
            self.hear(data)
        return data

    @property
    def is_broken(self) -> bool:
        """Nobody will read any more, and the writer is to be told so."""
        return self.breaks and (self._reader_gone or self.sink_fd < 0)

    def break_off(self) -> None:
        """The writer is told that nobody reads; what it wrote and nobody has read is dropped. Idempotent."""
        self.at_end = True
        self.close_sink()
        self.close()

    @property
    def is_clogged(self) -> bool:
        """The reader is so far behind that the writer must wait."""
        return len(self.backlog) >= _RELAY_BACKLOG_BYTES_MAX

    def flush(self) -> None:
        """Write what the reader's pipe takes now."""
        while self.backlog and self.sink_fd >= 0:
            try:
                written = os.write(self.sink_fd, self.backlog)
            except BlockingIOError:
                return
            except BrokenPipeError:
                self._reader_gone = True
                self.backlog.clear()
                return
            del self.backlog[:written]

    def close_sink(self) -> None:
        """The reader sees an end of file; what it did not take is dropped. Idempotent."""
        fd, self.sink_fd = self.sink_fd, -1
        self.backlog.clear()
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.close(fd)
