"""A store of files in this process, that speaks HTTP and enough of S3."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


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


@contextmanager
def memory_store() -> Iterator[str]:
    """The address of an empty store's server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), MemoryServer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        MemoryServer.files.clear()
