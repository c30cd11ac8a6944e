"""From the route table to answers: finds the endpoint, asks who is there, decodes, calls, and turns errors into
problems."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from judge.gateway.access.caller import Caller
from judge.gateway.endpoint import BYTES, JSON, Asked, Endpoint, query_of
from judge.gateway.exchange import Exchange
from judge.gateway.http.body import body_of
from judge.gateway.problems import ProblemError, decoded_json, problem_of, problem_response
from judge.gateway.service import Service
from judge.queue.api_keys import KeyRights

log = logging.getLogger(__name__)

#: Who asks where no key is asked for.
NOBODY = Caller(KeyRights(id=""))

#: Types of what a page may send to anybody without asking; "" = none is said, as for a Blob without a type.
SENT_BY_ANY_PAGE = frozenset({"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})


def routes_of(endpoints: Sequence[Endpoint], service: Service) -> list[Route]:
    """A Starlette route for each address, in the order of the table."""
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    return [Route(path, _Address(several, service)) for path, several in by_path.items()]


class _Address:
    """The endpoints of one address, an ASGI application. HEAD is GET without a body; OPTIONS lists the methods."""

    def __init__(self, endpoints: Sequence[Endpoint], service: Service) -> None:
        self._service = service
        self._endpoints = {endpoint.method: endpoint for endpoint in endpoints}
        methods = {*self._endpoints, "OPTIONS"} | ({"HEAD"} if "GET" in self._endpoints else set())
        self._allow = ", ".join(sorted(methods))
        if "GET" in self._endpoints:
            self._endpoints.setdefault("HEAD", self._endpoints["GET"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        exchange: Exchange = scope["state"]["exchange"]
        endpoint = self._endpoints.get(scope["method"])
        if endpoint is not None:
            exchange.labels["endpoint"] = endpoint.name
            response = await answer(endpoint, self._service, request, exchange)
        elif scope["method"] == "OPTIONS":
            response = Response(status_code=204, headers={"allow": self._allow})
        else:
            response = problem_response(ProblemError("no-method", headers={"allow": self._allow}), exchange.request_id)
        await response(scope, receive, send)


async def answer(endpoint: Endpoint, service: Service, request: Request, exchange: Exchange) -> Response:
    """What an endpoint answers, or the problem."""
    try:
        return await endpoint.handler(await _asked(endpoint, service, request, exchange))
    except Exception as error:
        return problem_response(noted_problem(error, exchange), exchange.request_id)


def noted_problem(error: Exception, exchange: Exchange) -> ProblemError:
    """What a client is told of an error, once the log has what it should; called where the error is handled."""
    problem = problem_of(error)
    if problem is None:
        log.exception("request %s: a fault of the gateway", exchange.request_id)
        problem = ProblemError("internal")
    elif problem.kind.status >= 500:
        log.warning("request %s: %s", exchange.request_id, error)
    exchange.labels["problem"] = problem.kind.name
    return problem


async def _asked(endpoint: Endpoint, service: Service, request: Request, exchange: Exchange) -> Asked:
    caller = NOBODY
    if endpoint.scope is not None:
        caller = await service.authenticator.caller_of(request)
        exchange.labels["key"], exchange.labels["tenant"] = caller.rights.id, caller.tenant
        if caller.anonymous and not endpoint.anonymous:
            raise ProblemError("no-key", "this is for those who have a key")
        caller.need(endpoint.scope)
        if endpoint.takes and not caller.rights.id:
            _check_no_form(request)
    query = None if endpoint.query is None else query_of(endpoint.query, request)
    body = None if endpoint.body is None else await _decoded(endpoint, service, request, caller)
    return Asked(service, caller, request, request.path_params, exchange, body, query)


def _check_no_form(request: Request) -> None:
    """Without a key a body is not of a type that any page may send without asking (CORS): an old browser says neither
    Origin nor Sec-Fetch-Site with it. Raises ProblemError."""
    kind = media_type_of(request)
    if kind in SENT_BY_ANY_PAGE:
        raise ProblemError("bad-media-type", f"Content-Type {kind!r}: without a key say what it is, or {BYTES}")


def media_type_of(request: Request) -> str:
    """What the body is said to be, in lower case and without parameters; empty = nothing is said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()[:80]


async def _decoded(endpoint: Endpoint, service: Service, request: Request, caller: Caller) -> Any:
    """Raises ProblemError: the type, the size, what is no JSON, the field that is wrong."""
    kind = media_type_of(request)
    if kind != JSON:
        raise ProblemError("bad-media-type", f"Content-Type {kind!r}: {JSON} is read here")
    limits = service.settings.gateway
    small = caller.anonymous or endpoint.scope is None
    bytes_max = limits.anonymous_body_bytes_max if small else limits.body_bytes_max
    text = await body_of(request, min(bytes_max, limits.body_bytes_max), limits.request_s_max)
    return decoded_json(endpoint.body_decoder, text)
