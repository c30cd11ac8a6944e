"""Signing in with a key, in a browser: the key goes to the gateway once, and the browser keeps a cookie."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from judge.gateway.access.authenticate import NOTHING_STAYS, PLAIN_SIGN_IN_COOKIE, SIGN_IN_COOKIE, cookie_of
from judge.gateway.access.caller import Caller
from judge.gateway.web.choices import local_path
from judge.gateway.web.page import NAVIGATION, Visit, sent_to
from judge.queue import sign_ins
from judge.queue.api_keys import KeyRights, rights_of


async def sign_in_page(visit: Visit) -> Response:
    """The form."""
    return _form(visit, local_path(visit.asked.request.query_params.get("next", "/")))


async def sign_in(visit: Visit) -> Response:
    """Take the key, and go on to where it was asked for."""
    form = await visit.form()
    then = local_path(form.get("next", "/"))
    rights = await rights_of(visit.asked.service.queue, form.get("key", "").strip())
    if rights is None:
        return _form(visit, then, refused=True)
    response = sent_to(_start_of(rights) if then == "/" else then)
    await set_signed_in(visit, response, rights)
    return response


def _start_of(rights: KeyRights) -> str:
    """The first page that who has these may see."""
    caller = Caller(rights)
    return next((item.path for item in NAVIGATION if caller.may(item.scope)), "/me")


def _form(visit: Visit, then: str, *, refused: bool = False) -> Response:
    provided = visit.asked.service.provider is not None
    status = 403 if refused else 200
    return visit.show("set_up/sign_in.html", status, then=then, refused=refused, provided=provided)


async def set_signed_in(visit: Visit, response: Response, rights: KeyRights) -> None:
    """The browser is signed in with this key; with what it was signed in before it is not any more. Raises
    QueueError."""
    service, request = visit.asked.service, visit.asked.request
    life_s = service.settings.sign_in.session_s
    await _end(visit)
    _set(request, response, await sign_ins.begin_with_key(service.queue, rights, life_s), life_s)


async def sign_out(visit: Visit) -> Response:
    """End it, here and in the browser."""
    await _end(visit)
    response = sent_to("/sign-in")
    _set(visit.asked.request, response, "", 0)
    if visit.asked.request.url.scheme == "https":
        response.headers.update(NOTHING_STAYS)
    return response


async def _end(visit: Visit) -> None:
    text = cookie_of(visit.asked.request)
    await sign_ins.end(visit.asked.service.queue, text)
    visit.asked.service.authenticator.forget(text)


def _set(request: Request, response: Response, text: str, life_s: int) -> None:
    """Over TLS under a name that no other host can set. A cookie of the other name is taken away."""
    secure = request.url.scheme == "https" or SIGN_IN_COOKIE in request.cookies
    name, other = (SIGN_IN_COOKIE, PLAIN_SIGN_IN_COOKIE) if secure else (PLAIN_SIGN_IN_COOKIE, SIGN_IN_COOKIE)
    response.set_cookie(name, text, max_age=life_s, path="/", secure=secure, httponly=True, samesite="lax")
    if other in request.cookies:
        response.set_cookie(other, "", max_age=0, path="/", secure=not secure, httponly=True, samesite="lax")
