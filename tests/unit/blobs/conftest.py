"""A package to move about, and stores to move it through."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "sum"
    (root / "data" / "secret").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "problem.yaml").write_text("name: sum\n")
    (root / "data" / "secret" / "1.in").write_bytes(b"\0\xff" * 5000)
    script = root / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    (root / "link").symlink_to("data/secret/1.in")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("not a part of it")
    return root


class MemoryServer(BaseHTTPRequestHandler):
    """Keeps what is put, in this process."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_PUT(self) -> None:
        self.files[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201)

    def do_GET(self) -> None:
        self._answer(200 if self.path in self.files else 404, self.files.get(self.path, b""))

    def do_HEAD(self) -> None:
        self._answer(200 if self.path in self.files else 404)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def http_store() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), MemoryServer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/packages"
    server.shutdown()
    server.server_close()
    thread.join()
    MemoryServer.files.clear()
