"""The exporter process: reads the metrics pipe, answers /metrics, /healthz and /readyz. One per node.

::

    children --records--> pipe --> RecordCounter --> Samples --+
                                           queue (at scrape) --+--> registry --> HTTP

It ends by itself when the last writer has closed the pipe, after counting what was left in it.
"""

from __future__ import annotations

import errno
import logging
import os
import platform
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from judge.errors import UsageError
from judge.observe.metrics import series as metrics
from judge.observe.metrics.disk import DiskCollector
from judge.observe.metrics.node_info import GatherNodeInfo, NodeInfoGatherer
from judge.observe.metrics.pipe import RecordReader
from judge.observe.metrics.pipe_records import SlotState
from judge.observe.metrics.queue_state import QueueCollector, QueueProbe
from judge.observe.metrics.record_counter import RecordCounter
from judge.observe.metrics.samples import Samples
from judge.observe.metrics.settlement import RecordedFence
from judge.observe.metrics.vocabulary import Vocabulary

#: Read from the pipe at once.
READ_BYTES = 1 << 16

#: Records gather for this long before they are counted: to be woken by each costs a slot more than to write it. Who
#: scrapes sees all of them nevertheless.
GATHER_S = 0.05

#: Who scrapes waits no longer for what is being counted.
READING_WAIT_S = 0.5

#: How often the queue is asked again about verdicts in doubt when it did not answer.
DOUBT_RETRY_MS = 1000

#: A client gets this long to send its request; then its connection is closed.
CLIENT_TIMEOUT_S = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExporterConfig:
    """What an exporter needs to know. ``version`` is this project's; ``state_dir`` empty = tell of no disk.

    ``queue`` and ``recorded_fence`` ask the queue (None = there is none): the first at scrape, from the threads that
    answer HTTP; the second when a slot was killed while it recorded a verdict, from the main thread. Neither may
    block for long. ``node_info`` reports about the node, at the start and every minute, from a thread of its own.
    """

    vocabulary: Vocabulary
    version: str = ""
    queue: QueueProbe | None = None
    recorded_fence: RecordedFence | None = None
    state_dir: str = ""
    node_info: GatherNodeInfo | None = None


def listen(host: str, port: int) -> socket.socket:
    """A listening socket (port 0 = any free one); made before the exporter starts, so that it survives its restarts.

    Raises UsageError naming the address when it is taken or not ours.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        hint = "; --metrics-port 0 takes any free port" if getattr(error, "errno", 0) == errno.EADDRINUSE else ""
        raise UsageError(f"cannot serve metrics on {host}:{port}: {reason}{hint}") from error


def run_exporter(config: ExporterConfig, read_fd: int, server_socket: socket.socket) -> None:
    """The whole life of the exporter process; blocks until the pipe's writers are gone or SIGTERM comes.

    Both descriptors stay the caller's. SIGINT is ignored: a Ctrl-C goes to the whole terminal, and the process that
    started
    this process decides when to end it. Call it in a process of its own, from the main thread.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    exporter = Exporter(config)
    with ExitStack() as stack:
        stack.enter_context(exporter.serving(server_socket))
        host, port = server_socket.getsockname()[:2]
        log.info("metrics on http://%s/metrics", f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        if config.node_info:
            stack.enter_context(exporter.gathering(config.node_info))
        try:
            exporter.read_until_eof(read_fd)
        except SystemExit:
            exporter.read_what_is_there(read_fd)


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


class Exporter:
    """What feeds the metrics, and the web application in front of them.

    ``registry`` holds the same as /metrics, for programs that serve it themselves.
    """

    def __init__(self, config: ExporterConfig) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._samples = Samples(metrics.NODE_METRICS)
        self._counter = RecordCounter(self._samples, config.vocabulary, config.recorded_fence)
        self._reader = RecordReader()
        self._read_fd = -1  # while it is read
        self._reading = threading.Lock()  # of the pipe, the reader and the settlement
        self._queue = QueueCollector(config.queue, config.vocabulary) if config.queue else None
        parts = [self._samples, self._queue, DiskCollector(config.state_dir) if config.state_dir else None]
        self._parts = [part for part in parts if part is not None]
        for part in self._parts:
            self.registry.register(part)
        self._samples.set(metrics.BUILD_INFO, (config.version, platform.python_version()))
        self._samples.set(metrics.START_TIME, (), time.time())

    def feed(self, data: bytes) -> None:
        """Count the records in ``data``, a piece of the pipe's stream cut anywhere."""
        before = self._reader.invalid
        for record in self._reader.feed(data):
            self._counter.apply(record)
        if self._reader.invalid > before:
            self._samples.add(metrics.RECORDS_INVALID, (), self._reader.invalid - before)

    def read_until_eof(self, read_fd: int) -> None:
        """Feed everything from the pipe; blocks until its last writer is gone."""
        settlement = self._counter.settlement
        poller = select.poll()
        poller.register(read_fd, select.POLLIN)
        self._read_fd = read_fd
        while True:
            if settlement.doubts:
                with self._reading:
                    settlement.resolve()
            if poller.poll(DOUBT_RETRY_MS if settlement.doubts else None):
                if self.read_what_is_there(read_fd):
                    break
                time.sleep(GATHER_S)
        self._read_fd = -1
        settlement.abandon_all()
        settlement.resolve()

    def read_what_is_there(self, read_fd: int) -> bool:
        """Feed what lies in the pipe now; does not wait. Returns whether its last writer is gone."""
        with self._reading:
            return self._read(read_fd)

    def _read_newest(self) -> None:
        """For who asks now; waits a moment at most, where the main thread asks the queue meanwhile."""
        if self._read_fd >= 0 and self._reading.acquire(timeout=READING_WAIT_S):
            try:
                self._read(self._read_fd)
            finally:
                self._reading.release()

    def _read(self, read_fd: int) -> bool:
        poller = select.poll()
        poller.register(read_fd, select.POLLIN)
        while poller.poll(0):
            data = os.read(read_fd, READ_BYTES)
            if not data:
                return True
            self.feed(data)
        return False

    def gathering(self, node_info: GatherNodeInfo) -> NodeInfoGatherer:
        """A context manager: inside it, what the node knows of itself is gathered in the background."""
        return NodeInfoGatherer(node_info, self._counter.apply)

    def serving(self, server_socket: socket.socket) -> _Serving:
        """A context manager: inside it, HTTP requests on the socket are answered by background threads."""
        return _Serving(server_socket, self.application)

    def application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        path = environ.get("PATH_INFO", "")
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            start_response("405 Method Not Allowed", [("Allow", "GET, HEAD")])
            return [b""]
        if path == "/metrics":
            self._read_newest()
            body = "".join(part.text() for part in self._parts).encode()
            start_response("200 OK", [("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)])
            return [body]
        if path in ("/healthz", "/readyz"):
            self._read_newest()
            ready, body = self._health()
            status = "200 OK" if ready or path == "/healthz" else "503 Service Unavailable"
            start_response(status, [("Content-Type", "application/json")])
            return [body]
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"There are /metrics, /healthz and /readyz.\n"]

    def _health(self) -> tuple[bool, bytes]:
        """Ready = the queue answers and a slot can work. A process that answers is alive."""
        states = list(self._counter.slots.values())
        usable = sum(state in (SlotState.FREE, SlotState.BUSY) for state in states)
        queue = self._queue.reachable() if self._queue else None
        ready = usable > 0 and queue is not False
        body = {
            "ready": ready,
            "queue": {None: "none", True: "answers", False: "does not answer"}[queue],
            "slots": {state: states.count(state) for state in SlotState},
        }
        return ready, msgspec.json.encode(body) + b"\n"


class _Serving:
    """The HTTP server's life."""

    def __init__(
        self, server_socket: socket.socket, application: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
    ) -> None:
        self._server = _Server(server_socket.getsockname()[:2], _Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = server_socket.dup()
        self._server.server_name, self._server.server_port = server_socket.getsockname()[:2]
        self._server.setup_environ()
        self._server.set_app(application)
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics-http", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = CLIENT_TIMEOUT_S

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes are not worth a line each."""
