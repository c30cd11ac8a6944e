"""Drivers: programs with one are run here as they are in the sandbox, each by its interpreter."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from judge.errors import WorkError
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource
from judge.running.calls import VALUE_BYTES_MAX, checked_call_arguments, checked_value, with_driver
from judge.toolchain.definitions import Languages

LANGUAGES = Languages.open()

SOURCES = {
    "python3": b"class Pair:\n  def swap(self, a, b): print('noise'); return (b, a)\ndef half(n): return n / 2\n",
    "javascript": b"class Pair { swap(a, b) { console.log('noise'); return [b, a]; } }\n"
    b"const half = async (n) => n / 2; // end",
    "ruby": b"class Pair\n  def swap(a, b) = (puts 'noise'; [b, a])\nend\ndef half(n) = n / 2.0",
    "php": b"<?php class Pair { function swap($a, $b) { echo 'noise'; return [$b, $a]; } }\n"
    b"function half($n) { return $n / 2; }",
}
COMMANDS = {"python3": "python3", "javascript": "node", "ruby": "ruby", "php": "php"}
NAMES = {"python3": "main.py", "javascript": "main.js", "ruby": "main.rb", "php": "main.php"}


def called(language: str, source: bytes, function: str, arguments: str, directory: Path) -> tuple[object, str]:
    """The value of the call, and what the program printed."""
    program = ProgramSource(sources=(SourceFile(name=NAMES[language], content=source),))
    made = with_driver(program, LANGUAGES.get(language), function)
    for file in made.program.sources:
        (directory / file.name).write_bytes(file.content)
    answer = directory / "answer"
    request = made.request(arguments.encode()).replace(b"/work/judge-answer.json", bytes(answer))
    command = [COMMANDS[language], str(directory / made.program.main)]
    done = subprocess.run(command, input=request, capture_output=True, check=False)
    return (json.loads(answer.read_bytes()) if done.returncode == 0 else done.stderr.decode()), done.stdout.decode()


@pytest.mark.parametrize("language", SOURCES)
def test_a_driver_calls_a_function_and_a_method(language: str, tmp_path: Path) -> None:
    assert called(language, SOURCES[language], "half", "[3]", tmp_path)[0] == 1.5
    value, printed = called(language, SOURCES[language], "Pair.swap", '["é", {"k": [null, true]}]', tmp_path)
    assert (value, printed.strip()) == ([{"k": [None, True]}, "é"], "noise")


@pytest.mark.parametrize("language", SOURCES)
def test_a_function_that_is_not_there_fails(language: str, tmp_path: Path) -> None:
    value, _ = called(language, SOURCES[language], "other", "[]", tmp_path)
    assert isinstance(value, str)
    assert "other" in value


def test_what_a_javascript_program_exports_is_found(tmp_path: Path) -> None:
    source = b"module.exports = { twice: (n) => 2 * n };"
    assert called("javascript", source, "twice", "[4]", tmp_path)[0] == 8


def test_a_python_program_is_imported_and_its_own_trace_shown(tmp_path: Path) -> None:
    source = b"if __name__ == '__main__': print('main')\ndef f(): return {1}\n"
    value, printed = called("python3", source, "f", "[]", tmp_path)
    assert isinstance(value, str)
    assert value.endswith("TypeError: a value of the type set cannot be written as JSON\n")
    assert "judge_call" not in value
    assert printed == ""


@pytest.mark.parametrize("function", ["", "a.b.c", "a()", "1a", "a b", "a" * 300, "import os"])
def test_only_the_name_of_a_function_is_taken(function: str) -> None:
    program = ProgramSource(sources=(SourceFile(name="a.py", content=b""),))
    with pytest.raises(WorkError) as caught:
        with_driver(program, LANGUAGES.get("python3"), function)
    assert caught.value.field == "comparison.function"


def test_a_language_without_a_driver_is_told_which_have_one() -> None:
    program = ProgramSource(sources=(SourceFile(name="a.c", content=b""),))
    with pytest.raises(
        WorkError, match="functions of c cannot be called, only those of javascript, php, pypy3"
    ) as caught:
        with_driver(program, LANGUAGES.get("c"), "f")
    assert caught.value.field == "comparison.kind"


def test_a_source_file_of_the_drivers_name_is_refused() -> None:
    sources = (SourceFile(name="judge_call.py", content=b""), SourceFile(name="main.py", content=b""))
    with pytest.raises(WorkError, match="is the driver's"):
        with_driver(ProgramSource(sources=sources), LANGUAGES.get("python3"), "f")


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 1000, b'"' + b"x" * VALUE_BYTES_MAX + b'"'])
def test_an_expected_value_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(WorkError) as caught:
        checked_value(text, "tests[3].expected")
    assert caught.value.field == "tests[3].expected"


@pytest.mark.parametrize("text", [b"1", b"{}", b"[NaN]"])
def test_arguments_are_a_json_array(text: bytes) -> None:
    with pytest.raises(WorkError):
        checked_call_arguments(text, "tests[0].call_arguments")


def test_a_version_of_a_language_has_the_languages_driver() -> None:
    program = ProgramSource(sources=(SourceFile(name="main.py", content=b"def f(): pass\n"),))
    variant = msgspec.structs.replace(LANGUAGES.get("python3"), id="python3@numpy")
    assert with_driver(program, variant, "f").program.main == "judge_call.py"
