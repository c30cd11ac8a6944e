"""What the queue looks like now, asked of Redis when Prometheus scrapes. How it is asked is the queue's business."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import msgspec
from prometheus_client import Metric as Family
from prometheus_client.registry import Collector

from judge.errors import QueueError
from judge.observe.metrics import series as metrics
from judge.observe.metrics.samples import Samples
from judge.observe.metrics.vocabulary import Vocabulary

#: How long an answer of the queue serves further scrapes.
FRESH_NS = 1_000_000_000

log = logging.getLogger(__name__)


class QueueState(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the queue, the same from every node. None = unknown or without meaning here.

    ``ready`` maps priority class to submissions that wait, ``oldest_ns`` to the age of the one that has waited longest;
    ``recorded`` counts verdicts since the queue was made, ``counts`` other things by the queue's own names.
    ``persistent``: the last write of Redis' append-only file succeeded.
    """

    ready: dict[str, int] = {}
    leased: int = 0
    tickets: int = 0
    oldest_ns: dict[str, int] = {}
    recorded: int | None = None
    counts: dict[str, int] = {}
    persistent: bool | None = None
    replica_lag_ns: int | None = None
    memory_bytes: int | None = None
    memory_limit_bytes: int | None = None


#: Asks the queue once; raises QueueError when it does not answer within a second or so.
QueueProbe = Callable[[], QueueState]

#: Names in ``QueueState.counts`` -> value of the label "event".
EVENTS = {
    "accepted": "accepted",
    "refused": "refused",
    "cancelled": "cancelled",
    "expired": "lease_expired",
    "fenced": "verdict_fenced",
    "blamed": "attempt_failed",
    "unblamed": "worker_lost",
    "returned": "returned",
    "gave_up": "gave_up",
    "tickets_reissued": "ticket_reissued",
    "expunged": "expunged",
    "amended": "amended",
}


#: Names in ``QueueState.counts`` -> value of the label "operation": what was done with blobs.
BLOB_OPERATIONS = {
    "blobs_put": "put",
    "blobs_put_again": "put_again",
    "blobs_refused": "refused",
    "blobs_given_up": "given_up",
    "blobs_read": "read",
    "blobs_missed": "missed",
    "blobs_removed": "removed",
    "blobs_expired": "expired",
    "blobs_swept": "swept",
}

#: Where the content of blobs lies: values of the label "place", and how ``QueueState.counts`` ends its names.
BLOB_PLACES = ("redis", "store")


class QueueCollector(Collector):
    """The queue's series. Asks at most once per second; when the queue is away, says so and shows nothing stale."""

    def __init__(self, probe: QueueProbe, vocabulary: Vocabulary, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._probe = probe
        self._vocabulary = vocabulary
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_ns: int | None = None
        self._samples = Samples(metrics.QUEUE_METRICS)
        self._reachable = False

    def collect(self) -> Iterator[Family]:
        """The families as of now; blocks for one round trip to the queue."""
        with self._lock:
            self._refresh()
            families = list(self._samples.collect())
        yield from families

    def text(self) -> str:
        """The same in the text format."""
        with self._lock:
            self._refresh()
            return self._samples.text()

    def describe(self) -> Iterator[Family]:
        """Nothing: so that registering does not ask the queue."""
        return iter(())

    def reachable(self) -> bool:
        """Whether the queue answers; asks when the last answer is older than a second."""
        with self._lock:
            self._refresh()
            return self._reachable

    def _refresh(self) -> None:
        now_ns = self._clock()
        if self._asked_ns is not None and now_ns - self._asked_ns < FRESH_NS:
            return
        self._asked_ns = now_ns
        samples = Samples(metrics.QUEUE_METRICS)
        try:
            state = self._probe()
        except QueueError as error:
            if self._reachable:
                log.warning("the queue does not answer: %s", error)
            self._reachable = False
        else:
            self._reachable = True
            samples.set(metrics.QUEUE_ROUND_TRIP, (), self._clock() - now_ns)
            _fill(samples, state, self._vocabulary)
        samples.set(metrics.QUEUE_UP, (), int(self._reachable))
        self._samples = samples


def _fill(samples: Samples, state: QueueState, vocabulary: Vocabulary) -> None:
    for priority_class in sorted(vocabulary.classes):
        samples.set(metrics.QUEUE_READY, (priority_class,), 0)
        samples.set(metrics.QUEUE_OLDEST, (priority_class,), 0)
    for name, age_ns in state.oldest_ns.items():
        samples.set(metrics.QUEUE_OLDEST, (vocabulary.priority_class(name),), age_ns)
    for name, waiting in state.ready.items():
        samples.add(metrics.QUEUE_READY, (vocabulary.priority_class(name),), waiting)
    for name, event in EVENTS.items():
        samples.add(metrics.QUEUE_EVENTS, (event,), state.counts.get(name, 0))
    _fill_blobs(samples, state.counts)
    for metric, value in (
        (metrics.QUEUE_LEASED, state.leased),
        (metrics.QUEUE_TICKETS, state.tickets),
        (metrics.QUEUE_RECORDED, state.recorded),
        (metrics.QUEUE_PERSISTENT, state.persistent),
        (metrics.QUEUE_REPLICA_LAG, state.replica_lag_ns),
        (metrics.QUEUE_MEMORY, state.memory_bytes),
        (metrics.QUEUE_MEMORY_LIMIT, state.memory_limit_bytes or None),
    ):
        if value is not None:
            samples.set(metric, (), value)


def _fill_blobs(samples: Samples, counts: Mapping[str, int]) -> None:
    for place in BLOB_PLACES:
        samples.set(metrics.BLOBS, (place,), max(counts.get(f"blobs_in_{place}", 0), 0))
        samples.set(metrics.BLOB_BYTES, (place,), max(counts.get(f"blob_bytes_in_{place}", 0), 0))
    for name, operation in BLOB_OPERATIONS.items():
        samples.add(metrics.BLOB_OPERATIONS, (operation,), counts.get(name, 0))
