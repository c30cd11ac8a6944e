"""From the body of a request to the job that it asks for: Piston's own checks, in its order and words. Pure.

What JavaScript takes for nothing (0, "", null, false) is nothing here, too.
"""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from judge.gateway.dialects.piston.limits import CONSTRAINTS, OPEN_R1, STAGES, PistonLimits
from judge.gateway.dialects.piston.runtimes import Kind, Runtime, Runtimes

_ENCODINGS = ("base64", "hex", "utf8")

#: More are not even looked at; whatever runs them takes fewer.
_FILES_MAX = 10_000

_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")


class RefusedError(ValueError):
    """What Piston answers with 400: the message."""


@dataclass(frozen=True)
class JobFile:
    """``text``: it came as UTF-8, so that it may be a source."""

    name: str
    content: bytes
    text: bool


@dataclass(frozen=True)
class Job:
    """What a client wants run."""

    runtime: Runtime
    files: tuple[JobFile, ...]
    arguments: tuple[str, ...]
    stdin: bytes
    limits: PistonLimits

    @property
    def main(self) -> JobFile:
        """The first file that may be a source."""
        return next(file for file in self.files if file.text or self.runtime.kind is Kind.FILE)

    def file(self, name: str) -> bytes | None:
        """The content of a file of this name."""
        return next((file.content for file in self.files if file.name == name), None)


def job_of(body: Any, runtimes: Runtimes, limits: Mapping[str, PistonLimits]) -> Job:
    """``limits``: by the language, "" = all others. Raises RefusedError."""
    said = body if isinstance(body, dict) else {}
    language, version, files = said.get("language"), said.get("version"), said.get("files")
    if not language or not isinstance(language, str):
        raise RefusedError("language is required as a string")
    if not version or not isinstance(version, str):
        raise RefusedError("version is required as a string")
    if not isinstance(files, list):
        raise RefusedError("files is required as an array")
    if len(files) > _FILES_MAX:
        raise RefusedError(f"{len(files)} files are too many")
    for index, file in enumerate(files):
        if not isinstance(file, dict) or not isinstance(file.get("content"), str):
            raise RefusedError(f"files[{index}].content is required as a string")
    runtime = runtimes.find(language, version)
    if runtime is None:
        raise RefusedError(f"{language}-{version} runtime is unknown")
    if runtime.kind is not Kind.FILE and not any(file.get("encoding") in (None, "", "utf8") for file in files):
        raise RefusedError("files must include at least one utf8 encoded file")
    of_language = limits.get(runtime.language) or limits[OPEN_R1 if runtime.kind.is_judged else ""]
    if not files:
        raise RefusedError("files must include at least one file")
    return Job(
        runtime=runtime,
        files=_files(files),
        arguments=_arguments(said.get("args")),
        stdin=_stdin(said.get("stdin")),
        limits=_constrained(said, of_language),
    )


def _constrained(said: Mapping[str, Any], usual: PistonLimits) -> PistonLimits:
    asked: dict[str, float] = {}
    for name in (f"{stage}_{constraint}" for constraint in CONSTRAINTS for stage in STAGES):
        value, most = said.get(name), usual.of(name)
        if value is None or value is False or value in (0, ""):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RefusedError(f"If specified, {name} must be a number")
        if most > 0 and value > most:
            raise RefusedError(f"{name} cannot exceed the configured limit of {most}")
        if most > 0 and value < 0 and not _means_most(name, value):
            raise RefusedError(f"{name} must be non-negative")
        asked[name] = value
    return usual.lowered(asked)


def _means_most(name: str, value: float) -> bool:
    """Packaged clients send -1 with every job for "no limit of memory": that of the server."""
    return value == -1 and name.endswith("memory_limit")


def _files(said: Sequence[Mapping[str, Any]]) -> tuple[JobFile, ...]:
    """By their names; of two with the same the later one, as when they are written one after the other."""
    files: dict[str, JobFile] = {}
    for index, file in enumerate(said):
        name = _name(file.get("name"), index)
        encoding = file.get("encoding")
        encoding = encoding if encoding in _ENCODINGS else "utf8"
        content = _content(file["content"], encoding)
        files[name] = JobFile(name, content, text=encoding == "utf8")
    return tuple(files.values())


def _name(said: Any, index: int) -> str:
    """Below the directory of the job."""
    if not said:
        return f"file{index}.code"
    if not isinstance(said, str) or "\0" in said:
        raise RefusedError(f"files[{index}].name must be the name of a file")
    name = posixpath.normpath(said.lstrip("/") or ".")
    if name == ".." or name.startswith("../"):
        raise RefusedError(f'File path "{said}" tries to escape parent directory: {name}')
    if name == "." or said.endswith("/"):
        raise RefusedError(f"files[{index}].name must be the name of a file")
    return name


def _content(text: str, encoding: str) -> bytes:
    """As lenient as Node's Buffer is."""
    match encoding:
        case "base64":
            return _base64(text)
        case "hex":
            digits = _HEX.match(text)
            return bytes.fromhex(digits[0]) if digits else b""
    return text.encode("utf-8", "replace")


def _base64(text: str) -> bytes:
    """Also in the letters for addresses; to the first ``=``, and without what is no letter of it."""
    letters = _NO_BASE64.sub("", text.partition("=")[0].replace("-", "+").replace("_", "/"))
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return base64.b64decode(letters + "=" * (-len(letters) % 4))


def _arguments(said: Any) -> tuple[str, ...]:
    if said is None:
        return ()
    if not isinstance(said, list) or not all(isinstance(word, str) for word in said):
        raise RefusedError("args must be an array of strings")
    if any("\0" in word for word in said):
        raise RefusedError("args must not contain null bytes")
    return tuple(said)


def _stdin(said: Any) -> bytes:
    """With a line's end at its end."""
    if said is None:
        said = ""
    if not isinstance(said, str):
        raise RefusedError("stdin must be a string")
    text = said.encode("utf-8", "replace")
    return text if text.endswith(b"\n") else text + b"\n"


def sources_of(job: Job) -> tuple[tuple[JobFile, ...], tuple[JobFile, ...], str]:
    """Which files are a program's sources, which lie beside it, and the name of the main one.

    The main file gets an ending of the language where it has none: compilers go by it, and Piston's packages do the
    same. Other texts are sources when their ending says so.
    """
    extensions = job.runtime.extensions
    main = job.main
    name = main.name
    if extensions and _ending(name) not in extensions:
        name = f"{name}.{extensions[0]}"
    sources: list[JobFile] = [JobFile(name, main.content, text=True)]
    beside: list[JobFile] = []
    for file in job.files:
        if file is main:
            continue
        is_source = file.text and file.name != name and _ending(file.name) in {*extensions, *_headers(job.runtime)}
        (sources if is_source else beside).append(file)
    return tuple(sources), tuple(beside), name


def _ending(name: str) -> str:
    last = posixpath.basename(name)
    return last.rpartition(".")[2] if "." in last else ""


def _headers(runtime: Runtime) -> tuple[str, ...]:
    """Endings of what is included."""
    return ("h", "hpp", "hh", "hxx", "inc") if runtime.kind is Kind.PROGRAM and "c" in runtime.language else ()
