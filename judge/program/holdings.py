"""What a director holds for a judge program under handles: outputs, files, what it stored, and what it was given.

What it was given lies where it lay and is opened when it is needed; all else is held in memory (large ones in sealed
memfds) and counts to its quota.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from judge.errors import PackageError, blame_reader
from judge.model.work import Data
from judge.program.answers import DataInfo, NamedData
from judge.program.calls import Content
from judge.program.quotas import Meter
from judge.program.refusals import Refusal
from judge.program.request import Place
from judge.running.runner import Runner
from judge.sandbox.capture import Capture
from judge.sandbox.run_io import Content as RunContent

#: Smaller contents are handed on as bytes, larger ones as descriptors.
_SMALL_BYTES = 64 << 10
#: What is read of a handle at once.
FETCH_BYTES_MAX = 64 << 20


class Held:
    """One content: a capture, or what ``opener`` opens. ``is_counted``: it counts to the quota."""

    def __init__(
        self,
        size_bytes: int,
        capture: Capture | None,
        opener: Callable[[], int] | None = None,
        *,
        is_counted: bool = False,
    ) -> None:
        self.size_bytes = size_bytes
        self.capture = capture
        self.is_counted = is_counted
        self._opener = opener

    def open(self) -> int:
        """A descriptor at its beginning; the caller closes it."""
        if self.capture is not None:
            return self.capture.open_fd()
        assert self._opener is not None
        return self._opener()

    def read(self, offset: int, size_bytes: int) -> bytes:
        """A part of it, as far as it is there."""
        size_bytes = max(0, min(size_bytes, self.size_bytes - offset))
        if self.capture is not None and not offset:
            return self.capture.read(size_bytes)
        fd = self.open()
        try:
            data = bytearray()
            while len(data) < size_bytes and (more := os.pread(fd, size_bytes - len(data), offset + len(data))):
                data += more
            return bytes(data)
        finally:
            os.close(fd)

    def for_run(self, stack: ExitStack) -> RunContent:
        """As a run takes it; ``stack`` closes what is opened."""
        if self.capture is not None and self.size_bytes <= _SMALL_BYTES:
            return self.capture.read()
        fd = self.open()
        stack.callback(os.close, fd)
        return fd

    def as_capture(self, bytes_max: int) -> Capture:
        """Its bytes. Raises Refusal for more than may be held for a moment."""
        if self.capture is not None:
            return self.capture
        if self.size_bytes > bytes_max:
            raise Refusal(f"{self.size_bytes} bytes are more than can be looked at: {bytes_max}")
        return Capture(self.read(0, self.size_bytes))

    def close(self) -> None:
        """Give the memory back; idempotent."""
        if self.capture is not None:
            self.capture.close()


class Holdings:
    """All handles of one judge program. Close it when done."""

    def __init__(self, runner: Runner, tenant: str, meter: Meter) -> None:
        self._runner = runner
        self._tenant = tenant
        self._meter = meter
        self._held: dict[int, Held] = {}
        self._last = 0  # the handle given last; none is given twice

    def hold(self, capture: Capture) -> DataInfo:
        """Hold this; it is closed with its handle. Raises Refusal."""
        try:
            self._meter.hold(capture.size_bytes)
        except Refusal:
            capture.close()
            raise
        return self._add(Held(capture.size_bytes, capture, is_counted=True), truncated=capture.truncated)

    def place(self, place: Place) -> DataInfo:
        """What was given. Raises PackageError, WorkError, BlobStoreError for what is not there."""
        if isinstance(place, Path):
            return self._add(Held(_size_of(place), None, lambda: self._runner.judge.data.open(str(place))))
        if place.blob:
            return self._add(self._of_blob(place))
        return self.give(place.content)

    def give(self, content: bytes) -> DataInfo:
        """These bytes, which cost the program nothing."""
        return self._add(Held(len(content), Capture(content)))

    def _of_blob(self, place: Data) -> Held:
        fd = self._runner.blobs.open(self._tenant, place.blob)
        try:
            size_bytes = os.fstat(fd).st_size
        finally:
            os.close(fd)
        return Held(size_bytes, None, lambda: self._runner.blobs.open(self._tenant, place.blob))

    def named(self, places: Mapping[str, Place]) -> tuple[NamedData, ...]:
        """Several under their names; as :meth:`place`."""
        return tuple(NamedData(name=name, data=self.place(place)) for name, place in places.items())

    def _add(self, held: Held, *, truncated: bool = False) -> DataInfo:
        self._last += 1
        self._held[self._last] = held
        return DataInfo(handle=self._last, size=held.size_bytes, truncated=truncated)

    def get(self, handle: int) -> Held:
        """What is behind a handle. Raises Refusal."""
        held = self._held.get(handle)
        if held is None:
            raise Refusal(f"there is no data {handle}")
        return held

    def of(self, content: Content, payload: bytes) -> Held:
        """What a call means. Raises Refusal."""
        if content.handle:
            return self.get(content.handle)
        if not 0 <= content.offset <= content.offset + content.size <= len(payload):
            raise Refusal(f"bytes {content.offset} to {content.offset + content.size} are not in the payload")
        part = payload[content.offset : content.offset + content.size]
        return Held(len(part), Capture(part))

    def drop(self, handles: tuple[int, ...]) -> None:
        """They are not needed any more; those that are none are passed over."""
        for handle in handles:
            held = self._held.pop(handle, None)
            if held is not None:
                if held.is_counted:
                    self._meter.let_go(held.size_bytes)
                held.close()

    def close(self) -> None:
        """Idempotent."""
        for held in self._held.values():
            held.close()
        self._held.clear()


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        blame_reader(error, str(path))
        raise PackageError(f"cannot be read: {error.strerror}", where=str(path)) from error
