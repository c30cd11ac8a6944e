"""Is this gateway fit to be used with this key? What is checked, what is wrong, and how to mend it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec

from judge.client.http.address import is_loopback
from judge.client.http.blocking import HttpClient
from judge.client.http.session_socket import open_socket
from judge.client.http.transport import API, Ask
from judge.errors import AccessError, JudgeError
from judge.http_form.answers import Health
from judge.model.finding import Finding, Status

_DAY_MS = 86_400_000
_EXPIRY_DAYS = 7


def check_server(client: HttpClient) -> list[Finding]:
    """Everything there is to say about a gateway; one finding of status MISSING when it cannot be reached.

    Hands nothing in.
    """
    try:
        client.transport.ask(Ask("GET", "/healthz"))
    except JudgeError as error:
        remedy = "correct the address; start it (judge gateway); for a certificate of your own set SSL_CERT_FILE"
        return [Finding(name="reachable", status=Status.MISSING, found=str(error), remedy=remedy)]
    return list(_examine(client))


def _examine(client: HttpClient) -> Iterator[Finding]:
    yield _ok("reachable", f"{client.transport.server.origin} answers")
    yield _secret(client)
    yield _ready(client)
    try:
        yield _key(client)
        yield _languages(client)
        yield _queue(client)
        yield _open(client)
    except AccessError as error:
        remedy = "put the key into JUDGE_KEY; judge keys create makes one"
        yield Finding(name="key", status=Status.MISSING, found=str(error), remedy=remedy)
    except JudgeError as error:
        yield Finding(name="answers", status=Status.MISSING, found=str(error), remedy="see the gateway's log")
    yield _sockets(client)


def _secret(client: HttpClient) -> Finding:
    server = client.transport.server
    if server.scheme == "https":
        return _ok("encrypted", "TLS, its certificate is verified")
    if is_loopback(server.host):
        return _ok("encrypted", "not needed: it is this machine")
    remedy = "put it behind a proxy with TLS: docs/howto/run-a-gateway.md"
    return _warning("encrypted", "no: who stands between reads all, the key too", remedy)


def _ready(client: HttpClient) -> Finding:
    """As it says itself, with 503 when it is not."""
    answer = client.transport.look("/readyz")
    try:
        health = msgspec.json.decode(answer, type=Health)
    except msgspec.MsgspecError:
        return _warning("ready", "a proxy keeps /readyz for itself", "")
    if not health.ok:
        remedy = "start a worker, or its Redis; judge doctor --broker URL looks at that"
        return Finding(name="ready", status=Status.MISSING, found=", ".join(health.problems), remedy=remedy)
    return _ok("ready", "Redis answers, and there is a worker")


def _key(client: HttpClient) -> Finding:
    me = client.me()
    who = f"key {me.key}" if me.key else "no key is needed"
    found = f"{who}, tenant {me.tenant or '-'}, may: {', '.join(me.scopes)}"
    left_ms = me.expires_at_ms - time.time_ns() // 1_000_000
    if me.expires_at_ms and left_ms < _EXPIRY_DAYS * _DAY_MS:
        return _warning("key", f"{found}; ends in {left_ms // _DAY_MS} days", "judge keys create makes another")
    return _ok("key", found)


def _languages(client: HttpClient) -> Finding:
    names = [card.id for card in client.languages()]
    if not names:
        remedy = "judge languages install, where the workers are"
        return Finding(name="languages", status=Status.MISSING, found="no language is offered", remedy=remedy)
    return _ok("languages", f"{len(names)}: {', '.join(names)}")


def _queue(client: HttpClient) -> Finding:
    queue = client.waiting()
    return _ok("queue", f"{queue.waiting} waiting, {queue.running} running on {queue.slots} slots")


def _open(client: HttpClient) -> Finding:
    maintenance = client.maintenance()
    if maintenance.on:
        return _warning("maintenance", f"no work is taken in: {maintenance.message}", "wait; judge maintenance end")
    return _ok("maintenance", "none: work is taken in")


def _sockets(client: HttpClient) -> Finding:
    """A handshake without a ticket comes through when the gateway itself refuses it for that."""
    from websockets.exceptions import InvalidStatus, WebSocketException

    remedy = "let the proxy pass Upgrade and Connection on: docs/howto/run-a-gateway.md"
    try:
        with open_socket(client.transport, f"{API}/sessions/none/socket?ticket=none"):
            pass
    except InvalidStatus as refusal:
        if b"/problems/bad-ticket" in (refusal.response.body or b""):
            return _ok("WebSockets", "come through")
        return _warning("WebSockets", f"do not come through (status {refusal.response.status_code})", remedy)
    except (OSError, ValueError, WebSocketException) as error:
        return _warning("WebSockets", f"do not come through: {error}", remedy)
    return _warning("WebSockets", "something else answers in the place of the gateway", remedy)


def _ok(name: str, found: str) -> Finding:
    return Finding(name=name, status=Status.OK, found=found)


def _warning(name: str, found: str, remedy: str) -> Finding:
    return Finding(name=name, status=Status.WARNING, found=found, remedy=remedy)
