"""From a body to a job: Piston's checks in its order, and what JavaScript takes for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from judge.config.dialects import PistonSettings
from judge.gateway.dialects.piston.job import Job, RefusedError, job_of, sources_of
from judge.gateway.dialects.piston.limits import limits_of
from judge.gateway.dialects.piston.runtimes import Kind, Runtime, Runtimes

RUNTIMES = Runtimes(
    (
        Runtime("python", "3.12.1", "python3@3.12.1", ("py",), extensions=("py", "py3"), compiled=False),
        Runtime("c++", "14.2.0", "cpp@14.2.0", ("cpp",), "gcc", extensions=("cpp", "cc")),
        Runtime("file", "0.0.1", "", kind=Kind.FILE),
    ),
    (),
)
LIMITED = PistonSettings(run_memory_limit_bytes=1000, limit_overrides={"c++": {"run_timeout": 9000, "run_cpu_time": 0}})
FILE = {"content": "x"}
GOOD: dict[str, Any] = {"language": "py", "version": "*", "files": [FILE]}


def job(settings: PistonSettings = LIMITED, **said: Any) -> Job:
    return job_of(GOOD | said, RUNTIMES, limits_of(settings))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"language": None, "version": None}, "language is required as a string"),
        ({"language": ""}, "language is required as a string"),
        ({"language": ["py"]}, "language is required as a string"),
        ({"version": 3, "files": None}, "version is required as a string"),
        ({"version": ""}, "version is required as a string"),
        ({"files": None, "language": "nothing"}, "files is required as an array"),
        ({"files": {}}, "files is required as an array"),
        ({"files": [FILE, {}], "language": "nothing"}, "files[1].content is required as a string"),
        ({"files": [None]}, "files[0].content is required as a string"),
        ({"files": [{"content": 5}]}, "files[0].content is required as a string"),
        ({"language": "nothing", "version": "1.x"}, "nothing-1.x runtime is unknown"),
        ({"version": "2.x"}, "py-2.x runtime is unknown"),
        ({"version": "no range"}, "py-no range runtime is unknown"),
        ({"files": []}, "files must include at least one utf8 encoded file"),
        ({"files": [FILE | {"encoding": "hex"}]}, "files must include at least one utf8 encoded file"),
        ({"files": [FILE | {"encoding": "latin1"}]}, "files must include at least one utf8 encoded file"),
        ({"run_timeout": 3001}, "run_timeout cannot exceed the configured limit of 3000"),
        ({"compile_timeout": 10_001}, "compile_timeout cannot exceed the configured limit of 10000"),
        ({"run_cpu_time": 1e9}, "run_cpu_time cannot exceed the configured limit of 3000"),
        ({"run_timeout": "5"}, "If specified, run_timeout must be a number"),
        ({"run_timeout": True}, "If specified, run_timeout must be a number"),
        ({"run_timeout": []}, "If specified, run_timeout must be a number"),
        ({"compile_memory_limit": "5"}, "If specified, compile_memory_limit must be a number"),
        ({"run_timeout": -1}, "run_timeout must be non-negative"),
        ({"run_memory_limit": -2}, "run_memory_limit must be non-negative"),
        ({"run_memory_limit": 1001}, "run_memory_limit cannot exceed the configured limit of 1000"),
        (
            {"run_cpu_time": -5, "compile_timeout": "x", "run_memory_limit": 5000},
            "run_memory_limit cannot exceed the configured limit of 1000",
        ),
        ({"run_cpu_time": -5, "compile_timeout": "x"}, "If specified, compile_timeout must be a number"),
        ({"run_cpu_time": -5, "compile_cpu_time": -5}, "compile_cpu_time must be non-negative"),
        ({"language": "c++", "run_timeout": 9001}, "run_timeout cannot exceed the configured limit of 9000"),
        ({"language": "c++", "run_cpu_time": 3001}, "run_cpu_time cannot exceed the configured limit of 3000"),
        ({"files": [FILE | {"name": "../x"}]}, 'File path "../x" tries to escape parent directory: ../x'),
        ({"files": [FILE | {"name": "a/../.."}]}, 'File path "a/../.." tries to escape parent directory: ..'),
        ({"files": [FILE | {"name": "d/"}]}, "files[0].name must be the name of a file"),
        ({"files": [FILE | {"name": 5}]}, "files[0].name must be the name of a file"),
        ({"files": [FILE | {"name": "a\0b"}]}, "files[0].name must be the name of a file"),
        ({"language": "file", "files": []}, "files must include at least one file"),
        ({"args": "x"}, "args must be an array of strings"),
        ({"args": [1]}, "args must be an array of strings"),
        ({"args": ["\0"]}, "args must not contain null bytes"),
        ({"stdin": 5}, "stdin must be a string"),
    ],
)
def test_the_first_thing_that_is_wrong_is_said(said: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        job(**said)
    assert str(refused.value) == message


@pytest.mark.parametrize("body", [[], {}, [GOOD]])
def test_a_body_without_fields_lacks_its_language(body: Any) -> None:
    with pytest.raises(RefusedError, match="language is required"):
        job_of(body, RUNTIMES, limits_of(LIMITED))


@pytest.mark.parametrize("nothing", [0, 0.0, None, False, "", -1])
def test_what_is_nothing_limits_nothing(nothing: Any) -> None:
    assert job(run_memory_limit=nothing).limits.of("run_memory_limit") == 1000
    unlimited = job(PistonSettings(), compile_memory_limit=nothing, run_memory_limit=nothing)
    assert unlimited.limits.of("run_memory_limit") == -1


def test_where_no_limit_is_configured_none_is_compared() -> None:
    assert job(PistonSettings(), run_memory_limit=1 << 40).limits.of("run_memory_limit") == 1 << 40
    assert job(PistonSettings(), run_memory_limit=-7).limits.of("run_memory_limit") == -1


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("aGk=", b"hi"),
        ("aGk", b"hi"),
        ("aG k\n=", b"hi"),
        ("_-8=", b"\xff\xef"),
        ("aGk=aGk=", b"hi"),
        ("a", b""),
        ("%%%", b""),
    ],
)
def test_base64_is_read_as_node_does(text: str, content: bytes) -> None:
    assert job(files=[FILE, {"name": "b", "content": text, "encoding": "base64"}]).file("b") == content


@pytest.mark.parametrize(
    ("text", "content"), [("68 69", b"h"), ("6869", b"hi"), ("686", b"h"), ("fF0G", b"\xff"), ("", b""), ("zz", b"")]
)
def test_hex_ends_where_it_is_none(text: str, content: bytes) -> None:
    assert job(files=[FILE, {"name": "b", "content": text, "encoding": "hex"}]).file("b") == content


def test_files_without_a_name_get_one_and_later_ones_replace_earlier_ones() -> None:
    files = job(
        files=[FILE, {"name": "a", "content": "1"}, {"name": "", "content": "2"}, {"name": "./a", "content": "3"}]
    ).files
    assert [(file.name, file.content) for file in files] == [("file0.code", b"x"), ("a", b"3"), ("file2.code", b"2")]


@pytest.mark.parametrize(
    ("said", "read"), [(None, b"\n"), ("", b"\n"), ("a", b"a\n"), ("a\n", b"a\n"), ("é\n\n", "é\n\n".encode())]
)
def test_input_ends_with_a_line_end(said: str | None, read: bytes) -> None:
    assert job(stdin=said).stdin == read


def test_the_main_file_is_the_first_text_and_gets_an_ending_of_its_language() -> None:
    files = [
        {"name": "raw", "content": "", "encoding": "hex"},
        {"content": "main"},
        {"name": "other.cc", "content": ""},
        {"name": "lib/x.hpp", "content": ""},
        {"name": "notes.txt", "content": ""},
        {"name": "raw.cpp", "content": "", "encoding": "base64"},
    ]
    sources, beside, main = sources_of(job(language="cpp", files=files))
    assert [file.name for file in sources] == ["file1.code.cpp", "other.cc", "lib/x.hpp"]
    assert [file.name for file in beside] == ["raw", "notes.txt", "raw.cpp"]
    assert main == "file1.code.cpp"


def test_a_file_alone_may_be_of_any_encoding() -> None:
    only = job(language="file", files=[{"name": "x", "content": "aGk=", "encoding": "base64"}])
    assert only.main.content == b"hi"


def test_files_without_number_are_not_looked_at() -> None:
    body = {"language": "python", "version": "*", "files": [{"content": ""}] * 10_001}
    with pytest.raises(RefusedError, match="10001 files are too many"):
        job_of(body, RUNTIMES, limits_of(PistonSettings()))
