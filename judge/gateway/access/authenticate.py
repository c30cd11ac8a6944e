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
from judge.queue.api_keys import KEY_FORM, PERSON, KeyRights, is_key, rights_of
from judge.queue.redis_queue import AsyncQueue
from judge.queue.sign_ins import rights_of_cookie

#: How long what a key may is believed without asking Redis.
REMEMBERED_S = 1.0
_REMEMBERED_MAX = 10_000

#: A proxy on this machine adds one of these; who is behind it is not on this machine.
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")

#: Of who is signed in. A name with this beginning is taken only over TLS, and set by nobody but this very host.
SIGN_IN_COOKIE = "__Host-judge-person"

#: The same where the gateway is asked without TLS.
PLAIN_SIGN_IN_COOKIE = "judge-person"

#: To who signs out: what our pages kept in the browser goes. Browsers heed it over TLS alone, and complain without.
NOTHING_STAYS = {"clear-site-data": '"storage"'}

_BEARER = b"Bearer "

#: What changes nothing.
_READING = ("GET", "HEAD", "OPTIONS")

_OPEN = KeyRights(id="", scopes=OPEN_SCOPES)


@dataclass(frozen=True)
class _Known:
    rights: KeyRights
    until_s: float


class _Remembered:
    """What was found a moment ago. One for keys and one for cookies: what is one of these is never taken for the other,
    and many of one kind do not push out the other."""

    def __init__(
        self, queue: AsyncQueue, look: Callable[[AsyncQueue, str], Coroutine[Any, Any, KeyRights | None]]
    ) -> None:
        self._queue = queue
        self._look = look
        self._known: dict[str, _Known] = {}
        self._asking = AskedOnce[KeyRights | None]()

    def at_hand(self, text: str) -> KeyRights | None:
        """None = it has to be asked."""
        known = self._known.get(text)
        return known.rights if known is not None and known.until_s > time.monotonic() else None

    async def rights(self, text: str) -> KeyRights | None:
        """None = it is none. Raises QueueError."""
        now_s = time.monotonic()
        found = self.at_hand(text)
        if found is not None:
            return found
        rights = await self._asking.answer(text, lambda: self._look(self._queue, text))
        if rights is None:
            self.forget(text)
            return None
        if len(self._known) >= _REMEMBERED_MAX:
            self._known.clear()
        self._known[text] = _Known(rights, now_s + REMEMBERED_S)
        return rights

    def forget(self, text: str) -> None:
        """It has to be asked."""
        self._known.pop(text, None)


class Authenticator:
    """Knows callers by their requests; one for each gateway."""

    def __init__(self, settings: Settings, queue: AsyncQueue) -> None:
        self._settings = settings.gateway
        self._sign_in = settings.sign_in
        self._keys = _Remembered(queue, rights_of)
        self._cookies = _Remembered(queue, rights_of_cookie)

    async def caller_of(self, request: HTTPConnection, *, visit: bool = False) -> Caller:
        """Raises ProblemError: there is no key and one is needed, or it is none. QueueError.

        ``visit``: a page is asked for, which nothing but a browser's window can read: any site may have a link to it.
        """
        address = request.client.host if request.client else ""
        key = _bearer(request.headers)
        if key is not None:
            return await self.caller_with_key(key, address)
        person = await self._person(request, visit=visit)
        if person is not None:
            return Caller(person, address, by_cookie=True)
        return self.caller_without_key(request, visit=visit)

    def caller_without_key(self, request: HTTPConnection, *, visit: bool = False) -> Caller:
        """Who asks without a key. Raises ProblemError: one is needed, or it is the page of somebody else that asks."""
        address = request.client.host if request.client else ""
        if not self._is_open(address, request.headers):
            raise ProblemError("no-key")
        own_machine = self._settings.no_key == "loopback"
        self._check_page(request.headers, own_machine=own_machine, visit=visit)
        return Caller(_OPEN, address) if own_machine else self._anonymous(address)

    def one_of_everybody(self, request: HTTPConnection) -> Caller:
        """Who asks, whatever key or cookie comes along. Raises ProblemError: a page of somebody else asks."""
        self._check_page(request.headers, own_machine=False, visit=False)
        return self._anonymous(request.client.host if request.client else "")

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
        rights = await self._keys.rights(key)
        if rights is None:
            raise ProblemError("bad-key", key_refusal(key))
        return Caller(rights, address)

    async def _person(self, request: HTTPConnection, *, visit: bool) -> KeyRights | None:
        """Of a cookie; None = nobody is signed in. Raises ProblemError when it is another site's page that asks."""
        cookie = cookie_of(request)
        rights = await self._cookies.rights(cookie) if cookie else None
        if rights is None or (rights.id.startswith(PERSON) and not self._sign_in.issuer):
            return None
        self.check_cookie_page(request, visit=visit)
        return rights

    def remembered(self, authorization: bytes) -> KeyRights | None:
        """What a key in this header may, where it was asked a moment ago; None = it has to be asked, or it is none."""
        if not authorization.startswith(_BEARER):
            return None
        return self._keys.at_hand(authorization[len(_BEARER) :].decode("latin-1"))

    def forget(self, text: str) -> None:
        """Believe nothing of this cookie any more without asking."""
        self._cookies.forget(text)

    def check_cookie_page(self, request: HTTPConnection, *, visit: bool = False) -> None:
        """Of a request with a cookie, which a browser adds for any page that asks. Raises ProblemError.

        A browser says in Sec-Fetch-Site, and for what changes something in Origin, whose page it is; one that says
        neither gets nothing changed. ``visit``: see :meth:`caller_of`.
        """
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        foreign = site not in (None, "same-origin", "none") and not visit
        foreign = foreign or (origin is not None and not self._is_own_page(origin, request))
        if request.scope.get("method") not in _READING:
            foreign = foreign or (origin is None and site != "same-origin")
        if foreign:
            raise ProblemError("foreign-page", "a cookie counts only for our own pages")

    def _is_own_page(self, origin: str, request: HTTPConnection) -> bool:
        """Whether an Origin is that of our own pages. One of plain HTTP is not when the request came over TLS: anybody
        on the way can make such a page."""
        url = self._sign_in.public_url
        if url and origin == _origin_of(url):
            return True
        schemes = ("https",) if request.url.scheme == "https" else ("http", "https")
        return origin in [f"{scheme}://{request.headers.get('host', '')}" for scheme in schemes]

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

    def _check_page(self, headers: Headers, *, own_machine: bool, visit: bool) -> None:
        """Raises ProblemError for what a page of somebody else's asks for."""
        host = headers.get("host", "")
        if own_machine and not is_loopback_name(_hostname(host)):
            raise ProblemError("foreign-page", "without a key the Host must be a loopback name")
        origin = headers.get("origin")
        if origin is not None and not _is_own(origin, headers) and origin not in self._settings.origins:
            raise ProblemError("foreign-page", "without a key the Origin must be one that the settings list")
        if origin is None and not visit and headers.get("sec-fetch-site") == "cross-site":
            raise ProblemError("foreign-page", "without a key another site's page cannot ask for this")


def key_refusal(key: str) -> str:
    """What is to be done about a key that is none. It is not said which of its parts are right."""
    if not is_key(key):
        return f"a key is {KEY_FORM}, as `judge keys create` prints it: this is none, or a part of one"
    return "there is no such key, or it was revoked, or its time is over: `judge keys list` shows those that hold"


def cookie_of(request: HTTPConnection) -> str:
    """What the browser keeps of who is signed in; empty = nothing."""
    cookie = request.cookies.get(SIGN_IN_COOKIE, "")
    if not cookie and request.url.scheme in ("http", "ws"):
        cookie = request.cookies.get(PLAIN_SIGN_IN_COOKIE, "")
    return cookie


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
        raise ProblemError("bad-key", "the Authorization is to be `Bearer`, a space and the key")
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
