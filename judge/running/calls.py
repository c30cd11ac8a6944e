"""Calls: a program whose function is called, by a driver of its language that is put beside it.

A driver lies in ``guest``; its head says what it is given. The expected value is none of that: it never enters the
container. The value that came out leaves in a file of its own, so that what the program prints is never taken for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.compare.values import parse_value
from judge.errors import SourceFault, WorkError
from judge.model.language import LanguageSpec
from judge.model.problem import NamedFiles
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource
from judge.toolchain.sources import prepare

#: The longest JSON of one call's arguments, and of its expected value.
VALUE_BYTES_MAX = 4 << 20

_FUNCTION_CHARS_MAX = 200
_FUNCTION = re.compile(r"(?:[^\W\d]|\$)[\w$]*(?:\.(?:[^\W\d]|\$)[\w$]*)?")

_GUEST = Path(__file__).parent / "guest"

#: Where a driver leaves the value, below /work.
_ANSWER = "judge-answer.json"

#: What a program whose function is called leaves.
CALL_FILES = NamedFiles(answer=_ANSWER)


@dataclass(frozen=True)
class Driver:
    """A language's driver: ``file`` of the folder ``guest``. It is the main file itself, by the name ``beside``, or
    (empty) is put at the end of the program's main file."""

    file: str
    beside: str = ""


_PYTHON = Driver("call.py", beside="judge_call.py")

#: By the id of the language.
DRIVERS = {
    "javascript": Driver("call.js"),
    "php": Driver("call.php"),
    "pypy3": _PYTHON,
    "python3": _PYTHON,
    "ruby": Driver("call.rb"),
}


@dataclass(frozen=True)
class CallableProgram:
    """A program with its driver, to be compiled; ``main``: the program's main file beside the driver."""

    program: ProgramSource
    main: str
    function: str

    def request(self, arguments: bytes) -> bytes:
        """What the driver reads on standard input; ``arguments`` is a JSON array."""
        head = {"main": self.main, "function": self.function, "answer": f"/work/{_ANSWER}"}
        return msgspec.json.encode(head)[:-1] + b',"arguments":' + (arguments or b"[]") + b"}"


def with_driver(program: ProgramSource, language: LanguageSpec, function: str) -> CallableProgram:
    """The program with its language's driver. Raises WorkError for what cannot be called."""
    if len(function) > _FUNCTION_CHARS_MAX or not _FUNCTION.fullmatch(function):
        raise WorkError("the name of a function, or Class.method, is needed", "comparison.function")
    driver = DRIVERS.get(language.base_id)
    if driver is None:
        known = ", ".join(sorted(DRIVERS))
        raise WorkError(f"functions of {language.id} cannot be called, only those of {known}", "comparison.kind")
    main = _main_file(program, language)
    text = (_GUEST / driver.file).read_bytes()
    if driver.beside:
        if driver.beside in {file.name for file in program.sources}:
            raise WorkError(f"the name {driver.beside} is the driver's", "program.sources")
        sources = (*program.sources, SourceFile(name=driver.beside, content=text))
        return CallableProgram(msgspec.structs.replace(program, sources=sources, main=driver.beside), main, function)
    sources = tuple(
        SourceFile(name=file.name, content=file.content + text) if file.name == main else file
        for file in program.sources
    )
    return CallableProgram(msgspec.structs.replace(program, sources=sources, main=main), main, function)


def _main_file(program: ProgramSource, language: LanguageSpec) -> str:
    """The author's name of the main file. What is wrong with the sources the compile stage says."""
    try:
        prepared = prepare(language, program.sources, program.main)
    except SourceFault:
        return program.main
    return dict(prepared.renamed).get(prepared.source, prepared.source)


def checked_value(text: bytes, field: str) -> bytes:
    """JSON of a client's, as it is. Raises WorkError."""
    _value(text, field)
    return text


def checked_call_arguments(text: bytes, field: str) -> bytes:
    """A JSON array of a client's, as it is; empty = no arguments. Raises WorkError."""
    if text and not isinstance(_value(text, field, strict=True), list):
        raise WorkError("a JSON array is needed", field)
    return text


def _value(text: bytes, field: str, *, strict: bool = False) -> object:
    if len(text) > VALUE_BYTES_MAX:
        raise WorkError(f"{len(text)} bytes of JSON are more than {VALUE_BYTES_MAX}", field)
    try:
        return parse_value(text, strict=strict)
    except ValueError as error:
        raise WorkError(f"the value {error}", field) from error
