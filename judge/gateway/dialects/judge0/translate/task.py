"""From a submission to the work that it is here. Pure."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

import msgspec

from judge.config import LimitSettings
from judge.config.dialects import Judge0Settings
from judge.gateway.dialects.judge0.translate.language_ids import EXECUTABLE, MULTI_FILE, LanguageId
from judge.gateway.dialects.judge0.translate.submission import Options, Submission
from judge.model.language import LanguageSpec
from judge.model.submission import SourceFile
from judge.model.units import KIB, MIB, S_NS
from judge.model.work import NO_DATA, Data, Execution, ProgramSource, RequestedLimits
from judge.toolchain.definitions import takes_compiler_arguments

#: The dialect's name.
NAME = "judge0"

#: What no word of a command line has: Judge0 hands them to a shell, and takes these out before.
_SHELL = re.compile(r"[$&;<>|`]")

#: The file of :mod:`languages/project.toml` whose script builds, and leaves ``run``.
_BUILD = "main.build"

#: The archive's own scripts, as Judge0 runs them. What is there after them is laid into /work again for the run.
_BUILD_PROJECT = b"""rm -f main.build
for script in compile.sh compile; do
  if [ -f "$script" ]; then
    /usr/bin/bash "$script" || exit
    break
  fi
done
shopt -s dotglob nullglob
files=(*)
mkdir judge0-files || exit
[ "${#files[@]}" -eq 0 ] || mv -- "${files[@]}" judge0-files || exit
cat >run <<'END'
[ ! -d /artifact/judge0-files ] || cp -Rf /artifact/judge0-files/. . || exit
[ -f run.sh ] || [ ! -f run ] || exec /usr/bin/bash run
exec /usr/bin/bash run.sh
END
"""

_EXECUTABLE_FILE = "a.out"
_BUILD_EXECUTABLE = b"""cat >run <<'END'
cp -f /artifact/a.out a.out && chmod +x a.out && exec ./a.out "$@"
END
"""

#: What may be asked for is at least this.
ADDRESS_SPACE_BYTES_MIN = 32 * MIB

#: What a program left in its directory.
_POST_EXECUTION = ("**/*",)


class Context(msgspec.Struct, frozen=True, array_like=True):
    """What lies in the work's context: enough to say how it ended."""

    language_id: int
    cpu_time_limit: float
    compares: bool = False
    by_process: bool = False


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What lies beside the task, for who asks for all fields."""

    options: Options
    expected_output: bytes | None = None
    has_source: bool = True
    has_stdin: bool = False
    has_files: bool = False


class Large(NamedTuple):
    """The texts of a task that may lie in blobs."""

    stdin: Data
    archive: Data
    note: Data


def context_of(sent: Submission) -> Context:
    """See :class:`Context`."""
    options = sent.options
    by_process = options.enable_per_process_and_thread_time_limit and options.enable_per_process_and_thread_memory_limit
    compares = sent.expected_output is not None
    return Context(options.language_id or 0, options.cpu_time_limit, compares, by_process)


def large_of(sent: Submission) -> Large:
    """The texts of a submission's task, inline."""
    kept = Kept(
        options=sent.options,
        expected_output=sent.expected_output,
        has_source=sent.source_code is not None,
        has_stdin=sent.stdin is not None,
        has_files=sent.additional_files is not None,
    )
    return Large(_data(sent.stdin), _data(sent.additional_files), Data(content=msgspec.json.encode(kept)))


def task_of(
    sent: Submission, row: LanguageId, language: LanguageSpec | None, large: Large, limits: Limits
) -> Execution:
    """The work. ``language``: what is known here of the one that is meant."""
    options = sent.options
    return Execution(
        program=_program(sent, row, language, large.archive),
        arguments=() if row.id == MULTI_FILE else words_of(options.command_line_arguments),
        stdin=large.stdin,
        note=large.note,
        repeats=options.number_of_runs,
        merge_stderr=options.redirect_stderr_to_stdout,
        unchecked=not row.compiled,
        keep=_POST_EXECUTION if limits.keeps else (),
        limits=_run_limits(options, limits),
        compile_limits=RequestedLimits(
            cpu_time_ns=min(_ns(limits.settings.max_cpu_time_limit), limits.most.compilation_time_s_max * S_NS),
            wall_time_ns=_ns(limits.settings.max_wall_time_limit),
        ),
    )


class Limits(NamedTuple):
    """What the operator lets submissions have. ``keeps``: what programs leave is kept."""

    settings: Judge0Settings
    most: LimitSettings
    keeps: bool


def source_of(execution: Execution) -> bytes | None:
    """The source code that a task was made of; None = it was a project's."""
    program = execution.program
    assert program is not None
    *_, last = program.sources
    return None if last.name == _BUILD else last.content


def words_of(text: str | None) -> tuple[str, ...]:
    """Words of a command line, quoted as in a shell."""
    plain = _SHELL.sub("", (text or "").strip())
    try:
        return tuple(shlex.split(plain))
    except ValueError:  # a quotation without an end
        return tuple(plain.split())


def _data(content: bytes | None) -> Data:
    return Data(content=content) if content else NO_DATA


def _program(sent: Submission, row: LanguageId, language: LanguageSpec | None, archive: Data) -> ProgramSource:
    source = sent.source_code or b""
    if row.id == MULTI_FILE:
        return ProgramSource(sources=(SourceFile(name=_BUILD, content=_BUILD_PROJECT),), archive=archive)
    if row.id == EXECUTABLE:
        files = ((_BUILD, _BUILD_EXECUTABLE), (_EXECUTABLE_FILE, source))
        sources = tuple(SourceFile(name=name, content=content) for name, content in files)
        return ProgramSource(sources=sources, archive=archive)
    takes = language is None or takes_compiler_arguments(language)
    return ProgramSource(
        sources=(SourceFile(name=_file_name(row, language), content=source),),
        archive=archive,
        compiler_arguments=words_of(sent.options.compiler_options) if takes else (),
    )


def _file_name(row: LanguageId, language: LanguageSpec | None) -> str:
    """Judge0's own, or one that the language here knows for its own."""
    stem, _, extension = row.source_file.rpartition(".")
    if language is None or extension in language.extensions:
        return row.source_file
    return f"{stem}.{language.extensions[0]}"


def _run_limits(options: Options, limits: Limits) -> RequestedLimits:
    settings, most = limits.settings, limits.most
    cpu_s = options.cpu_time_limit + options.cpu_extra_time if options.cpu_time_limit else settings.max_wall_time_limit
    memory_bytes = min(options.memory_limit * KIB, most.memory_bytes_max)
    output_bytes = min((options.max_file_size or settings.max_max_file_size) * KIB, most.output_bytes_max)
    by_process = options.enable_per_process_and_thread_memory_limit
    return RequestedLimits(
        cpu_time_ns=min(max(1, _ns(cpu_s)), most.time_s_max * S_NS),
        wall_time_ns=_ns(options.wall_time_limit),
        memory_bytes=memory_bytes,
        address_space_bytes=max(memory_bytes, ADDRESS_SPACE_BYTES_MIN) if by_process else 0,
        stack_bytes=min(options.stack_limit * KIB, most.memory_bytes_max),
        processes=options.max_processes_and_or_threads,
        stdout_bytes=output_bytes,
        stderr_bytes=output_bytes,
    )


def _ns(seconds: float) -> int:
    return round(seconds * S_NS)
