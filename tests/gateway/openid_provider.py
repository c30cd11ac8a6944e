"""An OpenID provider for tests, over real HTTP: real keys, PKCE checked, and tokens as wrong as a test wants."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

CLIENT_ID = "judge of the school"
CLIENT_SECRET = "it's 100% secret: yes"


def _jwk(key: RSAPrivateKey, name: str) -> dict[str, Any]:
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"}


class OpenidProvider:
    """``claims`` are what it says of who signs in; ``token`` makes a token of claims; ``described`` changes its
    description. ``asked`` counts requests by path."""

    def __init__(self) -> None:
        self.key, self.key_name = generate_private_key(65537, 2048), "first"
        self.published = {self.key_name: _jwk(self.key, self.key_name)}
        self.claims: dict[str, Any] = {}
        self.token: Callable[[dict[str, Any]], str] = self.signed
        self.described: dict[str, Any] = {}
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}/realm"

    @contextlib.contextmanager
    def running(self) -> Iterator[OpenidProvider]:
        """Serves meanwhile."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def signed(self, claims: dict[str, Any]) -> str:
        """A token as it should be."""
        return jwt.encode(claims, self.key, "RS256", headers={"kid": self.key_name})

    def change_key(self, *, publish: bool) -> None:
        """Sign with another key from now on."""
        self.key, self.key_name = generate_private_key(65537, 2048), secrets.token_hex(4)
        if publish:
            self.published = {self.key_name: _jwk(self.key, self.key_name)}

    def answer(self, method: str, path: str, fields: dict[str, str], authorization: str) -> tuple[int, Any]:
        """Status, and a JSON value or where to go."""
        self.asked.append(path)
        match method, path:
            case "GET", "/realm/.well-known/openid-configuration":
                return 200, self._description()
            case "GET", "/realm/keys":
                return 200, {"keys": list(self.published.values())}
            case "GET", "/realm/authorize":
                code = secrets.token_hex(8)
                self._codes[code] = fields
                answer = {"code": code, "state": fields["state"], "iss": self.issuer, "session_state": "x"}
                return 302, f"{fields['redirect_uri']}?{urlencode(answer)}"
            case "POST", "/realm/token":
                return self._tokens(fields, authorization)
        return 404, {}

    def _description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end?theme=dark",
            "response_types_supported": ["code"],
            **self.described,
        }

    def _tokens(self, fields: dict[str, str], authorization: str) -> tuple[int, Any]:
        begun = self._codes.pop(fields.get("code", ""), None)
        if begun is None or begun["code_challenge_method"] != "S256":
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(fields["code_verifier"].encode()).digest())
        if challenge.rstrip(b"=").decode() != begun["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().split(":")
        if [unquote_plus(word) for word in pair] != [CLIENT_ID, CLIENT_SECRET]:
            return 401, {"error": "invalid_client"}
        now_s = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": begun["client_id"],
            "sub": "u-1",
            "iat": now_s,
            "exp": now_s + 60,
            "nonce": begun["nonce"],
            **self.claims,
        }
        wanted = {name: value for name, value in claims.items() if value is not None}
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.token(wanted)}


def _handler_of(provider: OpenidProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            self._answer(dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode())))

        def _answer(self, fields: dict[str, str]) -> None:
            path, said = urlsplit(self.path).path, self.headers.get("authorization", "")
            status, what = provider.answer(self.command, path, fields, said)
            body = b"" if status == 302 else json.dumps(what).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("location", what)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return Handler
