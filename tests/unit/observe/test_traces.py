"""Spans of a submission: a trace that everybody can find, phases in their place."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest
from observe_reports import case, report, run_result
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from judge.errors import UsageError
from judge.model.event import CaseJudged, Compiled, Compiling
from judge.model.work_report import ExecutionReport, RunReport
from judge.observe.metrics.pipe_records import Phase
from judge.observe.timeline import Timeline
from judge.observe.traces import Traces, trace_id_of


def _spans(*attempts: int) -> Sequence[ReadableSpan]:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter, "1.0")
    for attempt in attempts:
        timeline = Timeline()
        with timeline.phase(Phase.CLAIM):
            pass
        timeline(Compiling(submission="s", language="cpp"))
        timeline(Compiled(submission="s", ok=True, cached=False, wall_time_ns=1))
        judged = case("secret/1", run=run_result(wall_time_ns=1))
        timeline(CaseJudged(submission="s", index=1, total=1, case=judged))
        traces.send(timeline, report(judged, attempt=attempt), wait_ns=1_000_000)
    traces.flush()
    spans = exporter.get_finished_spans()
    traces.close()
    return spans


def test_each_phase_and_test_is_a_span_inside_the_submission() -> None:
    *inner, root = _spans(1)
    assert [span.name for span in inner] == ["wait", "claim", "fetch", "compile", "setup", "run"]
    assert root.name == "submission"
    assert root.attributes is not None
    assert root.attributes["judge.verdict"] == "AC"
    assert root.start_time is not None
    assert root.end_time is not None
    for span in inner:
        assert span.parent is not None
        assert span.parent.span_id == root.context.span_id
        assert span.start_time is not None
        assert span.end_time is not None
        assert root.start_time <= span.start_time <= span.end_time <= root.end_time
    assert inner[-1].attributes == {"judge.case": "secret/1"}


def test_all_attempts_share_the_trace_that_the_submissions_id_names() -> None:
    spans = _spans(1, 2)
    assert {span.context.trace_id for span in spans} == {trace_id_of("s")}
    assert len({span.context.span_id for span in spans}) == len(spans) == 14


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(UsageError, match=r"judge-service\[traces\]"):
        Traces()


def test_other_work_has_a_root_span_of_its_kind() -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter, "1.0")
    timeline = Timeline()
    timeline.rest(Phase.RUN)
    traces.send(timeline, ExecutionReport(id="e", language="c", runs=(RunReport(result=run_result()),)))
    traces.flush()
    run, root = exporter.get_finished_spans()
    traces.close()
    assert (run.name, root.name) == ("run", "execution")
    assert root.context is not None
    assert root.context.trace_id == trace_id_of("e")
    assert root.attributes is not None
    assert (root.attributes["judge.verdict"], root.attributes["judge.blame"]) == ("EXITED", "none")
