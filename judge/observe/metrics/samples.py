"""The values of all series of one exporter: an ordinary collector of prometheus_client, and a fast text of its own.

prometheus_client's own metric objects cannot take counts that were bucketed elsewhere, so the values live in plain
dictionaries here. ``collect`` hands them to a registry; ``text`` writes the same in Prometheus' text format (0.0.4),
some twenty times faster: on a host whose cores all judge, a scrape must not cost what a submission costs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client import Metric as Family
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from judge.observe.metrics.buckets import spread
from judge.observe.metrics.series import Kind, Metric

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

    def cumulative(self) -> Iterator[int]:
        """Per bucket the number of values up to its bound."""
        return accumulate(self.counts)


class Samples(Collector):
    """Thread-safe values of the declared metrics. A series exists from its first ``add`` or ``set``."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._numbers: dict[Metric, dict[Labels, float]] = {}
        self._distributions: dict[Metric, dict[Labels, _Distribution]] = {}
        for metric in metrics:
            if metric.kind is Kind.HISTOGRAM:
                self._distributions[metric] = {}
            else:
                self._numbers[metric] = {}
        self._prefixes: dict[Metric, dict[Labels, tuple[str, ...]]] = {metric: {} for metric in self._all()}
        #: Held while somebody changes several values that belong together.
        self.lock = threading.RLock()

    def _all(self) -> Iterator[Metric]:
        yield from self._numbers
        yield from self._distributions

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

    def text(self) -> str:
        """Everything in the text format, consistent in itself."""
        lines: list[str] = []
        with self.lock:
            for metric, numbers in self._numbers.items():
                if numbers:
                    lines.append(_heading(metric))
                    lines += [self._prefix(metric, labels)[0] + _number(metric, numbers[labels]) for labels in numbers]
            for metric, distributions in self._distributions.items():
                if distributions:
                    lines.append(_heading(metric))
                    for labels, distribution in distributions.items():
                        values = map(str, distribution.cumulative())
                        *buckets, total, count = self._prefix(metric, labels)
                        lines += map(str.__add__, buckets, values)
                        lines.append(total + _number(metric, distribution.total))
                        lines.append(count + str(sum(distribution.counts)))
        lines.append("")
        return "\n".join(lines)

    def _prefix(self, metric: Metric, labels: Labels) -> tuple[str, ...]:
        """What stands before the values of a series: made once."""
        known = self._prefixes[metric].get(labels)
        if known is None:
            known = self._prefixes[metric][labels] = _prefixes(metric, labels)
        return known


def _heading(metric: Metric) -> str:
    help_text = metric.help.replace("\\", "\\\\").replace("\n", "\\n")
    return f"# HELP {metric.name} {help_text}\n# TYPE {metric.name} {metric.kind}"


def _prefixes(metric: Metric, labels: Labels) -> tuple[str, ...]:
    pairs = [f'{name}="{_escaped(value)}"' for name, value in sorted(zip(metric.labels, labels, strict=True))]
    inside = "{" + ",".join(pairs) + "}" if pairs else ""
    if metric.kind is not Kind.HISTOGRAM:
        return (f"{metric.name}{inside} ",)
    bounds = (",".join([*pairs, f'le="{bound}"']) for bound in bucket_labels(metric))
    buckets = (f"{metric.name}_bucket{{{inner}}} " for inner in bounds)
    return (*buckets, f"{metric.name}_sum{inside} ", f"{metric.name}_count{inside} ")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(metric: Metric, value: float) -> str:
    return repr(value / metric.scale)


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
        buckets = list(zip(names, distribution.cumulative(), strict=True))
        family.add_metric(labels, buckets, distribution.total / metric.scale)
    return family


def bucket_labels(metric: Metric) -> tuple[str, ...]:
    """The ``le`` values of a histogram, in units of the series; the last is +Inf."""
    return (*(repr(bound / metric.scale) for bound in metric.bounds), "+Inf")
