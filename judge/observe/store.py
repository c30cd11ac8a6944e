"""The values of all series of one exporter, as an ordinary collector of prometheus_client.

prometheus_client's own metric objects cannot take counts that were bucketed elsewhere, so the values live in plain
dictionaries here and become metric families at scrape, through the client's public classes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client import Metric as Family
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from judge.observe.buckets import spread
from judge.observe.metrics import Kind, Metric

Labels = tuple[str, ...]


class _Distribution:
    """One histogram series: counts per bucket (not cumulative) and the sum, in units of the record."""

    __slots__ = ("counts", "total")

    def __init__(self, buckets: int) -> None:
        self.counts = [0] * buckets
        self.total = 0

    def add(self, counts: Sequence[int], total: int) -> None:
        for index, count in enumerate(counts):
            self.counts[index] += count
        self.total += total


class Store(Collector):
    """Thread-safe values of the declared metrics. A series exists from its first ``add`` or ``set``."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._numbers: dict[Metric, dict[Labels, float]] = {}
        self._distributions: dict[Metric, dict[Labels, _Distribution]] = {}
        for metric in metrics:
            if metric.kind is Kind.HISTOGRAM:
                self._distributions[metric] = {}
            else:
                self._numbers[metric] = {}
        #: Held by whoever changes several values that belong together.
        self.lock = threading.RLock()

    def add(self, metric: Metric, labels: Labels = (), amount: int = 1) -> None:
        """Increase a counter (or a gauge) by ``amount`` units of the record."""
        with self.lock:
            series = self._numbers[metric]
            series[labels] = series.get(labels, 0) + amount

    def set(self, metric: Metric, labels: Labels = (), value: float = 1) -> None:
        """Set a gauge, in units of the record."""
        with self.lock:
            self._numbers[metric][labels] = value

    def replace(self, metric: Metric, values: Mapping[Labels, float]) -> None:
        """Make ``values`` the only series of a gauge."""
        with self.lock:
            self._numbers[metric] = dict(values)

    def observe(self, metric: Metric, labels: Labels, value: int) -> None:
        """Add one value to a histogram."""
        self.merge(metric, labels, spread(metric.bounds, (value,)), value)

    def merge(self, metric: Metric, labels: Labels, counts: Sequence[int], total: int) -> None:
        """Add values that were counted per bucket elsewhere; ``total`` is their sum.

        Raises ValueError when the number of buckets differs: writer and reader disagree about the bounds.
        """
        if len(counts) != len(metric.bounds) + 1:
            raise ValueError(f"{metric.name}: {len(counts)} buckets, not {len(metric.bounds) + 1}")
        with self.lock:
            series = self._distributions[metric]
            if labels not in series:
                series[labels] = _Distribution(len(counts))
            series[labels].add(counts, total)

    def collect(self) -> Iterator[Family]:
        """All families in the order of their declaration, consistent among each other."""
        with self.lock:
            families = [_number_family(metric, series) for metric, series in self._numbers.items() if series]
            families += [_histogram_family(metric, series) for metric, series in self._distributions.items() if series]
        yield from families


def _number_family(metric: Metric, series: Mapping[Labels, float]) -> Family:
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in series.items():
        family.add_metric(labels, value / metric.scale)
    return family


def _histogram_family(metric: Metric, series: Mapping[Labels, _Distribution]) -> Family:
    names = bucket_labels(metric)
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, distribution in series.items():
        running = 0
        buckets: list[tuple[str, float]] = []
        for name, count in zip(names, distribution.counts, strict=True):
            running += count
            buckets.append((name, running))
        family.add_metric(labels, buckets, distribution.total / metric.scale)
    return family


def bucket_labels(metric: Metric) -> tuple[str, ...]:
    """The ``le`` values of a histogram, in units of the series; the last is +Inf."""
    return (*(repr(bound / metric.scale) for bound in metric.bounds), "+Inf")
