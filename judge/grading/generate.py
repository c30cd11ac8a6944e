"""Tests that a setter's program makes: generated once, in the sandbox, before anything is judged.

What a generator wrote is kept in the artifact store under a key of all that went into it (program, arguments, input),
so that every submission gets the same test and only the first one waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from judge.errors import CancelledError, PackageError, blame_reader
from judge.grading.execute import collect_output
from judge.grading.programs import (
    BuildContext,
    OpenProgram,
    RunInput,
    SetterProgram,
    build_program,
    fault_of_run,
    open_program,
)
from judge.kernel.files import read_resolved
from judge.model.limits import Limits
from judge.model.problem import STANDARD_STREAMS, Generator, NamedFiles, Problem, Program, TestCase
from judge.model.run import Outcome
from judge.model.units import MIB
from judge.package.kattis.test_data import data_cases, with_cases
from judge.sandbox.capture import Completed
from judge.text import safe_text
from judge.toolchain.artifacts import ArtifactStore, Stored
from judge.toolchain.compile import OpenContainer, artifact_key

#: The most that one test's input, and its answer, may have.
GENERATED_BYTES_MAX = 128 * MIB

#: Part of every key; raised when what is kept changes.
_KEY_VERSION = 1

#: What is kept of a run: standard output and standard error.
_STDOUT, _STDERR = "input", "answer"

_SAID_BYTES_MAX = 2000


@contextmanager
def generated_tests(open_container: OpenContainer, build_context: BuildContext, problem: Problem) -> Iterator[Problem]:
    """The problem with a file for all that its generators make, while the context lasts; at once when there are none.

    Blocks for as long as they run. Raises PackageError naming a generator that cannot be built or fails,
    CancelledError when the slot was cancelled, InfrastructureError.
    """
    if not any(case.generator or case.solver for case in data_cases(problem.root)):
        yield problem
        return
    with ExitStack() as held:
        with ExitStack() as containers:
            run = _Generation(open_container, build_context, problem, held, containers)
            root = with_cases(problem.root, run.case)
        yield msgspec.structs.replace(problem, root=root)


class _Generation:
    """Generators of one problem: built when first needed, their containers opened when one must run.

    ``held`` takes the entries of the store that are in use, ``containers`` the open containers.
    """

    def __init__(
        self,
        open_container: OpenContainer,
        build_context: BuildContext,
        problem: Problem,
        held: ExitStack,
        containers: ExitStack,
    ) -> None:
        self._open_container = open_container
        self._build_context = build_context
        self._problem = problem
        self._held = held
        self._containers = containers
        self._programs: dict[Program, SetterProgram] = {}
        self._opened: dict[tuple[Program, Limits], OpenProgram] = {}

    def case(self, case: TestCase) -> TestCase:
        """The case with all of its files."""
        return self._solved(self._made(case))

    def _made(self, case: TestCase) -> TestCase:
        if case.generator is None:
            return case
        written = self._written(case.generator, case.input_path)
        made = written / _STDOUT
        keeps_input = case.input_path and made.stat().st_size == 0
        return msgspec.structs.replace(
            case,
            input_path=case.input_path if keeps_input else str(made),
            answer_path=case.answer_path or (str(written / _STDERR) if case.generator.answers else ""),
            generator=None,
        )

    def _solved(self, case: TestCase) -> TestCase:
        if case.solver is None:
            return case
        named = self._problem.named_files
        answer = case.answer_path or str(self._written(case.solver, case.input_path, named) / _STDOUT)
        return msgspec.structs.replace(case, answer_path=answer, solver=None)

    def _written(self, generator: Generator, input_path: str, named: NamedFiles = STANDARD_STREAMS) -> Path:
        """Where what the program writes is kept, for this standard input ("" = none)."""
        program = self._program(generator)
        given = _read(input_path) if input_path else b""
        key = _key(program, generator, given, named)
        store: ArtifactStore = self._build_context.store
        stored = store.get(key) or self._make(program, generator, given, named, key)
        self._held.callback(stored.close)
        return stored.path

    def _program(self, generator: Generator) -> SetterProgram:
        found = self._programs.get(generator.program)
        if found is None:
            found = build_program(self._open_container, self._build_context, self._problem, generator.program)
            self._programs[generator.program] = found
        return found

    def _make(self, program: SetterProgram, generator: Generator, given: bytes, named: NamedFiles, key: str) -> Stored:
        opened = self._open(replace(program, limits=_limits(program.limits, generator)), generator)
        files = {named.input: given} if named.input else {}
        collect = collect_output(named, opened.program.limits)
        done = opened.run(generator.args, RunInput(stdin=given, files=files), collect=collect)
        if done.result.outcome is Outcome.CANCELLED:
            raise CancelledError(f"generator {generator.program.name}: cancelled")
        if done.result.outcome is not Outcome.EXITED or done.result.exit_code != 0:
            raise PackageError(_complaint(opened.program, generator, done), where=generator.program.name)
        return self._build_context.store.put(
            key, {_STDOUT: done.files.get(named.output, done.stdout).read(), _STDERR: done.stderr.read()}
        )

    def _open(self, program: SetterProgram, generator: Generator) -> OpenProgram:
        key = (generator.program, program.limits)
        if key not in self._opened:
            self._opened[key] = self._containers.enter_context(open_program(self._open_container, program))
        return self._opened[key]


def _limits(limits: Limits, generator: Generator) -> Limits:
    time_limit_ns = generator.time_limit_ns or limits.cpu_time_ns
    return msgspec.structs.replace(
        limits,
        cpu_time_ns=time_limit_ns,
        cpu_time_hard_ns=time_limit_ns,
        wall_time_ns=max(limits.wall_time_ns, 2 * time_limit_ns),
        memory_bytes=generator.memory_bytes or limits.memory_bytes,
        stdout_bytes=GENERATED_BYTES_MAX,
        stderr_bytes=GENERATED_BYTES_MAX,
    )


def _key(program: SetterProgram, generator: Generator, given: bytes, named: NamedFiles) -> str:
    compiled = program.compiled
    assert compiled.prepared is not None, "a built program was prepared"
    built = artifact_key(program.toolchain, compiled.language, compiled.prepared)
    root = program.toolchain.digest  # a compile may be known by less, but a run may look at anything
    everything = ("generated", _KEY_VERSION, built, root, generator.args, hashlib.sha256(given).hexdigest(), named)
    return hashlib.sha256(msgspec.json.encode(everything)).hexdigest()


def _complaint(program: SetterProgram, generator: Generator, done: Completed) -> str:
    words = " ".join(generator.args)
    said = safe_text(done.stderr.read(_SAID_BYTES_MAX), _SAID_BYTES_MAX).strip().splitlines()
    return f"generator {fault_of_run(program, done.result)} (arguments: {words[:200] or 'none'})" + (
        f": {said[-1][:200]}" if said else ""
    )


def _read(path: str) -> bytes:
    try:
        return read_resolved(path)
    except OSError as error:
        blame_reader(error, path)
        raise PackageError(f"cannot be read: {error.strerror}", where=path) from error
