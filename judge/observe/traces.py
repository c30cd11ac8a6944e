"""Traces: one OpenTelemetry trace per submission or other work, a span per phase and test. Off unless settings say so.

Needs the extra ``judge-service[traces]``; where spans go is said by OpenTelemetry's own environment variables
(``OTEL_EXPORTER_OTLP_ENDPOINT`` and its kin). Spans are made when the submission is finished, from its
:class:`judge.observe.timeline.Timeline`: judging pays nothing for them until its verdict is recorded.

The trace's id follows from the submission's id (:func:`trace_id_of`): all attempts of one submission, on whatever
worker, are one trace, and a client can find it.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from judge.errors import UsageError
from judge.model.report import Report
from judge.model.work import WorkKind
from judge.model.work_report import AnyWorkReport, kind_of_report, status_of
from judge.observe.timeline import Timeline

if TYPE_CHECKING:  # an optional dependency, not a cycle
    from opentelemetry.sdk.trace.export import SpanExporter

#: How long the end of a process waits for spans that are still to be sent.
FLUSH_MS = 2000


def trace_id_of(submission: str) -> int:
    """The 128-bit trace id of a submission, never zero."""
    return int.from_bytes(hashlib.blake2b(submission.encode(), digest_size=16).digest(), "big") or 1


class Traces:
    """Sends the spans of finished submissions; use from one thread, make it after a fork."""

    def __init__(self, exporter: SpanExporter | None = None, version: str = "") -> None:
        """``exporter`` None = OTLP over HTTP. Raises UsageError when the extra is not installed."""
        try:
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

            if exporter is None:
                from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

                exporter = OTLPSpanExporter()
        except ImportError as error:
            raise UsageError(f"setting traces: install judge-service[traces] ({error})") from error

        class Ids(RandomIdGenerator):
            """Random span ids; the trace id is the one of the submission at hand."""

            trace_id = 1

            def generate_trace_id(self) -> int:
                return self.trace_id

        self._ids = Ids()
        resource = Resource.create({"service.name": "judge", "service.version": version})
        self._provider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("judge")

    def send(self, timeline: Timeline, report: Report | AnyWorkReport, wait_ns: int = 0) -> None:
        """Hand over the spans of one attempt, which has just ended; they are sent in the background."""
        from opentelemetry import trace

        end_ns = time.time_ns()
        epoch_ns = end_ns - timeline.elapsed_ns() - timeline.started_ns
        start_ns = epoch_ns + timeline.started_ns
        kind, name = _named(report)
        self._ids.trace_id = trace_id_of(name)
        root = self._tracer.start_span(kind, start_time=start_ns - wait_ns, attributes=_attributes(report))
        inside = trace.set_span_in_context(root)
        if wait_ns:
            self._tracer.start_span("wait", inside, start_time=start_ns - wait_ns).end(start_ns)
        for span in timeline.spans:
            attributes = {"judge.case": span.name} if span.name else None
            child = self._tracer.start_span(
                span.phase.value, inside, start_time=epoch_ns + span.start_ns, attributes=attributes
            )
            child.end(epoch_ns + span.end_ns)
        root.end(end_ns)

    def flush(self) -> None:
        """Send what is left; blocks at most two seconds."""
        self._provider.force_flush(FLUSH_MS)

    def close(self) -> None:
        """Flush and end the background thread."""
        self.flush()
        self._provider.shutdown()


def _named(report: Report | AnyWorkReport) -> tuple[str, str]:
    """The kind of work, which names its root span, and its id."""
    if isinstance(report, Report):
        return WorkKind.SUBMISSION.value, report.submission
    return kind_of_report(report).value, report.id


def _attributes(report: Report | AnyWorkReport) -> dict[str, str | int]:
    if not isinstance(report, Report):
        return {
            "judge.submission": report.id,
            "judge.language": report.language,
            "judge.verdict": status_of(report),
            "judge.blame": report.blame.value,
            "judge.attempt": report.attempt,
        }
    return {
        "judge.submission": report.submission,
        "judge.problem": report.problem,
        "judge.language": report.language,
        "judge.verdict": report.verdict.value,
        "judge.attempt": report.attempt,
        "judge.deciding_case": report.deciding_case,
        "judge.cpu_time_max_ns": report.cpu_time_max_ns,
        "judge.memory_peak_max_bytes": report.memory_peak_max_bytes,
    }
