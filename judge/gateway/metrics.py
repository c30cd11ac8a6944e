"""The gateway's own series. Their labels are bounded: endpoints by name, methods of the table, classes of status."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

from judge.gateway.exchange import Exchange
from judge.gateway.webhooks.metrics import WebhookMetrics

_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """One registry for each gateway. ``held``: how many streams are open and requests wait."""

    def __init__(self, held: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        labels = ("endpoint", "method")
        self._requests = Counter(
            "judge_gateway_requests_total", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "judge_gateway_request_seconds",
            "From a request's head to the end of its answer, waiting included.",
            labels,
            buckets=_BOUNDS_S,
            registry=self._registry,
        )
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}  # looked up once
        self._problems = Counter(
            "judge_gateway_problems_total", "Answers that are problems, by type.", ("problem",), registry=self._registry
        )
        gauge = Gauge("judge_gateway_held", "Open streams and requests that wait.", registry=self._registry)
        gauge.set_function(held)

        self._sockets = Gauge("judge_gateway_sockets", "Open WebSockets.", registry=self._registry)
        self._socket_ends = Counter(
            "judge_gateway_sockets_closed_total", "WebSockets that ended.", ("reason",), registry=self._registry
        )
        self._lost = Counter(
            "judge_gateway_session_lost_bytes_total",
            "Output of sessions that was gone before a slow reader had it.",
            registry=self._registry,
        )

        self.webhooks = WebhookMetrics(self._registry)

    def socket_opened(self) -> None:
        """A WebSocket is open."""
        self._sockets.inc()

    def socket_closed(self, reason: str, lost_bytes: int) -> None:
        """It has ended; ``lost_bytes`` of the output were gone before its client had it."""
        self._sockets.dec()
        self._socket_ends.labels(reason).inc()
        self._lost.inc(lost_bytes)

    def observe(self, exchange: Exchange, method: str, status: int, took_s: float) -> None:
        """A request is answered; ``status`` 0 = its sender was gone before."""
        endpoint = exchange.labels.get("endpoint", "")
        method = method if method in _METHODS else "other"
        row = (endpoint, method, status)
        series = self._answered.get(row)
        if series is None:
            series = self._requests.labels(endpoint, method, str(status)), self._seconds.labels(endpoint, method)
            self._answered[row] = series
        series[0].inc()
        series[1].observe(took_s)
        if "problem" in exchange.labels:
            self._problems.labels(exchange.labels["problem"]).inc()

    def response(self) -> Response:
        """All series."""
        return Response(generate_latest(self._registry), media_type="text/plain; version=0.0.4; charset=utf-8")
