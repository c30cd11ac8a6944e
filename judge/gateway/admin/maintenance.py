"""Maintenance: begun, ended, looked at."""

from __future__ import annotations

from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.http_form.administration import MaintenanceForm, MaintenanceRequest, maintenance_form
from judge.queue import maintenance
from judge.queue.api_keys import Scope


async def show(asked: Asked) -> Response:
    """How it stands."""
    return json_answer(maintenance_form(await asked.service.queue.run(maintenance.standing())))


async def begin(asked: Asked) -> Response:
    """Take no more work in, at any gateway or from any other client."""
    wanted: MaintenanceRequest = asked.body
    call = maintenance.begin(wanted.message, wanted.retry_s, asked.caller.actor)
    return json_answer(maintenance_form(await asked.service.queue.run(call)))


async def end(asked: Asked) -> Response:
    """Take work in again."""
    await asked.service.queue.run(maintenance.end(asked.caller.actor))
    return Response(status_code=204)


_PATH = f"{PREFIX}/maintenance"
_STANDS = Answer(200, "How it stands.", MaintenanceForm)

ENDPOINTS = (
    Endpoint("GET", _PATH, "showMaintenance", "Whether work is taken in.", show, "administration", (_STANDS,),
             scope=Scope.READ),
    Endpoint("PUT", _PATH, "beginMaintenance", "Take no more work in, with a message; judging goes on.", begin,
             "administration", (_STANDS,), scope=Scope.ADMIN, body=MaintenanceRequest,
             problems=("bad-json", "bad-media-type", "too-large", "bad-field", "slow-request")),
    Endpoint("DELETE", _PATH, "endMaintenance", "Take work in again.", end, "administration",
             (Answer(204, "It is taken in."),), scope=Scope.ADMIN),
)  # fmt: skip
