"""The tools at ``/mcp`` of a gateway (Streamable HTTP, without sessions): each call is a request of the same caller to
the gateway's own endpoints, so that keys, tenants, scopes, limits and views are theirs."""

from __future__ import annotations

import asyncio
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive, Scope, Send

from judge.client.http.problems import error_of, problem_in, retry_s_of
from judge.gateway.access.caller import Caller
from judge.gateway.dispatch import answer
from judge.gateway.exchange import Exchange
from judge.gateway.http.body import chunks_of
from judge.gateway.mcp.server import make_server
from judge.gateway.mcp.tools import Wanted
from judge.gateway.problems import ProblemError, check_values, problem_of, problem_response
from judge.gateway.service import Service
from judge.gateway.table import ENDPOINTS

_BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}

#: Headers that say what the body of the outer request is, not who sent it.
_OF_THE_BODY = (b"content-type", b"content-length", b"content-encoding", b"transfer-encoding", b"idempotency-key")


def routes_of_mcp(service: Service) -> list[BaseRoute]:
    """The route of ``/mcp``."""
    return [Route("/mcp", McpAddress(service))]


class McpAddress:
    """The ASGI application of ``/mcp``. Its inner server starts with the first request and ends with the gateway."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._manager = StreamableHTTPSessionManager(
            make_server(self._ask),
            json_response=True,
            stateless=True,
            max_request_body_size=service.settings.gateway.body_bytes_max,
        )
        self._runs: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["state"]["exchange"]
        exchange.labels["endpoint"] = "mcp"
        try:
            if scope["method"] != "POST":
                raise ProblemError("no-method", headers={"allow": "POST"})
            if self._service.stopping.is_set():
                raise ProblemError("stopping", headers={"retry-after": "1"})
            caller = await self._service.authenticator.caller_of(Request(scope))
            exchange.labels["key"], exchange.labels["tenant"] = caller.rights.id, caller.tenant
            body = await self._body(Request(scope, receive), caller)
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            exchange.labels["problem"] = problem.kind.name
            await problem_response(problem, exchange.request_id)(scope, receive, send)
            return
        self._runs = self._runs or asyncio.create_task(self._run())
        await self._ready.wait()
        await self._manager.handle_request(scope, _body_once(body, receive), send)

    async def _body(self, request: Request, caller: Caller) -> bytes:
        """A message, within what bodies may be. Raises ProblemError: it is too large, too slow."""
        limits = self._service.settings.gateway
        most = limits.anonymous_body_bytes_max if caller.anonymous else limits.body_bytes_max
        chunks = chunks_of(request, min(most, limits.body_bytes_max), limits.request_s_max)
        body = b"".join([chunk async for chunk in chunks])
        check_values(body)
        return body

    async def _run(self) -> None:
        async with self._manager.run():
            self._ready.set()
            await self._service.stopping.wait()

    async def _ask(self, outer: Any, wanted: Wanted) -> bytes:
        endpoint, exchange = _BY_NAME[wanted.operation], outer.scope["state"]["exchange"]
        request = Request(_inner_scope(outer.scope, wanted), _body_once(wanted.body or b""))
        response = await answer(endpoint, self._service, request, exchange)
        body = bytes(response.body)
        if response.status_code >= 400:
            problem = problem_in(response.status_code, response.headers.get("content-type", ""), body)
            raise error_of(problem, retry_s=retry_s_of(response.headers.get("retry-after")), asked_for=wanted.id)
        return body


def _inner_scope(outer: Scope, wanted: Wanted) -> Scope:
    headers = [(name, value) for name, value in outer["headers"] if name.lower() not in _OF_THE_BODY]
    return {
        **outer,
        "method": wanted.method,
        "path": wanted.path,
        "raw_path": wanted.path.encode(),
        "query_string": f"wait={wanted.wait_s:g}".encode() if wanted.wait_s else b"",
        "headers": [*headers, (b"content-type", b"application/json")],
        "path_params": {"id": wanted.id},
    }


def _body_once(body: bytes, then: Receive | None = None) -> Receive:
    left = [body]

    async def receive() -> Message:
        if then is None or left:
            return {"type": "http.request", "body": left.pop() if left else b"", "more_body": False}
        return await then()

    return receive
