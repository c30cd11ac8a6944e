"""Evaluations: one program against tests that came along."""

from __future__ import annotations

from starlette.responses import Response

from judge.gateway.api.handing_in import CREATED, HANDING_IN, NOT_YET, PREFIX, WaitQuery, create_work, told
from judge.gateway.api.work import work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Asked, Endpoint
from judge.http_form.requests import EvaluationRequest, evaluation_asked
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope


async def create_evaluation(asked: Asked) -> Response:
    """Hand in an evaluation."""
    return await create_work(asked, "evaluations", told(lambda: evaluation_asked(asked.body)), asked.body.language)


ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/evaluations", "createEvaluation", "Run a program against tests.", create_evaluation,
        "evaluations", (CREATED, NOT_YET), scope=Scope.RUN, body=EvaluationRequest, query=WaitQuery,
        headers=(IDEMPOTENCY_KEY,), problems=HANDING_IN, anonymous=True,
    ),
    *work_rows("evaluations", WorkKind.EVALUATION, "evaluation", Scope.RUN),
)  # fmt: skip
