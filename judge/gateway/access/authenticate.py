"""From a request's headers to its caller.

A key travels as ``Authorization: Bearer jk_...`` and nowhere else: not in an address, which logs keep. What a key may
is remembered for :data:`REMEMBERED_S`, so that a revoked key ends within that time everywhere.

Without a key only programs on this machine are served, or everybody where the settings say so. A page in a browser can
make it send requests to this machine: so the Host must be a loopback name (a name of the page's own that leads here is
refused: DNS rebinding), and an Origin must be our own or one that the settings list.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from judge.config import Settings
from judge.gateway.access import anonymous
from judge.gateway.access.caller import ANONYMOUS_SCOPES, OPEN_SCOPES, Caller
from judge.gateway.at_once import AskedOnce
from judge.gateway.problems import ProblemError
from judge.queue.api_keys import KeyRights, rights_of
from judge.queue.redis_queue import AsyncQueue
from judge.queue.sign_ins import rights_of_person

#: How long what a key may is believed without asking Redis.
REMEMBERED_S = 1.0
_REMEMBERED_MAX = 10_000

#: A proxy on this machine adds one of these; who is behind it is not on this machine.
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")

#: Of who is signed in. A name with this beginning is taken only over TLS, and set by nobody but this very host.
SIGN_IN_COOKIE = "__Host-judge-person"

#: What changes nothing.
_READING = ("GET", "HEAD", "OPTIONS")

_OPEN = KeyRights(id="", scopes=OPEN_SCOPES)


@dataclass(frozen=True)
class _Known:
    rights: KeyRights
    until_s: float


class Authenticator:
    """Knows callers by their requests; one for each gateway."""

    def __init__(self, settings: Settings, queue: AsyncQueue) -> None:
        self._settings = settings.gateway
        self._sign_in = settings.sign_in
        self._queue = queue
        self._known: dict[str, _Known] = {}
        self._asking = AskedOnce[KeyRights | None]()

    async def caller_of(self, request: HTTPConnection) -> Caller:
        """Raises ProblemError: there is no key and one is needed, or it is none. QueueError."""
        address = request.client.host if request.client else ""
        key = _bearer(request.headers)
        if key is not None:
            return await self.caller_with_key(key, address)
        person = await self._person(request)
        if person is not None:
            return Caller(person, address)
        if not self._is_open(address, request.headers):
            raise ProblemError("no-key")
        own_machine = self._settings.no_key == "loopback"
        self._check_page(request.headers, own_machine=own_machine)
        return Caller(_OPEN, address) if own_machine else self._anonymous(address)

    def _anonymous(self, address: str) -> Caller:
        rights = KeyRights(
            id="",
            tenant=anonymous.tenant_of(address),
            priority_class=self._settings.anonymous_class,
            scopes=ANONYMOUS_SCOPES,
        )
        return Caller(rights, address, anonymous=True)

    async def caller_with_key(self, key: str, address: str) -> Caller:
        """The caller with this key, wherever in a request it stood. Raises ProblemError, QueueError."""
        rights = await self._remembered(key, rights_of)
        if rights is None:
            raise ProblemError("bad-key")
        return Caller(rights, address)

    async def _person(self, request: HTTPConnection) -> KeyRights | None:
        """Of a cookie; None = nobody is signed in. Raises ProblemError when it is another site's page that asks."""
        cookie = request.cookies.get(SIGN_IN_COOKIE) if self._sign_in.issuer else None
        rights = await self._remembered(cookie, rights_of_person) if cookie else None
        if rights is not None:
            self.check_cookie_page(request)
        return rights

    async def _remembered(
        self, text: str, look: Callable[[AsyncQueue, str], Coroutine[Any, Any, KeyRights | None]]
    ) -> KeyRights | None:
        now_s = time.monotonic()
        known = self._known.get(text)
        if known is not None and known.until_s > now_s:
            return known.rights
        rights = await self._asking.answer(text, lambda: look(self._queue, text))
        if rights is None:
            self._known.pop(text, None)
            return None
        if len(self._known) >= _REMEMBERED_MAX:
            self._known.clear()
        self._known[text] = _Known(rights, now_s + REMEMBERED_S)
        return rights

    def forget(self, text: str) -> None:
        """Believe nothing of this key or cookie any more without asking."""
        self._known.pop(text, None)

    def check_cookie_page(self, request: HTTPConnection) -> None:
        """Of a request with a cookie, which a browser adds for any page that asks. Raises ProblemError.

        A browser says in Sec-Fetch-Site, and for what changes something in Origin, whose page it is; one that says
        neither gets nothing changed.
        """
        headers, own = request.headers, _origin_of(self._sign_in.public_url)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        foreign = site not in (None, "same-origin", "none") or origin not in (None, own)
        if request.scope.get("method") not in _READING:
            foreign = foreign or (origin is None and site != "same-origin")
        if foreign:
            raise ProblemError("foreign-page", "a cookie counts only for our own pages")

    def check_origin(self, headers: Headers, *, with_key: bool) -> None:
        """Of a WebSocket, which any page may open: a browser asks nobody. Raises ProblemError for the page of somebody
        else. ``with_key``: it was prepared with a key, so that ``*`` among the origins holds."""
        origin, listed = headers.get("origin"), self._settings.origins
        if origin is None or _is_own(origin, headers) or origin in listed or (with_key and "*" in listed):
            return
        raise ProblemError("foreign-page", "the Origin must be one that the settings list")

    def _is_open(self, address: str, headers: Headers) -> bool:
        match self._settings.no_key:
            case "always":
                return True
            case "loopback":
                return _is_loopback(address) and not any(name in headers for name in _FORWARDED)
        return False

    def _check_page(self, headers: Headers, *, own_machine: bool) -> None:
        """Raises ProblemError for what a page of somebody else's asks for."""
        host = headers.get("host", "")
        if own_machine and not is_loopback_name(_hostname(host)):
            raise ProblemError("foreign-page", "without a key the Host must be a loopback name")
        origin = headers.get("origin")
        if origin is not None and not _is_own(origin, headers) and origin not in self._settings.origins:
            raise ProblemError("foreign-page", "without a key the Origin must be one that the settings list")
        if origin is None and headers.get("sec-fetch-site") == "cross-site":
            raise ProblemError("foreign-page", "without a key another site's page cannot ask for this")


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _is_own(origin: str, headers: Headers) -> bool:
    """Whether a page is ours."""
    host = headers.get("host", "")
    return origin in (f"http://{host}", f"https://{host}")


def _bearer(headers: Headers) -> str | None:
    said = headers.get("authorization")
    if said is None:
        return None
    scheme, _, key = said.partition(" ")
    if scheme.lower() != "bearer":
        raise ProblemError("bad-key", "the Authorization is to be Bearer and the key")
    return key.strip()


def _hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(address: str) -> bool:
    """Of a client. One on a unix socket has no address: the socket's mode decides who comes that far."""
    if not address:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def is_loopback_name(name: str) -> bool:
    """Whether a host's name stands for this machine wherever it is asked."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
