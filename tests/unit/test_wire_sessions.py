"""The wire form of what a session's client and its program say: it comes out as it went in, and fits the schema."""

from __future__ import annotations

from typing import get_args

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_values import values_of

from judge.model.session import InputFrame, OutputFrame
from judge.queue.keys import Keys
from judge.queue.sessions import Reading
from judge.wire_schema import wire_schema

INPUTS: st.SearchStrategy[InputFrame] = values_of(InputFrame)
OUTPUTS: st.SearchStrategy[OutputFrame] = values_of(OutputFrame)
DEFINITIONS = wire_schema()["$defs"]
VALIDATORS = {
    kind.__name__: jsonschema.Draft202012Validator({"$defs": DEFINITIONS, "$ref": f"#/$defs/{kind.__name__}"})
    for kind in (*get_args(InputFrame), OutputFrame)
}


def check(text: bytes, name: str) -> None:
    """Hold a frame against the published schema."""
    VALIDATORS[name].validate(msgspec.json.decode(text))


@given(INPUTS)
def test_input_comes_out_as_it_went_in_and_fits_the_schema(frame: InputFrame) -> None:
    text = msgspec.json.encode(frame)
    assert msgspec.json.decode(text, type=InputFrame) == frame
    check(text, type(frame).__name__)


@given(OUTPUTS)
def test_output_comes_out_as_it_went_in_and_fits_the_schema(frame: OutputFrame) -> None:
    text = msgspec.json.encode(frame)
    assert msgspec.json.decode(text, type=OutputFrame) == frame
    check(text, "OutputFrame")


@given(st.binary(max_size=40))
def test_bytes_that_are_no_frame_are_refused(text: bytes) -> None:
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        msgspec.json.decode(text, type=InputFrame)


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=12), st.data())
def test_a_reader_has_each_byte_once_or_counts_it_as_lost(pieces: list[bytes], data: st.DataObject) -> None:
    frames, offset = [], 0
    for piece in pieces:
        frames.append(OutputFrame(offset=offset, data=piece))
        offset += len(piece)
    here = [frame for frame in frames if data.draw(st.booleans())]
    sent = [frame for frame in here for _ in range(data.draw(st.integers(1, 2)))]
    reading = Reading(Keys("q"), "one", fence="1")
    entries = [(f"{number}-0", [b"frame", msgspec.json.encode(frame)]) for number, frame in enumerate(sent, 1)]
    reading.take([(Keys("q").session_output("one", "1"), entries)])
    heard = list(iter(reading.next, None))
    assert heard == here
    taken = reading.present().taken
    assert taken == sum(len(frame.data) for frame in heard) + reading.lost_bytes
