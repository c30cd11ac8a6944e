"""Reports and events over HTTP and back."""

from __future__ import annotations

import msgspec
import pytest

from judge.http_form.reports import EventForm, ReportForm, event_form, event_of, report_form, report_of
from judge.model.event import Claimed, Event, OutputChunk, WorkDone
from judge.model.run import Outcome, RunResult, Usage
from judge.model.work import Context
from judge.model.work_report import (
    AnyWorkReport,
    CommandGroupReport,
    CommandReport,
    EvaluationReport,
    ExecutionReport,
    KeptFile,
    Missing,
    Output,
    OutputPiece,
    PipeReport,
    RunReport,
    SessionReport,
    TakenFile,
)

_RESULT = RunResult(outcome=Outcome.EXITED, exit_code=0, usage=Usage(cpu_time_ns=5))
_ODD = Output(content=b"\xff\xc3", size_bytes=2, truncated=True)
_RUN = RunReport(
    result=_RESULT,
    stdout=Output(content="ä\n".encode(), size_bytes=3),
    stderr=_ODD,
    pieces=(OutputPiece(stream=1, size_bytes=3),),
    files=(KeptFile(name="a", blob="sha256:0", size_bytes=1),),
    files_passed_over=2,
)
_COMMAND = CommandReport(
    **{name: getattr(_RUN, name) for name in _RUN.__struct_fields__},
    outputs=(Output(content=b"\xff", size_bytes=1),),
    taken=(
        TakenFile(name="a", content=Output(blob="sha256:" + "0" * 64, size_bytes=9)),
        TakenFile(name="b", missing=Missing.TOO_LARGE, size_bytes=100),
    ),
)
_REPORTS: list[AnyWorkReport] = [
    ExecutionReport(id="i", runs=(_RUN,), mean=Usage(), context=Context(text="t"), reason="r", tenant="school"),
    CommandGroupReport(id="i", commands=(_COMMAND,), pipes=(PipeReport(size_bytes=4, record=_ODD),)),
    EvaluationReport(id="i", passed=1),
    SessionReport(id="i", output_bytes=3),
]


@pytest.mark.parametrize("report", _REPORTS, ids=lambda one: type(one).__name__)
def test_a_report_comes_back_as_it_was(report: AnyWorkReport) -> None:
    text = msgspec.json.encode(report_form(report))
    assert report_of(msgspec.json.decode(text, type=ReportForm)) == report


@pytest.mark.parametrize(
    "event",
    [
        Claimed(submission="i", worker="w", attempt=1),
        OutputChunk(submission="i", stream=1, offset=0, content=b"text"),
        OutputChunk(submission="i", stream=2, offset=7, content=b"\xe2\x82", last=True),
        WorkDone(submission="i", report=_REPORTS[0]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    text = msgspec.json.encode(event_form(event, "i"))
    assert event_of(msgspec.json.decode(text, type=EventForm)) == event


def test_an_event_has_the_id_that_its_tenant_knows() -> None:
    form = event_form(WorkDone(submission="school~i", report=ExecutionReport(id="school~i")), "i")
    assert b"school~" not in msgspec.json.encode(form)
