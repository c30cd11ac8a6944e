"""A worker with traces on: the spans of a submission reach a collector over OTLP, under the id its client can tell."""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import needs

from judge.client import Client
from judge.observe.traces import trace_id_of
from judge.queue.broker import Broker


@contextmanager
def _collector() -> Iterator[tuple[str, queue.Queue[bytes]]]:
    """A collector that takes everything; yields its address and what it got."""
    got: queue.Queue[bytes] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()


def test_spans_reach_a_collector(redis_url: str) -> None:
    needs.module("opentelemetry.exporter", "judge-service[traces]")
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from service_harness import Worker, order, running

    state_dir = Path(tempfile.mkdtemp(prefix="judge-observe-", dir="/tmp"))
    try:
        with _collector() as (url, got):
            worker = Worker(redis_url, state_dir / "w", namespace="traces", traces=True)
            worker.env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
            with running(worker), Client(Broker(url=redis_url, namespace="traces")) as client:
                client.result(client.submit(order("traced-one", tests=2)))
                request = ExportTraceServiceRequest.FromString(got.get(timeout=60))
    finally:
        shutil.rmtree(state_dir, ignore_errors=True)
    spans = [span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans]
    assert {int.from_bytes(span.trace_id, "big") for span in spans} == {trace_id_of("traced-one")}
    assert {"submission", "claim", "fetch", "setup"} <= {span.name for span in spans}
