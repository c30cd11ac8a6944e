"""Submissions: a program judged against a problem package, which is named by its digest or by a name of the
tenant's, never by a path."""

from __future__ import annotations

from starlette.responses import Response

from judge.client.versions import exact_submission_async, submission_as_before
from judge.errors import IdTaken, LanguageError
from judge.gateway.api.coursework import attempt_of
from judge.gateway.api.handing_in import (
    CREATED,
    HANDING_IN,
    NOT_YET,
    PREFIX,
    WaitQuery,
    hand_in,
    sending_of,
    told,
    version_before,
)
from judge.gateway.api.work import work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Asked, Endpoint
from judge.gateway.problems import field_problem
from judge.http_form.requests import SubmissionRequest, sources_of
from judge.model.submission import Submission
from judge.model.work import NO_CONTEXT, WorkKind
from judge.queue import calls
from judge.queue.api_keys import Scope


async def create_submission(asked: Asked) -> Response:
    """Hand in a submission."""
    request: SubmissionRequest = asked.body
    if request.context != NO_CONTEXT:
        raise field_problem("submissions have none", "/context")
    for index, source in enumerate(request.sources):
        if source.blob:
            raise field_problem("the sources of a submission come along: give text or base64", f"/sources/{index}/blob")
    sources = told(lambda: sources_of(request))
    sending = sending_of(asked, request, "practice")
    package = await package_asked(asked, request.package)
    async with attempt_of(asked, package, sending.id) as handed_in:
        wanted = Submission(
            id=sending.id,
            package=package,
            sources=sources,
            language=request.language,
            main=request.main,
            priority_class=sending.priority_class,
            tenant=sending.tenant,
            tags=sending.tags,
            hand_in=handed_in,
        )
        return await _hand_in(asked, wanted)


async def _hand_in(asked: Asked, wanted: Submission) -> Response:
    try:
        submission = await exact_submission_async(asked.service.queue, wanted)
        return await hand_in(asked, "submissions", submission, calls.submit(submission))
    except (IdTaken, LanguageError):
        before = submission_as_before(wanted, *await version_before(asked, wanted.id, wanted.language))
        if before is None or "@" not in wanted.language:
            raise
    return await hand_in(asked, "submissions", before, calls.submit(before))


async def package_asked(asked: Asked, reference: str, pointer: str = "/package") -> str:
    """The digest of the package that a request names: by its digest, or by a name of the tenant's. From here on it is
    this one, whatever the name means later. Raises ProblemError."""
    caller = asked.caller
    digest = await asked.service.packages.digest_of(caller.tenant, reference, is_admin=caller.is_admin)
    if digest is None:
        raise field_problem(f"there is no package {reference[:100]!r}: give a digest, NAME or NAME@VERSION", pointer)
    return digest


ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/submissions", "createSubmission", "Judge a program against a problem package.",
        create_submission, "submissions", (CREATED, NOT_YET), scope=Scope.SUBMIT, body=SubmissionRequest,
        query=WaitQuery, headers=(IDEMPOTENCY_KEY,), problems=(*HANDING_IN, "attempts-used"),
    ),
    *work_rows("submissions", WorkKind.SUBMISSION, "submission", Scope.SUBMIT),
)  # fmt: skip
