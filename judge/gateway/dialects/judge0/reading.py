"""From the queue's records and reports to submissions as they are shown."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import msgspec

from judge.errors import BlobError
from judge.gateway.dialects.common.aside import aside
from judge.gateway.dialects.common.work import content_of, report_of
from judge.gateway.dialects.judge0.translate.columns import OF_TASK, POST_EXECUTION, Standing, shown_columns
from judge.gateway.dialects.judge0.translate.language_ids import LANGUAGE_IDS
from judge.gateway.dialects.judge0.translate.statuses import (
    IN_QUEUE,
    INTERNAL_ERROR,
    MEMORY_LIMIT,
    MEMORY_LIMIT_WORDS,
    PROCESSING,
    STATUSES,
    Result,
    Written,
    ended_well,
    lines_equal,
    result_of,
)
from judge.gateway.dialects.judge0.translate.submission import Options, Submission
from judge.gateway.dialects.judge0.translate.task import Context, Kept, source_of
from judge.gateway.endpoint import Asked
from judge.model.report import Report
from judge.model.work import Data, Execution
from judge.model.work_report import AnyWorkReport, ExecutionReport, Output
from judge.queue import calls
from judge.queue.values import State, SubmissionView
from judge.render.view import Role, work_view_of

#: Of what a program left, all files together.
_LEFT_BYTES_MAX = 16 << 20

_CONTEXT = msgspec.json.Decoder(Context)
_KEPT = msgspec.json.Decoder(Kept)


async def shown_submission(
    asked: Asked, record: SubmissionView, wanted: Sequence[str], *, in_base64: bool
) -> dict[str, Any]:
    """The columns of a record. Raises NotTextError, QueueError."""
    report = await report_of(asked, record)
    assert not isinstance(report, Report), "an execution has no such report"
    one = await standing_of(asked, record, report, wanted)
    return shown_columns(one, wanted, in_base64=in_base64)


async def standing_of(
    asked: Asked, record: SubmissionView, report: AnyWorkReport | None, wanted: Sequence[str]
) -> Standing:
    """Where a record stands, with all that the wanted columns are made of. Raises QueueError."""
    context = context_in(record)
    sent = None
    if not OF_TASK.isdisjoint(wanted) or POST_EXECUTION in wanted or (context.compares and report is not None):
        sent = await _sent(asked, record)
    if report is not None:
        return await finished(asked, report, context, sent, wanted)
    result = _unfinished(record)
    return Standing(
        token=asked.caller.public_id(record.id),
        language=_language(context),
        status=(result.status_id, STATUSES[result.status_id]),
        result=result,
        created_at_ms=record.submitted_at_ms,
        started_at_ms=record.claimed_at_ms,
        finished_at_ms=record.finished_at_ms,
        sent=sent,
    )


async def finished(
    asked: Asked, report: AnyWorkReport, context: Context, sent: Submission | None, wanted: Sequence[str]
) -> Standing:
    """Where a submission stands that is done. Raises QueueError."""
    shown = report if asked.caller.is_admin else work_view_of(report, Role.SENDER)
    expected = None if sent is None else sent.expected_output
    own_status = asked.service.settings.judge0.memory_limit_status
    written = await written_of(asked, report, context, expected)
    size_bytes = max((len(one.stdout) for one in written), default=0)
    result = await aside(size_bytes, result_of, shown, written, context, expected, own_memory_status=own_status)
    row = LANGUAGE_IDS.get(context.language_id)
    left = None
    if POST_EXECUTION in wanted and isinstance(report, ExecutionReport):
        left = await _left(asked, report, sent, row.source_file if row else "")
    words = MEMORY_LIMIT_WORDS if result.status_id == MEMORY_LIMIT else STATUSES[result.status_id]
    return Standing(
        token=asked.caller.public_id(report.id),
        language=_language(context),
        status=(result.status_id, words),
        result=result,
        created_at_ms=report.submitted_at_ms,
        started_at_ms=report.claimed_at_ms,
        finished_at_ms=report.finished_at_ms,
        sent=sent,
        left=left,
    )


def is_submission(record: SubmissionView) -> bool:
    """Whether it came this way: anybody may say that the sender of his work is this dialect."""
    try:
        context_in(record)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def context_in(record: SubmissionView) -> Context:
    """What its context says."""
    return _CONTEXT.decode(record.context.text)


def _language(context: Context) -> tuple[int, str]:
    row = LANGUAGE_IDS.get(context.language_id)
    return context.language_id, "" if row is None else row.name


def _unfinished(record: SubmissionView) -> Result:
    if record.state is State.CANCELLED:
        return Result(status_id=INTERNAL_ERROR, message="cancelled")
    return Result(status_id=IN_QUEUE if record.state is State.QUEUED else PROCESSING)


async def _sent(asked: Asked, record: SubmissionView) -> Submission | None:
    """What was sent; None = its record is gone."""
    task = await asked.service.queue.run(calls.task(record.id))
    if not isinstance(task, Execution) or task.program is None:
        return None
    note = await _bytes_of(asked, task.note)
    if not note:
        return Submission(options=Options(), source_code=source_of(task))
    try:
        kept = _KEPT.decode(note)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):  # the work came another way
        return None
    return Submission(
        options=kept.options,
        source_code=(source_of(task) or b"") if kept.has_source else None,
        stdin=await _bytes_of(asked, task.stdin) if kept.has_stdin else None,
        expected_output=kept.expected_output,
        additional_files=await _bytes_of(asked, task.program.archive) if kept.has_files else None,
    )


async def _bytes_of(asked: Asked, data: Data) -> bytes:
    """Nothing where the time of a blob is over."""
    if not data.blob:
        return data.content
    return await _output(asked, Output(blob=data.blob))


async def _output(asked: Asked, output: Output) -> bytes:
    try:
        return await content_of(asked, output)
    except BlobError:
        return b""


async def written_of(asked: Asked, report: AnyWorkReport, context: Context, expected: bytes | None) -> list[Written]:
    """By each run. Only one of them is told, the first that is not right, else the last: of those before it nothing is
    kept but that they are right, and those after it are not read."""
    runs = report.runs if isinstance(report, ExecutionReport) else ()
    right = Written() if expected is None else Written(stdout=expected)
    written: list[Written] = []
    for run in runs[:-1]:
        is_good = ended_well(run.result, context)
        if is_good and expected is not None:
            stdout = await _output(asked, run.stdout)
            is_good = await aside(len(expected) + len(stdout), lines_equal, expected, stdout)
        if not is_good:
            break
        written.append(right)
    if runs:
        told = runs[len(written)]
        written.append(Written(await _output(asked, told.stdout), await _output(asked, told.stderr)))
    return [*written, *[Written()] * (len(runs) - len(written))]


async def _left(asked: Asked, report: ExecutionReport, sent: Submission | None, source_file: str) -> bytes | None:
    """A zip file of what the last run left, and of the source."""
    if not report.runs:
        return None
    files, room_bytes = report.runs[-1].files, _LEFT_BYTES_MAX
    contents: list[tuple[str, bytes]] = []
    if source_file and sent is not None and sent.source_code and source_file not in {one.name for one in files}:
        contents.append((source_file, sent.source_code))
    for file in files:
        room_bytes -= file.size_bytes
        if room_bytes >= 0:
            contents.append((file.name, await _output(asked, Output(blob=file.blob))))
    return await asyncio.to_thread(_zip_file, contents)


def _zip_file(contents: Sequence[tuple[str, bytes]]) -> bytes:
    """Takes a while: in a thread."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents:
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


#: By the words of :func:`judge.model.work_report.status_of`: what lists say without reading the report. Which signal it
#: was, or whether the answer is the right one, only the report tells.
_BY_WORD = {
    "EXITED": 3,
    "COMPILE_ERROR": 6,
    "CPU_LIMIT": 5,
    "WALL_LIMIT": 5,
    "IDLE_LIMIT": 5,
    "OUTPUT_LIMIT": 8,
    "JE": INTERNAL_ERROR,
    "REFUSED": INTERNAL_ERROR,
    "CANCELLED": INTERNAL_ERROR,
}


def status_in(record: SubmissionView) -> int:
    """The status by what the record alone says."""
    if not record.state.final or record.state is State.CANCELLED:
        return _unfinished(record).status_id
    return _BY_WORD.get(record.verdict, 11)
