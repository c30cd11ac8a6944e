"""Answers that are there already: to a GET whose caller is known and whose answer is kept, nothing is waited for.

So the connection gives them at once, without a task and the layers of every request; what is not at hand goes that way
and is answered the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from judge.gateway.access.authenticate import Authenticator
from judge.gateway.exchange import Exchange
from judge.gateway.http.kept import Kept
from judge.gateway.http.shell import AccessLog, new_id
from judge.queue.api_keys import Scope

#: An endpoint's name, and its answer where that is kept now. It needs the scope ``read``.
KeptEndpoint = tuple[str, Callable[[], Kept | None]]

#: A body, what CORS says, who is behind a proxy: not for here.
_MORE = frozenset({b"content-length", b"transfer-encoding", b"expect", b"origin", b"x-forwarded-for"})


class AtHand:
    """What a connection asks with the head of each request. ``endpoints``: by path; at ``foreign_ports`` are others."""

    def __init__(
        self,
        authenticator: Authenticator,
        endpoints: Mapping[str, KeptEndpoint],
        log: AccessLog,
        foreign_ports: Iterable[int] = (),
    ) -> None:
        self._authenticator = authenticator
        self._endpoints = endpoints
        self._log = log
        self._foreign_ports = frozenset(foreign_ports)

    def __call__(self, scope: Mapping[str, Any], default_headers: list[tuple[bytes, bytes]]) -> bytes | None:
        """The answer as it goes out, logged and counted; None = it is not at hand."""
        endpoint = self._endpoints.get(scope["path"])
        if endpoint is None or scope["method"] != "GET" or (scope["server"] or ("", 0))[1] in self._foreign_ports:
            return None
        began_s = time.perf_counter()
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]) or not headers.keys().isdisjoint(_MORE):
            return None
        rights = self._authenticator.remembered(headers.get(b"authorization", b""))
        if rights is None or not (Scope.READ in rights.scopes or Scope.ADMIN in rights.scopes):
            return None
        kept = endpoint[1]()
        if kept is None:
            return None
        status, head, body = kept.answer_to(headers)
        exchange = Exchange(new_id(), labels={"endpoint": endpoint[0], "key": rights.id, "tenant": rights.tenant})
        took_s = time.perf_counter() - began_s
        self._log.answered(scope, exchange, status, took_s)
        own = b"x-request-id: %b\r\nserver-timing: total;dur=%.2f" % (exchange.request_id.encode(), took_s * 1000)
        return b"%b%b%b\r\n\r\n%b" % (head, b"".join([b"%b: %b\r\n" % pair for pair in default_headers]), own, body)
