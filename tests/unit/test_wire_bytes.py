"""Whatever bytes stand where a message should: its decoder reads them or raises WireError, and nothing else."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_values import values_of

from judge import wire
from judge.errors import WireError
from judge.model.event import Event, OutputChunk, TestJudged, WorkDone
from judge.model.session import InputFrame, OutputFrame
from judge.model.work import CommandGroup, Evaluation, Execution, SessionRequest, Work, WorkHeader, kind_of
from judge.model.work_report import CommandGroupReport, EvaluationReport, ExecutionReport, SessionReport
from judge.wire_schema import wire_schema

TASKS = (Execution, Evaluation, CommandGroup, SessionRequest)
REPORTS = (ExecutionReport, EvaluationReport, CommandGroupReport, SessionReport)
FRAMES: st.SearchStrategy[InputFrame | OutputFrame] = values_of(InputFrame) | values_of(OutputFrame)
EVENTS: st.SearchStrategy[Event] = values_of(OutputChunk | TestJudged | WorkDone)

DECODERS: tuple[Callable[[bytes], object], ...] = (
    wire.kind_of_text,
    wire.decode_header,
    wire.decode_work_header,
    wire.decode_event,
    wire.decode_report,
    wire.decode_work_report,
    wire.is_judging_report,
)

every_decoder = pytest.mark.parametrize("decode", DECODERS)
every_task = pytest.mark.parametrize("task", TASKS)
every_report = pytest.mark.parametrize("report", REPORTS)

#: Whole messages are slow to draw; JUDGE_TESTS_RANDOM=1 looks at more.
few = settings(max_examples=settings().max_examples // 10)

#: What stands in for a part of a message: no UTF-8, deep nesting, large numbers, other types.
ODD = (b"\xff", b"\xed\xa0\x80", b"[" * 3000, b'{"a":' * 3000, b"1e999", b"-1", b"null", b'"\\ud800"', b"\0", b"")


@st.composite
def damaged(draw: st.DrawFn, text: bytes) -> bytes:
    """A message in which something else stands in the place of a piece."""
    begin = draw(st.integers(0, len(text)))
    end = min(len(text), begin + draw(st.integers(0, 12)))
    return text[:begin] + draw(st.sampled_from(ODD) | st.binary(max_size=6)) + text[end:]


def read(decode: Callable[..., object], *texts: bytes) -> None:
    try:
        decode(*texts)
    except WireError as error:
        assert str(error)


@every_decoder
@given(st.binary(max_size=60) | st.sampled_from(ODD))
def test_any_bytes(decode: Callable[[bytes], object], text: bytes) -> None:
    read(decode, text)


@every_task
@few
@given(st.data())
def test_a_task_of_each_kind(task: type[Any], data: st.DataObject) -> None:
    value = data.draw(values_of(task))
    work = Work(header=WorkHeader(id="w", kind=kind_of(value)), task=value)
    message = wire.encode_work(work)
    header, body = message.submission, message.sources
    assert wire.decode_claimed(header, body) == work
    read(wire.decode_claimed, data.draw(damaged(header)), body)
    for text in (body, data.draw(damaged(body))):
        read(wire.decode_submission, header, text)
        read(wire.decode_claimed, header, text)


@every_report
@few
@given(st.data())
def test_a_report_of_each_kind(report: type[Any], data: st.DataObject) -> None:
    value = data.draw(values_of(report))
    text = wire.encode(value)
    assert wire.decode_work_report(text) == value
    for decode in DECODERS:
        read(decode, data.draw(damaged(text)))


@given(EVENTS, st.data())
def test_a_damaged_event(event: Event, data: st.DataObject) -> None:
    read(wire.decode_event, data.draw(damaged(wire.encode(event))))


@functools.cache
def schema_of(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": wire_schema()["$defs"]})


@given(FRAMES)
def test_a_sessions_frame_comes_out_as_it_went_in(frame: InputFrame | OutputFrame) -> None:
    text = msgspec.json.encode(frame)
    kind: Any = OutputFrame if isinstance(frame, OutputFrame) else InputFrame
    assert msgspec.json.decode(text, type=kind) == frame
    schema_of(type(frame).__name__).validate(msgspec.json.decode(text))
