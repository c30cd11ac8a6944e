"""Stages of building a program of tests: each is one command in the sandbox, under the limits of compiling, and what
it leaves is kept as of any compile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from judge.course.context import PartContext
from judge.errors import CancelledError, PackageError
from judge.grading.limits import compile_limits
from judge.model.language import LanguageSpec, SourceRule
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.toolchain.artifacts import SubmissionStore
from judge.toolchain.compile import Compiled, CompileOptions, compile_program

GUEST = Path(__file__).parent.parent / "guest"

#: Where our files lie beside those of a stage; nobody else's may.
OURS = ".judge/"
OWN_PREFIX = ".judge"


@dataclass(frozen=True)
class Built:
    """A program of tests, ready to be run with a test's name."""

    compiled: Compiled


@dataclass(frozen=True)
class NotBuilt:
    """Why the student's work cannot be tested. ``log``: a compiler's words; ``quotes_tests``: they may quote tests."""

    message: str
    log: str
    quotes_tests: bool


@dataclass(frozen=True)
class Files:
    """``tests`` and what lies ``beside`` the student's files are the setter's, ``own`` were handed in; no name is in
    two of them."""

    tests: Sequence[SourceFile]
    beside: Sequence[SourceFile]
    own: Sequence[SourceFile]


@dataclass(frozen=True)
class Stage:
    """``command``: argv with the placeholders of a language's commands; ``leaves``: globs of what is kept. ``files``
    are those of ``bench``'s student, or of the setter, ``ours`` lie below :data:`OURS`."""

    command: tuple[str, ...]
    leaves: tuple[str, ...]
    files: Sequence[SourceFile]
    ours: Mapping[str, bytes] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    verbatim: bool = False


@dataclass(frozen=True)
class Bench:
    """Where stages are carried out: for one part of one student's work, in ``language``."""

    context: PartContext
    language: LanguageSpec

    def run(self, stage: Stage) -> Compiled:
        """Carry it out, or find what it left before. Blocks. What is wrong with the files is in the report.

        Raises LanguageError, CancelledError, InfrastructureError."""
        runner, language = self.context.runner, self.language
        variant = msgspec.structs.replace(
            language,
            compile=(stage.command,),
            check=(),
            compile_env=dict(language.compile_env) | dict(stage.environment),
            artifact=stage.leaves,
            executables=("prog",),
            artifact_files={},
            run=("{artifact}/prog",),
            source=SourceRule(verbatim=True) if stage.verbatim else language.source,
            uses="",
        )
        files = [file for file in stage.files if not file.name.lower().startswith(OWN_PREFIX)]
        compiled = compile_program(
            runner.slot.container,
            runner.toolchain(language),
            variant,
            files or [SourceFile(name="nothing", content=b"\n")],
            SubmissionStore(runner.judge.build_context.store, self.context.submission.tenant),
            CompileOptions(
                limits=compile_limits(self.context.problem.limits),
                beside=tuple(SourceFile(name=OURS + name, content=content) for name, content in stage.ours.items()),
            ),
        )
        if compiled.report.run is not None and compiled.report.run.outcome is Outcome.CANCELLED:
            raise CancelledError(f"{self.context.submission.id}: cancelled")
        return compiled


def left(compiled: Compiled) -> dict[str, bytes]:
    """The files that a stage left, by name."""
    root = compiled.artifact
    if root is None:
        return {}
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def exit_code(compiled: Compiled) -> int:
    """Of a stage that failed; -1 = it was ended."""
    run = compiled.report.run
    return -1 if run is None or run.outcome is not Outcome.EXITED or run.exit_code is None else run.exit_code


def setters_fault(compiled: Compiled, what: str) -> PackageError:
    """What is to be raised when a stage of the setter's files alone fails."""
    words = " | ".join(line.strip() for line in compiled.report.log.splitlines()[:10] if line.strip())
    return PackageError(f"{what}: {words}"[:1000])


def guest(*names: str) -> dict[str, bytes]:
    """Our files of these names in the folder ``guest``, by their last part."""
    return {name.rpartition("/")[2]: (GUEST / name).read_bytes() for name in names}
