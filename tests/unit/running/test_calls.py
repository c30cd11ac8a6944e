"""What is a call, and what is none; programs with drivers run in tests/sandbox/test_calls.py."""

from __future__ import annotations

import msgspec
import pytest

from judge.compare.values import EXPECTED_BYTES_MAX, PARTS_MAX
from judge.errors import WorkError
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource
from judge.running.calls import VALUE_BYTES_MAX, check_call_arguments, check_value, with_driver
from judge.toolchain.definitions import Languages

LANGUAGES = Languages.open()


@pytest.mark.parametrize("function", ["", "a.b.c", "a()", "1a", "a b", "a" * 300, "import os"])
def test_only_the_name_of_a_function_is_taken(function: str) -> None:
    program = ProgramSource(sources=(SourceFile(name="a.py", content=b""),))
    with pytest.raises(WorkError) as caught:
        with_driver(program, LANGUAGES.get("python3"), function)
    assert caught.value.field == "comparison.function"


def test_a_language_without_a_driver_is_told_which_have_one() -> None:
    program = ProgramSource(sources=(SourceFile(name="a.c", content=b""),))
    with pytest.raises(
        WorkError, match="functions of c cannot be called, only those of clang-cpp, cpp, cpp17"
    ) as caught:
        with_driver(program, LANGUAGES.get("c"), "f")
    assert caught.value.field == "comparison.kind"


def test_a_source_file_of_the_drivers_name_is_refused() -> None:
    sources = (SourceFile(name="judge_call.py", content=b""), SourceFile(name="main.py", content=b""))
    with pytest.raises(WorkError, match="is the driver's"):
        with_driver(ProgramSource(sources=sources), LANGUAGES.get("python3"), "f")


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[" * 1000, b'"' + b"x" * EXPECTED_BYTES_MAX + b'"', b"[" + b"0," * PARTS_MAX + b"0]", b'"\xff"'],
    ids=["empty", "open", "deep", "long", "many", "no UTF-8"],
)
def test_an_expected_value_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(WorkError) as caught:
        check_value(text, "tests[3].expected")
    assert caught.value.field == "tests[3].expected"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"1", "a JSON array is needed"),
        (b"{}", "a JSON array is needed"),
        (b"[NaN]", "NaN is not in JSON"),
        (b"[[1e999]]", "larger than any"),
        (b'[{"a": "\\ud800"}]', "surrogate"),
        (b'[{"\\udc00x": 1}]', "surrogate"),
        (b"[" + b"1," * PARTS_MAX + b"1]", "parts"),
        (b'["' + b"x" * VALUE_BYTES_MAX + b'"]', "bytes of JSON"),
    ],
)
def test_arguments_that_some_language_cannot_be_given_are_refused(text: bytes, complaint: str) -> None:
    with pytest.raises(WorkError, match=complaint) as caught:
        check_call_arguments(text, "tests[0].call_arguments")
    assert caught.value.field == "tests[0].call_arguments"


@pytest.mark.parametrize("text", [b"", b"[]", b'["\\ud83c\\udf88", -1e308]', b"[1180591620717411303424]"])
def test_these_arguments_are_taken(text: bytes) -> None:
    check_call_arguments(text, "tests[0].call_arguments")


def test_an_integer_that_the_language_does_not_have_is_the_clients_fault() -> None:
    javascript = with_driver(
        ProgramSource(sources=(SourceFile(name="a.js", content=b""),)), LANGUAGES.get("javascript"), "f"
    )
    check_call_arguments(b"[[9007199254740992, true]]", "arguments", javascript.integer_max)
    with pytest.raises(WorkError, match="no integer beyond 9007199254740992"):
        check_call_arguments(b'[{"a": -9007199254740993}]', "arguments", javascript.integer_max)


def test_a_version_of_a_language_has_the_languages_driver() -> None:
    program = ProgramSource(sources=(SourceFile(name="main.py", content=b"def f(): pass\n"),))
    variant = msgspec.structs.replace(LANGUAGES.get("python3"), id="python3@numpy")
    assert with_driver(program, variant, "f").program.main == "judge_call.py"


@pytest.mark.parametrize(
    ("language", "function"), [("java", "solve"), ("cpp", "größe"), ("go", "$"), ("lua", "Lösung.f")]
)
def test_a_name_that_the_language_cannot_have_is_refused(language: str, function: str) -> None:
    program = ProgramSource(sources=(SourceFile(name=f"main.{language}", content=b""),))
    with pytest.raises(WorkError) as caught:
        with_driver(program, LANGUAGES.get(language), function)
    assert caught.value.field == "comparison.function"


@pytest.mark.parametrize(
    ("language", "function", "named"),
    [
        ("cpp", "solve", b"&solve)"),
        ("cpp", "A.b", b"&A::b)"),
        ("go", "A.b", b"ValueOf(new(A).b)"),
        ("lua", "A.b", b"return A end"),
        ("rust", "solve", b"serve::<(), _, _>(solve);"),
        ("rust", "A.b", b"serve::<A, _, _>(A::b);"),
    ],
)
def test_a_compiled_driver_names_the_function(language: str, function: str, named: bytes) -> None:
    program = ProgramSource(sources=(SourceFile(name="main", content=b""),))
    made = with_driver(program, LANGUAGES.get(language), function)
    assert named in made.program.sources[-1].content
