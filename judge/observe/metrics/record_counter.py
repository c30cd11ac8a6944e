"""From records to series: which counter a record moves. The exporter's side; nothing here reads or waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.observe.metrics import series as metrics
from judge.observe.metrics.pipe_records import (
    COUNTED_APART,
    CacheMeasured,
    CacheUsed,
    Count,
    Counted,
    Judged,
    LanguageReady,
    Prepared,
    Record,
    SelfTested,
    Settled,
    SlotChanged,
    SlotState,
)
from judge.observe.metrics.samples import Samples
from judge.observe.metrics.settlement import RecordedFence, Settlement
from judge.observe.metrics.vocabulary import Names, Vocabulary

_CONTAINER_STARTS = {Count.CONTAINER_COLD: "cold", Count.CONTAINER_WARM: "warm", Count.CONTAINER_KEPT: "kept"}


class RecordCounter:
    """Adds records to the samples; bounds every label value on the way.

    ``recorded_fence`` settles verdicts whose slot died; without it they are not counted.
    """

    def __init__(self, samples: Samples, vocabulary: Vocabulary, recorded_fence: RecordedFence | None = None) -> None:
        self._samples = samples
        self._vocabulary = vocabulary
        self._caches = Names()
        self._attacks = Names()
        self._slots: dict[int, SlotState] = {}
        self.settlement = Settlement(self._settled, recorded_fence)
        self._started: set[tuple[str, str]] = set()
        self._handlers: dict[type[Any], tuple[str, Callable[[Any], None]]] = {
            Judged: ("judged", self._judged),
            Prepared: ("prepared", self.settlement.prepare),
            Settled: ("settled", self.settlement.settle),
            SlotChanged: ("slot", self._slot),
            Counted: ("count", self._counted),
            LanguageReady: ("language", self._language),
            SelfTested: ("selftest", self._selftest),
            CacheMeasured: ("cache", self._cache_size),
            CacheUsed: ("cache_use", self._cache_use),
        }
        self._begin()

    @property
    def slots(self) -> dict[int, SlotState]:
        """What each slot last said it was doing (a copy)."""
        with self._samples.lock:
            return dict(self._slots)

    def apply(self, record: Record) -> None:
        """Count one record. A scrape sees all of it or nothing."""
        kind, handler = self._handlers[type(record)]
        with self._samples.lock:
            self._samples.add(metrics.RECORDS, (kind,))
            handler(record)

    def _begin(self) -> None:
        """Counters whose first increase matters start at zero: rate() cannot see a series appear."""
        for event in Count:
            if event not in COUNTED_APART:
                self._samples.add(metrics.EVENTS, (event,), 0)
        self._samples.add(metrics.RECORDS_DROPPED, (), 0)
        self._samples.add(metrics.RECORDS_INVALID, (), 0)
        self._samples.add(metrics.LOG_LINES_DROPPED, (), 0)
        for priority_class in sorted(self._vocabulary.classes):
            self._start_series("other", priority_class)
            for kind in WorkKind:  # of other work only what alerts watch: the rest begins with the first of it
                self._samples.add(metrics.SUBMISSIONS, ("other", Verdict.JE, priority_class, kind), 0)

    def _start_series(self, language: str, priority_class: str) -> None:
        if (language, priority_class) in self._started:
            return
        self._started.add((language, priority_class))
        for verdict in Verdict:
            self._samples.add(metrics.SUBMISSIONS, (language, verdict, priority_class, WorkKind.SUBMISSION), 0)

    def _settled(self, record: Judged) -> None:
        """A prepared verdict is known to be recorded; perhaps found out of turn, outside ``apply``."""
        with self._samples.lock:
            self._judged(record)

    def _judged(self, record: Judged) -> None:
        samples = self._samples
        language = self._vocabulary.language(record.language)
        priority_class = self._vocabulary.priority_class(record.priority_class)
        self._start_series(language, priority_class)
        samples.add(metrics.SUBMISSIONS, (language, record.verdict, priority_class, record.kind))
        if record.wait_ns is not None:
            samples.observe(metrics.WAIT, (priority_class, record.kind), record.wait_ns)
        if record.judging_ns is not None:
            samples.observe(metrics.JUDGING, (language, record.kind), record.judging_ns)
        if record.attempt > 1:
            samples.add(metrics.REDELIVERED, (language, record.kind))
        for phase, duration_ns in record.phases_ns.items():
            samples.observe(metrics.PHASES, (phase,), duration_ns)
        for verdict, count in record.case_verdicts.items():
            samples.add(metrics.CASES, (language, verdict), count)
        if record.compiled:
            samples.add(metrics.CACHE_REQUESTS, ("artifacts", "hit" if record.compile_cached else "miss"))
        if record.noise_ratio is not None:
            samples.set(metrics.NOISE, (), record.noise_ratio)
        if record.dropped:
            samples.add(metrics.RECORDS_DROPPED, (), record.dropped)
        if record.outcomes:
            self._runs(language, record)

    def _runs(self, language: str, record: Judged) -> None:
        samples, usage, spread = self._samples, record.usage, record.spread
        for outcome, count in record.outcomes.items():
            samples.add(metrics.RUNS, (language, outcome), count)
        samples.merge(metrics.RUN_CPU, (language,), spread.cpu_time, usage.cpu_time_ns)
        samples.merge(metrics.RUN_WALL, (language,), spread.wall_time, usage.wall_time_ns)
        samples.merge(metrics.RUN_MEMORY, (language,), spread.memory, usage.memory_peak_bytes)
        if any(spread.processes):
            samples.merge(metrics.RUN_PROCESSES, (language,), spread.processes, usage.pids_peak)
        for metric, amount in (
            (metrics.RUN_CPU_USER, usage.cpu_user_ns),
            (metrics.RUN_CPU_SYSTEM, usage.cpu_system_ns),
            (metrics.RUN_THROTTLED, usage.throttled_ns),
            (metrics.RUN_OOM_KILLS, usage.oom_kills),
            (metrics.RUN_FORK_FAILURES, usage.fork_failures),
            (metrics.RUN_MAJOR_FAULTS, usage.major_faults),
            (metrics.RUN_IO_READ, usage.io_read_bytes),
            (metrics.RUN_IO_WRITE, usage.io_write_bytes),
            (metrics.RUN_OUTPUT, usage.output_bytes),
        ):
            samples.add(metric, (language,), amount)
        for metric, kind, amount in (
            (metrics.RUN_SWITCHES, "voluntary", usage.context_switches_voluntary),
            (metrics.RUN_SWITCHES, "involuntary", usage.context_switches_involuntary),
            (metrics.RUN_PRESSURE, "cpu", usage.pressure_cpu_ns),
            (metrics.RUN_PRESSURE, "memory", usage.pressure_memory_ns),
            (metrics.RUN_PRESSURE, "io", usage.pressure_io_ns),
        ):
            samples.add(metric, (language, kind), amount)

    def _slot(self, record: SlotChanged) -> None:
        if record.state in (SlotState.STARTING, SlotState.GONE):
            self.settlement.abandon(record.slot)
        if record.state is SlotState.STARTING and record.slot in self._slots:
            self._samples.add(metrics.EVENTS, (Count.SLOT_RESTARTED,))
        self._slots[record.slot] = record.state
        per_state = Counter(self._slots.values())
        self._samples.replace(metrics.SLOTS, {(state,): per_state[state] for state in SlotState})

    def _counted(self, record: Counted) -> None:
        start = _CONTAINER_STARTS.get(record.what)
        if record.what is Count.LOG_LINE_DROPPED:
            self._samples.add(metrics.LOG_LINES_DROPPED, (), record.amount)
        elif start is not None:
            self._samples.add(metrics.CONTAINERS, (start,), record.amount)
        else:
            self._samples.add(metrics.EVENTS, (record.what,), record.amount)

    def _language(self, record: LanguageReady) -> None:
        language = self._vocabulary.language(record.language)
        self._samples.set(metrics.LANGUAGE_READY, (language,), int(record.ready))
        if record.ready:
            for priority_class in sorted(self._vocabulary.classes):
                self._start_series(language, priority_class)

    def _selftest(self, record: SelfTested) -> None:
        self._samples.set(metrics.SELFTEST, (self._attacks.admit(record.attack),), int(record.held))

    def _cache_size(self, record: CacheMeasured) -> None:
        cache = (self._caches.admit(record.cache),)
        self._samples.set(metrics.CACHE_BYTES, cache, record.size_bytes)
        self._samples.set(metrics.CACHE_ENTRIES, cache, record.entries)
        if record.limit_bytes:
            self._samples.set(metrics.CACHE_LIMIT, cache, record.limit_bytes)

    def _cache_use(self, record: CacheUsed) -> None:
        cache = self._caches.admit(record.cache)
        self._samples.add(metrics.CACHE_REQUESTS, (cache, "hit"), record.hits)
        self._samples.add(metrics.CACHE_REQUESTS, (cache, "miss"), record.misses)
