"""Names of strangers, main files, Java's public classes, hostile text."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import SourceFault
from judge.model.language import LanguageSpec, SourceRule
from judge.model.submission import SourceFile
from judge.text import safe_text
from judge.toolchain.definitions import Languages
from judge.toolchain.java_names import java_class
from judge.toolchain.sources import Prepared, name_complaint, prepare, with_beside
from judge.toolchain.version import version_in

PYTHON = LanguageSpec(id="p", name="P", extensions=("py",), run=("/p",), source=SourceRule(name="main.py"))
JAVA = LanguageSpec(id="j", name="J", extensions=("java",), run=("/j",), source=SourceRule(public_class=True))
KOTLIN = LanguageSpec(
    id="k", name="K", extensions=("kt",), run=("/k",), source=SourceRule(main_suffix="Kt", capitalize=True)
)


def prepared(language: LanguageSpec, files: dict[str, str], main: str = "") -> Prepared:
    sources = [SourceFile(name=name, content=text.encode()) for name, text in files.items()]
    return prepare(language, sources, main)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "/etc/passwd", "a/../b", "a//b", "a/", "./a", "-o", "a/-o", "@response", "a\nb", "a\0b", "a\x1b[2J",
     "a\\b", "x" * 201, "/".join(["x" * 100] * 11), "\u202egnp.py", "a\u2028b", "\ud800"],
)  # fmt: skip
def test_a_hostile_name_is_refused_with_a_reason(name: str) -> None:
    assert name_complaint(name)


@pytest.mark.parametrize("name", ["a.c", "Größe.java", "src/пример.py", "a b.c", "日本.py", "$x;rm -rf.c", "'\".c"])
def test_an_odd_but_harmless_name_is_taken(name: str) -> None:
    assert not name_complaint(name)


@given(st.text(max_size=300))
def test_a_name_that_is_taken_stays_below_its_directory(name: str) -> None:
    if not name_complaint(name):
        assert not name.startswith(("/", "-"))
        assert ".." not in name.split("/")
        assert name.isprintable()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({f"{index}/f.txt": "" for index in range(201)}, "201 directories"),
        ({"d/" * 33 + "f.txt": ""}, "directories deep"),
        ({f"{index:0195}.txt": "" for index in range(600)}, "the file names have"),
    ],
)
def test_names_that_cost_each_run_are_bounded(files: dict[str, str], words: str) -> None:
    with pytest.raises(SourceFault, match=words):
        prepared(PYTHON, {"a.py": ""} | files)


@pytest.mark.parametrize("package", ["a..b", ".a", "a.", ".", "a.1b", "a-b", "class", "\u00ad", "x" * 200, "a.*", ""])
def test_a_package_that_is_none_is_no_exception(package: str) -> None:
    assert prepared(JAVA, {"Dots.java": f"package {package};\nclass Main {{}}\n"}).main.isprintable()


def test_the_reason_shows_a_hostile_name_harmlessly() -> None:
    with pytest.raises(SourceFault) as raised:
        prepared(PYTHON, {"a\x1b]0;evil\x07.py": ""})
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no files"),
        ({"a": "", "a/b.py": ""}, "is a file of the submission, not a directory"),
        ({f"{n}.py": "" for n in range(1001)}, "at most 1000"),
    ],
)
def test_a_set_of_files_that_cannot_be_is_refused(files: dict[str, str], words: str) -> None:
    with pytest.raises(SourceFault, match=words):
        prepared(PYTHON, files)


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(SourceFault, match="two files"):
        prepare(PYTHON, [SourceFile(name="a.py", content=b"")] * 2)


def test_a_lone_source_gets_the_name_of_the_language() -> None:
    assert prepared(PYTHON, {"solution.py": "", "data.txt": ""}).source == "main.py"


@pytest.mark.parametrize(
    ("names", "main", "expected"),
    [
        (["a.py", "b.py"], "", "a.py"),
        (["a.py", "main.py"], "", "main.py"),
        (["main.py", "__main__.py"], "", "__main__.py"),
        (["a.py", "b.py"], "b.py", "b.py"),
        (["a.py", "b.py"], "b", "b.py"),
        (["lib/__init__.py", "lib/m.py", "sol.py"], "", "sol.py"),
        (["lib/__init__.py", "lib/__main__.py", "sol.py"], "", "lib/__main__.py"),
        (["__init__.py", "a.py"], "", "__init__.py"),
    ],
)
def test_the_main_file_is_the_named_one_or_main_or_the_first(names: list[str], main: str, expected: str) -> None:
    assert prepared(PYTHON, dict.fromkeys(names, ""), main).source == expected


def test_a_main_file_that_is_not_there_is_told() -> None:
    with pytest.raises(SourceFault, match="no file 'c'"):
        prepared(PYTHON, {"a.py": "", "b.py": ""}, "c")


def test_only_sources_of_the_language_are_given_to_the_compiler() -> None:
    found = prepared(PYTHON, {"a.py": "", "b.py": "", "words.txt": ""})
    assert found.sources == ("a.py", "b.py")
    assert [file.name for file in found.files] == ["a.py", "b.py", "words.txt"]


@pytest.mark.parametrize(
    ("source", "package", "name"),
    [
        ("public class Main { public static void main(String[] a) {} }", "", "Main"),
        ("public final class Größe {}", "", "Größe"),
        ("class A {} public class B {}", "", "B"),
        ("class A { } class B { public static void main(String... a) {} }", "", "B"),
        ("package a.b; public class C {}", "a.b", "C"),
        ("/* public class No {} */ // public class No\npublic class Yes {}", "", "Yes"),
        ('class X { String s = "public class No {"; } public class Yes {}', "", "Yes"),
        ('class X { String s = """\npublic class No {\n"""; } public class Yes {}', "", "Yes"),
        ("class X { char c = '{'; } public class Yes {}", "", "Yes"),
        ("public record Point(int x) {}", "", "Point"),
        ("public @interface Mark {}", "", "Mark"),
        ("public \\u0063lass Esc\\u0061ped {}", "", "Escaped"),
        ("public class Outer { public class Inner {} }", "", "Outer"),
        ("@A(x = 1) public abstract sealed class S permits T {}", "", "S"),
        ("", "", ""),
        ("public class", "", ""),
        ("import java.util.*; void nothing;", "", ""),
    ],
)
def test_a_java_source_is_about_its_public_class(source: str, package: str, name: str) -> None:
    found = java_class(source.encode())
    assert (found.package, found.name) == (package, name)


@given(st.binary(max_size=400))
def test_any_bytes_at_all_may_be_a_java_source(source: bytes) -> None:
    name = java_class(source).name
    assert "/" not in name
    assert ".." not in name


def test_a_java_submission_is_named_after_its_public_classes() -> None:
    found = prepared(
        JAVA,
        {
            "helper.java": "public class Helper {}",
            "prog.java": "public class Größe { public static void main(String[] a) {} }",
        },
    )
    assert found.sources == ("Helper.java", "Größe.java")
    assert (found.source, found.main) == ("Größe.java", "Größe")


def test_a_java_class_in_a_package_is_started_by_its_full_name() -> None:
    assert prepared(JAVA, {"x.java": "package a.b; public class C { static void main(String[] x) {} }"}).main == "a.b.C"


def test_java_files_of_one_class_keep_their_names_for_the_compiler_to_judge() -> None:
    files = prepared(JAVA, {"A.java": "public class X {}", "B.java": "class X {}", "C.java": "class Y {}"}).files
    assert [file.name for file in files] == ["A.java", "B.java", "Y.java"]


def test_a_main_name_may_be_made_of_the_file_name() -> None:
    assert prepared(KOTLIN, {"solution.kt": ""}).main == "SolutionKt"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\n\ttext\n", "plain\n\ttext\n"),
        (b"\x1b[31merror\x1b[0m \x1b]0;title\x07x", "error x"),
        (b"a\rb\r\nc\x00\x08", "a\ufffdb\nc\ufffd\ufffd"),
        ("rtl \u202e and zero\u200bwidth".encode(), "rtl \ufffd and zero\ufffdwidth"),
        (b"bad \xff byte", "bad \ufffd byte"),
        ("naïve ∑ 🎈".encode(), "naïve ∑ 🎈"),
    ],
)
def test_hostile_bytes_become_harmless_text(data: bytes, text: str) -> None:
    assert safe_text(data, 1000) == text


def test_text_that_was_cut_says_so() -> None:
    assert safe_text(b"x" * 100, 10) == "x" * 10 + "\n[90 more bytes]"


@given(st.binary(max_size=300))
def test_text_is_always_printable(data: bytes) -> None:
    letters = safe_text(data, 200)
    assert all(letter.isprintable() or letter in "\n\t" or category(letter) == "Zs" for letter in letters)


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022", "12.2.0-14+deb12u1"),
        ('openjdk version "17.0.15" 2025-04-15', "17.0.15"),
        ("25\n", "25"),
        ("no number", ""),
    ],
)
def test_a_version_is_the_first_thing_that_looks_like_one(answer: str, version: str) -> None:
    assert version_in(answer) == version


PASCAL = LanguageSpec(
    id="f", name="F", extensions=("pas", "pp"), run=("/f",), source=SourceRule(main_pattern=r"(?i)^[ \t]*program\b")
)


@pytest.mark.parametrize(
    ("files", "main"),
    [
        ({"a.pp": "unit a;\nend.\n", "b.pas": "{ starts }\n  Program b;\nuses a;\n"}, "b.pas"),
        ({"main.pas": "begin end.", "b.pas": "program b;\n"}, "main.pas"),
        ({"a.pas": "begin end.", "b.pp": "unit b;"}, "a.pas"),
    ],
)
def test_the_main_source_is_told_by_its_content_where_no_name_says_so(files: dict[str, str], main: str) -> None:
    assert prepared(PASCAL, files).source == main


def test_files_beside_the_sources_are_told_to_no_compiler_and_never_replace_one() -> None:
    language = Languages.open().get("c")
    prepared = prepare(language, [SourceFile(name="main.c", content=b"source")], keep_names=True)
    names = ("main.c", "main.c/inside.h", "../above.h", "/rooted.h", "-option.c", "other.c", "data/\r\n.txt")
    beside = [SourceFile(name=name, content=b"beside\r\n") for name in names]
    found = with_beside(prepared, [*beside, SourceFile(name="data/b.txt", content=b"beside\r\n")])
    assert {file.name: file.content for file in found.files} == {
        "main.c": b"source",
        "other.c": b"beside\r\n",
        "data/b.txt": b"beside\r\n",
    }
    assert (found.sources, found.source) == (("main.c",), "main.c")


def test_a_lone_source_can_keep_its_name() -> None:
    language = Languages.open().get("python3")
    files = [SourceFile(name="script.py", content=b"")]
    assert (prepare(language, files).source, prepare(language, files, keep_names=True).source) == (
        "main.py",
        "script.py",
    )
