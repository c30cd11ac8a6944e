"""From a request to an execution."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from judge.gateway.dialects.fusion.program import Program, Refused, files_of, program_of
from judge.gateway.dialects.fusion.requests import RunCode
from judge.model.units import MIB, S_NS
from judge.package.ceilings import Ceilings

_CEILINGS = Ceilings(
    time_limit_ns=60 * S_NS,
    compilation_time_ns=30 * S_NS,
    memory_bytes=1024 * MIB,
    output_bytes=64 * MIB,
    case_files=10,
    case_files_bytes=1000,
)
_X = base64.b64encode(b"x").decode()


def _program(code: str = "pass", language: str = "python", **fields: Any) -> Program:
    return program_of(RunCode(code=code, language=language, **fields), _CEILINGS)


def _sources(program: Program) -> dict[str, bytes]:
    assert program.execution.program
    return {source.name: source.content for source in program.execution.program.sources}


def test_limits_are_of_the_wall_clock() -> None:
    limits = _program(run_timeout=2, compile_timeout=3).execution
    assert (limits.limits.wall_time_ns, limits.limits.idle_time_ns, limits.limits.cpu_time_ns) == (
        2 * S_NS,
        2 * S_NS,
        8 * S_NS,
    )
    assert limits.compile_limits.wall_time_ns == 3 * S_NS
    assert limits.limits.memory_bytes == 1024 * MIB


def test_limits_are_within_the_operators_and_patience_is_not() -> None:
    program = _program(run_timeout=1e9, compile_timeout=1e300, memory_limit_MB=10**30)
    assert program.execution.limits.wall_time_ns == program.execution.limits.cpu_time_ns == 60 * S_NS
    assert program.execution.compile_limits.cpu_time_ns == 30 * S_NS
    assert program.execution.limits.memory_bytes == 1024 * MIB
    assert program.limits_s == pytest.approx(1e300)
    assert _program(run_timeout=-5, compile_timeout=1).limits_s == 1


def test_files_are_divided_between_the_program_and_its_directory() -> None:
    program = _program(files={"lib/a.py": _X, "data.csv": _X, "main.py": _X, "none": None})
    assert _sources(program) == {"main2.py": b"pass", "lib/a.py": b"x", "main.py": b"x"}
    assert [file.name for file in program.execution.files] == ["data.csv"]


def test_code_in_java_stands_for_a_file_of_its_name() -> None:
    program = _program("class Main {}", "java", files={"Main.java": _X, "Other.java": _X})
    assert _sources(program) == {"Main.java": b"class Main {}", "Other.java": b"x"}


def test_only_junit_does_without_code() -> None:
    assert _sources(_program("", "junit", files={"A.java": _X})) == {"A.java": b"x"}
    assert _sources(_program("", "junit")) == {"Main.java": b""}
    assert _sources(_program("", "java", files={"A.java": _X})) == {"Main.java": b"", "A.java": b"x"}


@pytest.mark.parametrize(
    ("code", "whole"),
    [("echo 1;", "<?php\necho 1;"), ("  <?php echo 1;", "  <?php echo 1;"), ("\necho 1;", "<?php\necho 1;")],
)
def test_code_in_php_need_not_say_so(code: str, whole: str) -> None:
    assert _sources(_program(code, "php")) == {"main.php": whole.encode()}


def test_names_are_shortened_and_told_as_they_were_asked_for() -> None:
    program = _program(fetch_files=["./a/../b", "/work/c", "/etc/passwd", "..", "", "a\0b"])
    assert program.fetched == {"b": "./a/../b", "c": "/work/c"}
    assert program.execution.keep == ("b", "c")


def test_many_files_are_found_among_all() -> None:
    program = _program(fetch_files=[f"f{number}" for number in range(17)])
    assert program.execution.keep == ("**/*",)
    assert len(program.fetched) == 17


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "", ".", "a\0b", "/work/../x"])
def test_a_name_outside_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="does not lie in the program's directory"):
        files_of({name: _X})


@pytest.mark.parametrize("content", ["x", "é", "eA"])
def test_what_is_not_base64_is_refused(content: str) -> None:
    with pytest.raises(Refused, match="is not base64"):
        files_of({"a": content})


def test_too_many_and_too_large_files_are_refused() -> None:
    with pytest.raises(Refused, match="11 files; at most 10"):
        _program(files={f"f{number}": _X for number in range(11)})
    with pytest.raises(Refused, match="1002 bytes; at most 1000"):
        _program(files={"a": base64.b64encode(b"x" * 1002).decode()})


@pytest.mark.parametrize("language", ["cuda", "julia", "lean"])
def test_what_is_not_here_is_refused(language: str) -> None:
    with pytest.raises(Refused, match=f"{language} is not offered here"):
        _program(language=language)


def test_arguments_are_pytests_alone() -> None:
    assert _program(language="pytest", args=["-k", "x"]).execution.arguments == ("-k", "x")
    assert _program(args=["-k", "x"]).execution.arguments == ()


def test_an_execution_can_be_encoded() -> None:
    assert msgspec.json.encode(_program(stdin="é", files={"a": _X}).execution)


def test_a_time_below_all_numbers_is_the_shortest() -> None:
    execution = _program(run_timeout=-1e308, compile_timeout=-1e308).execution
    assert execution.limits.wall_time_ns == execution.compile_limits.wall_time_ns == 1_000_000
