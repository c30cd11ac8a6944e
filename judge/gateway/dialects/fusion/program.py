"""From a request to run code to our execution. Pure."""

from __future__ import annotations

import base64
import binascii
import posixpath
from collections.abc import Iterable, Mapping

import msgspec

from judge.gateway.dialects.fusion.modes import MODES, REFUSED, Mode
from judge.gateway.dialects.fusion.requests import RunCode
from judge.model.submission import SourceFile
from judge.model.units import MIB, S_NS
from judge.model.work import NO_DATA, Data, Execution, InputFile, ProgramSource, RequestedLimits
from judge.package.ceilings import Ceilings

#: What of each stream is told; what is written beyond is lost.
SHOWN_BYTES_MAX = 1 << 20

#: What may be written to each stream; more ends the program.
OUTPUT_BYTES_MAX = 16 * MIB

#: A file of this in its name is passed over.
_IGNORED = "IGNORE_THIS_FILE"

#: The shortest time that a limit can be.
_NS_MIN = 1_000_000

#: Globs of one execution; who wants more files gets them out of all.
_GLOBS_MAX = 16
_ALL_FILES = "**/*"

#: Names of files that one request asks for; fewer come back.
_FETCHED_MAX = 10_000

#: Of an absolute path that a program's directory has.
_WORK = "/work/"


class Refused(Exception):
    """What the request asks for cannot be done here; the text says why."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed in, and how its report is told. ``fetched``: names as they were asked for, by those below /work.
    ``limits_s``: both limits as they were asked for."""

    execution: Execution
    mode: Mode
    fetched: Mapping[str, str] = {}
    limits_s: float = 0.0


def program_of(asked: RunCode, ceilings: Ceilings) -> Program:
    """Raises Refused."""
    mode = MODES.get(asked.language)
    if mode is None:
        raise Refused(f"{asked.language} is not offered here: {REFUSED[asked.language]}")
    if len(asked.fetch_files) > _FETCHED_MAX:
        raise Refused(f"fetch_files: {len(asked.fetch_files)} files; at most {_FETCHED_MAX} are looked for")
    files = files_of(asked.files)
    _check_files(files, ceilings)
    sources, data = _divided(asked, mode, files)
    fetched = {path: name for name in asked.fetch_files if (path := _below_work(name))}
    run_ns = _within(asked.run_timeout, ceilings.time_limit_ns)
    compile_ns = _within(asked.compile_timeout, ceilings.compilation_time_ns)
    execution = Execution(
        program=ProgramSource(sources=sources, main=sources[0].name, compiler_arguments=mode.arguments),
        arguments=tuple(asked.args) if asked.language == "pytest" else (),
        environment=dict(mode.environment),
        stdin=Data(content=asked.stdin.encode()) if asked.stdin else NO_DATA,
        files=data,
        limits=_run_limits(run_ns, asked.memory_limit_MB, ceilings),
        compile_limits=RequestedLimits(cpu_time_ns=compile_ns, wall_time_ns=compile_ns, idle_time_ns=compile_ns),
        keep=_globs(fetched),
    )
    return Program(
        execution=execution,
        mode=mode,
        fetched=fetched,
        limits_s=max(asked.compile_timeout, 0.0) + max(asked.run_timeout, 0.0),
    )


def files_of(given: Mapping[str, str | None]) -> dict[str, bytes]:
    """Files by their names below /work. Raises Refused for a name outside, and for what is not base64."""
    files: dict[str, bytes] = {}
    for name, content in given.items():
        if content is None or _IGNORED in name:
            continue
        path = _below_work(name)
        if not path:
            raise Refused(f"files: {name[:200]!r} does not lie in the program's directory")
        try:
            files[path] = base64.b64decode(content)
        except (binascii.Error, ValueError) as error:
            raise Refused(f"files: {name[:200]!r} is not base64: {error}") from error
    return files


def _below_work(name: str) -> str:
    """The name below /work in its shortest form; empty when it lies elsewhere, or is none."""
    if "\0" in name:
        return ""
    path = posixpath.normpath(posixpath.join(_WORK, name))
    return path.removeprefix(_WORK) if path.startswith(_WORK) else ""


def _check_files(files: Mapping[str, bytes], ceilings: Ceilings) -> None:
    size_bytes = sum(len(content) for content in files.values())
    if len(files) > ceilings.case_files:
        raise Refused(f"files: {len(files)} files; at most {ceilings.case_files} are taken")
    if size_bytes > ceilings.case_files_bytes:
        raise Refused(f"files: {size_bytes} bytes; at most {ceilings.case_files_bytes} are taken")


def _divided(
    asked: RunCode, mode: Mode, files: Mapping[str, bytes]
) -> tuple[tuple[SourceFile, ...], tuple[InputFile, ...]]:
    """The program, its main file first, and what it finds in its directory."""
    own = {name: content for name, content in files.items() if name.rpartition(".")[2] in mode.sources}
    sources = []
    if asked.code or not mode.code_may_lack or not own:
        main = _main_name(asked, mode, own)
        own.pop(main, None)
        sources.append(SourceFile(name=main, content=_code(asked).encode()))
    sources += [SourceFile(name=name, content=content) for name, content in own.items()]
    data = [InputFile(name=name, data=_data(content)) for name, content in files.items() if name not in own]
    return tuple(sources), tuple(file for file in data if file.name != sources[0].name)


def _main_name(asked: RunCode, mode: Mode, own: Mapping[str, bytes]) -> str:
    """A name of its own; a Java program's main class may be one of several files, which it then replaces."""
    if mode.language in ("java", "junit"):
        return mode.main
    stem, _, ending = mode.main.partition(".")
    name, count = mode.main, 1
    while name in own:
        count += 1
        name = f"{stem}{count}.{ending}"
    return name


def _code(asked: RunCode) -> str:
    """PHP code need not say that it is PHP."""
    if asked.language == "php" and not asked.code.lstrip().startswith("<?php"):
        return f"<?php\n{asked.code.lstrip()}"
    return asked.code


def _data(content: bytes) -> Data:
    return Data(content=content) if content else NO_DATA


def _within(wanted_s: float, most_ns: int) -> int:
    """A time that is no more than the operator allows; one that is over before it begins is the shortest."""
    return round(min(max(wanted_s * S_NS, _NS_MIN), most_ns))


def _run_limits(run_ns: int, memory_mib: int, ceilings: Ceilings) -> RequestedLimits:
    """The limit is of wall-clock time: several processes may take more CPU time than that, but not more than the
    operator allows."""
    memory_bytes = ceilings.memory_bytes
    if memory_mib > 0:
        memory_bytes = min(memory_mib * MIB, memory_bytes)
    return RequestedLimits(
        cpu_time_ns=min(4 * run_ns, ceilings.time_limit_ns),
        wall_time_ns=run_ns,
        idle_time_ns=run_ns,
        memory_bytes=memory_bytes,
        stdout_bytes=min(OUTPUT_BYTES_MAX, ceilings.output_bytes),
        stderr_bytes=min(OUTPUT_BYTES_MAX, ceilings.output_bytes),
    )


def _globs(names: Iterable[str]) -> tuple[str, ...]:
    globs = tuple(names)
    return globs if len(globs) <= _GLOBS_MAX and all(len(glob.encode()) <= 200 for glob in globs) else (_ALL_FILES,)
