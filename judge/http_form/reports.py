"""Reports and events as they go over HTTP: the model's, with outputs as text and ids as their tenant knows them."""

from __future__ import annotations

from typing import Any

import msgspec

from judge.http_form.data import OutputForm, output_form, output_of, text_and_bytes
from judge.model import event as events
from judge.model.report import CompileReport, Report
from judge.model.run import RunResult, Usage
from judge.model.work_report import (
    AnyWorkReport,
    CommandGroupReport,
    CommandReport,
    EvaluationReport,
    ExecutionReport,
    KeptFile,
    Missing,
    OutputPiece,
    PipeReport,
    ProgramReport,
    RunReport,
    SessionReport,
    TakenFile,
    VerificationReport,
    WorkReport,
)


class RunForm(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as :class:`judge.model.work_report.RunReport`."""

    result: RunResult
    stdout: OutputForm
    stderr: OutputForm
    pieces: tuple[OutputPiece, ...] = ()
    files: tuple[KeptFile, ...] = ()
    files_passed_over: int = 0


class TakenForm(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was wanted by name, as :class:`judge.model.work_report.TakenFile`."""

    name: str
    content: OutputForm
    missing: Missing | None = None
    size_bytes: int = 0


class CommandForm(RunForm, frozen=True, kw_only=True):
    """One command, as :class:`judge.model.work_report.CommandReport`."""

    outputs: tuple[OutputForm, ...] = ()
    taken: tuple[TakenForm, ...] = ()


class PipeForm(msgspec.Struct, frozen=True, kw_only=True):
    """What went through a pipe, as :class:`judge.model.work_report.PipeReport`."""

    size_bytes: int | None = None
    record: OutputForm


class ExecutionForm(WorkReport, frozen=True, kw_only=True, tag="execution"):
    """As :class:`judge.model.work_report.ExecutionReport`."""

    compile: CompileReport | None = None
    runs: tuple[RunForm, ...] = ()
    mean: Usage | None = None


class GroupForm(WorkReport, frozen=True, kw_only=True, tag="group"):
    """As :class:`judge.model.work_report.CommandGroupReport`."""

    commands: tuple[CommandForm, ...] = ()
    pipes: tuple[PipeForm, ...] = ()


#: The report of any kind of work. A submission's has no ``kind``.
ReportForm = ExecutionForm | EvaluationReport | GroupForm | SessionReport | VerificationReport | ProgramReport

_COMMON = WorkReport.__struct_fields__


def report_form(report: AnyWorkReport) -> ReportForm:
    """As it goes over HTTP."""
    match report:
        case ExecutionReport():
            runs = tuple(_run_form(run) for run in report.runs)
            return ExecutionForm(**_common(report), compile=report.compile, runs=runs, mean=report.mean)
        case CommandGroupReport():
            commands = tuple(_command_form(one) for one in report.commands)
            pipes = tuple(PipeForm(size_bytes=one.size_bytes, record=output_form(one.record)) for one in report.pipes)
            return GroupForm(**_common(report), commands=commands, pipes=pipes)
        case _:
            return report


def report_of(form: ReportForm) -> AnyWorkReport:
    """The model's form of it."""
    match form:
        case ExecutionForm():
            runs = tuple(_run_of(RunReport, run) for run in form.runs)
            return ExecutionReport(**_common(form), compile=form.compile, runs=runs, mean=form.mean)
        case GroupForm():
            commands = tuple(_command_of(one) for one in form.commands)
            pipes = tuple(PipeReport(size_bytes=one.size_bytes, record=output_of(one.record)) for one in form.pipes)
            return CommandGroupReport(**_common(form), commands=commands, pipes=pipes)
        case _:
            return form


class OutputEvent(msgspec.Struct, frozen=True, kw_only=True, tag="output"):
    """As :class:`judge.model.event.OutputChunk`. A chunk may end within a letter: ``base64`` is there then, too."""

    submission: str
    run: int = 1
    stream: int
    offset: int
    text: str = ""
    base64: bytes = b""
    last: bool = False


class WorkDoneEvent(msgspec.Struct, frozen=True, kw_only=True, tag="work-done"):
    """As :class:`judge.model.event.WorkDone`."""

    submission: str
    report: ReportForm


EventForm = (
    events.Queued
    | events.Claimed
    | events.Compiling
    | events.Compiled
    | events.CaseJudged
    | OutputEvent
    | events.TestJudged
    | events.Verifying
    | events.ProgramCaseJudged
    | events.ProgramProgressed
    | events.Retried
    | events.Cancelled
    | events.Done
    | WorkDoneEvent
)


def event_form(event: events.Event, public_id: str) -> EventForm:
    """As it goes over HTTP, under the id that the tenant knows."""
    match event:
        case events.OutputChunk():
            text, exact = text_and_bytes(event.content)
            return OutputEvent(
                submission=public_id,
                run=event.run,
                stream=event.stream,
                offset=event.offset,
                text=text,
                base64=exact,
                last=event.last,
            )
        case events.WorkDone():
            return WorkDoneEvent(submission=public_id, report=renamed(report_form(event.report), public_id))
        case events.Done():
            return events.Done(submission=public_id, report=renamed(event.report, public_id))
        case _:
            return msgspec.structs.replace(event, submission=public_id)


def event_of(form: EventForm) -> events.Event:
    """The model's form of it."""
    match form:
        case OutputEvent():
            return events.OutputChunk(
                submission=form.submission,
                run=form.run,
                stream=form.stream,
                offset=form.offset,
                content=form.base64 or form.text.encode(),
                last=form.last,
            )
        case WorkDoneEvent():
            return events.WorkDone(submission=form.submission, report=report_of(form.report))
        case _:
            return form


def _command_form(report: CommandReport) -> CommandForm:
    return CommandForm(
        **msgspec.structs.asdict(_run_form(report)),
        outputs=tuple(map(output_form, report.outputs)),
        taken=tuple(
            TakenForm(name=one.name, content=output_form(one.content), missing=one.missing, size_bytes=one.size_bytes)
            for one in report.taken
        ),
    )


def _command_of(form: CommandForm) -> CommandReport:
    taken = tuple(
        TakenFile(name=one.name, content=output_of(one.content), missing=one.missing, size_bytes=one.size_bytes)
        for one in form.taken
    )
    outputs = tuple(map(output_of, form.outputs))
    bare: CommandReport = _run_of(CommandReport, form)
    return msgspec.structs.replace(bare, outputs=outputs, taken=taken)


def renamed(report: Any, public_id: str) -> Any:
    """A report of either family under another id."""
    if isinstance(report, Report):
        return msgspec.structs.replace(report, submission=public_id)
    return msgspec.structs.replace(report, id=public_id)


def _common(report: WorkReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in _COMMON}


def _run_form(run: RunReport) -> RunForm:
    return RunForm(
        result=run.result,
        stdout=output_form(run.stdout),
        stderr=output_form(run.stderr),
        pieces=run.pieces,
        files=run.files,
        files_passed_over=run.files_passed_over,
    )


def _run_of(kind: Any, form: RunForm) -> Any:
    return kind(
        result=form.result,
        stdout=output_of(form.stdout),
        stderr=output_of(form.stderr),
        pieces=form.pieces,
        files=form.files,
        files_passed_over=form.files_passed_over,
    )
