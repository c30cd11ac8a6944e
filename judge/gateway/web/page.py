"""What a page declares, and what its function is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import Response

from judge.gateway.access.caller import Caller
from judge.gateway.endpoint import Asked
from judge.gateway.http.body import body_of
from judge.gateway.problems import ProblemError
from judge.gateway.web.policy import STRICT, Policy
from judge.gateway.web.rendering import Rendering
from judge.gateway.web.texts import Texts
from judge.queue.api_keys import Scope


class Item(NamedTuple):
    """One word of the navigation, and what who sees it may do."""

    section: str
    path: str
    scope: Scope
    anonymous: bool = False


NAVIGATION = (
    Item("playground", "/", Scope.RUN, anonymous=True),
    Item("problems", "/problems", Scope.SUBMIT),
    Item("submissions", "/submissions", Scope.READ),
    Item("operations", "/ops", Scope.ADMIN),
)

#: Size of a form.
FORM_BYTES_MAX = 64 << 10
_FORM = "application/x-www-form-urlencoded"


class Visit(msgspec.Struct, frozen=True):
    """One request for a page. ``asked`` is what a function of the interface takes: a page calls it with that.

    ``theme``: "light", "dark", or empty as the browser has it. ``section``: the part of the navigation that is marked.
    """

    asked: Asked
    rendering: Rendering
    texts: Texts
    policy: Policy
    theme: str = ""
    section: str = ""

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.asked.caller

    @property
    def here(self) -> str:
        """The address of this page, without the server."""
        url = self.asked.request.url
        return url.path + (f"?{url.query}" if url.query else "")

    @property
    def navigation(self) -> Sequence[Item]:
        """Where who asks may go."""
        caller = self.caller
        return [item for item in NAVIGATION if caller.may(item.scope) and (item.anonymous or not caller.anonymous)]

    @property
    def who(self) -> str:
        """Who asks, for a person to read; empty = it is not known."""
        caller = self.caller
        if caller.rights.id:
            return caller.person or caller.rights.note or caller.tenant or caller.rights.id
        return self.texts.text("frame.this_machine") if caller.rights.scopes and not caller.anonymous else ""

    def show(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """The page that a template makes of these values; ``visit`` and ``t`` (texts) are among them."""
        body = self.rendering.page(template, {"visit": self, "t": self.texts.text, **values})
        return Response(body, status, dict(self.policy.headers), "text/html")

    async def form(self) -> Mapping[str, str]:
        """The fields of a form that was sent; of one that is given twice the last. Raises ProblemError."""
        request, settings = self.asked.request, self.asked.service.settings.gateway
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise ProblemError("bad-media-type", f"a form is sent as {_FORM}")
        text = await body_of(request, FORM_BYTES_MAX, settings.request_s_max)
        return dict(parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True))


def sent_to(path: str) -> Response:
    """On to another page, by GET. ``path`` is one of ours."""
    return Response(status_code=303, headers={"location": path, "cache-control": "no-store"})


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """One row of the table of pages.

    ``scope`` None = for everybody, signed in or not. ``anonymous``: also for those without a key, where the settings
    let everybody in. ``section``: which part of the navigation it belongs to. ``known``: who asks is looked up; a page
    that any site may frame knows nobody.
    """

    path: str
    name: str
    handler: Handler
    scope: Scope | None = None
    method: str = "GET"
    anonymous: bool = False
    section: str = ""
    policy: Policy = STRICT
    known: bool = True
