"""From the table of pages to answers: who asks, in which language, and what becomes of errors."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from judge.gateway.access.caller import Caller
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.dispatch import NOBODY, noted_problem
from judge.gateway.endpoint import Asked
from judge.gateway.exchange import Exchange
from judge.gateway.problems import ProblemError, problem_response
from judge.gateway.service import Service
from judge.gateway.web.choices import language_of, theme_of
from judge.gateway.web.page import Page, Visit, sent_to
from judge.gateway.web.rendering import Rendering
from judge.gateway.web.texts import catalogue
from judge.queue.api_keys import Scope as Rights

#: Where people sign in.
SIGN_IN = "/sign-in"

_NOT_KNOWN = frozenset({"no-key", "bad-key"})


def routes_of_pages(pages: Sequence[Page], service: Service) -> list[BaseRoute]:
    """For the router: pages by address, and the files that they need."""
    rendering = Rendering()
    by_path: dict[str, list[Page]] = {}
    for page in pages:
        by_path.setdefault(page.path, []).append(page)
    addresses = [Route(path, _Address(several, service, rendering)) for path, several in by_path.items()]
    return [*addresses, *rendering.static.routes(), Route("/{path:path}", _Nothing(service, rendering))]


class _Answers:
    """What each page needs."""

    def __init__(self, service: Service, rendering: Rendering) -> None:
        self._service = service
        self._rendering = rendering

    async def answer(self, page: Page, request: Request) -> Response:
        """The page, or a page about what is wrong."""
        exchange: Exchange = request.scope["state"]["exchange"]
        caller = NOBODY
        try:
            caller = await self._known(page, request)
            exchange.labels["key"], exchange.labels["tenant"] = caller.rights.id, caller.tenant
            visit = self._made(page, request, caller)
            _check_rights(page, caller)
            if page.method != "GET":
                self._service.authenticator.check_cookie_page(request)
            return await page.handler(visit)
        except Exception as error:
            problem = noted_problem(error, exchange)
        if problem.kind.status == 401 and page.method == "GET":
            there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return sent_to(f"{SIGN_IN}?next={quote(there, safe='')}")
        return error_page(self._made(page, request, caller), problem, page.scope)

    async def _known(self, page: Page, request: Request) -> Caller:
        if not page.known:
            return NOBODY
        try:
            return await self._service.authenticator.caller_of(request, visit=page.method == "GET")
        except ProblemError as error:
            if page.scope is None and error.kind.name in _NOT_KNOWN:
                return NOBODY
            raise

    def _made(self, page: Page, request: Request, caller: Caller) -> Visit:
        asked = Asked(self._service, caller, request, request.path_params, request.scope["state"]["exchange"])
        texts = catalogue()[language_of(request)]
        return Visit(asked, self._rendering, texts, page.policy, theme_of(request), page.section)


def _check_rights(page: Page, caller: Caller) -> None:
    """Raises ProblemError."""
    if page.scope is None:
        return
    if caller.anonymous and not page.anonymous:
        raise ProblemError("no-key", "this is for those who have a key")
    caller.need(page.scope)


def error_page(visit: Visit, problem: ProblemError, scope: Rights | None = None) -> Response:
    """What a person is told of a problem; ``scope``: what the page needs. What the gateway itself says of it is
    English."""
    lacks = scope if problem.kind.name == "no-scope" and scope and not visit.caller.may(scope) else None
    values = {"problem": problem, "name": _text_name(visit, problem), "lacks": lacks}
    response = visit.show("error.html", problem.kind.status, **values)
    response.headers.update(problem.headers)
    return response


def _text_name(visit: Visit, problem: ProblemError) -> str:
    """The text about this kind of problem; empty = there is none but the gateway's."""
    name = problem.kind.name.replace("-", "_")
    return f"problem.{name}" if name in visit.texts.sections["problem"] else ""


class _Address(_Answers):
    """The pages of one address, by method: an ASGI application."""

    def __init__(self, pages: Sequence[Page], service: Service, rendering: Rendering) -> None:
        super().__init__(service, rendering)
        self._pages = {page.method: page for page in pages}
        self._allow = ", ".join(sorted({*self._pages, *(["HEAD"] if "GET" in self._pages else [])}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        page = self._pages.get("GET" if scope["method"] == "HEAD" else scope["method"])
        if page is None:
            visit = self._made(next(iter(self._pages.values())), request, NOBODY)
            response = error_page(visit, ProblemError("no-method", headers={"allow": self._allow}))
        else:
            scope["state"]["exchange"].labels["endpoint"] = f"page.{page.name}"
            response = await self.answer(page, request)
        await response(scope, receive, send)


async def _not_found(visit: Visit) -> Response:
    return error_page(visit, ProblemError("not-found"))


_NOT_FOUND = Page("", "nothing", _not_found)


class _Nothing(_Answers):
    """Any other address, an ASGI application: a page for who takes pages, else a problem."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        wanted = request.headers.get("accept", "")
        if "text/html" in wanted and scope["method"] in ("GET", "HEAD") and not scope["path"].startswith(PREFIX):
            response = await self.answer(_NOT_FOUND, request)
        else:
            problem = ProblemError("not-found", "no such address: /docs lists them all")
            response = problem_response(problem, scope["state"]["exchange"].request_id)
        await response(scope, receive, send)
