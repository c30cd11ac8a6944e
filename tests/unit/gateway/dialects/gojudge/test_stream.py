"""go-judge's binary messages. Pure."""

from __future__ import annotations

import pytest

from judge.gateway.dialects.gojudge.requests import ResizeRequest, WrongRequestError
from judge.gateway.dialects.gojudge.stream import Cancel, Input, Response, heard, output_message, response_message


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b'\1{"cmd":[]}', b'{"cmd":[]}'),
        (b'\2{"index":1,"fd":2,"rows":3,"cols":4}', ResizeRequest(1, 2, 3, 4)),
        (b"\3\0abc", Input(0, 0, b"abc")),
        (b"\3\x21", Input(2, 1, b"")),
        (b"\4", Cancel()),
        (b"\4more", Cancel()),
    ],
)
def test_what_a_client_says(message: bytes, said: object) -> None:
    assert heard(message) == said


@pytest.mark.parametrize("message", [b"", b"\0", b"\3", b"\5", b"\2", b"\2{", b"{"])
def test_what_makes_no_sense(message: bytes) -> None:
    with pytest.raises(WrongRequestError):
        heard(message)


def test_what_is_said_to_a_client() -> None:
    assert output_message(1, b"x") == b"\2\1x"
    assert response_message(Response(results=())) == b'\1{"requestId":"","results":[]}\n'
    assert response_message(Response(error="e")) == b'\1{"requestId":"","results":null,"error":"e"}\n'
