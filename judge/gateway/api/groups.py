"""Command groups: several commands at once, joined by pipes."""

from __future__ import annotations

from starlette.responses import Response

from judge.gateway.api.handing_in import CREATED, HANDING_IN, NOT_YET, PREFIX, WaitQuery, create_work, told
from judge.gateway.api.work import work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Asked, Endpoint
from judge.http_form.requests import GroupRequest, group_asked
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope


async def create_group(asked: Asked) -> Response:
    """Hand in a command group."""
    return await create_work(asked, "groups", told(lambda: group_asked(asked.body)))


ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/groups", "createGroup", "Run commands joined by pipes.", create_group, "groups",
        (CREATED, NOT_YET), scope=Scope.RUN, body=GroupRequest, query=WaitQuery, headers=(IDEMPOTENCY_KEY,),
        problems=HANDING_IN,
    ),
    *work_rows("groups", WorkKind.GROUP, "group", Scope.RUN),
)  # fmt: skip
