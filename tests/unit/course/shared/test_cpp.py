"""What a student's header must not have where tests are compiled with it."""

from __future__ import annotations

import pytest

from judge.course.shared.cpp import header_complaint
from judge.model.submission import SourceFile

TESTS = [SourceFile(name="t.cpp", content=b"REQUIRE(account.balance() == LIMIT);\n")]


def complaint(text: str) -> str:
    return header_complaint(SourceFile(name="bank.hpp", content=text.encode()), TESTS)


def test_a_usual_header_is_taken() -> None:
    text = """\
#ifndef BANK_HPP
#define BANK_HPP
#include <string>
#include "inner/more.hpp"
#define SIZE_MAX_OF_OURS (1 << 3) // a value
#if defined(BANK_HPP) && 1
#endif
class Account { std::string name = "#1"; char c = '#'; public: int balance() const; }; // issue #4
#endif
"""
    assert complaint(text) == ""
    assert complaint("#pragma once\nint a;\n") == ""


@pytest.mark.parametrize(
    "text",
    [
        "#define REQUIRE(x)",
        "#define REQUIRE",
        "# define LIMIT 3",
        "#define balance() zero()",
        "#define private public",
        "#define INTERNAL_CATCH_TEST(...)",
        "#define CATCH_X",
        "#undef REQUIRE",
        "/**/ #undef REQUIRE",
        '/* " */ #undef REQUIRE',
        "#def\\\nine REQUIRE(x)",
        "%:define REQUIRE(x)",
        "??=define REQUIRE(x)",
        '#line 1 "t.cpp"',
        '# 1 "t.cpp"',
        "#pragma GCC poison balance",
        '_Pragma("once")',
        "#include_next <catch.hpp>",
        "__attribute__((constructor)) void f();",
        "[[gnu::constructor]] void f();",
        'asm("nop");',
        "namespace Catch { int a; }",
    ],
)
def test_what_changes_the_tests_is_named(text: str) -> None:
    assert complaint(f"#pragma once\n{text}\n") != ""
