"""How many requests were answered and how long that took, counted in plain numbers: each request pays for it.

One thread counts, the event loop's; prometheus_client's own counters take a lock for each number.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_BOUNDS = [*(str(float(bound)) for bound in _BOUNDS_S), "+Inf"]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LABELS = ("endpoint", "method")


class _Series:
    """Of one endpoint, method and status: requests by how long they took, and their seconds together."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * len(_BOUNDS)
        self.sum_s = 0.0

    def add(self, other: _Series) -> None:
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        self.sum_s += other.sum_s


class Requests(Collector):
    """The series of all requests; of methods only those of the table have a name."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str, int], _Series] = {}

    def count(self, endpoint: str, method: str, status: int, took_s: float) -> None:
        """One more is answered."""
        row = (endpoint, method if method in _METHODS else "other", status)
        series = self._series.get(row)
        if series is None:
            series = self._series[row] = _Series()
        series.counts[bisect_left(_BOUNDS_S, took_s)] += 1
        series.sum_s += took_s

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        requests = CounterMetricFamily("judge_gateway_requests", "Requests answered.", labels=(*_LABELS, "status"))
        times: dict[tuple[str, str], _Series] = {}
        for (endpoint, method, status), series in self._series.items():
            requests.add_metric((endpoint, method, str(status)), sum(series.counts))
            times.setdefault((endpoint, method), _Series()).add(series)
        yield requests
        said = "From a request's head to the end of its answer, waiting included."
        seconds = HistogramMetricFamily("judge_gateway_request_seconds", said, labels=_LABELS)
        for labels, series in times.items():
            buckets = zip(_BOUNDS, accumulate(series.counts), strict=True)
            seconds.add_metric(labels, list(buckets), series.sum_s)
        yield seconds
