"""Executions: one program is compiled where it must be and run once or several times; its output is the answer.

What a client hands in beside the program: :mod:`judge.running.inputs`. What comes back: :mod:`judge.running.outputs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

import msgspec

from judge.errors import CancelledError, WorkError
from judge.grading.programs import data_files
from judge.grading.syntax import DoesNotCompileError, Syntax, announced
from judge.model.event import Emit
from judge.model.language import LanguageSpec
from judge.model.run import Outcome
from judge.model.work import Execution, Work, WorkHeader
from judge.model.work_report import BlameOn, ExecutionReport, RunReport
from judge.package.ceilings import Ceilings
from judge.running.heard import ArrivalOrder, LiveOutput
from judge.running.inputs import (
    OpenFiles,
    blamed_on_files,
    check_command_line,
    checked_environment,
    checked_globs,
    checked_words,
    open_files,
    standard_input,
    with_absolute_path,
)
from judge.running.limits import compile_limits, run_limits
from judge.running.outputs import collect_kept, mean_usage, run_report
from judge.running.runner import INLINE_BYTES_MAX, Runner
from judge.sandbox.container import Container
from judge.sandbox.runs import Hear
from judge.sandbox.spec import ContainerSpec, Rootfs, RunSpec, TemplateSpec
from judge.toolchain.compile import JUDGE_ENVIRONMENT, Compiled, CompileOptions, with_environment
from judge.toolchain.definitions import language_limits, run_environment
from judge.toolchain.templates import template_of
from judge.toolchain.work_files import with_disk_room
from judge.verdicts import reason_of_run

REPEATS_MAX = 50


@dataclass(frozen=True)
class Target:
    """What is to be run, and where. ``own_files``: those of the program that it finds in /work."""

    rootfs: Rootfs
    spec: RunSpec
    artifact: str
    own_files: Mapping[str, bytes]
    template: TemplateSpec | None = None


def execute(runner: Runner, work: Work, execution: Execution, emit: Emit) -> ExecutionReport:
    """Compile and run. Raises WorkError for what cannot be, LanguageError, BlobStoreError, CancelledError,
    InfrastructureError."""
    header = work.header
    check(execution, runner.ceilings)
    report = ExecutionReport(id=header.id, language=header.language, tenant=header.tenant, context=header.context)
    if execution.program is None:
        target = raw_target(runner, header, execution)
        return _with_runs(report, _run_all(runner, header, execution, target, emit))
    # What is heard as it is written cannot be taken back: then the sources are checked before.
    compiled = compile_program_of(runner, header, execution, emit, run_first=not execution.live)
    report = msgspec.structs.replace(report, language=compiled.language.id, compile=compiled.report)
    if not compiled.report.ok:
        return _does_not_compile(report)
    target = compiled_target(runner, compiled, execution)
    syntax = Syntax(compiled, emit, header.id)
    try:
        runs = _run_all(runner, header, execution, target, emit, syntax)
    except DoesNotCompileError as error:
        return _does_not_compile(msgspec.structs.replace(report, compile=error.compiled.report))
    return _with_runs(msgspec.structs.replace(report, compile=syntax.compiled.report), runs)


def _does_not_compile(report: ExecutionReport) -> ExecutionReport:
    return msgspec.structs.replace(report, blame=BlameOn.PROGRAM, reason="the program does not compile")


def check(execution: Execution, ceilings: Ceilings) -> None:
    """Refuse before anything is compiled what needs no look at anything else. Raises WorkError."""
    if execution.program is None and not execution.argv:
        raise WorkError("a program or a command is needed", "program")
    if execution.program is not None and execution.argv:
        raise WorkError("a program has its own command; what it is to be told goes into arguments", "argv")
    if not 1 <= execution.repeats <= REPEATS_MAX:
        raise WorkError(f"must be 1 to {REPEATS_MAX}, not {execution.repeats}", "repeats")
    checked_words(execution.argv, "argv")
    checked_words(execution.arguments, "arguments")
    checked_environment(execution.environment, ())
    checked_globs(execution.keep)
    run_limits(execution.limits, ceilings)
    compile_limits(execution.compile_limits, ceilings)


def compile_program_of(
    runner: Runner, header: WorkHeader, execution: Execution, emit: Emit, *, run_first: bool = False
) -> Compiled:
    """The program, compiled, or with ``run_first`` to be checked later; a compile error is in the answer. Raises as
    :func:`execute`."""
    program = execution.program
    assert program is not None
    language = runner.language_of(program, header.language)
    limits = compile_limits(execution.compile_limits, runner.ceilings)
    options = CompileOptions(limits=limits, run_first=run_first, unchecked=execution.unchecked)
    return announced(emit, header.id, language.id, lambda: runner.compile(header.tenant, program, language, options))


def compiled_target(runner: Runner, compiled: Compiled, execution: Execution) -> Target:
    """What was compiled, as the client wants it run. Raises WorkError."""
    language = compiled.language
    limits = language_limits(language, run_limits(execution.limits, runner.ceilings))
    spec = compiled.run_spec(limits, execution.arguments)
    variables = checked_environment(execution.environment, run_environment(language, limits))
    spec = as_asked(with_environment(spec, variables), execution, runner)
    return Target(
        rootfs=runner.toolchain(language).rootfs,
        spec=spec,
        artifact=str(compiled.artifact),
        own_files=dict(data_files(compiled)),
        # When it starts, an interpreter may look up what a variable names: the client's files would not be there yet.
        template=None if execution.environment else template_of(language, spec),
    )


def raw_target(runner: Runner, header: WorkHeader, execution: Execution, work_path: str = "/work") -> Target:
    """A command among the client's files, in the root of the work's language, else in the plain one."""
    language: LanguageSpec | None = None
    if header.language:
        language = runner.language_named(header.language)
    command = with_absolute_path(execution.argv, execution.files, work_path=work_path)
    argv = (*command, *execution.arguments)
    spec = RunSpec(argv=argv, limits=run_limits(execution.limits, runner.ceilings))
    home = {"HOME": work_path}
    spec = with_environment(spec, JUDGE_ENVIRONMENT | home | execution.environment)
    toolchain = runner.toolchain(language) if language is not None else runner.toolchain_with(argv[0])
    return Target(
        rootfs=toolchain.rootfs,
        spec=as_asked(spec, execution, runner),
        artifact="",
        own_files={},
    )


def as_asked(spec: RunSpec, execution: Execution, runner: Runner) -> RunSpec:
    """The run with all else that the client asks of it. Raises WorkError for a command line too long to be given."""
    check_command_line(spec, "arguments")
    collect = collect_kept(execution.keep, runner.ceilings.output_bytes, execution.repeats)
    return msgspec.structs.replace(spec, collect=collect, merge_stderr=execution.merge_stderr)


def _run_all(
    runner: Runner, header: WorkHeader, execution: Execution, target: Target, emit: Emit, syntax: Syntax | None = None
) -> tuple[RunReport, ...]:
    """The repeats, up to the first that fails. Raises DoesNotCompileError when that is the very first, and the check of
    its program, ``syntax``, rejects it."""
    live = LiveOutput(emit, header.id) if execution.live else None
    runs: list[RunReport] = []
    with ExitStack() as stack:
        stdin = standard_input(stack, runner, header.tenant, execution.stdin)
        files = open_files(stack, runner, header.tenant, execution.files, target.own_files)
        limits = with_disk_room(target.spec.limits, *files.room)
        spec = msgspec.structs.replace(target.spec, limits=limits)
        container_spec = msgspec.structs.replace(
            ContainerSpec.under(target.rootfs, limits, artifact=target.artifact),
            template=target.template,
            runs=execution.repeats,
        )
        container = stack.enter_context(runner.slot.container(container_spec))
        ready = _Ready(container, spec, stdin, files, syntax)
        while len(runs) < execution.repeats and all(run.result.ok for run in runs):
            runs.append(_run(runner, header, execution, ready, live))
            ready = replace(ready, syntax=None)
    return tuple(runs)


@dataclass(frozen=True)
class _Ready:
    """A container, and what is run in it. ``syntax``: of a program whose first run this is, None of others."""

    container: Container
    spec: RunSpec
    stdin: bytes | int
    files: OpenFiles
    syntax: Syntax | None


def _run(runner: Runner, header: WorkHeader, execution: Execution, ready: _Ready, live: LiveOutput | None) -> RunReport:
    order = ArrivalOrder() if execution.pieces else None
    if live is not None:
        live.begin_run()
    with ExitStack() as stack, blamed_on_files():
        done = ready.container.run(
            ready.spec,
            stdin=None if ready.stdin == b"" else ready.stdin,
            files=ready.files.contents,
            executables=(*ready.files.executables, ready.spec.argv[0].removeprefix("/work/")),
            hear=_hearing(order, live),
        )
        for capture in (done.stdout, done.stderr, *done.files.values()):
            stack.callback(capture.close)
        if done.result.outcome is Outcome.CANCELLED:
            raise CancelledError(f"{header.id}: cancelled")
        if ready.syntax is not None and not done.result.ok:
            ready.syntax.check(runner.slot.container)
        pieces = () if order is None else order.pieces
        return run_report(runner, header.tenant, done, pieces, INLINE_BYTES_MAX // execution.repeats)


def _hearing(order: ArrivalOrder | None, live: LiveOutput | None) -> Hear | None:
    """Nobody listens unless it was asked for: each piece that is heard costs a little."""
    listeners = [*([] if order is None else [order.note]), *([] if live is None else [live.send])]
    if not listeners:
        return None

    def hear(stream: int, data: bytes) -> None:
        for listener in listeners:
            listener(stream, data)

    return hear


def _with_runs(report: ExecutionReport, runs: tuple[RunReport, ...]) -> ExecutionReport:
    failed = next((run.result for run in runs if not run.result.ok), None)
    return msgspec.structs.replace(
        report,
        runs=runs,
        mean=mean_usage([run.result for run in runs]),
        blame=BlameOn.NONE if failed is None else BlameOn.PROGRAM,
        reason="" if failed is None else reason_of_run(failed),
    )
