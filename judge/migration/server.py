"""One of the two servers: asked over HTTP, again where it has no room now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3

from judge.errors import ServerError, UsageError

_ANSWER_S = 60.0
_PAUSE_S_MIN = 0.1
_PAUSE_S_MAX = 2.0

#: It has no room, or is asked too much.
_LATER = (429, 503)

_FIELDS = "status,stdout,stderr,compile_output,message,exit_code,exit_signal,time,memory"

#: Below this a submission waits or runs.
_OVER = 3


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A status and a body, decoded if it is JSON, else None."""

    status: int
    body: Any = None


class Judge0Server:
    """A Judge0, or what speaks as one. ``wait_s``: how long something may take in all. Safe from any thread."""

    def __init__(self, address: str, headers: Mapping[str, str], wait_s: float, connections: int) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise UsageError(f"{address!r} is no address of a server: http://HOST:PORT")
        self.address = address.rstrip("/")
        self._headers = {"accept": "application/json", **headers}
        self._wait_s = wait_s
        self._pool = urllib3.PoolManager(num_pools=2, maxsize=connections, retries=False, timeout=_ANSWER_S)

    def get(self, path: str) -> Answered:
        """Raises ServerError when it does not answer."""
        return self._ask("GET", path)

    def judged(self, submission: Mapping[str, Any], *, base64: bool | None) -> Answered:
        """A submission as it stands when it is over; the refusal when it is not taken. Raises ServerError."""
        query = {"wait": "false"} | ({} if base64 is None else {"base64_encoded": str(base64).lower()})
        sent = self._ask("POST", f"/submissions?{urlencode(query)}", submission)
        token = sent.body.get("token") if isinstance(sent.body, dict) else None
        if sent.status != 201 or not isinstance(token, str):
            return sent
        path = f"/submissions/{token}?{urlencode({'base64_encoded': 'true', 'fields': _FIELDS})}"
        for _ in _pauses(self._wait_s):
            found = self._ask("GET", path)
            status = found.body.get("status") if isinstance(found.body, dict) else None
            if not isinstance(status, dict) or int(status.get("id", _OVER)) >= _OVER:
                return found
        raise ServerError(f"{self.address}: submission {token} was not judged within {self._wait_s:g} s")

    def _ask(self, method: str, path: str, body: Any = None) -> Answered:
        for _ in _pauses(self._wait_s):
            answered = self._once(method, path, body)
            if answered.status not in _LATER:
                return answered
        raise ServerError(f"{self.address} has had no room for {self._wait_s:g} s")

    def _once(self, method: str, path: str, body: Any) -> Answered:
        sent = None if body is None else msgspec.json.encode(body)
        headers = self._headers if sent is None else {**self._headers, "content-type": "application/json"}
        try:
            got = self._pool.request(method, self.address + path, body=sent, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise ServerError(f"{self.address} does not answer: {error}") from error
        try:
            return Answered(status=got.status, body=msgspec.json.decode(got.data))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Answered(status=got.status)


def _pauses(wait_s: float) -> Iterator[None]:
    """Goes on until the time is over, and sleeps in between."""
    end_s, pause_s = time.monotonic() + wait_s, _PAUSE_S_MIN
    while True:
        yield
        if time.monotonic() + pause_s > end_s:
            return
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, _PAUSE_S_MAX)
