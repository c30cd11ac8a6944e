"""Who asks, and who may list and delete: Judge0's two tokens are keys of ours."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from judge.gateway.access.caller import Caller
from judge.gateway.dialects.common.callers import KeyPlaces, caller_of
from judge.gateway.endpoint import Asked, Handler
from judge.gateway.problems import ProblemError
from judge.queue.api_keys import Scope

#: Where clients of Judge0 that is hosted have their keys.
_HOSTED = ("X-RapidAPI-Key", "X-Judge0-User")


def with_caller(handler: Handler) -> Handler:
    """The handler for those who have a key, where one is needed."""

    async def answer(asked: Asked) -> Response:
        settings = asked.service.settings.judge0
        names = (settings.authn_header, settings.authz_header)
        places = KeyPlaces(headers=(*names, *_HOSTED), parameters=names)
        caller = await caller_of(asked.service, asked.request, places)
        caller.need(Scope.RUN)
        asked.exchange.labels["key"], asked.exchange.labels["tenant"] = caller.rights.id, caller.tenant
        return await handler(msgspec.structs.replace(asked, caller=caller))

    return answer


async def authorized(asked: Asked) -> Asked:
    """The same request by whose key stands where Judge0's second token does; an admin's key may stand anywhere.

    Raises ProblemError.
    """
    caller = asked.caller
    if caller.rights.id and caller.is_admin:
        return asked
    name = asked.service.settings.judge0.authz_header
    key = (asked.header(name) or asked.request.query_params.get(name) or "").strip()
    if not key:
        raise ProblemError("no-scope", f"{name} is to have a key")
    try:
        second: Caller = await asked.service.authenticator.caller_with_key(key, caller.address)
    except ProblemError as error:
        raise ProblemError("no-scope", f"{name} has no key") from error
    second.need(Scope.READ)
    if caller.rights.id and caller.tenant != second.tenant and not second.is_admin:
        raise ProblemError("no-scope", "the two keys are of two tenants")
    return msgspec.structs.replace(asked, caller=second)
