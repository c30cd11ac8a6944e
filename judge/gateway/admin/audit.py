"""The audit trail: what those who run the judge did."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.http_form.administration import AuditPage
from judge.queue.api_keys import Scope
from judge.queue.audit import POSITION_PATTERN, entries


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which acts. ``after``: the ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[str, Meta(pattern=f"^$|^{POSITION_PATTERN}$")] = ""


async def list_audit(asked: Asked) -> Response:
    """A page of them, newest first."""
    query: AuditQuery = asked.query
    found = await asked.service.queue.run(entries(query.after, query.limit + 1))
    shown = tuple(found[: query.limit])
    return json_answer(AuditPage(items=shown, next=shown[-1].position if len(found) > query.limit else None))


ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/audit", "listAudit", "What those who run the judge did, newest first.", list_audit,
             "administration", (Answer(200, "A page.", AuditPage),), scope=Scope.ADMIN, query=AuditQuery,
             problems=("bad-field",)),
)  # fmt: skip
