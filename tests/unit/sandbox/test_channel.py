"""Datagrams and descriptors between the processes of a slot."""

from __future__ import annotations

import marshal
import os
import socket
from collections.abc import Iterator

import pytest

from judge.sandbox import channel
from judge.sandbox.protocol import AddPolicy, CollectFiles, NoteFreshMounts, to_wire


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


def test_messages_arrive_as_they_were_sent(pair: tuple[socket.socket, socket.socket]) -> None:
    message = CollectFiles(("*.txt", "\udcff"), 3, 1 << 40, 5)
    channel.send(pair[0], message)
    assert channel.receive(pair[1]) == (message, [])


def test_descriptors_arrive_close_on_exec(pair: tuple[socket.socket, socket.socket]) -> None:
    read_end, write_end = os.pipe()
    channel.send(pair[0], NoteFreshMounts(), [read_end, write_end])
    message, fds = channel.receive(pair[1])
    assert message == NoteFreshMounts()
    assert [os.get_inheritable(fd) for fd in fds] == [False, False]
    os.write(fds[1], b"x")
    assert os.read(read_end, 1) == b"x"
    for fd in (read_end, write_end, *fds):
        os.close(fd)


def test_as_many_descriptors_as_promised_fit(pair: tuple[socket.socket, socket.socket]) -> None:
    fd = os.open("/dev/null", os.O_RDONLY)
    channel.send(pair[0], NoteFreshMounts(), [fd] * channel.FDS_MAX)
    _, fds = channel.receive(pair[1])
    assert len(fds) == channel.FDS_MAX
    for number in (fd, *fds):
        os.close(number)


def test_the_largest_message_fits_and_a_larger_one_is_refused(pair: tuple[socket.socket, socket.socket]) -> None:
    overhead = len(marshal.dumps(to_wire(AddPolicy("x", b""))))
    largest = AddPolicy("x", bytes(channel.MESSAGE_BYTES_MAX - overhead))
    channel.send(pair[0], largest)
    assert channel.receive(pair[1])[0] == largest
    with pytest.raises(ValueError, match="over"):
        channel.send(pair[0], AddPolicy("x", bytes(channel.MESSAGE_BYTES_MAX)))


def test_a_closed_other_side_is_noticed(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[0].close()
    assert channel.receive_bytes(pair[1]) == (b"", [])
    with pytest.raises(OSError):
        channel.send(pair[1], NoteFreshMounts())


def test_descriptors_that_do_not_all_arrive_are_an_error_and_none_is_kept(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "_ANCILLARY", socket.CMSG_LEN(4))
    channel.send_bytes(pair[0], b"x", [0, 0, 0, 0])
    before = os.listdir("/proc/self/fd")
    with pytest.raises(OSError, match="Too many open files"):
        channel.receive_bytes(pair[1])
    assert os.listdir("/proc/self/fd") == before
