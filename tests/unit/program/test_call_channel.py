from __future__ import annotations

import select
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.program import answers, calls
from judge.program.call_channel import CallChannel
from judge.program.protocol import HEAD, ProtocolError


def framed(text: bytes, payload: bytes = b"") -> bytes:
    return HEAD.pack(len(text), len(payload)) + text + payload


def never(wanted: Mapping[int, int]) -> bool:
    """The program is over."""
    return True


def received(data: bytes) -> list[object]:
    """What a channel makes of these bytes, after which the program is gone: calls, and the error if there is one."""
    ours, theirs = socket.socketpair()
    with closing(theirs):
        channel = CallChannel(ours, never)
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        found: list[object] = []
        try:
            while (one := channel.receive()) is not None:
                found.append(one.call)
        except ProtocolError as error:
            found.append(error)
        channel.close()
        channel.close()
        return found


@given(st.binary(max_size=300))
def test_any_bytes_end_in_calls_and_at_most_one_error(data: bytes) -> None:
    *before, last = received(data) or [None]
    assert all(isinstance(one, calls.Call) for one in before)
    assert last is None or isinstance(last, calls.Call | ProtocolError)


@given(st.lists(st.binary(max_size=50), max_size=5), st.binary(max_size=30))
def test_frames_come_out_as_they_went_in(payloads: list[bytes], rest: bytes) -> None:
    frames = [framed(b'{"call":"store","parts":[]}', payload) for payload in payloads]
    found = received(b"".join(frames))
    assert found == [calls.Store(parts=())] * len(payloads)
    found = received(b"".join(frames) + b"\x05\0\0\0\0\0\0\0" + rest[:4])
    assert isinstance(found[-1], ProtocolError)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        yield ours, theirs


def test_an_answer_that_nobody_takes_waits_and_then_gives_up(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    waits: list[Mapping[int, int]] = []

    def twice(wanted: Mapping[int, int]) -> bool:
        waits.append(wanted)
        return len(waits) == 2

    CallChannel(ours, twice).send(answers.Fetched(), b"x" * (8 << 20))
    assert waits == [{ours.fileno(): select.POLLOUT}] * 2


def test_an_answer_to_nobody_is_no_error(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.close()
    CallChannel(ours, never).send(answers.Fetched(), b"x" * 10)
    assert CallChannel(ours, never).receive() is None
