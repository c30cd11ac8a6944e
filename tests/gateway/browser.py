"""A real browser for the tests: Chromium without a window, and a small server for the pages that it opens."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_TYPES = {".html": "text/html; charset=utf-8", ".mjs": "text/javascript"}

#: It starts slowly on a busy machine.
BROWSER_S = 120


class Pages:
    """Serves files by name, and takes what a page sends to /done."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._told: queue.Queue[Any] = queue.Queue()
        told = self._told

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = files.get(self.path.partition("?")[0].lstrip("/"))
                self.send_response(404 if path is None else 200)
                self.send_header("content-type", _TYPES.get(path.suffix, "text/plain") if path else "text/plain")
                self.end_headers()
                self.wfile.write(path.read_bytes() if path else b"")

            def do_POST(self) -> None:
                told.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def told(self) -> Any:
        """What the page sends. Raises queue.Empty when it sends nothing."""
        return self._told.get(timeout=BROWSER_S)

    @contextmanager
    def served(self) -> Iterator[None]:
        """While the server runs."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()


@contextmanager
def browsing(address: str, directory: Path) -> Iterator[None]:
    """While Chromium shows this page; everything it writes is below ``directory``."""
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", f"--user-data-dir={directory}", address,
    ]  # fmt: skip
    environment = {**os.environ, "HOME": str(directory)}
    with open(directory / "log", "ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
