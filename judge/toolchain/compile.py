"""The compile stage: sources in, a read-only artifact directory (or a compile error) out, at most once.

Compilers run hostile input, so they run in the sandbox under limits of their own. What they leave is kept by
:class:`judge.toolchain.artifacts.ArtifactStore` under a key of everything that went in; the same again is a look-up, a
compile error included. A language without compile commands has its sources as the artifact.

Where a language only checks its sources the check can wait for a run that fails (``run_first``): the sources are laid
out for this one program, and :meth:`Compiled.checked` asks when it is time. Its answer is kept as of any compile.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from judge.errors import CancelledError, SourceFault, WorkFilesError
from judge.globs import matches_any
from judge.model.language import LanguageSpec
from judge.model.limits import COMPILE_LIMITS, Limits
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.container import Container
from judge.sandbox.spec import Collect, ContainerSpec, Rootfs, RunSpec
from judge.text import safe_text
from judge.toolchain.artifacts import ArtifactStore, Stored, SubmissionStore
from judge.toolchain.class_file import main_class
from judge.toolchain.definitions import compile_argv, run_argv, run_environment
from judge.toolchain.sources import Prepared, prepare, with_beside
from judge.toolchain.staging import Staged
from judge.toolchain.startable import HEAD_BYTES, can_start
from judge.toolchain.uses import reads_only_its_uses
from judge.toolchain.work_files import artifact_complaint, clashes

#: Opens a container of this specification: ``Slot.container``.
OpenContainer = Callable[[ContainerSpec], AbstractContextManager[Container]]

#: The system-call policy of compilers; see :mod:`judge.sandbox.policy`.
COMPILE_POLICY = "compile"

#: Set for every program, as most judges do: sources that open files on their authors' machines look for it.
JUDGE_ENVIRONMENT = {"ONLINE_JUDGE": "1"}

#: The most text of a compiler that a report carries.
LOG_BYTES_MAX = 64 << 10

#: Of what a compile leaves.
ARTIFACT_BYTES_MAX = 64 << 20
ARTIFACT_FILES_MAX = 2000

#: Part of every key; raised when the layout of artifacts changes.
_KEY_VERSION = 2

_LIMIT_WORDS = {
    Outcome.CPU_LIMIT: "compiling took too much CPU time",
    Outcome.WALL_LIMIT: "compiling took too long",
    Outcome.IDLE_LIMIT: "compiling stood still for too long",
    Outcome.MEMORY_LIMIT: "compiling took too much memory",
    Outcome.OUTPUT_LIMIT: "the compiler wrote too much output",
    Outcome.PROCESS_LIMIT: "compiling started too many processes",
    Outcome.DISK_LIMIT: "compiling wrote too much to disk",
    Outcome.SYSCALL_DENIED: "compiling made a forbidden system call",
    Outcome.CANCELLED: "compiling was cancelled",
}


@dataclass(frozen=True)
class Toolchain:
    """Where a language is compiled and run: its root, and a digest that changes whenever the root does.

    ``used_digest`` changes whenever something does that the language's compiler opens by itself; empty = that is not
    known, and only :attr:`digest` tells.
    """

    rootfs: Rootfs
    digest: str
    used_digest: str = ""


@dataclass(frozen=True)
class Compiled:
    """The answer of the compile stage. ``artifact`` is None after a compile error.

    Keep this value as long as containers use ``artifact``: it holds the store's entry, or the staged sources.
    ``unchecked``: how to check what nobody has looked at yet; None where that is done.
    """

    report: CompileReport
    language: LanguageSpec
    prepared: Prepared | None = None
    stored: Stored | Staged | None = None
    wall_time_ns: int = 0
    unchecked: Recipe | None = None

    @property
    def artifact(self) -> Path | None:
        """The host directory to show as /artifact."""
        return self.stored.path if self.stored and self.report.ok else None

    def checked(self, open_container: OpenContainer) -> Compiled:
        """The same with the language's check, asked now in a container of its own; itself where there is none to ask.

        Blocks. Raises CancelledError, InfrastructureError.
        """
        if self.unchecked is None:
            return self
        checked = self.unchecked.build(open_container)
        if checked.report.run is not None and checked.report.run.outcome is Outcome.CANCELLED:
            raise CancelledError("the check of the sources was cancelled")
        return checked

    def in_own_names(self, text: str) -> str:
        """What the program or its runtime wrote, with the author's file names in place of ours."""
        return self.prepared.in_own_names(text) if self.prepared else text

    def run_spec(self, limits: Limits, args: Sequence[str] = ()) -> RunSpec:
        """How to run the program under these limits; only after a successful compile."""
        if self.prepared is None or not self.report.ok:
            raise ValueError("there is no program to run after a compile error")
        names = self.prepared
        argv = run_argv(self.language, names.sources, names.source, names.main, limits, args)
        variables = JUDGE_ENVIRONMENT | run_environment(self.language, limits)
        return with_environment(RunSpec(argv=argv, limits=limits), variables)


@dataclass(frozen=True)
class CompileOptions:
    """How to compile. ``main`` names the main file, "" = it is found; ``limits`` are those of each compile command.

    ``arguments``: the author's own, see :func:`~judge.toolchain.definitions.compile_argv`. ``run_first``: what the
    language would only check is not looked at yet, unless that was done before; see :meth:`Compiled.checked`.
    ``unchecked``: it never is. ``beside``: files beside the sources, of which no compiler is told.
    """

    main: str = ""
    limits: Limits = COMPILE_LIMITS
    arguments: tuple[str, ...] = ()
    run_first: bool = False
    unchecked: bool = False
    beside: tuple[SourceFile, ...] = ()


DEFAULT_OPTIONS = CompileOptions()


def compile_program(
    open_container: OpenContainer,
    toolchain: Toolchain,
    language: LanguageSpec,
    files: Sequence[SourceFile],
    store: ArtifactStore | SubmissionStore,
    options: CompileOptions = DEFAULT_OPTIONS,
) -> Compiled:
    """Compile, or find what compiling left before. Blocks for as long as the compiler runs.

    The contestant's faults (names, syntax, limits) come back as a report that is not ok; raises
    InfrastructureError when the sandbox or the store fails.
    """
    try:
        prepared = prepare(language, files, options.main, keep_names=bool(options.beside))
        prepared = with_beside(prepared, options.beside)
    except SourceFault as problem:
        return Compiled(report=CompileReport(ok=False, log=str(problem)), language=language)
    recipe = Recipe(toolchain, language, prepared, store, options)
    if options.unchecked and language.runs_first:
        return replace(recipe.stage(), unchecked=None)
    known = recipe.known()
    return known or (recipe.stage() if options.run_first and language.runs_first else recipe.build(open_container))


@dataclass(frozen=True)
class Recipe:
    """All that goes into one compile, and where its result is kept."""

    toolchain: Toolchain
    language: LanguageSpec
    prepared: Prepared
    store: ArtifactStore | SubmissionStore
    options: CompileOptions

    def known(self) -> Compiled | None:
        """What compiling left before, if it did."""
        started_ns = time.monotonic_ns()
        stored = self.store.get(self._key())
        if stored is None:
            return None
        note = msgspec.json.decode(stored.note, type=_Note)
        note = msgspec.structs.replace(note, report=msgspec.structs.replace(note.report, cached=True))
        return self._compiled(note, stored, started_ns)

    def build(self, open_container: OpenContainer) -> Compiled:
        """Run the compiler, or the check; keep what it leaves."""
        started_ns = time.monotonic_ns()
        language, prepared = self.language, self.prepared
        report, artifact = _build(open_container, self.toolchain, language, prepared, self.options)
        note = _with_main_class(_Note(report=report, main=prepared.main), language, prepared, artifact)
        stored = None
        if _is_final(note.report, self.options.limits):
            artifact = _with_files_of(language, artifact)
            stored = self.store.put(
                self._key(), artifact, executables=_executables(language, artifact), note=msgspec.json.encode(note)
            )
        return self._compiled(note, stored, started_ns)

    def stage(self) -> Compiled:
        """The sources as they are, for this program alone."""
        started_ns = time.monotonic_ns()
        sources = _with_files_of(self.language, _compiled_from(self.language, self.prepared))
        return Compiled(
            report=CompileReport(ok=True, checked=False),
            language=self.language,
            prepared=self.prepared,
            stored=self.store.stage(sources, executables=_executables(self.language, sources)),
            wall_time_ns=time.monotonic_ns() - started_ns,
            unchecked=self,
        )

    def _key(self) -> str:
        return artifact_key(self.toolchain, self.language, self.prepared, self.options.arguments)

    def _compiled(self, note: _Note, stored: Stored | None, started_ns: int) -> Compiled:
        log = self.prepared.in_own_names(note.report.log)  # others may have handed in the same under another name
        return Compiled(
            report=msgspec.structs.replace(note.report, log=log),
            language=self.language,
            prepared=replace(self.prepared, main=note.main),
            stored=stored,
            wall_time_ns=time.monotonic_ns() - started_ns,
        )


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept with an artifact: the report in our file names, and what ``{main}`` stands for when it is run."""

    report: CompileReport
    main: str


def _with_main_class(note: _Note, language: LanguageSpec, prepared: Prepared, artifact: Mapping[str, bytes]) -> _Note:
    """The note with the class to start, found in what was compiled; a report that is not ok where there is none."""
    if not (language.source.main_class and note.report.ok):
        return note
    found = main_class(artifact, prepared.main, prepared.source)
    if found:
        return msgspec.structs.replace(note, main=found)
    log = f"no class has a main method to start with\n{note.report.log}".strip()
    return msgspec.structs.replace(note, report=msgspec.structs.replace(note.report, ok=False, log=log))


def _with_files_of(language: LanguageSpec, artifact: Mapping[str, bytes]) -> dict[str, bytes]:
    """The artifact with the language's own files, which win over what is in their way."""
    ours = {name: text.encode() for name, text in language.artifact_files.items()}
    lost = set(clashes(artifact, ours))
    return {name: content for name, content in artifact.items() if name not in lost} | ours


def _executables(language: LanguageSpec, artifact: Mapping[str, bytes]) -> frozenset[str]:
    return frozenset(name for name in artifact if matches_any(name, language.executables))


def artifact_key(
    toolchain: Toolchain, language: LanguageSpec, prepared: Prepared, arguments: Sequence[str] = ()
) -> str:
    """The digest of everything that decides what a compile leaves; ``arguments`` are the author's to the compiler."""
    recipe = (
        language.source.compiled,
        language.compile or language.check,
        sorted(language.compile_env.items()),
        language.artifact,
        language.executables,
        sorted(language.artifact_files.items()),
        language.prepare,
    )
    files = [(file.name, hashlib.sha256(file.content).hexdigest()) for file in prepared.files]
    names = (prepared.sources, prepared.source, prepared.main)
    is_told = bool(toolchain.used_digest) and reads_only_its_uses(language.uses, prepared.files, arguments)
    digest = toolchain.used_digest if is_told else toolchain.digest
    everything = (_KEY_VERSION, platform.machine(), digest, language.id, recipe, names, files)
    told = (*everything, arguments) if arguments else everything
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def with_environment(spec: RunSpec, extra: Mapping[str, str]) -> RunSpec:
    """The same run with ``extra`` variables added to, or in place of, those it has."""
    return msgspec.structs.replace(spec, env=tuple((dict(spec.env) | dict(extra)).items()))


def _build(
    open_container: OpenContainer,
    toolchain: Toolchain,
    language: LanguageSpec,
    prepared: Prepared,
    options: CompileOptions,
) -> tuple[CompileReport, dict[str, bytes]]:
    limits = options.limits
    sources = _compiled_from(language, prepared)
    commands = compile_argv(language, prepared.sources, prepared.source, prepared.main, options.arguments)
    if not commands:
        return CompileReport(ok=True), sources
    logs: list[bytes] = []
    with ExitStack() as stack:
        asked = ContainerSpec.under(toolchain.rootfs, limits, policy=COMPILE_POLICY)
        container = stack.enter_context(open_container(asked))
        files: Mapping[str, bytes | int | Capture] = sources
        for index, argv in enumerate(commands):
            last = index == len(commands) - 1
            patterns = language.artifact if last else ("**/*",)
            try:
                done = _run_step(container, argv, language, files, patterns, limits)
            except WorkFilesError as error:
                return CompileReport(ok=False, log=f"the files do not fit into a directory: {error.summary}"), {}
            logs += [done.stderr.read(), done.stdout.read()]
            if not done.result.ok:
                return CompileReport(ok=False, log=_log(logs, done.result), run=done.result), {}
            complaint = artifact_complaint(done.files) or _count_complaint(done)
            if complaint:
                return CompileReport(ok=False, log=complaint, run=done.result), {}
            files = done.files
        artifact = {name: capture.read() for name, capture in done.files.items()} if language.artifact else sources
    complaint = _artifact_complaint(done, language)
    if complaint:
        return CompileReport(ok=False, log=f"{complaint}\n{_log(logs)}".strip(), run=done.result), {}
    return CompileReport(ok=True, log=_log(logs), run=done.result), artifact


def _compiled_from(language: LanguageSpec, prepared: Prepared) -> dict[str, bytes]:
    """The files that a compile starts with: none that looks like what it leaves, which alone becomes the artifact.

    Where sources themselves are part of it (build scripts) everything is.
    """
    sources = {*prepared.sources, prepared.source}
    patterns = language.source.compiled
    if not any(matches_any(name, language.artifact) for name in sources):
        patterns += language.artifact
    return {
        file.name: file.content
        for file in prepared.files
        if file.name in sources or not matches_any(file.name, patterns)
    }


def _run_step(
    container: Container,
    argv: tuple[str, ...],
    language: LanguageSpec,
    files: Mapping[str, bytes | int | Capture],
    patterns: tuple[str, ...],
    limits: Limits,
) -> Completed:
    collect = Collect(patterns=patterns, files_max=ARTIFACT_FILES_MAX, bytes_max=ARTIFACT_BYTES_MAX)
    spec = with_environment(RunSpec(argv=argv, limits=limits, collect=collect), language.compile_env)
    executables = [name for name in files if matches_any(name, language.executables)]
    return container.run(spec, files=files, executables=executables)


def _artifact_complaint(done: Completed, language: LanguageSpec) -> str:
    if not language.artifact:
        return ""
    if any(capture.truncated for capture in done.files.values()):
        return f"the compiled program is larger than {ARTIFACT_BYTES_MAX >> 20} MiB"
    if not done.files and language.source.main_class:
        return "no class was compiled: is there one in the source?"
    if not done.files:
        return f"the compiler reported success but left no {' or '.join(language.artifact)}"
    program = language.run[0].removeprefix("{artifact}/")
    if program in done.files and not can_start(done.files[program].read(HEAD_BYTES)):
        return f"the compiler left {program}, but no program: is there a main function, or is it a library?"
    return ""


def _count_complaint(done: Completed) -> str:
    if not done.passed_over:
        return ""
    left = len(done.files) + done.passed_over
    return f"compiling left {left} files, more than {ARTIFACT_FILES_MAX} or than {ARTIFACT_BYTES_MAX >> 20} MiB in all"


def _is_final(report: CompileReport, limits: Limits) -> bool:
    """Whether the same sources always get this answer: neither a busy machine nor lower limits made it."""
    run = report.run if limits.refuses_no_more_than(COMPILE_LIMITS) else None
    return report.ok or (run is not None and run.outcome is Outcome.EXITED)


def _log(logs: Sequence[bytes], failed: RunResult | None = None) -> str:
    text = safe_text(b"\n".join(log.rstrip(b"\n") for log in logs if log.strip()), LOG_BYTES_MAX)
    if failed is not None and failed.outcome is Outcome.EXITED and not text:
        return f"the compiler ended with exit code {failed.exit_code} and said nothing"
    if failed is None or failed.outcome is Outcome.EXITED:
        return text
    words = _LIMIT_WORDS.get(failed.outcome, f"the compiler died of signal {failed.signal}")
    evidence = f" ({failed.cause})" if failed.cause else ""
    return f"{words}{evidence}\n{text}".rstrip("\n")
