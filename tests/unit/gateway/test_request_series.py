"""The gateway's own count of requests is told as prometheus_client tells its counters and histograms."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from judge.gateway.request_series import Requests

_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


def _lines(registry: CollectorRegistry) -> list[str]:
    return sorted(line for line in generate_latest(registry).decode().splitlines() if "_created" not in line)


def test_the_series_are_those_of_the_library() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    requests = Requests()
    ours.register(requests)
    count = Counter(
        "judge_gateway_requests_total", "Requests answered.", ("endpoint", "method", "status"), registry=theirs
    )
    said = "From a request's head to the end of its answer, waiting included."
    labels = ("endpoint", "method")
    seconds = Histogram("judge_gateway_request_seconds", said, labels, buckets=_BOUNDS_S, registry=theirs)
    for number, took_s in enumerate((0.0005, 0.001, 0.0011, 0.25, 1.0, 60.0, 61.0, 0.0005)):
        for endpoint, method, status in (("getRun", "GET", 200 + 204 * (number % 2)), ("", "POST", 404)):
            requests.count(endpoint, method, status, took_s)
            count.labels(endpoint, method, str(status)).inc()
            seconds.labels(endpoint, method).observe(took_s)
    assert _lines(ours) == _lines(theirs)


def test_strangers_make_no_series_by_their_methods() -> None:
    registry, requests = CollectorRegistry(), Requests()
    registry.register(requests)
    for number in range(100):
        requests.count("", f"METHOD{number}", 405, 0.1)
    assert (
        registry.get_sample_value("judge_gateway_requests_total", {"endpoint": "", "method": "other", "status": "405"})
        == 100
    )
