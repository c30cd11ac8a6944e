"""Setters' programs: validators, interactors, graders. Built once, run in containers of their own, never trusted.

A setter's program is as hostile as a submission: it runs under the same walls and under limits of its own.
That it does not compile is the setter's fault and a :class:`~judge.errors.PackageError`; how one of its runs ended
is for the caller to judge.

Source: problem package format, "Programs" (build and run scripts; languages by file names).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from judge.errors import LanguageError, PackageError, UnavailableError, blame_reader
from judge.grading.limits import validation_limits
from judge.kernel.files import read_resolved
from judge.model.language import LanguageSpec, SourceRule
from judge.model.limits import Limits
from judge.model.problem import Problem, Program
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.package.kattis.constants import substitute
from judge.sandbox.capture import Completed
from judge.sandbox.container import Container
from judge.sandbox.run_io import Content
from judge.sandbox.spec import Collect, ContainerSpec, RunSpec
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Compiled, OpenContainer, Toolchain, compile_program
from judge.toolchain.definitions import Languages
from judge.toolchain.source_text import plain_text
from judge.toolchain.version import Versions
from judge.toolchain.work_files import (
    Given,
    blamed_on,
    checked_arguments,
    clashes,
    merged,
    room_for,
    shortened,
    with_disk_room,
)
from judge.verdicts import reason_of_run

#: Finds the root and the digest of a language's toolchain; raises LanguageError when it is not installed.
FindToolchain = Callable[[LanguageSpec], Toolchain]

#: Collects no file.
NOTHING = Collect()

#: Where a program that may read the submission's sources finds them, relative to /work.
SOURCES_DIRECTORY = "submission"

#: Of containers, see :class:`ContainerSpec`: what is handed judge answers never is a submission's later.
_USE = "setter"

#: Log lines of a failed build that the error shows.
_LOG_LINES = 20

#: A program with a build or run script: the script is the compiler, and everything it leaves is the program.
_BUILD_AND_RUN = LanguageSpec(
    id="build-and-run",
    name="build and run scripts",
    extensions=("sh",),
    compile=(("/work/build",),),
    run=("{artifact}/run",),
    artifact=("**/*",),
    executables=("**/*",),
)
_RUN_ONLY = msgspec.structs.replace(_BUILD_AND_RUN, id="run-script", extensions=(), compile=(), artifact=())
#: The same where what is run is no text.
_RUN_BINARY = msgspec.structs.replace(_RUN_ONLY, source=SourceRule(verbatim=True))
_EXECUTABLE = b"\x7fELF"


@dataclass(frozen=True)
class BuildContext:
    """What building programs takes: known languages, where their toolchains are, where artifacts are kept.

    Without ``versions`` nothing is known of what toolchains call themselves: no range of versions can be asked for.
    """

    languages: Languages
    toolchain: FindToolchain
    store: ArtifactStore
    versions: Versions | None = None

    def language(self, name: str, open_container: OpenContainer) -> LanguageSpec:
        """The language that work names, with ``@`` and a variant, a version or a range perhaps. Raises LanguageError.

        Blocks for a run for each version that nobody asked for yet.
        """
        if self.versions is None:
            return self.languages.get(name)
        return self.versions.pick(self.languages, name, open_container)


@dataclass(frozen=True)
class SetterProgram:
    """A built program of the setter. ``data_files`` go into /work before each run: what was not compiled."""

    name: str
    compiled: Compiled
    toolchain: Toolchain
    limits: Limits
    data_files: tuple[tuple[str, bytes], ...] = ()

    @property
    def cwd(self) -> str:
        """Scripts are run where their files are; compiled programs in a writable directory."""
        return "/artifact" if self.compiled.language.id in (_BUILD_AND_RUN.id, _RUN_ONLY.id) else "/work"

    def run_spec(
        self, args: Sequence[str], *, directories: tuple[str, ...] = (), collect: Collect = NOTHING
    ) -> RunSpec:
        """How to run it once with these arguments. Raises PackageError for some that it cannot be given."""
        spec = self.compiled.run_spec(self.limits, checked_arguments(args, self.name))
        return msgspec.structs.replace(spec, cwd=self.cwd, directories=directories, collect=collect)

    def work_files(
        self,
        files: Mapping[str, Content],
        sources: Mapping[str, Content],
        directories: Collection[str] = (),
    ) -> dict[str, Content]:
        """What a run finds in /work: the program's data, ``files`` of the setter's over them, and the submission's
        ``sources`` in a directory of their own. Raises PackageError naming a file of the setter's that is in the way.
        """
        ours = {SOURCES_DIRECTORY, *directories} if sources else set(directories)
        below = {f"{SOURCES_DIRECTORY}/{name}": content for name, content in sources.items()}
        data = dict(self.data_files)
        if sources and (lost := next(clashes(data, {SOURCES_DIRECTORY}), "")):
            raise PackageError(f"file {shortened(lost)}: the submission's sources are shown there", where=self.name)
        return merged(Given(data, self.name), Given(files, self.name), directories=ours) | below


@dataclass(frozen=True)
class RunInput:
    """What one run of a setter's program is given beside its arguments.

    ``stdin``: a descriptor, the bytes themselves, or nothing to read. ``files`` and ``sources`` as in
    :meth:`SetterProgram.work_files`. ``fds``: number in the run -> descriptor of ours, which stays ours.
    """

    stdin: int | bytes | None = None
    files: Mapping[str, Content] = field(default_factory=dict)
    sources: Mapping[str, Content] = field(default_factory=dict)
    fds: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenProgram:
    """A setter's program in its open container."""

    program: SetterProgram
    container: Container

    def run(
        self,
        args: Sequence[str],
        given: RunInput,
        *,
        directories: tuple[str, ...] = (),
        collect: Collect = NOTHING,
    ) -> Completed:
        """Run once. Blocks. ``directories`` are made below /work; ``collect`` says what is taken out of it.

        Raises PackageError naming a file that cannot be put into /work, else InfrastructureError only.
        """
        spec = self.program.run_spec(args, directories=directories, collect=collect)
        files = self.program.work_files(given.files, given.sources, directories)
        with blamed_on(self.program.name):
            return self.container.run(spec, stdin=given.stdin, files=files, fds=given.fds)

    def run_as(self, spec: RunSpec, files: Mapping[str, Content]) -> Completed:
        """Run once with exactly these files. Raises as :meth:`run` does."""
        with blamed_on(self.program.name):
            return self.container.run(spec, files=files)


def build_program(
    open_container: OpenContainer, build_context: BuildContext, problem: Problem, program: Program
) -> SetterProgram:
    """Compile a setter's program, or find it compiled.

    Raises UnavailableError when this machine lacks its language, else PackageError when it cannot be built.
    """
    files = read_sources(program, problem.constants)
    try:
        language = language_of(program, files, build_context.languages)
        toolchain = build_context.toolchain(_toolchain_language(language, build_context.languages))
    except LanguageError as error:
        raise UnavailableError(str(error), where=program.name) from error
    compiled = compile_program(open_container, toolchain, language, files, build_context.store)
    if not compiled.report.ok:
        log = " | ".join(line for line in compiled.report.log.splitlines()[:_LOG_LINES] if line.strip())
        raise PackageError(f"does not compile: {log or 'the compiler says nothing'}", where=program.name)
    return SetterProgram(
        name=program.name,
        compiled=compiled,
        toolchain=toolchain,
        limits=validation_limits(problem.limits, language),
        data_files=data_files(compiled),
    )


def data_files(compiled: Compiled) -> tuple[tuple[str, bytes], ...]:
    """Files of a program that it may want to read in its working directory: those that no compiler was given, and the
    sources of a program of several files whose sources are what is run (a shell's ``. ./other.sh``)."""
    if compiled.prepared is None or compiled.language.id in (_BUILD_AND_RUN.id, _RUN_ONLY.id):
        return ()
    sources = compiled.prepared.sources if compiled.language.artifact else ()
    known = {*sources, compiled.prepared.source}
    headers = compiled.language.headers
    return tuple(
        (file.name, file.content)
        for file in compiled.prepared.files
        if file.name not in known and file.name.rpartition(".")[2] not in headers
    )


def read_sources(program: Program, constants: Sequence[tuple[str, str]]) -> tuple[SourceFile, ...]:
    """A program's files with the package's constants filled in. Raises PackageError naming the file."""
    files = []
    for name, path in program.files:
        try:
            content = read_resolved(path)
        except OSError as error:
            blame_reader(error, f"{program.name}/{name}")
            raise PackageError(f"cannot be read: {error.strerror}", where=f"{program.name}/{name}") from error
        files.append(SourceFile(name=name, content=substitute(content, constants)))
    return tuple(files)


def language_of(program: Program, files: Sequence[SourceFile], languages: Languages) -> LanguageSpec:
    """The language a program says it is in, or looks like. Raises LanguageError."""
    names = [file.name for file in files]
    if "build" in names:
        return _BUILD_AND_RUN
    run = next((file for file in files if file.name == "run"), None)
    if run is not None:
        return _RUN_BINARY if run.content.startswith(_EXECUTABLE) else _RUN_ONLY
    if program.language:
        return languages.get(program.language)
    return languages.detect(names, first_line(files))


def first_line(files: Sequence[SourceFile]) -> str:
    """The first line of the first file, for a language that is known by its shebang."""
    return plain_text(files[0].content[:400]).split(b"\n", 1)[0].decode("utf-8", "replace") if files else ""


def _toolchain_language(language: LanguageSpec, languages: Languages) -> LanguageSpec:
    """Whose toolchain a program needs; scripts may count on a C++ compiler and Python."""
    return languages.get("cpp") if language.id in (_BUILD_AND_RUN.id, _RUN_ONLY.id) else language


@contextmanager
def open_program(
    open_container: OpenContainer, program: SetterProgram, sources: Mapping[str, int] | None = None
) -> Iterator[OpenProgram]:
    """The program's own container, for as long as it is needed. ``sources``: sizes of files of a submission that it
    is to be shown beside its own."""
    sizes = {name: len(content) for name, content in program.data_files}
    sizes |= {f"{SOURCES_DIRECTORY}/{name}": size for name, size in (sources or {}).items()}
    limits = with_disk_room(program.limits, *room_for(sizes))
    spec = ContainerSpec.under(program.toolchain.rootfs, limits, artifact=str(program.compiled.artifact))
    with open_container(msgspec.structs.replace(spec, use=_USE)) as container:
        yield OpenProgram(program, container)


def fault_of_run(program: SetterProgram, run: RunResult) -> str:
    """Why a run of a setter's program was no proper run, in words that name it."""
    if run.outcome is Outcome.EXITED:
        return f"{program.name} ended with exit code {run.exit_code}"
    return f"{program.name}: {reason_of_run(run)}"
