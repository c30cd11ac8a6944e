"""Drains: limits exact at the byte, nothing lost, nothing kept open."""

from __future__ import annotations

import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.sandbox.streams import Drain, RelayDrain


def pipe_holding(data: bytes) -> int:
    """The reading end of a pipe that holds ``data`` and whose writer is gone."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.write(write_end, data)
    os.close(write_end)
    return read_end


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300), limit=st.integers(1, 320))
def test_the_limit_is_exact_at_the_byte(data: bytes, limit: int) -> None:
    drain = Drain(pipe_holding(data), limit)
    with drain.finish() as capture:
        assert capture.read() == data[:limit]
        assert capture.truncated == drain.over == (len(data) > limit)
        assert drain.total_bytes == min(len(data), limit)
    assert drain.fd == -1


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_streams_of_any_size_come_out_whole(size: int) -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    data = os.urandom(1 << 16) * (size // (1 << 16) + 1)
    writer = threading.Thread(target=_write_and_close, args=(write_end, data[:size]))
    writer.start()
    drain = Drain(read_end, 8 << 20)
    while not drain.at_end:
        drain.pump()
    writer.join()
    with drain.finish() as capture:
        assert capture.size_bytes == size
        assert capture.read() == data[:size]
        fd = capture.open_fd()
        assert os.pread(fd, 10, max(0, size - 10)) == data[max(0, size - 10) : size]
        os.close(fd)


def _write_and_close(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.close(fd)


def test_a_stream_that_never_ends_is_not_waited_for() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.write(write_end, b"so far")
    with Drain(read_end, 100).finish() as capture:
        assert capture.read() == b"so far"
    os.close(write_end)


def relay(limit: int = 1 << 30) -> tuple[RelayDrain, int, int]:
    """(the relay, where the writer writes, where the reader reads)."""
    from_writer, writer = os.pipe()
    reader, to_reader = os.pipe()
    for fd in (from_writer, to_reader):
        os.set_blocking(fd, False)
    return RelayDrain(from_writer, limit, to_reader), writer, reader


def test_a_relay_passes_on_and_keeps_nothing() -> None:
    drain, writer, reader = relay()
    os.write(writer, b"hello")
    assert drain.pump() == b"hello"
    assert os.read(reader, 100) == b"hello"
    os.close(writer)
    drain.close_sink()
    drain.close_sink()
    with drain.finish() as capture:
        assert capture.read() == b""
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_slow_reader_clogs_the_relay_and_loses_nothing() -> None:
    drain, writer, reader = relay()
    os.set_blocking(writer, False)
    sent = bytearray()
    number = 0
    while not drain.is_clogged:
        piece = b"%d," % number * 1000
        try:
            written = os.write(writer, piece)
            sent += piece[:written]
        except BlockingIOError:
            drain.pump()
        number += 1
    got = bytearray()
    while drain.backlog:
        got += os.read(reader, 1 << 16)
        drain.flush()
    drain.pump()
    os.set_blocking(reader, False)
    os.close(writer)
    while not drain.at_end or drain.backlog:
        drain.pump()
        try:
            got += os.read(reader, 1 << 16)
        except BlockingIOError:
            continue
    drain.close_sink()
    while chunk := os.read(reader, 1 << 16):
        got += chunk
    assert got == sent
    drain.close()
    os.close(reader)


def test_what_nobody_reads_is_swallowed_and_the_descriptor_stays_ours() -> None:
    drain, writer, reader = relay()
    os.close(reader)
    for _ in range(3):
        os.write(writer, b"into the void")
        assert drain.pump() == b"into the void"
        assert not drain.backlog
    assert drain.sink_fd >= 0  # a poll may still know the number: only close_sink gives it back
    drain.close_sink()
    assert drain.sink_fd == -1
    os.close(writer)
    drain.close()


def test_a_relay_counts_only_up_to_its_limit() -> None:
    drain, writer, reader = relay(limit=4)
    os.write(writer, b"123456")
    assert drain.pump() == b"1234"
    assert drain.over
    assert os.read(reader, 100) == b"1234"
    for fd in (writer, reader):
        os.close(fd)
    drain.close_sink()
    drain.close()


def test_a_word_is_passed_on_in_one_step_or_left_to_the_pump() -> None:
    source, into = os.pipe()
    sink, out = os.pipe()
    for fd in (source, out):
        os.set_blocking(fd, False)
    drain = RelayDrain(source, 1 << 20, out)
    try:
        assert drain.pass_on() == b""  # nothing there
        os.write(into, b"word")
        assert drain.pass_on() == b"word"
        assert os.read(sink, 9) == b"word"
        assert drain.total_bytes == 4
        while not drain.backlog:  # until the reader's pipe is full
            os.write(into, b"x" * 60_000)
            assert drain.pass_on() == b"x" * 60_000
        os.write(into, b"more")
        assert drain.pass_on() == b""  # what came first goes first
    finally:
        os.close(into)
        os.close(sink)
        drain.close()
        drain.close_sink()


def test_near_its_limit_a_stream_is_pumped() -> None:
    source, into = os.pipe()
    sink, out = os.pipe()
    drain = RelayDrain(source, 100, out)
    try:
        os.write(into, b"word")
        assert drain.pass_on() == b""
    finally:
        os.close(into)
        os.close(sink)
        drain.close()
        drain.close_sink()
