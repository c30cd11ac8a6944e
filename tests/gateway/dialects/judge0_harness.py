"""What the tests of the Judge0 dialect have in common."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from gateway_harness import Answered, Gateway
from service_harness import until

#: Numbers of languages.
C, CPP, PYTHON, PROJECT, EXECUTABLE = 50, 54, 71, 89, 44

COLUMNS = ("token", "time", "memory", "stdout", "stderr", "compile_output", "message", "status")


def b64(text: str | bytes) -> str:
    """Base64 in one line, as clients send it."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def zipped(files: Mapping[str, str | bytes]) -> str:
    """A zip file in base64."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return b64(out.getvalue())


class Judge0:
    """A client of the dialect at a gateway."""

    def __init__(self, gateway: Gateway, key: str = "", prefix: str = "/judge0") -> None:
        self.gateway = gateway
        self._key = key
        self._prefix = prefix

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """One request; names of headers with ``_`` for ``-``."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._key:
            said.setdefault("x-auth-token", self._key)
        return self.gateway.ask(method, self._prefix + path, body, headers=said)

    def get(self, path: str, **headers: str) -> Answered:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.ask("POST", path, body, **headers)

    def run(self, source: str, language: int = PYTHON, query: str = "", **fields: Any) -> dict[str, Any]:
        """Hand it in, wait, and give all its columns, with texts in plain."""
        body = {"source_code": source, "language_id": language, **fields}
        answered = self.post(f"/submissions?wait=true&fields=*&base64_encoded=false{query}", body)
        assert answered.status == 201, answered.body
        found: dict[str, Any] = answered.json()
        return found

    def create(self, source: str, language: int = PYTHON, **fields: Any) -> str:
        """Hand it in; its token."""
        answered = self.post("/submissions", {"source_code": source, "language_id": language, **fields})
        assert answered.status == 201, answered.body
        token: str = answered.json()["token"]
        return token

    def finished(self, token: str, query: str = "") -> dict[str, Any]:
        """Its columns when it is done."""
        seen: list[dict[str, Any]] = []

        def done() -> bool:
            answered = self.get(f"/submissions/{token}?fields=*{query}")
            assert answered.status == 200, answered.body
            seen.append(answered.json())
            return bool(seen[-1]["status"]["id"] > 2)

        until(done, "the submission's end")
        return seen[-1]
