"""What a session's client makes of what the gateway says, without one."""

from __future__ import annotations

import pytest

from judge.client.http import session_socket
from judge.client.http.address import server_of
from judge.client.http.session_socket import SessionSocket, heard_in
from judge.client.http.transport import Transport
from judge.errors import ServerError
from judge.http_form.socket import TypedSaid, packed_output
from judge.model.session import OutputFrame


def test_output_is_a_frame_in_either_form() -> None:
    frame = OutputFrame(offset=3, stream=2, data=b"\xff")
    assert heard_in(packed_output(frame)) == frame
    assert heard_in('{"type":"output","offset":3,"stream":2,"text":"?","base64":"/w=="}') == frame


def test_words_of_later_gateways_are_passed_over() -> None:
    assert heard_in('{"type":"weather","text":"fine"}') is None
    assert heard_in('{"type":"typed","offset":3,"more":1}') == TypedSaid(offset=3)


@pytest.mark.parametrize("message", ["", "{", "[]", '{"type":"typed"}', b"short", '{"type":1}'])
def test_what_is_no_gateways_word_is_an_error(message: str | bytes) -> None:
    with pytest.raises(ServerError, match="not a gateway's"):
        heard_in(message)


def test_output_that_nobody_reads_is_dropped_after_a_while_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_socket, "_HELD_BYTES_MAX", 10)
    monkeypatch.setattr(session_socket, "_HELD_S_MAX", 0.0)
    held = SessionSocket(Transport(server_of("http://127.0.0.1:9"), 0.0), "one")
    for offset in (0, 4, 2, 8, 20):  # some twice, some not at all
        with held._changed:
            held._keep(OutputFrame(offset=offset, data=bytes([offset]) * 4))
    kept = []
    while (frame := held.next()) is not None:
        kept.append((frame.offset, frame.data))
    assert kept == [(8, b"\x08" * 4), (20, b"\x14" * 4)]
    assert held.dropped_bytes == 4 + 4 + 8
