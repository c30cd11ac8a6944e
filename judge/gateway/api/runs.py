"""Runs: one program, or one command, is run. The model calls it an execution."""

from __future__ import annotations

from starlette.responses import Response

from judge.gateway.api.handing_in import CREATED, HANDING_IN, NOT_YET, PREFIX, WaitQuery, create_work, told
from judge.gateway.api.work import work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Asked, Endpoint
from judge.http_form.requests import RunRequest, execution_asked
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope


async def create_run(asked: Asked) -> Response:
    """Hand in a run."""
    return await create_work(asked, "runs", told(lambda: execution_asked(asked.body)), asked.body.language)


ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/runs", "createRun", "Run a program, or a command.", create_run, "runs", (CREATED, NOT_YET),
        scope=Scope.RUN, body=RunRequest, query=WaitQuery, headers=(IDEMPOTENCY_KEY,), problems=HANDING_IN,
        anonymous=True,
    ),
    *work_rows("runs", WorkKind.EXECUTION, "run", Scope.RUN),
)  # fmt: skip
