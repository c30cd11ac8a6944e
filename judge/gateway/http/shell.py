"""The outermost layer: what holds for every request and answer, whatever answers it.

Gives each request an id, each answer the headers that keep browsers from making anything of it, counts and logs.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from judge.gateway.exchange import Exchange
from judge.gateway.problems import ProblemError, problem_response
from judge.observe.logs import log_event

log = logging.getLogger("judge.access")

#: Of every answer: its type is what it says, nothing of it is run, shown in a frame, or told to another site.
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_NAMES = frozenset(name for name, _ in HEADERS)

_ID_BYTES = 8
_IDS_AT_ONCE = 64


def _random_ids() -> Iterator[str]:
    """Nobody can guess one; many of them are drawn at once."""
    while True:
        drawn = secrets.token_hex(_ID_BYTES * _IDS_AT_ONCE)
        yield from (drawn[at : at + 2 * _ID_BYTES] for at in range(0, len(drawn), 2 * _ID_BYTES))


_ids = _random_ids()


def new_id() -> str:
    """For one request."""
    return next(_ids)


#: What looks like a key: none belongs into a path but where it is taken off, and people err. And what is shared by a
#: link: who has the link has it.
_KEYS = re.compile(r"(j[ks]_)[^/]*")

#: Told of each answer: the endpoint's name, the method, the status, and how long it took.
Observe = Callable[[Exchange, str, int, float], None]


class AccessLog:
    """One line and one count for each answer."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe

    def answered(self, scope: Mapping[str, Any], exchange: Exchange, status: int, took_s: float) -> None:
        """A request is; ``status`` 0 = its sender was gone before."""
        self._observe(exchange, scope["method"], status, took_s)
        if log.isEnabledFor(logging.INFO):
            client = scope.get("client") or ("",)
            fields = {
                "request": exchange.request_id,
                "client": client[0],
                "method": scope["method"],
                "path": _KEYS.sub(r"\1...", scope["path"])[:200],
                "status": status,
                "took_ms": round(took_s * 1000, 1),
                **exchange.labels,
            }
            log_event(log, "request", fields)


class Shell:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, access_log: AccessLog) -> None:
        self._app = app
        self._log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            scope.setdefault("state", {})["exchange"] = Exchange(new_id())
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()
        exchange = Exchange(new_id())
        scope.setdefault("state", {})["exchange"] = exchange
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _completed(list(message["headers"]), exchange, time.perf_counter() - began_s)
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception:
            log.exception("request %s: a fault of the gateway", exchange.request_id)
            if not status:
                await problem_response(ProblemError("internal"), exchange.request_id)(scope, receive, send_on)
        finally:
            self._log.answered(scope, exchange, status, time.perf_counter() - began_s)


def _completed(headers: list[tuple[bytes, bytes]], exchange: Exchange, took_s: float) -> list[tuple[bytes, bytes]]:
    named = dict(headers).keys()
    headers += HEADERS if named.isdisjoint(_NAMES) else [pair for pair in HEADERS if pair[0] not in named]
    timings = f"total;dur={took_s * 1000:.2f}"
    if exchange.timings:
        timings = ", ".join([*(f"{name};dur={s * 1000:.2f}" for name, s in exchange.timings.items()), timings])
    headers += [(b"x-request-id", exchange.request_id.encode()), (b"server-timing", timings.encode())]
    return headers
