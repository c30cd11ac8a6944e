"""Commands of the setter's that look at what a student handed in: found, run in the sandbox, and told from the student
when they are to blame.

A command finds the student's files and the setter's in its working directory; a setter's file wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

import msgspec

from judge.course.context import PartContext, files_of
from judge.errors import PackageError
from judge.model.assignment import CoursePart, Isolation
from judge.model.event import unheard
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.model.units import MIB, S_NS
from judge.model.work import Data, Execution, InputFile, RequestedLimits, Work, WorkHeader, WorkKind
from judge.rootfs.host_root import find_in
from judge.running.execution import execute
from judge.running.runner import INLINE_BYTES_MAX
from judge.text import safe_text, shown

#: Where a command without a ``/`` is looked for, in this order.
_PATH = ("/usr/local/bin", "/usr/bin", "/bin")

#: What a command may use where the part says nothing.
_CPU_TIME_NS = 30 * S_NS
_MEMORY_BYTES = 512 * MIB

#: The shell's: not found, not executable.
_NO_COMMAND = (126, 127)

#: How an interpreter says that the tool itself is not there.
_MISSING = re.compile(r"No module named '?([\w.]{1,200})|Cannot find (?:module|package) '([\w@./-]{1,200})'")

#: Where nothing of the student's is to run: Python imports nothing from the working directory.
_READING_ONLY = {"PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"}

_LOG_BYTES = 16 << 10


@dataclass(frozen=True)
class CommandRun:
    """How a command of the setter's ended, and what it printed on both streams."""

    result: RunResult
    text: str

    @property
    def log(self) -> str:
        """The text, cut."""
        return safe_text(self.text.encode("utf-8", "replace"), _LOG_BYTES)


def run_command(context: PartContext, part: CoursePart, files: tuple[SourceFile, ...]) -> CommandRun:
    """Run the part's command among these files; blocks.

    Raises PackageError, with advice, for a command that is not there and for a tool that lacks a part of itself; else
    as :data:`judge.course.context.Engine`.
    """
    done = _run(context, part, files)
    if _is_broken(part, done) and breaks_without_students(context, part, files, lambda run: _is_broken(part, run)):
        said = " ".join(done.text.split())[-300:]
        raise PackageError(
            f"{shown(' '.join(part.command))[:200]!r} cannot be run: {said or 'it is not there'}. Install it in the "
            "root of the part's language",
            place_of(part, "command"),
        )
    return done


def breaks_without_students(
    context: PartContext, part: CoursePart, files: tuple[SourceFile, ...], is_broken: Callable[[CommandRun], bool]
) -> bool:
    """Whether the command breaks with empty files in the place of the student's, too: then the setter is to blame.
    What a command prints, and its exit code, may be the student's own words."""
    ours = dict(files_of((*context.assignment.starter, *context.assignment.resources, *part.test_files)))
    emptied = tuple(msgspec.structs.replace(file, content=ours.get(file.name, b"")) for file in files)
    is_students = part.command[0] in {file.name for file in files} - set(ours)
    return not is_students and is_broken(_run(context, part, emptied))


def _run(context: PartContext, part: CoursePart, files: tuple[SourceFile, ...]) -> CommandRun:
    language = part.language or (context.language.id if context.language else "")
    execution = Execution(
        argv=(_program(context, part, language, files), *part.command[1:]),
        environment=_READING_ONLY if part.isolation is Isolation.NONE else {},
        files=tuple(InputFile(name=file.name, data=Data(content=file.content), executable=True) for file in files),
        limits=_limits(context, part),
        merge_stderr=True,
    )
    header = WorkHeader(
        id=context.submission.id, kind=WorkKind.EXECUTION, language=language, tenant=context.submission.tenant
    )
    report = execute(context.runner, Work(header=header, task=execution), execution, unheard)
    run = report.runs[0]
    return CommandRun(run.result, run.stdout.content.decode("utf-8", "replace"))


def place_of(part: CoursePart, key: str = "") -> str:
    """Where a part stands in assignment.yaml, for a message."""
    return f"assignment.yaml:{part.line}: {part.name}" + (f".{key}" if key else "")


def _program(context: PartContext, part: CoursePart, language: str, files: tuple[SourceFile, ...]) -> str:
    """The command's absolute path, or its name among the files. Raises PackageError."""
    name = part.command[0]
    if name in {file.name for file in files}:
        return name
    candidates = [name] if name.startswith("/") else [f"{folder}/{name}" for folder in _PATH if "/" not in name]
    runner = context.runner
    for path in candidates:
        toolchain = runner.toolchain(runner.language_named(language)) if language else runner.toolchain_with(path)
        if find_in(toolchain.rootfs, path) is not None:
            return path
    where = f"the root of {language}" if language else "any root"
    raise PackageError(
        f"there is no command {shown(name)[:200]!r} in {where}: install it there, or name another language",
        place_of(part, "command"),
    )


def _limits(context: PartContext, part: CoursePart) -> RequestedLimits:
    ceilings, limits = context.runner.ceilings, context.problem.limits
    return RequestedLimits(
        cpu_time_ns=min(part.cpu_time_ns or _CPU_TIME_NS, ceilings.time_limit_ns),
        wall_time_ns=part.wall_time_ns,
        memory_bytes=min(max(_MEMORY_BYTES, limits.memory_bytes), ceilings.memory_bytes),
        stdout_bytes=min(INLINE_BYTES_MAX, ceilings.output_bytes),
    )


def _is_broken(part: CoursePart, done: CommandRun) -> bool:
    """Whether the command seems not to be whole."""
    missing = _MISSING.search(done.text)
    named = {PurePosixPath(word).name for word in part.command}
    lacks = missing is not None and (missing[1] or missing[2]) in named
    ended = done.result.outcome is Outcome.EXITED and not done.result.ok
    return ended and (lacks or done.result.exit_code in _NO_COMMAND)
