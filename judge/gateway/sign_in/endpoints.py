"""Signing in and out. The addresses are for browsers; what they get is a cookie that no script can read."""

from __future__ import annotations

import time
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.gateway.access.authenticate import NOTHING_STAYS, SIGN_IN_COOKIE
from judge.gateway.endpoint import Answer, Asked, Endpoint
from judge.gateway.problems import ProblemError
from judge.gateway.sign_in import attempt
from judge.gateway.sign_in.person import rights_of_claims
from judge.gateway.sign_in.provider import Provider
from judge.queue import audit, sign_ins
from judge.queue.api_keys import Scope
from judge.queue.audit import Act

_WORD_LETTERS_MAX = 4096


class LoginQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go afterwards."""

    next: Annotated[str, Meta(description="A path of this server.", max_length=500)] = "/"


async def login(asked: Asked) -> Response:
    """Send the browser to the provider."""
    begun = attempt.new_attempt(asked.query.next)
    response = _sent_to(await _provider(asked).address_for(begun), 302)
    _set(response, attempt.COOKIE, attempt.cookie_of(begun), attempt.ATTEMPT_S)
    return response


async def callback(asked: Asked) -> Response:
    """The browser comes back with a code. Parameters that mean nothing here are the provider's business."""
    provider, cookies = _provider(asked), asked.request.cookies
    state, code, error, issuer = (_word(asked, name) for name in ("state", "code", "error", "iss"))
    begun = attempt.attempt_of(cookies.get(attempt.COOKIE, ""), state)
    if begun is None:
        raise ProblemError("sign-in-failed", "this browser has not begun it, or took too long: try again")
    if issuer and issuer != provider.issuer:
        raise ProblemError("sign-in-failed", "the answer is another provider's")
    if error or not code:
        raise ProblemError("sign-in-failed", f"the provider says {error[:80]!r}")
    claims = await provider.claims(code, begun)
    settings, queue = asked.service.settings.sign_in, asked.service.queue
    rights = rights_of_claims(claims, settings, time.time_ns() // 1_000_000 + settings.session_s * 1000)
    await sign_ins.end(queue, cookies.get(SIGN_IN_COOKIE, ""))
    text = await sign_ins.begin(queue, rights, settings.session_s)
    if Scope.ADMIN in rights.scopes:
        await queue.run(audit.note(Act.ADMIN_SIGNED_IN, f"person:{rights.note}", text.partition(".")[0]))
    response = _sent_to(begun.then, 303)
    _set(response, SIGN_IN_COOKIE, text, settings.session_s)
    _set(response, attempt.COOKIE, "", 0)
    return response


class LogoutQuery(msgspec.Struct, frozen=True, kw_only=True):
    """From where else."""

    provider: Annotated[bool, Meta(description="Go on to the provider, to sign out there, too.")] = False


async def logout(asked: Asked) -> Response:
    """End it, here and in the browser. At the provider the person stays signed in, unless that is asked for and the
    provider can."""
    provider = _provider(asked)
    asked.service.authenticator.check_cookie_page(asked.request)
    text = asked.request.cookies.get(SIGN_IN_COOKIE, "")
    await sign_ins.end(asked.service.queue, text)
    asked.service.authenticator.forget(text)
    address = await _sign_out_address(provider) if asked.query.provider else ""
    response = _sent_to(address, 303) if address else Response(status_code=204, headers={"cache-control": "no-store"})
    _set(response, SIGN_IN_COOKIE, "", 0)
    if asked.request.url.scheme == "https":
        response.headers.update(NOTHING_STAYS)
    return response


async def _sign_out_address(provider: Provider) -> str:
    """Empty = it has none, or does not answer: here the person is signed out in any case."""
    try:
        return await provider.sign_out_address()
    except ProblemError:
        return ""


def _provider(asked: Asked) -> Provider:
    if asked.service.provider is None:
        raise ProblemError("not-found", "nobody signs in here: keys are used")
    return asked.service.provider


def _word(asked: Asked, name: str) -> str:
    words = asked.request.query_params.getlist(name)
    if len(words) > 1 or any(len(word) > _WORD_LETTERS_MAX for word in words):
        raise ProblemError("sign-in-failed", f"{name} is given twice, or too long")
    return words[0] if words else ""


def _sent_to(address: str, status: int) -> Response:
    return Response(status_code=status, headers={"location": address, "cache-control": "no-store"})


def _set(response: Response, name: str, text: str, life_s: int) -> None:
    response.set_cookie(name, text, max_age=life_s, path="/", secure=True, httponly=True, samesite="lax")


_FAILS = ("not-found", "no-provider")

ENDPOINTS = (
    Endpoint("GET", "/login", "signIn", "Sign in, for people in a browser.", login, "people",
             (Answer(302, "On to the provider.", headers=("Location",)),), scope=None, query=LoginQuery,
             problems=_FAILS),
    Endpoint("GET", "/callback", "signInCallback", "Where the provider sends the browser back to.", callback, "people",
             (Answer(303, "Signed in, and on to where it began.", headers=("Location",)),), scope=None,
             problems=(*_FAILS, "sign-in-failed", "not-admitted", "unavailable")),
    Endpoint("POST", "/logout", "signOut", "Sign out.", logout, "people",
             (Answer(204, "Signed out."),
              Answer(303, "Signed out here, and on to the provider.", headers=("Location",))),
             scope=None, query=LogoutQuery,
             problems=("not-found", "foreign-page", "unavailable")),
)  # fmt: skip
