"""One line of a batch: the work that it asks for, or the problem that is its result."""

from __future__ import annotations

import hashlib

import msgspec

from judge import wire
from judge.client.sending import Sending, work_of
from judge.client.versions import exact_work_async
from judge.gateway.access.caller import Caller
from judge.gateway.api.handing_in import told
from judge.gateway.batches.line_problem import FIELDS, line_problem, problem_text
from judge.gateway.http.ndjson import GivenLine
from judge.gateway.problems import ProblemError, decoded_json, field_problem
from judge.http_form.batch import BatchLine
from judge.http_form.requests import (
    EvaluationRequest,
    GroupRequest,
    RunRequest,
    evaluation_asked,
    execution_asked,
    group_asked,
)
from judge.model.work import Evaluation, Execution, Task, Work
from judge.queue.batches import NewLine
from judge.queue.redis_queue import AsyncQueue

#: The class of a line that names none.
USUAL_CLASS = "bulk"

_DIGEST_LETTERS = 32
_PROGRAM_LETTERS = 16

_Request = RunRequest | EvaluationRequest | GroupRequest

_DECODER = msgspec.json.Decoder(BatchLine)


class _Named(msgspec.Struct):
    """What can still be read of a line that is wrong."""

    custom_id: str = ""


_NAMED = msgspec.json.Decoder(_Named)


async def read_line(queue: AsyncQueue, caller: Caller, given: GivenLine, line_bytes_max: int) -> NewLine:
    """The line as it is to be added. Raises QueueError."""
    if given.text is None:
        return refused_line(given, "", ProblemError("too-large", f"the line has more than {line_bytes_max} bytes"))
    try:
        line = decoded_json(_DECODER, given.text)
    except ProblemError as problem:
        return refused_line(given, _custom_id(given.text), problem)
    words = [word for word in FIELDS.values() if getattr(line, word) is not None]
    if len(words) != 1:
        return refused_line(given, line.custom_id, field_problem("give one of run, evaluation and group"))
    try:
        work = await _work(queue, caller, getattr(line, words[0]))
        message = wire.encode_work(work)
    except Exception as error:
        meant = line_problem(error, words[0])
        if meant is None or meant.kind.status >= 500:
            raise
        return refused_line(given, line.custom_id, meant)
    return NewLine(
        known_by=f"={line.custom_id}",
        digest=hashlib.sha256(msgspec.json.encode(line)).hexdigest()[:_DIGEST_LETTERS],
        custom_id=line.custom_id,
        header=work.header,
        message=message,
        program=_program(work),
        kept=getattr(work.task, "reuse", False),
    )


def refused_line(given: GivenLine, custom_id: str, problem: ProblemError) -> NewLine:
    """A line whose result is a problem. It does not use up its custom_id: mended it may come again."""
    digest = given.digest[:_DIGEST_LETTERS]
    name = custom_id or str(given.number)
    return NewLine(known_by=f"!{name}:{digest}", digest=digest, custom_id=custom_id, problem=problem_text(problem))


def conflicting_line(line: NewLine) -> NewLine:
    """The line when its custom_id stands for another one already."""
    problem = ProblemError("other-work", "this custom_id came before with another body")
    return NewLine(
        known_by=f"!{line.custom_id}:{line.digest}",
        digest=line.digest,
        custom_id=line.custom_id,
        problem=problem_text(problem),
    )


def _custom_id(text: bytes) -> str:
    try:
        return _NAMED.decode(text).custom_id[:200]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


async def _work(queue: AsyncQueue, caller: Caller, request: _Request) -> Work:
    if request.id:
        raise field_problem("custom_id names the line", "/id")
    sending = Sending(
        id="0",
        language="" if isinstance(request, GroupRequest) else request.language,
        priority_class=caller.priority_class(request.priority_class, USUAL_CLASS),
        tenant=caller.tenant,
        tags=request.tags,
        context=request.context,
    )
    return await exact_work_async(queue, work_of(told(lambda: _task(request)), sending))


def _task(request: _Request) -> Task:
    match request:
        case RunRequest():
            return execution_asked(request)
        case EvaluationRequest():
            return evaluation_asked(request)
        case GroupRequest():
            return group_asked(request)


def _program(work: Work) -> str:
    """The same for all lines whose program is compiled in the same way; empty = there is none."""
    task = work.task
    if not isinstance(task, Execution | Evaluation) or task.program is None:
        return ""
    compiled = msgspec.json.encode((work.header.language, work.header.tags, task.program, task.compile_limits))
    return hashlib.sha256(compiled).hexdigest()[:_PROGRAM_LETTERS]
