"""Judgings by judge programs: a program of the sender's says how others are judged."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from judge.gateway.api.handing_in import CREATED, HANDING_IN, NOT_YET, PREFIX, WaitQuery, create_work, told
from judge.gateway.api.work import work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Asked, Endpoint
from judge.gateway.problems import field_problem
from judge.http_form.program_requests import ProgramRequest, judging_asked
from judge.model.work import JudgedProgram, WorkKind
from judge.queue.api_keys import Scope
from judge.queue.records import records_call
from judge.wire import is_name


async def create_program(asked: Asked) -> Response:
    """Hand in a judging by a program."""
    task = told(lambda: judging_asked(asked.body))
    submissions = [await _with_record(asked, index, one) for index, one in enumerate(task.submissions)]
    return await create_work(asked, "programs", msgspec.structs.replace(task, submissions=tuple(submissions)))


async def _with_record(asked: Asked, index: int, one: JudgedProgram) -> JudgedProgram:
    """The same, naming the record of the work that the tenant knows by this id. Raises ProblemError: there is none."""
    if not one.work:
        return one
    caller = asked.caller
    names = dict.fromkeys((caller.record_id(one.work), one.work))
    found = await asked.service.queue.run(records_call(tuple(name for name in names if is_name(name))))
    for record in found:
        if record.tenant == caller.tenant:
            return msgspec.structs.replace(one, work=record.id)
    raise field_problem(f"there is no work {one.work[:100]!r}", f"/submissions/{index}/work")


ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/programs", "createProgram", "Have a judge program judge others.", create_program,
        "programs", (CREATED, NOT_YET), scope=Scope.RUN, body=ProgramRequest, query=WaitQuery,
        headers=(IDEMPOTENCY_KEY,), problems=HANDING_IN,
    ),
    *work_rows("programs", WorkKind.PROGRAM, "program", Scope.RUN),
)  # fmt: skip
