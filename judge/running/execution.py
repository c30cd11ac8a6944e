"""Executions: one program is compiled where it must be and run once or several times; its output is the answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec

from judge.errors import CancelledError, WorkError
from judge.grading.execute import OpenSubmission, open_submission
from judge.model.event import Compiled as CompiledEvent
from judge.model.event import Compiling, Emit
from judge.model.run import Outcome, RunResult, Usage
from judge.model.work import Execution, Work, WorkHeader
from judge.model.work_report import BlameOn, ExecutionReport, Output, RunReport
from judge.running.limits import compile_limits, run_limits
from judge.running.runner import INLINE_BYTES_MAX, Runner
from judge.sandbox.capture import Capture, Completed
from judge.toolchain.compile import Compiled, CompileOptions
from judge.toolchain.definitions import language_limits
from judge.verdicts import reason_of_run


def execute(runner: Runner, work: Work, execution: Execution, emit: Emit) -> ExecutionReport:
    """Compile and run. Raises WorkError for what cannot be, LanguageError, CancelledError, InfrastructureError."""
    header = work.header
    if execution.program is None:
        raise WorkError("a program is needed", "program")
    compiled = _compile(runner, header, execution, emit)
    report = ExecutionReport(
        id=header.id,
        language=compiled.language.id,
        tenant=header.tenant,
        context=header.context,
        compile=compiled.report,
    )
    if not compiled.report.ok:
        return msgspec.structs.replace(report, blame=BlameOn.PROGRAM, reason="the program does not compile")
    with _opened(runner, compiled, execution) as opened:
        stdin = runner.bytes_of(header.tenant, execution.stdin, runner.ceilings.output_bytes)
        runs = tuple(_run(runner, header, execution, opened, stdin) for _ in range(execution.repeats))
    failed = next((run.result for run in runs if not run.result.ok), None)
    return msgspec.structs.replace(
        report,
        runs=runs,
        mean=mean_usage([run.result for run in runs]),
        blame=BlameOn.NONE if failed is None else BlameOn.PROGRAM,
        reason="" if failed is None else reason_of_run(failed),
    )


def _compile(runner: Runner, header: WorkHeader, execution: Execution, emit: Emit) -> Compiled:
    program = execution.program
    assert program is not None
    language = runner.language_of(program, header.language)
    emit(Compiling(submission=header.id, language=language.id))
    options = CompileOptions(main=program.main, limits=compile_limits(execution.compile_limits, runner.ceilings))
    compiled = runner.compile(header.tenant, program, language, options)
    ok, cached = compiled.report.ok, compiled.report.cached
    emit(CompiledEvent(submission=header.id, ok=ok, cached=cached, wall_time_ns=compiled.wall_time_ns))
    return compiled


@contextlib.contextmanager
def _opened(runner: Runner, compiled: Compiled, execution: Execution) -> Iterator[OpenSubmission]:
    limits = language_limits(compiled.language, run_limits(execution.limits, runner.ceilings))
    toolchain = runner.judge.build_context.toolchain(compiled.language)
    with open_submission(runner.slot.container, toolchain, compiled, limits) as opened:
        yield opened


def _run(runner: Runner, header: WorkHeader, execution: Execution, opened: OpenSubmission, stdin: bytes) -> RunReport:
    spec = opened.compiled.run_spec(opened.limits, execution.arguments)
    done = opened.container.run(spec, stdin=stdin, files=dict(opened.data_files))
    if done.result.outcome is Outcome.CANCELLED:
        raise CancelledError(f"{header.id}: cancelled")
    return run_report(runner, header.tenant, done)


def run_report(runner: Runner, tenant: str, done: Completed) -> RunReport:
    """A finished run with its outputs, the large ones as blobs."""
    return RunReport(
        result=done.result,
        stdout=output_of(runner, tenant, done.stdout),
        stderr=output_of(runner, tenant, done.stderr),
    )


def output_of(runner: Runner, tenant: str, capture: Capture) -> Output:
    """What was captured of one stream."""
    if capture.size_bytes <= INLINE_BYTES_MAX:
        return Output(content=capture.read(), size_bytes=capture.size_bytes, truncated=capture.truncated)
    blob = runner.blobs.keep(tenant, capture)
    return Output(blob=blob, size_bytes=capture.size_bytes, truncated=capture.truncated)


def mean_usage(results: list[RunResult]) -> Usage | None:
    """The mean of each counter over those runs that have it; None without runs."""
    if not results:
        return None
    means: dict[str, int | None] = {}
    for name in Usage.__struct_fields__:
        values = [value for result in results if (value := getattr(result.usage, name)) is not None]
        means[name] = round(sum(values) / len(values)) if values else None
    return msgspec.convert(means, Usage)
