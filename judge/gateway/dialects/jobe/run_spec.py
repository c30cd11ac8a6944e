"""What a client of Jobe asks for: the body of POST /runs, read and checked as Jobe does. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

#: The shortest id of a file.
_FILE_ID_MIN = 8
_NAME_BYTES_MAX = 255

#: What no name of a source file has; looked for in its bytes, so that U+00A0 and U+00AD are found as well.
_NOT_IN_NAMES = re.compile(rb"[<>:\"/|?*\x00-\x1f\x7f\xa0\xad#\[\]@!$&'()+,;={}^~`]")
_NOT_AT_BEGINNING = ".-"

_FILE_ID = re.compile(r"[A-Za-z0-9]+")
_FILE_NAME = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*")
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*")

#: Parameters that are lists of words, and all others that mean something.
_LISTS = ("compileargs", "interpreterargs", "linkargs", "runargs")
_SINGLE = ("cputime", "disklimit", "main_class", "max_cpu_time", "memorylimit", "numprocs", "streamsize")

#: Legacy clients send it for Java programs, whatever their class is called.
_NO_NAME = "prog.java"


class JobeError(Exception):
    """Ends a request with this status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class RunSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run. ``language`` in lower case; ``file_name`` empty = the language's usual one; ``files``: ids by
    name, the last of a name counts."""

    language: str
    source: str
    file_name: str = ""
    input: str = ""
    files: Mapping[str, str] = {}
    parameters: Mapping[str, Any] = {}

    def number(self, name: str, default: float) -> float:
        """A parameter that is a number, also as a text; anything else = ``default``."""
        value = self.parameters.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return default
        if isinstance(value, str) and not _NUMBER.fullmatch(value):
            return default
        try:
            return float(value)
        except OverflowError:
            return math.inf

    def words(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A parameter that is a list of what goes onto a shell's command line; a lone text is a list of one.

        Raises JobeError.
        """
        if name not in self.parameters:
            return default
        value = self.parameters[name]
        listed = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(word, str | int | float) for word in listed):
            raise JobeError(400, f"the parameter {name} is not a list of texts")
        words = tuple(str(word) for word in listed)
        if any("\0" in word for word in words):
            raise JobeError(400, f"the parameter {name} has a zero byte")
        return words


def run_spec_of(body: Any, cputime_s_max: int) -> RunSpec:
    """The run of a decoded body. Raises JobeError."""
    if not isinstance(body, dict):
        raise JobeError(400, "Non-JSON post data received")
    given = body.get("run_spec")
    if not isinstance(given, dict):
        raise JobeError(400, "No run_spec attribute found in post data")
    for name in ("sourcecode", "language_id"):
        if given.get(name) is None:
            raise JobeError(400, f"run_spec is missing the required attribute '{name}'")
    spec = RunSpec(
        language=_text(given, "language_id").lower(),
        source=_text(given, "sourcecode"),
        file_name=_file_name(given.get("sourcefilename")),
        input=_text(given, "input"),
        files=_files(given.get("file_list")),
        parameters=_parameters(given.get("parameters")),
    )
    for name in _LISTS:
        spec.words(name, ())
    if any(spec.number(name, 0) > cputime_s_max for name in ("cputime", "max_cpu_time")):
        raise JobeError(400, f"cputime exceeds maximum allowed on this Jobe server ({cputime_s_max} secs)")
    return spec


def _parameters(given: Any) -> dict[str, Any]:
    """Those that mean something; of what means nothing none is kept, however large it is."""
    if not isinstance(given, dict):
        return {}
    single = {name: given[name] for name in _SINGLE if not isinstance(given.get(name, []), list | dict)}
    return single | {name: given[name] for name in _LISTS if name in given}


def is_file_id(id: str) -> bool:
    """Whether a file can be called so in an address."""
    return _FILE_ID.fullmatch(id) is not None


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise JobeError(400, f"run_spec's attribute '{name}' is not a text")
    return str(value)


def _file_name(name: Any) -> str:
    if name is None or name in ("", _NO_NAME):
        return ""
    if not isinstance(name, str) or name[0] in _NOT_AT_BEGINNING or not _is_sane(name):
        raise JobeError(400, "The sourcefilename for the run_spec is illegal")
    return name


def _is_sane(name: str) -> bool:
    try:
        raw = name.encode()
    except UnicodeEncodeError:
        return False
    return len(raw) <= _NAME_BYTES_MAX and not _NOT_IN_NAMES.search(raw)


def _files(listed: Any) -> dict[str, str]:
    if not listed:
        return {}
    if not isinstance(listed, list):
        raise JobeError(400, f"Invalid file specifier: {_printed(listed)}")
    files: dict[str, str] = {}
    for file in listed:
        if not _is_file(file):
            raise JobeError(400, f"Invalid file specifier: {_printed(file)}")
        files.pop(file[1], None)
        files[file[1]] = file[0]
    return files


def _is_file(file: Any) -> bool:
    """A third element says whether the client has the file at an address; nothing is made of it."""
    if not isinstance(file, list) or len(file) not in (2, 3):
        return False
    id, name = file[:2]
    return (
        isinstance(id, str)
        and len(id) >= _FILE_ID_MIN
        and _FILE_ID.fullmatch(id) is not None
        and isinstance(name, str)
        and len(name) <= _NAME_BYTES_MAX
        and _FILE_NAME.fullmatch(name) is not None
    )


def _printed(value: Any) -> str:
    """As PHP's print_r shows it, the beginning of it."""
    if not isinstance(value, list | dict):
        return _scalar(value)
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    lines = [f"    [{str(key)[:40]}] => {_scalar(one)}" for key, one in list(pairs)[:10]]
    return "\n".join(["Array", "(", *lines, ")", ""])


def _scalar(value: Any) -> str:
    if isinstance(value, list | dict):
        return "Array"
    return "" if value in (None, False) else "1" if value is True else str(value)[:80]
