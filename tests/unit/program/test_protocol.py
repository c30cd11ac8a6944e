from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.program import answers, calls
from judge.program.protocol import (
    HEAD,
    JSON_BYTES_MAX,
    PAYLOAD_BYTES_MAX,
    ProtocolError,
    call_of,
    frame_of,
    sizes_of,
)

#: JSON values of any shape.
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_call_or_an_error(text: bytes) -> None:
    try:
        call = call_of(text)
    except ProtocolError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(call, calls.AnyCall)


@given(
    st.sampled_from([tag.__struct_config__.tag for tag in calls.AnyCall.__args__]),
    st.dictionaries(
        st.sampled_from(["line", "program", "files", "limits", "stdin", "name", "verdict", "handle", "pipes", "score"]),
        VALUES,
        max_size=4,
    ),
)
def test_any_fields_are_a_call_or_an_error(tag: str, fields: dict[str, object]) -> None:
    text = json.dumps(fields | {"call": tag}).encode()
    try:
        call = call_of(text)
    except ProtocolError:
        return
    assert call.__struct_config__.tag == tag
    assert call_of(msgspec.json.encode(call)) == call


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"call":' * 50_000, b'{"call":"run","files":' + b"[" * 90_000])
def test_depth_is_no_crash(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        call_of(text)


@given(st.binary(min_size=8, max_size=8))
def test_any_head_has_sizes_within_the_limits_or_is_an_error(head: bytes) -> None:
    try:
        json_bytes, payload_bytes = sizes_of(head)
    except ProtocolError as error:
        assert "at most" in str(error)
    else:
        assert json_bytes <= JSON_BYTES_MAX
        assert payload_bytes <= PAYLOAD_BYTES_MAX


def test_unknown_fields_and_calls_are_refused() -> None:
    for text in (b'{"call":"open"}', b'{"call":"begin","shell":1}', b'{"line":1}', b"[]", b"", b"\xff"):
        with pytest.raises(ProtocolError, match="no call"):
            call_of(text)


def test_an_answer_is_a_head_and_json() -> None:
    frame = frame_of(answers.Stored(data=answers.DataInfo(handle=7, size=2)), payload_bytes=5)
    json_bytes, payload_bytes = HEAD.unpack(frame[:8])
    assert json.loads(frame[8:]) == {"answer": "stored", "data": {"handle": 7, "size": 2}}
    assert (json_bytes, payload_bytes) == (len(frame) - 8, 5)


def test_every_call_but_those_named_has_an_answer() -> None:
    for call in calls.AnyCall.__args__:
        assert ("No answer" in (call.__doc__ or "")) == (call in calls.UNANSWERED), call
        assert ("Answer:" in (call.__doc__ or "")) != (call in calls.UNANSWERED), call
