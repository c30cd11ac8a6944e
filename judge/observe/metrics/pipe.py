"""The metrics pipe: many writers that never wait, one reader. Only descriptors and frames live here.

The process that starts the workers and the exporter makes the pipe once and keeps both ends open, so that either
side may die and come back without losing what lies in the pipe.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import threading
from collections.abc import Iterator

import msgspec

from judge.observe.logs import report_dropped_lines
from judge.observe.metrics.pipe_records import (
    FRAME_BYTES_MAX,
    MAGIC,
    Count,
    Counted,
    Judged,
    Prepared,
    Record,
    decode_payload,
    encode_frame,
)

#: Asked of the kernel for the pipe: about 1500 records while the exporter restarts (F_SETPIPE_SZ, fcntl(2)).
PIPE_BYTES = 1 << 20

_HEADER_BYTES = len(MAGIC) + 2

log = logging.getLogger(__name__)


def open_pipe() -> tuple[int, int]:
    """Make the pipe; returns (read descriptor, write descriptor), both close-on-exec.

    The write end does not block. Where the kernel refuses the larger buffer (pipe-user-pages-soft), its default stays.
    """
    read_fd, write_fd = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(write_fd, False)
    try:
        fcntl.fcntl(write_fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except OSError as error:
        log.debug("the metrics pipe keeps its default size: %s", error)
    return read_fd, write_fd


class RecordWriter:
    """Writes records to a pipe; never blocks, never raises for the reader's sake.

    ``write_fd`` stays the caller's. Use from any thread; after a fork each process counts its own drops.
    """

    def __init__(self, write_fd: int) -> None:
        os.set_blocking(write_fd, False)
        self._fd = write_fd
        self._dropped = 0
        self._lock = threading.Lock()

    @property
    def dropped(self) -> int:
        """Records lost since the last one that reported the loss."""
        return self._dropped

    def send(self, record: Record) -> bool:
        """Write one record; False = dropped (pipe full, reader gone). The next Judged record reports the loss."""
        with self._lock:
            if self._dropped:
                record = _with_drops(record, self._dropped)
            try:
                os.write(self._fd, encode_frame(record))
            except (OSError, ValueError) as error:
                self._dropped += 1
                if not (isinstance(error, OSError) and error.errno == errno.EAGAIN):
                    log.warning("a metrics record was dropped: %s", error)
                return False
            if isinstance(record, Judged | Prepared):
                self._dropped = 0
            return True


def _with_drops(record: Record, dropped: int) -> Record:
    if isinstance(record, Prepared):
        return msgspec.structs.replace(record, judged=msgspec.structs.replace(record.judged, dropped=dropped))
    return msgspec.structs.replace(record, dropped=dropped) if isinstance(record, Judged) else record


def count_dropped_lines(writer: RecordWriter) -> None:
    """From now on the exporter counts each line that this process's log loses."""
    report_dropped_lines(lambda count: writer.send(Counted(Count.LOG_LINE_DROPPED, count)))


class RecordReader:
    """Splits the byte stream of a pipe into records. ``invalid`` counts stretches that were none."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.invalid = 0

    def feed(self, data: bytes) -> Iterator[Record]:
        """Take what was read (any cut) and yield the records that are complete now, in order.

        Garbage is skipped up to the next frame and counted once per stretch; it never raises.
        """
        self._buffer += data
        while (payload := self._next_payload()) is not None:
            try:
                yield decode_payload(payload)
            except msgspec.MsgspecError as error:
                self.invalid += 1
                log.error("a metrics record does not decode: %s", error)

    def _next_payload(self) -> bytes | None:
        while len(self._buffer) >= _HEADER_BYTES:
            size = int.from_bytes(self._buffer[len(MAGIC) : _HEADER_BYTES], "big")
            if not self._buffer.startswith(MAGIC) or size > FRAME_BYTES_MAX - _HEADER_BYTES:
                self._skip_garbage()
                continue
            if len(self._buffer) < _HEADER_BYTES + size:
                return None
            payload = bytes(self._buffer[_HEADER_BYTES : _HEADER_BYTES + size])
            del self._buffer[: _HEADER_BYTES + size]
            return payload
        return None

    def _skip_garbage(self) -> None:
        """Drop everything before the next possible start of a frame (which may be half of the magic)."""
        self.invalid += 1
        at = self._buffer.find(MAGIC, 1)
        if at < 0:
            at = len(self._buffer) - (1 if self._buffer.endswith(MAGIC[:1]) else 0)
        log.error("skipped %d bytes of garbage on the metrics pipe", at)
        del self._buffer[:at]
