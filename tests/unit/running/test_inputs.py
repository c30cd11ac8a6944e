"""What comes with a program is a stranger's: each refusal names its field, and nothing else gets through."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest
from running_fakes import MemoryBlobs, runner_with

from judge.errors import WorkError
from judge.model.work import Data, InputFile
from judge.package.ceilings import Ceilings
from judge.running.inputs import (
    ARGUMENTS_MAX,
    ENVIRONMENT_BYTES_MAX,
    ENVIRONMENT_MAX,
    GLOBS_MAX,
    OpenFiles,
    checked_environment,
    checked_globs,
    checked_words,
    open_files,
    size_of,
    standard_input,
)

TIGHT = Ceilings(case_files=3, case_files_bytes=10, output_bytes=5)


def opened(files: tuple[InputFile, ...], own: dict[str, bytes] | None = None) -> OpenFiles:
    with ExitStack() as stack:
        return open_files(stack, runner_with(MemoryBlobs(), TIGHT), "t", files, own or {})


def file(name: str, content: bytes = b"") -> InputFile:
    return InputFile(name=name, data=Data(content=content))


# --- words, variables, globs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("a\0b",), "no program can be given it"),
        (("\ud800",), "no program can be given it"),
        (("x" * 70_000,), "70000 bytes"),
        (("",) * (ARGUMENTS_MAX + 1), "at most 1000"),
    ],
)
def test_words_that_no_program_can_be_given_are_refused(words: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(WorkError, match=complaint) as caught:
        checked_words(words, "arguments")
    assert caught.value.field == "arguments"


def test_any_other_word_is_taken_as_it_is() -> None:
    words = ("", " ", "-rf", "$(x)", "\n", "ü", "x" * 60_000)
    assert checked_words(words, "arguments") == words


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"": "x"}, "no name"),
        ({"A=B": "x"}, "no name"),
        ({"A\0": "x"}, "no name"),
        ({"1A": "x"}, "no name"),
        ({"A": "a\0b"}, "no program can be given it"),
        ({"A": "\ud800"}, "no program can be given it"),
        ({"A": "x" * ENVIRONMENT_BYTES_MAX}, "bytes"),
        ({f"A{number}": "" for number in range(ENVIRONMENT_MAX + 1)}, "at most 128"),
        ({"OURS": "x"}, "OURS is set by the language"),
    ],
)
def test_variables_that_cannot_be_are_refused(variables: dict[str, str], complaint: str) -> None:
    with pytest.raises(WorkError, match=complaint) as caught:
        checked_environment(variables, ("OURS",))
    assert caught.value.field == "environment"


def test_variables_of_the_client_are_taken_as_they_are() -> None:
    variables = {"PATH": "/work", "_x": "a=b\n", "LD_PRELOAD": ""}
    assert checked_environment(variables, ("OURS",)) == variables


@pytest.mark.parametrize(
    "glob",
    ["", "/x", "a//b", "../x", "a/..", "./a", "a/", "a\0", "**/a/**", "a/" * 16 + "a", "x" * 201, "\ud800"],
)
def test_globs_that_leave_work_or_cost_too_much_are_refused(glob: str) -> None:
    with pytest.raises(WorkError) as caught:
        checked_globs((glob,))
    assert caught.value.field == "keep"


def test_globs_are_bounded_in_number() -> None:
    globs = ("out/**/*.txt",) * GLOBS_MAX
    assert checked_globs(globs) == globs
    with pytest.raises(WorkError, match="keep: 17 globs; at most 16 are taken"):
        checked_globs((*globs, "x"))


# --- files and standard input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ((file("a"), file("a")), "files[1].name"),
        ((file("../a"),), "files"),
        ((file("/etc/passwd"),), "files"),
        ((file(""),), "files"),
        ((file("a\0"),), "files"),
        ((file("x" * 256),), "files"),
        ((file("a"), file("a/b")), "files"),
        ((file("d/" * 33 + "x"),), "files[0].name"),
        ((file("1"), file("2"), file("3"), file("4")), "files"),
        ((file("1", b"123456"), file("2", b"12345")), "files"),
        ((InputFile(name="a", data=Data(blob="sha256:00")),), "files[0].data"),
    ],
)
def test_files_that_cannot_be_in_work_are_refused(files: tuple[InputFile, ...], field: str) -> None:
    with pytest.raises(WorkError) as caught:
        opened(files)
    assert caught.value.field == field


def test_files_of_the_client_win_over_those_of_the_program() -> None:
    files = opened(
        (file("a", b"client"), file("d/b", b"x")), own={"a": b"program", "c": b"program", "d": b"in the way"}
    )
    assert files.contents == {"a": b"client", "d/b": b"x", "c": b"program"}
    assert files.room[0] >= 4096
    assert opened(()).room == (0, 0)


def test_files_are_executable_when_asked() -> None:
    files = (file("a"), InputFile(name="b", data=Data(), executable=True))
    assert opened(files).executables == ("b",)


def test_blobs_are_opened_and_closed_with_the_stack() -> None:
    blobs = MemoryBlobs()
    name = blobs.keep("t", b"12345")
    with ExitStack() as stack:
        runner = runner_with(blobs, TIGHT)
        fd = standard_input(stack, runner, "t", Data(blob=name))
        assert isinstance(fd, int)
        assert (size_of(fd), os.read(fd, 9)) == (5, b"12345")
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


@pytest.mark.parametrize("as_blob", [False, True])
def test_standard_input_is_bounded(as_blob: bool) -> None:
    blobs = MemoryBlobs()
    data = Data(blob=blobs.keep("t", b"123456")) if as_blob else Data(content=b"123456")
    with ExitStack() as stack, pytest.raises(WorkError, match="stdin: 6 bytes; at most 5 are taken"):
        standard_input(stack, runner_with(blobs, TIGHT), "t", data)


def test_a_blob_of_another_tenant_is_none() -> None:
    blobs = MemoryBlobs()
    data = Data(blob=blobs.keep("t", b"12345"))
    with ExitStack() as stack, pytest.raises(WorkError, match="stdin: no such blob"):
        standard_input(stack, runner_with(blobs, TIGHT), "another", data)
