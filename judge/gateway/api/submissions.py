"""Submissions: a program judged against a problem package, which is named by its digest, never by a path."""

from __future__ import annotations

import re

from starlette.responses import Response

from judge.client.versions import exact_submission_async
from judge.gateway.api.handing_in import CREATED, HANDING_IN, NOT_YET, PREFIX, WaitQuery, hand_in, sending_of, told
from judge.gateway.api.work import work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Asked, Endpoint
from judge.gateway.problems import field_problem
from judge.http_form.requests import SubmissionRequest, sources_of
from judge.model.submission import Submission
from judge.model.work import NO_CONTEXT, WorkKind
from judge.queue import calls
from judge.queue.api_keys import Scope

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


async def create_submission(asked: Asked) -> Response:
    """Hand in a submission."""
    request: SubmissionRequest = asked.body
    if request.context != NO_CONTEXT:
        raise field_problem("submissions have none", "/context")
    sources = told(lambda: sources_of(request))
    sending = sending_of(asked, request, "practice")
    wanted = Submission(
        id=sending.id,
        package=package_asked(request.package),
        sources=sources,
        language=request.language,
        main=request.main,
        priority_class=sending.priority_class,
        tenant=sending.tenant,
        tags=sending.tags,
    )
    submission = await exact_submission_async(asked.service.queue, wanted)
    return await hand_in(asked, "submissions", submission, calls.submit(submission))


def package_asked(name: str) -> str:
    """The digest of a package that a request names. Raises ProblemError."""
    if not _DIGEST.fullmatch(name):
        raise field_problem("a package is named by its digest: sha256: and 64 hexadecimal digits", "/package")
    return name


ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/submissions", "createSubmission", "Judge a program against a problem package.",
        create_submission, "submissions", (CREATED, NOT_YET), scope=Scope.SUBMIT, body=SubmissionRequest,
        query=WaitQuery, headers=(IDEMPOTENCY_KEY,), problems=HANDING_IN,
    ),
    *work_rows("submissions", WorkKind.SUBMISSION, "submission", Scope.SUBMIT),
)  # fmt: skip
