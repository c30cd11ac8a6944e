"""The gateway's own series. Their labels are bounded: endpoints by name, methods of the table, classes of status."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.responses import Response

from judge.gateway.exchange import Exchange
from judge.gateway.request_series import Requests
from judge.gateway.webhooks.metrics import WebhookMetrics


class Metrics:
    """One registry for each gateway. ``held``: how many streams are open and requests wait."""

    def __init__(self, held: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Requests()
        self._registry.register(self._requests)
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
        self._requests.count(exchange.labels.get("endpoint", ""), method, status, took_s)
        if "problem" in exchange.labels:
            self._problems.labels(exchange.labels["problem"]).inc()

    def response(self) -> Response:
        """All series."""
        return Response(generate_latest(self._registry), media_type="text/plain; version=0.0.4; charset=utf-8")
