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
    """Keeps what is put, in this process. For S3, the file ``/uploads`` is the list of unfinished uploads, and
    ``/aborted`` has a line for each that was aborted. What is called ``locked`` cannot be removed."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_PUT(self) -> None:
        self.files[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201)

    def do_GET(self) -> None:
        if "?uploads" in self.path:
            listed = self.files.get("/uploads", b"")
            self._answer(200, b"<ListMultipartUploadsResult>" + listed + b"</ListMultipartUploadsResult>")
            return
        self._answer(200 if self.path in self.files else 404, self.files.get(self.path, b""))

    def do_HEAD(self) -> None:
        self._answer(200 if self.path in self.files else 404)

    def do_DELETE(self) -> None:
        if "?uploadId=" in self.path:
            self.files["/aborted"] = self.files.get("/aborted", b"") + self.path.encode() + b"\n"
            self._answer(204)
        elif self.path.endswith("locked"):
            self._answer(405)
        else:
            self._answer(204 if self.files.pop(self.path, None) is not None else 404)

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
