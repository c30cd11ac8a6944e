"""Which sources open nothing but what their compiler looks for, so that their artifacts outlive other packages."""

from __future__ import annotations

import pytest

from judge.model.submission import SourceFile
from judge.toolchain.definitions import Languages
from judge.toolchain.uses import USES, reads_only_its_uses

ORDINARY = (
    b'#include <bits/stdc++.h>\n#include <sys/types.h>\n#include "my-header.h"\nint main() {}\n',
    b'# pragma GCC optimize("O3,unroll-loops")\n#pragma GCC target ("avx2")\n#pragma once\nint main() {}\n',
    b"#define X 1\n#ifdef X\n#if X == 1\n#elif 0\n#else\n#endif\n#endif\n#undef X\n#pragma omp parallel\n",
)

OPENS_ANYTHING = (
    b"#include </usr/share/x/x.h>\n",
    b'#include "/usr/share/x/x.h"\n',
    b"#include <bits/../../share/x.h>\n",
    b'#include "../usr/share/x.h"\n',
    b"#define FILE <x>\n#include FILE\n",
    b"#include /* */ <x>\n",
    b"#inc\\\nlude </usr/x>\n",
    b"%:include </usr/x>\n",
    b"??=include </usr/x>\n",
    b"#include_next </usr/x>\n",
    b"#import <x>\n",
    b"#embed </usr/x>\n",
    b'__asm__(".incbin \\"/usr/x\\"");\n',
    b'#define A(x, y) x##y\nA(as, m)("x");\n',
    b"#if __has_include(</usr/x>)\n#endif\n",
    b'_Pragma("GCC dependency \\"/usr/x\\"")\n',
    b'#pragma GCC dependency "/usr/x"\n',
    b'#pragma GCC optimize("profile-use=/usr/x")\n',
    b'__attribute__((optimize(\n"profile-use=/usr/x"))) int f();\n',
    b'#line 1 "/usr/x"\n',
)


def reads_only(used: str, *contents: bytes) -> bool:
    return reads_only_its_uses(used, [SourceFile(name=f"{n}.c", content=content) for n, content in enumerate(contents)])


@pytest.mark.parametrize("content", ORDINARY)
def test_a_usual_source_opens_what_its_compiler_looks_for(content: bytes) -> None:
    assert reads_only("gcc", content)


@pytest.mark.parametrize("content", OPENS_ANYTHING)
def test_a_source_that_may_open_any_file_is_told_apart(content: bytes) -> None:
    assert not reads_only("gcc", content)
    assert not reads_only("clang", ORDINARY[0], content)


def test_what_no_compiler_of_c_reads_is_not_looked_at() -> None:
    assert reads_only("jdk", OPENS_ANYTHING[0])


def test_code_that_runs_while_it_is_compiled_may_open_anything() -> None:
    assert not reads_only("groovy", b"println 1")


def test_options_of_the_author_may_name_any_file() -> None:
    source = SourceFile(name="a.c", content=b"")
    assert not reads_only_its_uses("gcc", [source], ["-I/usr/share"])
    assert not reads_only_its_uses("gcc", [SourceFile(name="@a.c", content=b"")])


def test_of_a_language_that_says_nothing_nothing_is_known() -> None:
    assert not reads_only("", b"")


@pytest.mark.parametrize(
    "piece", [b"#", b"# include <", b"#include <a/", b"optimize", b'optimize ("', b"#pragma GCC ", b"?"]
)
def test_the_look_at_a_hostile_source_takes_time_in_proportion_to_its_length(piece: bytes) -> None:
    reads_only("gcc", b"#define x\n" + piece * ((1 << 20) // len(piece)))  # quadratic, it would take hours


def test_every_language_that_prepares_something_says_what_it_uses() -> None:
    specs = list(Languages.open())
    assert [spec.id for spec in specs if spec.prepare and not spec.uses] == []
    assert {spec.uses for spec in specs} - {""} == set(USES)
