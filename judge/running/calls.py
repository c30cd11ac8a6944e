"""Calls: a program whose function is called, by a driver of its language that is put beside it.

A driver lies in ``guest``; the head of ``call.py`` says what all of them are given. The expected value is none of that:
it never enters the container. The value that came out leaves by a descriptor of its own, so that what the program
prints is never taken for it. The program may write there itself: that is a value like any that it may return.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.compare.values import EXPECTED_BYTES_MAX, PARTS_MAX, Value, leaves, parse_value, parts_of
from judge.errors import SourceFault, WorkError
from judge.model.language import LanguageSpec
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource
from judge.toolchain.sources import prepare

#: The longest JSON of one call's arguments, and of its expected value.
VALUE_BYTES_MAX = 4 << 20

_FUNCTION_CHARS_MAX = 200
_FUNCTION = re.compile(r"(?:[^\W\d]|\$)[\w$]*(?:\.(?:[^\W\d]|\$)[\w$]*)?")

_GUEST = Path(__file__).parent / "guest"

_DOUBLE = 2**53
_INT64 = 2**63 - 1


#: What stands in a driver's text for the function, where no language finds one by its name.
_PLACE = b"JUDGE_FUNCTION"


@dataclass(frozen=True)
class Driver:
    """A language's driver: ``file`` of the folder ``guest``. It is the main file itself, by the name ``beside``, or
    (empty) is put at the end of the program's main file. ``integer_max``: the largest integer, with either sign, that
    it can give to a function as it is; 0 = any. ``function``, ``method``: how the driver's text names one, empty = it
    is told on standard input. ``methods_only``: the language has no functions outside of classes.
    """

    file: str
    beside: str = ""
    integer_max: int = 0
    function: str = ""
    method: str = ""
    methods_only: bool = False


_CPP = Driver("call.cpp", integer_max=2**64 - 1, function="{0}", method="{0}::{1}")
_LUA = Driver("call.lua", integer_max=_INT64, function="{0}", method="{0}")
_PYTHON = Driver("call.py", beside="judge_call.py")

#: By the id of the language.
DRIVERS = {
    "clang-cpp": _CPP,
    "cpp": _CPP,
    "cpp17": _CPP,
    "cpp23": _CPP,
    "csharp": Driver("JudgeCall.cs", "JudgeCall.cs", 2**64 - 1, methods_only=True),
    "go": Driver("judge_call.go", "judge_call.go", 2**64 - 1, function="{0}", method="new({0}).{1}"),
    "java": Driver("JudgeCall.java", "JudgeCall.java", _INT64, methods_only=True),
    "javascript": Driver("call.js", integer_max=_DOUBLE),
    "lua": _LUA,
    "lua53": _LUA,
    "perl": Driver("call.pl", integer_max=_INT64),
    "php": Driver("call.php", integer_max=_INT64),
    "pypy3": _PYTHON,
    "python3": _PYTHON,
    "ruby": Driver("call.rb"),
    "rust": Driver("call.rs", integer_max=2**64 - 1, function="<(), _, _>({0})", method="<{0}, _, _>({0}::{1})"),
    "typescript": Driver("call.js", integer_max=_DOUBLE),
}


@dataclass(frozen=True)
class CallableProgram:
    """A program with its driver, to be compiled; ``main``: the program's main file beside the driver."""

    program: ProgramSource
    main: str
    function: str
    integer_max: int

    def request(self, arguments: bytes) -> bytes:
        """What the driver reads on standard input; ``arguments`` is a JSON array."""
        head = {"main": self.main, "function": self.function}
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
    text = _text(driver, function)
    if driver.beside:
        if driver.beside in {file.name for file in program.sources}:
            raise WorkError(f"the name {driver.beside} is the driver's", "program.sources")
        sources = (*program.sources, SourceFile(name=driver.beside, content=text))
    else:
        sources = tuple(
            SourceFile(name=file.name, content=file.content + text) if file.name == main else file
            for file in program.sources
        )
    driven = msgspec.structs.replace(program, sources=sources, main=driver.beside or main)
    return CallableProgram(driven, main, function, driver.integer_max)


def _text(driver: Driver, function: str) -> bytes:
    """The driver for this function. Raises WorkError."""
    first, _, method = function.partition(".")
    if driver.methods_only and not method:
        raise WorkError("the language has no functions: Class.method is needed", "comparison.function")
    text = (_GUEST / driver.file).read_bytes()
    if not driver.function:
        return text
    if not function.isascii() or "$" in function:
        raise WorkError("in this language names are of ASCII letters, digits and _", "comparison.function")
    return text.replace(_PLACE, (driver.method if method else driver.function).format(first, method).encode())


def _main_file(program: ProgramSource, language: LanguageSpec) -> str:
    """The author's name of the main file. What is wrong with the sources the compile stage says."""
    try:
        prepared = prepare(language, program.sources, program.main)
    except SourceFault:
        return program.main
    return dict(prepared.renamed).get(prepared.source, prepared.source)


def check_value(text: bytes, field: str) -> None:
    """Refuse what is no value that can be expected. Raises WorkError."""
    _value(text, field, EXPECTED_BYTES_MAX)


def check_call_arguments(text: bytes, field: str, integer_max: int = 0) -> None:
    """Refuse what is no JSON array that every driver can read (RFC 8259, 6 and 8.2), with no integer beyond
    ``integer_max``; empty = no arguments. Raises WorkError."""
    if not text:
        return
    value = _value(text, field, VALUE_BYTES_MAX, strict=True)
    if not isinstance(value, list):
        raise WorkError("a JSON array is needed", field)
    for part in leaves(value):
        if isinstance(part, str) and not _is_text(part):
            raise WorkError("half of a surrogate pair is no character", field)
        if isinstance(part, float) and math.isinf(part):
            raise WorkError("a number is larger than any that a program can be given", field)
        if integer_max and isinstance(part, int) and abs(part) > integer_max:
            raise WorkError(f"the language can be given no integer beyond {integer_max}", field)


def _is_text(part: str) -> bool:
    try:
        part.encode()
    except UnicodeEncodeError:
        return False
    return True


def _value(text: bytes, field: str, bytes_max: int, *, strict: bool = False) -> Value:
    if len(text) > bytes_max:
        raise WorkError(f"{len(text)} bytes of JSON are more than {bytes_max}", field)
    if parts_of(text) > PARTS_MAX:
        raise WorkError(f"the value has more than {PARTS_MAX} parts", field)
    try:
        return parse_value(text, strict=strict)
    except ValueError as error:
        raise WorkError(f"the value {error}", field) from error
