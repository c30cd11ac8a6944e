"""Tests that come along: each fault is refused with the field that has it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest
from running_fakes import MemoryBlobs, runner_with

from judge.errors import WorkError
from judge.model.submission import SourceFile
from judge.model.work import (
    TESTS_MAX,
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    InputFile,
    ProgramSource,
)
from judge.package.ceilings import Ceilings
from judge.running.tests_along import TestFiles, checked_tests, problem_of

PROGRAM = ProgramSource(sources=(SourceFile(name="a.py", content=b""),))
GOOD = EvaluationTest()


def evaluation(*tests: EvaluationTest, **fields: Any) -> Evaluation:
    return Evaluation(program=PROGRAM, tests=tests, **fields)


def named(name: str, **fields: Any) -> InputFile:
    return InputFile(name=name, data=Data(content=b"x"), **fields)


BAD: list[tuple[Evaluation, str]] = [
    (evaluation(), "tests"),
    (evaluation(*([GOOD] * (TESTS_MAX + 1))), "tests"),
    (evaluation(GOOD, test_set="sha256:0"), "test_set"),
    (evaluation(GOOD, stop_after=-1), "stop_after"),
    (evaluation(GOOD, EvaluationTest(weight=-1.0)), "tests[1].weight"),
    (evaluation(EvaluationTest(weight=math.inf)), "tests[0].weight"),
    (evaluation(EvaluationTest(weight=math.nan)), "tests[0].weight"),
    (evaluation(GOOD, EvaluationTest(name="1")), "tests[1].name"),
    (evaluation(EvaluationTest(name="a\nb")), "tests[0].name"),
    (evaluation(EvaluationTest(name="a" * 300)), "tests[0].name"),
    (evaluation(EvaluationTest(arguments=("a\0",))), "tests[0].arguments"),
    (evaluation(EvaluationTest(files=(named("../a"),))), "tests[0].files"),
    (evaluation(EvaluationTest(files=(named("a"), named("a")))), "tests[0].files[1].name"),
    (evaluation(EvaluationTest(files=(named("d/" * 99 + "a"),))), "tests[0].files[0].name"),
    (evaluation(EvaluationTest(files=(named("a", executable=True),))), "tests[0].files[0].executable"),
    (evaluation(EvaluationTest(call_arguments=Data(content=b"[]"))), "tests[0].call_arguments"),
    (
        evaluation(EvaluationTest(stdin=Data(content=b"x")), comparison=Comparison(kind=ComparisonKind.CALL)),
        "tests[0].stdin",
    ),
    (evaluation(GOOD, comparison=Comparison(kind=ComparisonKind.FLOATS)), "comparison"),
    (
        evaluation(GOOD, comparison=Comparison(float_absolute_tolerance=-1.0)),
        "comparison.float_absolute_tolerance",
    ),
    (evaluation(GOOD, comparison=Comparison(kind=ComparisonKind.VALIDATOR)), "comparison.validator"),
]


@pytest.mark.parametrize(("bad", "field"), BAD, ids=[field for _, field in BAD])
def test_what_cannot_be_is_refused_by_its_field(bad: Evaluation, field: str) -> None:
    with pytest.raises(WorkError) as caught:
        checked_tests(runner_with(MemoryBlobs()), "t", bad)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b'[{"unknown": 1}]',
        b'[{"name": "\xff"}]',
        b"[" * 100_000,
        b"[" + b"{}," * (1 << 21),
        b'[{"arguments": [' + b'"ab",' * (1 << 20) + b'""]}]',
    ],
)
def test_a_test_set_that_is_none_is_refused(content: bytes) -> None:
    blobs = MemoryBlobs()
    blob = blobs.keep("t", content)
    with pytest.raises(WorkError) as caught:
        checked_tests(runner_with(blobs), "t", evaluation(test_set=blob))
    assert caught.value.field == "test_set"


def test_the_tests_of_a_test_set_are_numbered_where_they_have_no_name() -> None:
    blobs = MemoryBlobs()
    blob = blobs.keep("t", msgspec.json.encode([GOOD, EvaluationTest(name="second")]))
    tests = checked_tests(runner_with(blobs), "t", evaluation(test_set=blob))
    assert [test.name for test in tests] == ["1", "second"]


def test_a_test_set_of_somebody_else_is_not_there() -> None:
    blobs = MemoryBlobs()
    blob = blobs.keep("other", b"[]")
    with pytest.raises(WorkError, match="test_set: no such blob"):
        checked_tests(runner_with(blobs), "t", evaluation(test_set=blob))


def test_a_blob_lies_on_disk_once_however_often_it_is_named(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    data = Data(blob=blobs.keep("t", b"input"))
    tests = (EvaluationTest(name="1", stdin=data, expected=data), EvaluationTest(name="2", stdin=data))
    problem = problem_of("e", Comparison(), TestFiles(runner_with(blobs), "t", str(tmp_path)), tests, None)
    first, second = problem.root.cases
    assert first.input_path == first.answer_path == second.input_path
    assert Path(first.input_path).read_bytes() == b"input"
    assert second.answer_path == ""


def test_more_files_than_the_operator_allows_are_refused(tmp_path: Path) -> None:
    ceilings = Ceilings(case_files=1, case_files_bytes=1)
    files = TestFiles(runner_with(MemoryBlobs(), ceilings), "t", str(tmp_path))
    for given in ((named("a"), named("b")), (InputFile(name="a", data=Data(content=b"xx")),)):
        with pytest.raises(WorkError, match="operator's ceiling") as caught:
            problem_of("e", Comparison(), files, (EvaluationTest(name="1", files=given),), None)
        assert caught.value.field == "tests[0].files"
