"""Verifications: a published package's own submissions are judged by workers, and compared with their labels.

Who may publish packages may verify the tenant's; what was found is for those alone.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.client.sending import work_of
from judge.gateway.api.handing_in import CREATED, HANDING_IN, NOT_YET, PREFIX, WaitQuery, hand_in, sending_of
from judge.gateway.api.packages import package_of, tenant_of
from judge.gateway.api.work import work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Asked, Endpoint
from judge.http_form.requests import VerificationRequest, verification_asked
from judge.model.work import WorkKind
from judge.queue import calls
from judge.queue.api_keys import Scope


class VerifyQuery(WaitQuery, frozen=True, kw_only=True):
    """How long to wait for the report, and whose package is meant."""

    tenant: Annotated[str, Meta(description="Another tenant's, for admins: the verification is theirs, too.")] = ""


async def create_verification(asked: Asked) -> Response:
    """Hand in the verification of the package that the address names; it is this one, whatever the name means later."""
    package = await package_of(asked)
    task = verification_asked(asked.body, package.package)
    sending = msgspec.structs.replace(sending_of(asked, asked.body, "run"), tenant=tenant_of(asked))
    work = work_of(task, sending)
    return await hand_in(asked, "verifications", work.header, calls.submit_work(work))


ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/packages/{{package}}/verify", "verifyPackage",
        "Judge a package's own submissions, and compare with their labels.", create_verification, "verifications",
        (CREATED, NOT_YET), scope=Scope.PACKAGES, body=VerificationRequest, query=VerifyQuery,
        headers=(IDEMPOTENCY_KEY,), problems=(*HANDING_IN, "not-found"),
    ),
    *work_rows("verifications", WorkKind.VERIFICATION, "verification", Scope.PACKAGES),
)  # fmt: skip
