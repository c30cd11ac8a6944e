"""Sources as editors on Windows save them are the same programs, in every language there is."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.grading.includes import with_includes
from judge.model.language import LanguageSpec
from judge.model.problem import PackageFormat, Problem, ProblemLimits, TestGroup
from judge.model.submission import SourceFile
from judge.toolchain.definitions import Languages
from judge.toolchain.source_text import plain_text
from judge.toolchain.sources import prepare

LANGUAGES = Languages.open().all()


def forms(text: str) -> dict[str, bytes]:
    windows = text.replace("\n", "\r\n")
    return {
        "mark": codecs.BOM_UTF8 + text.encode(),
        "line ends": windows.encode(),
        "mark and line ends": codecs.BOM_UTF8 + windows.encode(),
        "old Mac": text.replace("\n", "\r").encode(),
        "end of DOS": windows.encode() + b"\x1a",
        "UTF-16": codecs.BOM_UTF16_LE + windows.encode("utf-16-le"),
        "UTF-16, big": codecs.BOM_UTF16_BE + windows.encode("utf-16-be"),
        "UTF-16 without a mark": windows.encode("utf-16-le"),
        "UTF-32": codecs.BOM_UTF32_LE + windows.encode("utf-32-le"),
    }


@pytest.mark.parametrize("language", LANGUAGES, ids=[language.id for language in LANGUAGES])
def test_a_source_saved_on_windows_is_the_same_program(language: LanguageSpec) -> None:
    text = language.selftest.get("utf8") or language.selftest.get("add") or "a\nb\n"
    name = f"Prog.{language.extensions[0]}"
    plain = prepare(language, [SourceFile(name=name, content=text.encode())])
    for form, content in forms(text).items():
        prepared = prepare(language, [SourceFile(name=name, content=content)])
        if language.source.verbatim:
            assert prepared.files[0].content == content, form
        else:
            assert prepared == plain, form


def test_only_what_the_language_reads_is_changed() -> None:
    cpp = Languages.open().get("cpp")
    files = [SourceFile(name=name, content=b"\xef\xbb\xbfx\r\n") for name in ("a.cpp", "b.h", "table.txt")]
    assert [file.content for file in prepare(cpp, files).files] == [b"x\n", b"x\n", b"\xef\xbb\xbfx\r\n"]


def test_a_preamble_comes_before_the_text_and_not_before_its_mark() -> None:
    problem = Problem(
        name="p",
        path="",
        format=PackageFormat.LEGACY,
        root=TestGroup(name="data"),
        limits=ProblemLimits(),
        preambles=(("default", "#include <x>\n"),),
    )
    files = with_includes(
        problem, Languages.open().get("cpp"), [SourceFile(name="a.cpp", content=b"\xef\xbb\xbfint x;")]
    )
    assert files[0].content == b"#include <x>\nint x;"


@given(st.binary(max_size=60))
def test_no_bytes_are_an_exception(content: bytes) -> None:
    plain_text(content)


@given(st.text(alphabet="aü\n日", min_size=1))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain_text(text.encode()) == text.encode()


def test_another_encoding_is_left_to_the_language() -> None:
    assert plain_text(b"# \xdc\r\n") == b"# \xdc\n"
    assert plain_text(codecs.BOM_UTF16_LE + b"\x00\xd8") == codecs.BOM_UTF16_LE + b"\x00\xd8"
