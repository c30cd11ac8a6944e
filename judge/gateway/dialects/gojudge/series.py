"""go-judge's own series, by its names: what this gateway has run by this interface."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from starlette.responses import Response

from judge.gateway.dialects.gojudge.results import Result
from judge.model.units import S_NS

_TIMES_S = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 2, 5, 10, 20, 50, 100)
_MEMORY_BYTES = tuple(1 << power for power in range(12, 33))
_FILE_BYTES = tuple(1 << power for power in range(8, 28))
_FILES_MAX = 100_000
"""The most files that are remembered; then the oldest is not counted any more. They also end by themselves, unseen."""


class Series:
    """Of one gateway. What this interface keeps nowhere (its files are blobs, its containers the workers') is 0."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        # What only grows is a gauge here as well: a Counter's name would end in "_total", which go-judge's do not.
        self._errors = Gauge("go_judge_exec_error_count", "Requests that were not run.", registry=registry)
        self._times = Histogram(
            "go_judge_exec_time_seconds", "CPU time.", ("status",), buckets=_TIMES_S, registry=registry
        )
        self._memory = Histogram(
            "go_judge_exec_memory_bytes", "Peak memory.", ("status",), buckets=_MEMORY_BYTES, registry=registry
        )
        self._files = Histogram("go_judge_file_size_bytes", "Files put.", buckets=_FILE_BYTES, registry=registry)
        self._gauges = {
            name: Gauge(f"go_judge_{name}", text, registry=registry)
            for name, text in (
                ("file_current_bytes_count", "Files put and not removed here."),
                ("file_current_bytes_sum", "Their size."),
                ("environment_current_count", "Commands that run."),
                ("worker_queue_count", "Work that waits, of all callers."),
                ("worker_running_count", "Work that runs, of all callers."),
            )
        }
        Gauge("go_judge_environment_count", "Containers; see the workers' own series.", registry=registry)
        self._file_bytes: dict[str, int] = {}

    def ran(self, results: Sequence[Result]) -> None:
        """These were run."""
        for one in results:
            self._times.labels(one.status.value).observe(one.time / S_NS)
            self._memory.labels(one.status.value).observe(one.memory)

    def failed(self) -> None:
        """A request was not run."""
        self._errors.inc()

    def put(self, file_id: str, size_bytes: int) -> None:
        """A file came in."""
        self._files.observe(size_bytes)
        if len(self._file_bytes) >= _FILES_MAX:
            self.removed(next(iter(self._file_bytes)))
        self._file_bytes[file_id] = size_bytes
        self._gauges["file_current_bytes_count"].inc()
        self._gauges["file_current_bytes_sum"].inc(size_bytes)

    def removed(self, file_id: str) -> None:
        """A file was removed; one that came in elsewhere was not counted."""
        size_bytes = self._file_bytes.pop(file_id, None)
        if size_bytes is not None:
            self._gauges["file_current_bytes_count"].dec()
            self._gauges["file_current_bytes_sum"].dec(size_bytes)

    def response(self, *, waiting: int, running: int) -> Response:
        """All series."""
        self._gauges["worker_queue_count"].set(waiting)
        self._gauges["worker_running_count"].set(running)
        return Response(generate_latest(self._registry), media_type="text/plain; version=0.0.4; charset=utf-8")
