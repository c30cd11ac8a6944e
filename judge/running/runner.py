"""What every kind of work is done with: a slot, a judge, the operator's ceilings, and the blobs of one tenant."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from judge.errors import InfrastructureError, LanguageError, UnknownLanguage, WorkError
from judge.grading.pipeline import Judge
from judge.grading.programs import first_line
from judge.model.language import LanguageSpec
from judge.model.submission import SourceFile
from judge.model.work import NO_DATA, Data, ProgramSource
from judge.package.ceilings import Ceilings
from judge.rootfs.host_root import find_in
from judge.sandbox.capture import Capture
from judge.sandbox.slot import Slot
from judge.toolchain.artifacts import SubmissionStore
from judge.toolchain.compile import Compiled, CompileOptions, Toolchain, compile_program
from judge.toolchain.definitions import takes_compiler_arguments
from judge.toolchain.roots import Toolchains
from judge.toolchain.unpacking import unpacked
from judge.toolchain.work_files import arguments_complaint

#: The largest output that lies in a report itself; larger ones are blobs.
INLINE_BYTES_MAX = 64 << 10

#: Paths of a client's own files.
_OF_WORK = ("/work/", "/w/")

#: What a client may tell a compiler.
COMPILER_ARGUMENTS_MAX = 64
_COMPILER_ARGUMENTS_BYTES_MAX = 8 << 10


class TenantBlobs(Protocol):
    """Blobs as work sees them: each tenant's own. All methods block and raise BlobStoreError when the store is away."""

    def open(self, tenant: str, blob: str) -> int:
        """A descriptor at the beginning of a blob; the caller closes it. Raises WorkError: no such blob of theirs."""
        ...

    def read(self, tenant: str, blob: str, bytes_max: int) -> bytes:
        """The content. Raises WorkError: no such blob of theirs, or larger than ``bytes_max``."""
        ...

    def keep(self, tenant: str, content: bytes | Capture, name: str = "") -> str:
        """Keep this for the tenant, under that name as well; its digest ("sha256:...")."""
        ...


class NoBlobs:
    """A :class:`TenantBlobs` where there is no store."""

    def open(self, tenant: str, blob: str) -> int:
        """There is none."""
        raise WorkError(f"there is no blob {blob[:80]!r}")

    def read(self, tenant: str, blob: str, bytes_max: int) -> bytes:
        """There is none."""
        raise WorkError(f"there is no blob {blob[:80]!r}")

    def keep(self, tenant: str, content: bytes | Capture, name: str = "") -> str:
        """Nothing is kept."""
        raise WorkError("this service keeps no blobs", "keep")


NO_BLOBS = NoBlobs()


@dataclass(frozen=True)
class Runner:
    """One slot's means; used from one thread. ``judge`` works on the same slot. ``scratch``: a directory for what is
    needed while one piece of work is done; nobody else uses it."""

    slot: Slot
    judge: Judge
    ceilings: Ceilings
    blobs: TenantBlobs
    scratch: Path

    def bytes_of(self, tenant: str, data: Data, bytes_max: int) -> bytes:
        """What came along, from wherever it lies. Raises WorkError."""
        return self.blobs.read(tenant, data.blob, bytes_max) if data.blob else data.content

    def language_named(self, name: str, field: str = "") -> LanguageSpec:
        """A language by its name, with ``@`` and a version of it perhaps. Raises LanguageError for what this machine
        lacks; WorkError for what is none at all, where a ``field`` of the task says it: what the header says has
        steered the work to this worker, so that a language that is not here is our fault.
        """
        context = self.judge.build_context
        try:
            return context.language(name, self.slot.container) if "@" in name else context.languages.get(name)
        except UnknownLanguage as error:
            if not field:
                raise
            raise WorkError(f"{error}", field) from error

    def language_of(self, program: ProgramSource, language: str = "", field: str = "program") -> LanguageSpec:
        """The language of the program that is ``field`` of the work, whose own is ``language``. Raises WorkError
        without a file, or for no language that there is, LanguageError."""
        if not program.sources:
            raise WorkError("at least one file is needed", f"{field}.sources")
        if program.language:
            return self.language_named(program.language, f"{field}.language")
        if language:
            return self.language_named(language)
        context = self.judge.build_context
        try:
            return context.languages.detect([file.name for file in program.sources], first_line(program.sources))
        except UnknownLanguage as error:
            raise WorkError(f"{error}", f"{field}.sources") from error

    def compile(self, tenant: str, program: ProgramSource, language: LanguageSpec, options: CompileOptions) -> Compiled:
        """The compile stage; a compile error is in the answer. What the program itself tells its compiler is added to
        ``options``. Raises WorkError, LanguageError, InfrastructureError."""
        self._check(program, language)
        return compile_program(
            self.slot.container,
            self.toolchain(language),
            language,
            program.sources,
            SubmissionStore(self.judge.build_context.store, tenant),
            replace(
                options,
                main=options.main or program.main,
                arguments=program.compiler_arguments,
                beside=self._unpacked(tenant, program.archive),
            ),
        )

    def _unpacked(self, tenant: str, archive: Data) -> tuple[SourceFile, ...]:
        if archive == NO_DATA:
            return ()
        content = self.bytes_of(tenant, archive, self.ceilings.code_bytes)
        if len(content) > self.ceilings.code_bytes:
            raise WorkError(f"{len(content)} bytes; at most {self.ceilings.code_bytes} are taken", "program.archive")
        return unpacked(self.slot.container, self.toolchain(None).rootfs, content)

    def toolchain(self, language: LanguageSpec | None) -> Toolchain:
        """Where programs of a language run; None = the plain root. Raises LanguageError, HostError."""
        find = self.judge.build_context.toolchain
        if language is not None:
            return find(language)
        if isinstance(find, Toolchains):
            return find.plain()
        raise InfrastructureError("this judge has no plain root")

    def toolchain_with(self, command: str) -> Toolchain:
        """Where a command of no language runs: the plain root, or where that does not have it the first language's that
        has it. Raises HostError."""
        find = self.judge.build_context.toolchain
        plain = self.toolchain(None)
        if not command.startswith(_OF_WORK) and not (isinstance(find, Toolchains) and find.plain_has(command)):
            for language in self.judge.build_context.languages.all():
                with contextlib.suppress(LanguageError):
                    toolchain = find(language)
                    if find_in(toolchain.rootfs, command) is not None:
                        return toolchain
        return plain

    def _check(self, program: ProgramSource, language: LanguageSpec) -> None:
        size_bytes = sum(len(file.content) for file in program.sources)
        if size_bytes > self.ceilings.code_bytes:
            raise WorkError(f"{size_bytes} bytes; at most {self.ceilings.code_bytes} are taken", "program.sources")
        arguments, field = program.compiler_arguments, "program.compiler_arguments"
        if arguments and not takes_compiler_arguments(language):
            raise WorkError(f"{language.name} has no compiler that takes any", field)
        if len(arguments) > COMPILER_ARGUMENTS_MAX:
            raise WorkError(f"{len(arguments)} arguments; at most {COMPILER_ARGUMENTS_MAX} are taken", field)
        complaint = arguments_complaint(arguments, _COMPILER_ARGUMENTS_BYTES_MAX)
        if complaint:
            raise WorkError(complaint, field)
