"""What a gateway counts of webhooks."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30)


class WebhookMetrics:
    """The series of webhooks, in the gateway's registry. No label names a tenant or a receiver."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "judge_gateway_webhook_attempts_total",
            "Attempts to tell a webhook, by what came of them.",
            ("outcome",),
            registry=registry,
        )
        self._seconds = Histogram(
            "judge_gateway_webhook_attempt_seconds", "One attempt.", buckets=_BOUNDS_S, registry=registry
        )
        self._waiting = Gauge(
            "judge_gateway_webhooks_waiting", "Deliveries that wait, as Redis knows them.", registry=registry
        )

    def attempted(self, outcome: str, took_s: float) -> None:
        """An attempt is over."""
        self._attempts.labels(outcome).inc()
        self._seconds.observe(took_s)

    def waiting(self, count: int) -> None:
        """How many deliveries wait, of all tenants."""
        self._waiting.set(count)
