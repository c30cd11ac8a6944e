"""Every series this project exposes, declared once as data. docs/reference/metrics.md is generated from this table.

Names follow the Prometheus conventions: base units, ``_total`` for counters, ``_seconds`` and ``_bytes``.
The values of labels are bounded: see :class:`judge.observe.metrics.vocabulary.Vocabulary`, which every value passes
that does not come from an enumeration of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from judge.model.units import S_NS
from judge.observe.metrics.buckets import DURATION_BOUNDS_NS, MEMORY_BOUNDS_BYTES, PROCESS_BOUNDS, WAIT_BOUNDS_NS


class Kind(StrEnum):
    """The Prometheus type."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, eq=False)
class Metric:
    """One metric family.

    ``scale`` is how many units of a record make one unit of the series (10**9 where records count nanoseconds and
    the series seconds). ``bounds`` are the upper bounds of a histogram's buckets in units of the record.
    ``scope``: "node" = each exporter tells its own part, add them up; "cluster" = all exporters read the same value
    from the queue, take the largest.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    unit: str = ""
    scale: int = 1
    bounds: tuple[int, ...] = ()
    scope: str = "node"


def _counter(name: str, help_text: str, *labels: str, unit: str = "", scale: int = 1, scope: str = "node") -> Metric:
    return Metric(name, Kind.COUNTER, help_text, labels, unit, scale, scope=scope)


def _gauge(name: str, help_text: str, *labels: str, unit: str = "", scale: int = 1, scope: str = "node") -> Metric:
    return Metric(name, Kind.GAUGE, help_text, labels, unit, scale, scope=scope)


def _durations(name: str, help_text: str, *labels: str, bounds: tuple[int, ...] = DURATION_BOUNDS_NS) -> Metric:
    return Metric(name, Kind.HISTOGRAM, help_text, labels, "seconds", S_NS, bounds)


def _seconds(name: str, help_text: str, *labels: str) -> Metric:
    return _counter(name, help_text, *labels, unit="seconds", scale=S_NS)


# Submissions and their phases
SUBMISSIONS = _counter(
    "judge_submissions_total",
    "Submissions judged and other work done: one per recorded report, whatever happened on the way.",
    "language",
    "verdict",
    "class",
    "kind",
)
REDELIVERED = _counter(
    "judge_submissions_redelivered_total",
    "Recorded reports that took more than one attempt.",
    "language",
    "kind",
)
WAIT = _durations(
    "judge_submission_wait_seconds",
    "Time from acceptance into the queue to the claim by a slot.",
    "class",
    "kind",
    bounds=WAIT_BOUNDS_NS,
)
JUDGING = _durations(
    "judge_submission_judging_seconds",
    "Time from the claim to the recorded report.",
    "language",
    "kind",
)
PHASES = _durations("judge_phase_seconds", "Time of one phase of one submission, summed over its tests.", "phase")
CASES = _counter("judge_cases_total", "Test cases judged, those of evaluations too.", "language", "verdict")

# Runs of submitted programs
RUNS = _counter("judge_runs_total", "Runs of submitted programs by what ended them.", "language", "outcome")
RUN_CPU = _durations("judge_run_cpu_seconds", "CPU time of one run, from its cgroup.", "language")
RUN_WALL = _durations("judge_run_wall_seconds", "Wall time of one run.", "language")
RUN_MEMORY = Metric(
    "judge_run_memory_peak_bytes",
    Kind.HISTOGRAM,
    "Peak memory of one run, from its cgroup.",
    ("language",),
    "bytes",
    bounds=MEMORY_BOUNDS_BYTES,
)
RUN_PROCESSES = Metric(
    "judge_run_processes_peak",
    Kind.HISTOGRAM,
    "Most processes and threads of one run alive at once (absent where the kernel has no pids.peak).",
    ("language",),
    bounds=PROCESS_BOUNDS,
)
RUN_CPU_USER = _seconds("judge_run_cpu_user_seconds_total", "User CPU time of runs.", "language")
RUN_CPU_SYSTEM = _seconds("judge_run_cpu_system_seconds_total", "System CPU time of runs.", "language")
RUN_THROTTLED = _seconds(
    "judge_run_throttled_seconds_total", "Time that runs were throttled by the CPU controller.", "language"
)
RUN_PRESSURE = _seconds(
    "judge_run_pressure_seconds_total",
    'Time that runs were held up by a lack of a resource (pressure stall information, "some"; cgroup v2 only).',
    "language",
    "resource",
)
RUN_OOM_KILLS = _counter("judge_run_oom_kills_total", "Processes of runs killed for lack of memory.", "language")
RUN_FORK_FAILURES = _counter("judge_run_fork_failures_total", "Forks refused by the process limit.", "language")
RUN_MAJOR_FAULTS = _counter("judge_run_major_faults_total", "Page faults of runs that needed the disk.", "language")
RUN_SWITCHES = _counter(
    "judge_run_context_switches_total",
    "Context switches of runs; many involuntary ones are a sign of a crowded host.",
    "language",
    "kind",
)
RUN_IO_READ = _counter("judge_run_io_read_bytes_total", "Bytes that runs read from disks.", "language", unit="bytes")
RUN_IO_WRITE = _counter("judge_run_io_write_bytes_total", "Bytes that runs wrote to disks.", "language", unit="bytes")
RUN_OUTPUT = _counter(
    "judge_run_output_bytes_total", "Bytes that runs wrote to their output streams.", "language", unit="bytes"
)

# The node: slots, containers, caches, host
SLOTS = _gauge("judge_slots", "Slots of this node by what they do.", "state")
CONTAINERS = _counter(
    "judge_containers_total",
    "Containers taken: kept = from other work of the same tenant, warm = made in advance, cold = made on demand.",
    "start",
)
CACHE_REQUESTS = _counter("judge_cache_requests_total", "Look-ups in a cache.", "cache", "result")
CACHE_BYTES = _gauge("judge_cache_bytes", "Size of a cache.", "cache", unit="bytes")
CACHE_LIMIT = _gauge("judge_cache_limit_bytes", "Limit of a cache; absent when unlimited.", "cache", unit="bytes")
CACHE_ENTRIES = _gauge("judge_cache_entries", "Entries of a cache.", "cache")
DISK_FREE = _gauge(
    "judge_disk_free_bytes", "Free space where the state directory lies (caches, scratch, artifacts).", unit="bytes"
)
DISK_SIZE = _gauge("judge_disk_size_bytes", "Size of the file system of the state directory.", unit="bytes")
EVENTS = _counter(
    "judge_events_total",
    "Rare events of this node: failed attempts, leases lost, processes restarted, left-overs swept.",
    "event",
)
SELFTEST = _gauge(
    "judge_selftest_held", "1 = the sandbox withstood this attack in the last self-test, 0 = it did not.", "attack"
)
LANGUAGE_READY = _gauge(
    "judge_language_ready", "1 = the language's toolchain is there and proved itself, 0 = it is not.", "language"
)
NOISE = _gauge(
    "judge_host_noise_ratio",
    "Spread of the CPU times of the same work, last measured: (slowest - fastest) / fastest; 0 = quiet; absent when a"
    " measurement did not come to its end.",
    unit="ratio",
)
BUILD_INFO = _gauge("judge_build_info", "Always 1; the labels tell what runs here.", "version", "python")
START_TIME = _gauge("judge_start_time_seconds", "When this exporter started, Unix time.", unit="seconds")

# The queue: the same on every node
QUEUE_UP = _gauge("judge_queue_up", "1 = the queue answered this scrape, 0 = it did not.")
QUEUE_READY = _gauge("judge_queue_ready", "Submissions that wait for a slot.", "class", scope="cluster")
QUEUE_LEASED = _gauge("judge_queue_leased", "Submissions that a slot holds.", scope="cluster")
QUEUE_TICKETS = _gauge("judge_queue_tickets", "Wake-up messages that lie in the broker.", scope="cluster")
QUEUE_OLDEST = _gauge(
    "judge_queue_oldest_seconds",
    "Age of the submission that has waited longest; 0 = nothing waits.",
    "class",
    unit="seconds",
    scale=S_NS,
    scope="cluster",
)
QUEUE_RECORDED = _counter(
    "judge_queue_recorded_total",
    "Verdicts recorded since the queue was made, by any node: the truth that judge_submissions_total sums up to.",
    scope="cluster",
)
QUEUE_EVENTS = _counter(
    "judge_queue_events_total",
    "What happened to submissions in the queue, by any node: accepted, refused, leases expired, verdicts fenced, ...",
    "event",
    scope="cluster",
)
QUEUE_PERSISTENT = _gauge(
    "judge_queue_persistent",
    "1 = Redis' last write to its append-only file succeeded, 0 = it failed; absent without such a file.",
    scope="cluster",
)
QUEUE_ROUND_TRIP = _gauge(
    "judge_queue_round_trip_seconds", "Time of one question to Redis, at this scrape.", unit="seconds", scale=S_NS
)
QUEUE_REPLICA_LAG = _gauge(
    "judge_queue_replica_lag_seconds",
    "How far the slowest Redis replica is behind; absent without replicas.",
    unit="seconds",
    scale=S_NS,
    scope="cluster",
)
QUEUE_MEMORY = _gauge("judge_queue_memory_bytes", "Memory that Redis uses.", unit="bytes", scope="cluster")
QUEUE_MEMORY_LIMIT = _gauge(
    "judge_queue_memory_limit_bytes", "Redis' maxmemory; absent when unlimited.", unit="bytes", scope="cluster"
)

# Blobs
BLOBS = _gauge("judge_blobs", "Blobs that tenants keep.", "place", scope="cluster")
BLOB_BYTES = _gauge("judge_blob_bytes", "Size of the blobs that tenants keep.", "place", unit="bytes", scope="cluster")
BLOB_OPERATIONS = _counter(
    "judge_blob_operations_total",
    "What was done with blobs since the queue was made, by any node or client.",
    "operation",
    scope="cluster",
)

# The metrics and the log
RECORDS = _counter("judge_metrics_records_total", "Records read from the metrics pipe.", "kind")
RECORDS_DROPPED = _counter(
    "judge_metrics_records_dropped_total", "Records that a process could not write because the pipe was full."
)
LOG_LINES_DROPPED = _counter(
    "judge_log_lines_dropped_total", "Log lines that were dropped because nobody read the log fast enough."
)
RECORDS_INVALID = _counter("judge_metrics_records_invalid_total", "Stretches of the metrics pipe that were no record.")

#: Everything above by what it tells, in the order of the documentation.
SECTIONS: tuple[tuple[str, tuple[Metric, ...]], ...] = (
    ("Submissions", (SUBMISSIONS, REDELIVERED, WAIT, JUDGING, PHASES, CASES)),
    (
        "Runs of submitted programs",
        (
            RUNS,
            RUN_CPU,
            RUN_WALL,
            RUN_MEMORY,
            RUN_PROCESSES,
            RUN_CPU_USER,
            RUN_CPU_SYSTEM,
            RUN_THROTTLED,
            RUN_PRESSURE,
            RUN_OOM_KILLS,
            RUN_FORK_FAILURES,
            RUN_MAJOR_FAULTS,
            RUN_SWITCHES,
            RUN_IO_READ,
            RUN_IO_WRITE,
            RUN_OUTPUT,
        ),
    ),
    (
        "The node",
        (
            SLOTS,
            CONTAINERS,
            CACHE_REQUESTS,
            CACHE_BYTES,
            CACHE_LIMIT,
            CACHE_ENTRIES,
            DISK_FREE,
            DISK_SIZE,
            EVENTS,
            SELFTEST,
            LANGUAGE_READY,
            NOISE,
            BUILD_INFO,
            START_TIME,
        ),
    ),
    (
        "The queue",
        (
            QUEUE_UP,
            QUEUE_ROUND_TRIP,
            QUEUE_READY,
            QUEUE_LEASED,
            QUEUE_TICKETS,
            QUEUE_OLDEST,
            QUEUE_RECORDED,
            QUEUE_EVENTS,
            QUEUE_PERSISTENT,
            QUEUE_REPLICA_LAG,
            QUEUE_MEMORY,
            QUEUE_MEMORY_LIMIT,
        ),
    ),
    ("Blobs", (BLOBS, BLOB_BYTES, BLOB_OPERATIONS)),
    ("The metrics and the log", (RECORDS, RECORDS_DROPPED, RECORDS_INVALID, LOG_LINES_DROPPED)),
)

#: What is asked at scrape: of the queue and of the disk. All others lie in the exporter's own store.
QUEUE_METRICS: tuple[Metric, ...] = tuple(
    metric for title, group in SECTIONS if title in ("The queue", "Blobs") for metric in group
)
METRICS: tuple[Metric, ...] = tuple(metric for _, group in SECTIONS for metric in group)
NODE_METRICS: tuple[Metric, ...] = tuple(
    metric for metric in METRICS if metric not in (*QUEUE_METRICS, DISK_FREE, DISK_SIZE)
)
