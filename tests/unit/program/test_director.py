from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_fakes import MemoryBlobs, runner_with

from judge.model.event import unheard
from judge.model.submission import SourceFile
from judge.model.work import Data, ProgramSource
from judge.program import answers, calls
from judge.program.call_channel import Received
from judge.program.director import _Director
from judge.program.director import unheard as nobody
from judge.program.protocol import ProtocolError, call_of
from judge.program.refusals import Broken
from judge.program.request import ProgramRequest, SubmissionInput, TestInput

PROGRAM = ProgramSource(sources=(SourceFile(name="main.py", content=b"x"),))
REQUEST = ProgramRequest(
    id="work",
    program=PROGRAM,
    digest="d",
    submissions=(SubmissionInput(name="a", program=PROGRAM),),
    tests=(TestInput(name="1", input=Data(content=b"1 2"), answer=Data(content=b"3")),),
)


def director_of() -> _Director:
    """One whose program is nobody, and has begun."""
    director = _Director(runner_with(MemoryBlobs()), REQUEST, unheard, nobody)
    own: Any = SimpleNamespace(compiled=SimpleNamespace(in_own_names=lambda name: name))
    director._own = own
    director._answer(Received(calls.Begin(), b""))
    return director


NUMBERS = st.sampled_from([0, 1, 2, 3, -1, 255, 256, 1 << 40, 1 << 62, -(1 << 62)]) | st.integers(-3, 8)
WORDS = st.sampled_from(["", "AC", "JE", "CE", "x", "../x", "/", "a\0b", "\ud800", "n" * 300, "kattis"])
CONTENTS = st.builds(calls.Content, handle=NUMBERS, offset=NUMBERS, size=NUMBERS)
SCORES = st.none() | st.floats()
FILES = st.lists(st.builds(calls.File, name=WORDS, content=CONTENTS), max_size=2).map(tuple)
PARTICIPANTS = st.builds(calls.Participant, program=NUMBERS, stdin=CONTENTS, files=FILES)
PIPES = st.builds(
    calls.Pipe, source=NUMBERS, target=NUMBERS, source_fd=NUMBERS, target_fd=NUMBERS, record=st.integers(-2, 50)
)
CALLS = st.one_of(
    st.builds(calls.Begin, version=st.sampled_from([0, 1, 1, 1, 2])),
    st.builds(calls.Fetch, handle=NUMBERS, offset=NUMBERS, size=NUMBERS, drop=st.lists(NUMBERS).map(tuple)),
    st.builds(calls.Store, parts=st.lists(CONTENTS, max_size=3).map(tuple)),
    st.builds(calls.Run, program=NUMBERS, stdin=CONTENTS, files=FILES),
    st.builds(calls.Start, program=NUMBERS, files=FILES),
    st.builds(calls.Read, process=NUMBERS, until=NUMBERS, size=NUMBERS, write=CONTENTS),
    st.builds(calls.Write, process=NUMBERS, content=CONTENTS),
    st.builds(calls.Wait, process=NUMBERS),
    st.builds(
        calls.Connect,
        programs=st.lists(PARTICIPANTS, max_size=3).map(tuple),
        pipes=st.lists(PIPES, max_size=3).map(tuple),
    ),
    st.builds(
        calls.Compare,
        answer_data=CONTENTS,
        output=CONTENTS,
        float_absolute_tolerance=SCORES,
        case_sensitive=st.booleans(),
    ),
    st.builds(calls.Validate, program=NUMBERS, kind=WORDS, output=CONTENTS),
    st.builds(calls.Case, name=WORDS, verdict=WORDS, score=SCORES, feedback=WORDS, run=NUMBERS),
    st.builds(calls.Progress, done=NUMBERS, total=NUMBERS, message=WORDS),
    st.builds(calls.Keep, name=WORDS, content=CONTENTS),
    st.builds(calls.Carry, content=CONTENTS),
    st.builds(calls.Finish, verdict=WORDS, score=SCORES, reason=WORDS),
    st.builds(calls.Fail, message=WORDS, file=WORDS, at=NUMBERS, line=NUMBERS),
)


@given(st.lists(CALLS, max_size=12), st.binary(max_size=8))
def test_any_calls_are_answered_refused_or_the_end(asked: list[calls.AnyCall], payload: bytes) -> None:
    director = director_of()
    try:
        for call in asked:
            answer, _ = director._answer(Received(call, payload))
            assert (answer is None) == isinstance(call, calls.UNANSWERED)
            if answer is not None:
                msgspec.json.encode(answer)
    except Broken as broken:
        assert broken.fault.message
    result = director.result(None, director._fault)
    assert all(case.name for case in result.cases)
    assert director._meter.data_bytes == sum(
        held.size_bytes for held in director._holdings._held.values() if held.is_counted
    )
    director._holdings.close()


def test_what_was_wrong_with_a_call_without_an_answer_is_the_next_answer() -> None:
    director = director_of()
    bad = calls.Case(name="1", verdict="MAYBE", line=7)
    assert director._answer(Received(bad, b"")) == (None, b"")
    answer, _ = director._answer(Received(calls.Store(parts=(), line=9), b""))
    assert isinstance(answer, answers.Refused)
    assert answer.refused_line == 7
    assert "MAYBE" in answer.message
    assert isinstance(director._answer(Received(calls.Store(parts=(), line=10), b""))[0], answers.Stored)


def test_the_first_call_is_begin() -> None:
    director = _Director(runner_with(MemoryBlobs()), REQUEST, unheard, nobody)
    with pytest.raises(Broken, match="begin"):
        director._answer(Received(calls.Store(parts=()), b""))


def test_a_version_that_nobody_knows_is_the_end() -> None:
    director = _Director(runner_with(MemoryBlobs()), REQUEST, unheard, nobody)
    with pytest.raises(Broken, match="version 2"):
        director._answer(Received(calls.Begin(version=2), b""))


def test_what_is_dropped_is_gone_and_counts_no_more() -> None:
    director = director_of()
    stored, _ = director._answer(Received(calls.Store(parts=(calls.Content(size=4),)), b"data"))
    assert isinstance(stored, answers.Stored)
    assert director._meter.data_bytes == 4
    drop = calls.Fetch(handle=stored.data.handle, drop=(stored.data.handle, stored.data.handle, 99))
    answer, _ = director._answer(Received(drop, b""))
    assert isinstance(answer, answers.Refused)
    assert (director._meter.data_bytes, director._meter.handles) == (0, 0)


def test_halves_of_characters_are_no_call() -> None:
    with pytest.raises(ProtocolError):
        call_of(b'{"call":"fail","message":"\\ud800"}')
