"""The descriptor between a judge program and its director, seen from the director: frames in, frames out.

Never blocks on the program: while there is nothing to read, or it does not take its answer, all runs of the slot are
watched. Descriptors that it sends along are closed by the kernel, for nobody asks for them (unix(7), SCM_RIGHTS).
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from judge.errors import InfrastructureError
from judge.program.answers import Answer
from judge.program.calls import AnyCall
from judge.program.protocol import HEAD, ProtocolError, call_of, frame_of, sizes_of

_PIECE_BYTES = 1 << 16

#: Waits until a descriptor is ready for its events of poll(2), or the program is over. Returns whether it is.
Wait = Callable[[Mapping[int, int]], bool]


@dataclass(frozen=True)
class Received:
    """A call with the payload of its frame."""

    call: AnyCall
    payload: bytes


class CallChannel:
    """One side of a stream socket; close it when done."""

    def __init__(self, sock: socket.socket, wait: Wait) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._wait = wait
        self._buffer = bytearray()  # of frames that are not complete

    def receive(self) -> Received | None:
        """The next call; None when the program has closed its side. Raises ProtocolError."""
        if not self._fill(HEAD.size):
            if self._buffer:
                raise ProtocolError("a call that breaks off")
            return None
        json_bytes, payload_bytes = sizes_of(bytes(self._buffer[: HEAD.size]))
        end = HEAD.size + json_bytes
        if not self._fill(end + payload_bytes):
            raise ProtocolError("a call that breaks off")
        call = call_of(bytes(self._buffer[HEAD.size : end]))
        payload = bytes(self._buffer[end : end + payload_bytes])
        del self._buffer[: end + payload_bytes]
        return Received(call, payload)

    def _fill(self, size: int) -> bool:
        """Have this many bytes in the buffer; False when there will never be."""
        is_over = False
        while len(self._buffer) < size:
            try:
                data = self._sock.recv(max(_PIECE_BYTES, min(size - len(self._buffer), 1 << 20)))
            except BlockingIOError:
                if is_over:
                    return False
                is_over = self._wait({self._sock.fileno(): select.POLLIN})
                continue
            except ConnectionError:
                return False
            if not data:
                return False
            self._buffer += data
        return True

    def send(self, answer: Answer, payload: bytes = b"", fds: Sequence[int] = ()) -> None:
        """Blocks until the program has taken it, or is over. ``fds`` come with its first byte.

        Raises InfrastructureError."""
        view = memoryview(frame_of(answer, len(payload)) + payload)
        while view:
            try:
                if fds:
                    view = view[socket.send_fds(self._sock, [view], list(fds)) :]
                    fds = ()
                    continue
                view = view[self._sock.send(view) :]
            except BlockingIOError:
                if self._wait({self._sock.fileno(): select.POLLOUT}):
                    return
            except ConnectionError:
                return
            except OSError as error:
                raise InfrastructureError(f"an answer to a judge program cannot be sent: {error}") from error

    def close(self) -> None:
        """Idempotent. Nothing is referred to any more: what waits may refer to this."""
        self._wait = _over
        with contextlib.suppress(OSError):
            self._sock.close()


def _over(wanted: Mapping[int, int]) -> bool:
    return True
