"""The OpenID provider: its description (Discovery 1.0), its keys, its token endpoint. Asked over HTTPS, in threads, few
at a time, each answer bounded in size and time; redirects are not followed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec
import urllib3

from judge.config import SignInSettings
from judge.errors import UsageError
from judge.gateway.access.authenticate import is_loopback_name
from judge.gateway.problems import ProblemError
from judge.gateway.sign_in.attempt import Attempt
from judge.gateway.sign_in.id_token import UnknownKeyError, checked_claims

T = TypeVar("T")

_ANSWER_BYTES_MAX = 1 << 20
_ANSWER_S_MAX = 10.0
_AT_ONCE = 8

#: How long description and keys are believed, and how often new keys are asked for because of an unknown one.
_BELIEVED_S = 3600.0
_KEYS_EVERY_S = 5.0


class _Description(msgspec.Struct, frozen=True, kw_only=True):
    """What is used of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Keys(msgspec.Struct, frozen=True, kw_only=True):
    keys: tuple[dict[str, Any], ...]


class _Tokens(msgspec.Struct, frozen=True, kw_only=True):
    id_token: str


class Provider:
    """One for each gateway. ``settings.issuer`` is set."""

    def __init__(self, settings: SignInSettings) -> None:
        """Raises UsageError for settings that cannot be."""
        for name, url in (("issuer", settings.issuer), ("public_url", settings.public_url)):
            if not _is_safe(url) or urlsplit(url).query or urlsplit(url).fragment:
                raise UsageError(f"sign_in.{name} {url!r}: an https:// address (http:// of this machine's own)")
        if not settings.client_id or "openid" not in settings.asks_for.split():
            raise UsageError("sign_in.client_id must be set, and sign_in.asks_for have openid")
        self._settings = settings
        self._secret = _secret(settings.client_secret_file)
        self._pool = urllib3.PoolManager(retries=False, timeout=_ANSWER_S_MAX, maxsize=_AT_ONCE)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._description: tuple[float, _Description] | None = None
        self._keys: tuple[float, _Keys] | None = None

    @property
    def issuer(self) -> str:
        """As its tokens and answers say it."""
        return self._settings.issuer

    @property
    def _callback(self) -> str:
        return self._settings.public_url.rstrip("/") + "/callback"

    async def address_for(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises ProblemError ("no-provider")."""
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._callback,
            "scope": self._settings.asks_for,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._in_turn(self._described)).authorization_endpoint
        return _with_query(endpoint, asked)

    async def sign_out_address(self) -> str:
        """Where the browser goes to sign out there, too (OpenID Connect RP-Initiated Logout 1.0), and comes back from;
        empty = it has no such address. Raises ProblemError ("no-provider")."""
        endpoint = (await self._in_turn(self._described)).end_session_endpoint
        if not endpoint:
            return ""
        asked = {"client_id": self._settings.client_id, "post_logout_redirect_uri": self._settings.public_url}
        return _with_query(endpoint, asked)

    async def claims(self, code: str, attempt: Attempt) -> dict[str, Any]:
        """What it says of who came back with this code. Raises ProblemError ("no-provider", "sign-in-failed")."""
        return await self._in_turn(lambda: self._claims(code, attempt))

    async def _in_turn(self, ask: Callable[[], T]) -> T:
        if self._turns.locked():
            raise ProblemError("no-provider", "too many sign in at this moment", headers={"retry-after": "1"})
        async with self._turns:
            return await asyncio.to_thread(ask)

    def _claims(self, code: str, attempt: Attempt) -> dict[str, Any]:
        token = self._exchanged(code, attempt)
        settings = self._settings
        try:
            return checked_claims(token, self._keys_of(_BELIEVED_S), self.issuer, settings.client_id, attempt.nonce)
        except UnknownKeyError:
            pass
        try:
            return checked_claims(token, self._keys_of(_KEYS_EVERY_S), self.issuer, settings.client_id, attempt.nonce)
        except UnknownKeyError:
            raise ProblemError("sign-in-failed", "the provider's token: it is signed with a key of nobody's") from None

    def _exchanged(self, code: str, attempt: Attempt) -> str:
        """The id_token for a code."""
        description, settings = self._described(), self._settings
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": attempt.verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        methods = description.token_endpoint_auth_methods_supported
        if self._secret and ("client_secret_basic" in methods or "client_secret_post" not in methods):
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(self._secret)}"  # RFC 6749, section 2.3.1
            headers |= urllib3.make_headers(basic_auth=pair)
        else:
            fields["client_id"] = settings.client_id
            if self._secret:
                fields["client_secret"] = self._secret
        body = self._asked("POST", description.token_endpoint, urlencode(fields), headers)
        return _decoded(body, _Tokens, "the provider gave no token").id_token

    def _described(self) -> _Description:
        if self._description is None or self._description[0] + _BELIEVED_S < time.monotonic():
            address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = _decoded(self._asked("GET", address), _Description, "its description cannot be read")
            addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.end_session_endpoint)
            if found.issuer != self.issuer or not all(map(_is_safe, filter(None, addresses))):
                raise ProblemError("no-provider", "its description is another issuer's, or not of https addresses")
            self._description = (time.monotonic(), found)
        return self._description[1]

    def _keys_of(self, believed_s: float) -> tuple[dict[str, Any], ...]:
        """Its keys, at most that old."""
        if self._keys is None or self._keys[0] + believed_s < time.monotonic():
            body = self._asked("GET", self._described().jwks_uri)
            self._keys = (time.monotonic(), _decoded(body, _Keys, "its keys cannot be read"))
        return self._keys[1].keys

    def _asked(self, method: str, url: str, body: str = "", headers: dict[str, str] | None = None) -> bytes:
        sent = {"accept": "application/json", **(headers or {})}
        try:
            response = self._pool.request(
                method, url, body=body or None, headers=sent, redirect=False, preload_content=False
            )
            try:
                content: bytes = response.read(_ANSWER_BYTES_MAX + 1)
            finally:
                response.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ProblemError("no-provider", f"it does not answer: {type(error).__name__}") from error
        if method == "POST" and response.status in (400, 401, 403):
            raise ProblemError("sign-in-failed", "the provider does not take the code, or does not know this gateway")
        if response.status != 200 or len(content) > _ANSWER_BYTES_MAX:
            raise ProblemError("no-provider", f"it answers {response.status}, or too much")
        return content


def _with_query(endpoint: str, asked: dict[str, str]) -> str:
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"


def _decoded(body: bytes, kind: type[T], said: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError("no-provider", said) from error


def _is_safe(url: str) -> bool:
    """Over TLS, or on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback_name(host)))


def _secret(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"sign_in.client_secret_file {path}: {getattr(error, 'strerror', None) or error}") from error
