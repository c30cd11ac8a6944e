"""What Jobe does with each language."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from judge.gateway.dialects.jobe.languages import language_of, languages_table, offered
from judge.gateway.dialects.jobe.limits import Ceilings, limits_of
from judge.gateway.dialects.jobe.outcome import shown
from judge.gateway.dialects.jobe.recipes import RECIPES, command_line, main_class
from judge.gateway.dialects.jobe.run_spec import RunSpec
from judge.queue.values import LanguageCard
from judge.toolchain.definitions import Languages

_CEILINGS = Ceilings(cputime_s=60, memory_bytes=4 << 30, output_bytes=256 << 20)
_PAGE = Path(__file__).resolve().parents[5] / "docs" / "howto" / "coming-from-jobe.md"
_MAIN = "{ public static void main(String[] args) {} }"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["/usr/bin/gcc", "-x c", "-o", "a"], ("/usr/bin/gcc", "-x", "c", "-o", "a")),
        (["a", "$(b)"], ("/bin/sh", "-c", "a $(b)")),
        (["a", "b;c"], ("/bin/sh", "-c", "a b;c")),
        (["a", "'b c'"], ("/bin/sh", "-c", "a 'b c'")),
        (["a", "*"], ("/bin/sh", "-c", "a *")),
        (["a", "b\nc"], ("/bin/sh", "-c", "a b\nc")),
        (["a", "é"], ("/bin/sh", "-c", "a é")),
    ],
)
def test_a_shell_is_there_where_it_would_change_something(words: list[str], line: tuple[str, ...]) -> None:
    assert command_line(words) == line


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (f"public class Test {_MAIN}", "Test"),
        (f"class Other {{}}\npublic  class\nTest extends A {_MAIN}", "Test"),
        ("public class Test { static public void main(String[] a) {} }", "Test"),
        ("public class Test { void other() {} }", ""),
        (f"public class A {_MAIN}\npublic class B {_MAIN}", ""),
        (f"class Test {_MAIN}", ""),
        ("", ""),
    ],
)
def test_the_class_that_is_run(source: str, name: str) -> None:
    assert main_class(source) == name


@pytest.mark.parametrize("piece", ["public class a{", "public class a ", "public static void main(", "public ", " "])
def test_a_hostile_source_is_looked_through_in_linear_time(piece: str) -> None:
    began_s = time.process_time()
    main_class(piece * (4_000_000 // len(piece)))
    assert time.process_time() - began_s < 20  # what is quadratic takes hours


def test_limits_as_jobe_has_them() -> None:
    limits = limits_of(RunSpec(language="c", source=""), RECIPES["c"], _CEILINGS)
    assert (limits.cpu_time_ns, limits.wall_time_ns, limits.processes) == (5_000_000_000, 10_000_000_000, 30)
    assert (limits.address_space_bytes, limits.memory_bytes) == (400 * 1000 << 10, 800 * 1000 << 10)
    assert (limits.stdout_bytes, limits.disk_bytes) == (2000 << 10, 20_000 << 10)


def test_compilers_have_at_least_what_they_need() -> None:
    small = {"cputime": 1, "memorylimit": 10, "numprocs": 1, "disklimit": 1}
    limits = limits_of(RunSpec(language="c", source="", parameters=small), RECIPES["c"], _CEILINGS, compiling=True)
    assert (limits.cpu_time_ns, limits.processes) == (2_000_000_000, 5)
    assert (limits.address_space_bytes, limits.disk_bytes) == (500 * 1000 << 10, 20_000 << 10)


def test_java_has_no_memory_limit_of_its_own_and_many_threads() -> None:
    asked = {"memorylimit": 10, "numprocs": 1}
    limits = limits_of(RunSpec(language="java", source="", parameters=asked), RECIPES["java"], _CEILINGS)
    assert (limits.address_space_bytes, limits.memory_bytes, limits.processes) == (0, _CEILINGS.memory_bytes, 256)


def test_python_and_octave_have_more_memory() -> None:
    spec = RunSpec(language="", source="")
    assert limits_of(spec, RECIPES["python3"], _CEILINGS).address_space_bytes == 1000 * 1000 << 10
    assert limits_of(spec, RECIPES["octave"], _CEILINGS).address_space_bytes == 500 * 1000 << 10


@pytest.mark.parametrize(
    ("output", "text"),
    [(b"a\x00b", "a\x00b"), ("é".encode(), "é"), (b"\xffa\x01\n\r\t\x7f\\", "\\xffa\\x01\n\r\t\\x7f\\"), (b"", "")],
)
def test_what_is_no_text_is_escaped(output: bytes, text: str) -> None:
    assert shown(output) == text


def test_languages_are_jobes_by_its_ids_and_ours_by_ours() -> None:
    cards = [
        LanguageCard(id="javascript", name="", versions=("v20.19.2",), workers=1),
        LanguageCard(id="rust", name="", aliases=("rs",), versions=("rustc 1.63.0 (x)",), workers=1),
        LanguageCard(id="c", name="", versions=("strange",), workers=2),
        LanguageCard(id="php", name=""),
    ]
    assert offered(cards) == [("c", "Unknown"), ("nodejs", "20.19.2"), ("rust", "1.63.0")]
    asked = ("nodejs", "rs", "php", "x")
    assert [language_of(cards, id) for id in asked] == ["javascript", "rust", "", ""]


def test_the_page_lists_the_languages() -> None:
    names = {language.id: language.name for language in Languages.open()}
    assert languages_table(names) in _PAGE.read_text()
