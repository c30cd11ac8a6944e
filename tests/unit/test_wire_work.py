"""The wire form of work of every kind: what goes in comes out, and what is none is refused by name."""

from __future__ import annotations

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_values import values_of

from judge import wire
from judge.errors import WireError
from judge.model.event import Event, OutputChunk, ProgramCaseJudged, ProgramProgressed, TestJudged, WorkDone
from judge.model.submission import Submission
from judge.model.verification import Verification
from judge.model.work import (
    CONTEXT_BYTES_MAX,
    Context,
    Data,
    Execution,
    JudgedProgram,
    ProgramJudging,
    ProgramSource,
    Task,
    Work,
    WorkHeader,
    WorkKind,
    kind_of,
)
from judge.model.work_report import AnyWorkReport, BlameOn, report_without_work, status_of
from judge.wire_schema import wire_schema

KINDS = [kind for kind in WorkKind if kind is not WorkKind.SUBMISSION]
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@+~=-]{0,40}", fullmatch=True)
TASKS: st.SearchStrategy[Task] = values_of(Task)
REPORTS: st.SearchStrategy[AnyWorkReport] = values_of(AnyWorkReport)
EVENTS: st.SearchStrategy[Event] = values_of(
    OutputChunk | TestJudged | ProgramCaseJudged | ProgramProgressed | WorkDone
)


@st.composite
def works(draw: st.DrawFn) -> Work:
    task = draw(TASKS)
    if isinstance(task, ProgramJudging):
        task = msgspec.structs.replace(task, state=draw(st.one_of(st.just(""), NAMES)))
    context = Context(sender=draw(NAMES), text=draw(st.text(st.characters(codec="utf-8"), max_size=20)))
    kind = kind_of(task)
    language = "" if kind in (WorkKind.VERIFICATION, WorkKind.PROGRAM) else draw(NAMES)
    header = WorkHeader(id=draw(NAMES), kind=kind, language=language, tenant=draw(NAMES), context=context)
    return Work(header=header, task=task)


@given(works())
def test_work_comes_out_as_it_went_in(work: Work) -> None:
    message = wire.encode_work(work)
    assert wire.decode_claimed(message.submission, message.sources) == work
    assert wire.decode_work_header(message.submission) == work.header


@given(works(), works())
def test_the_digest_tells_work_apart(one: Work, other: Work) -> None:
    assert wire.encode_work(one).digest == wire.encode_work(one).digest
    assert one == other or wire.encode_work(one).digest != wire.encode_work(other).digest


@given(works())
def test_no_work_is_taken_for_a_submission(work: Work) -> None:
    message = wire.encode_work(work)
    with pytest.raises(WireError):
        wire.decode_header(message.submission)
    assert wire.kind_of_text(message.submission) is work.header.kind


@given(REPORTS)
def test_a_report_comes_out_as_it_went_in(report: AnyWorkReport) -> None:
    text = wire.encode(report)
    assert wire.decode_work_report(text) == report
    assert not wire.is_judging_report(text)
    with pytest.raises(WireError):
        wire.decode_report(text)
    assert status_of(report)


@given(EVENTS)
def test_events_of_work_come_out_as_they_went_in(event: Event) -> None:
    text = wire.encode(event)
    assert wire.decode_event(text) == event
    assert wire.event_type(event) == msgspec.json.decode(text)["type"]


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_bytes_that_are_no_work_are_refused_and_crash_nothing(header: bytes, body: bytes) -> None:
    try:
        claimed = wire.decode_claimed(header, body)
    except WireError:
        return
    assert isinstance(claimed, Submission | Work)


@pytest.mark.parametrize("depth", [100, 10_000, 1_000_000])
def test_deep_json_is_refused(depth: int) -> None:
    header = msgspec.json.encode(WorkHeader(id="w", kind=WorkKind.EXECUTION))
    for text in (b"[" * depth, b'{"type":"execution","stdin":' + b'{"a":' * depth):
        with pytest.raises(WireError):
            wire.decode_claimed(header, text)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"type":"essay"}', r"essay"),
        (b'{"type":"execution","colour":1}', "colour"),
        (b'{"type":"execution","repeats":"two"}', r"\$\.repeats"),
        (b'{"type":"execution","stdin":{"content":"%%%"}}', r"\$\.stdin\.content"),
        (b'{"type":"execution","stdin":{"content":"YQ==","blob":"sha256:0"}}', r"not both.*\$\.stdin"),
        (b'{"type":"execution","limits":{"memory_bytes":-1}}', r"memory_bytes must not be negative.*\$\.limits"),
        (b'{"type":"execution","limits":{"memory_bytes":1e400}}', "task"),
        (b'{"type":"evaluation"}', "program"),
        (b'{"type":"verification"}', "package"),
        (b'{"type":"verification","package":"/p","time_limit_ns":-1}', "time_limit_ns must not be negative"),
        (b'{"type":"group","commands":[{"argv":[7]}]}', r"\$\.commands\[0\]\.argv\[0\]"),
        (b"\xff", "task"),
    ],
)
def test_what_is_no_task_names_the_field(body: bytes, field: str) -> None:
    header = msgspec.json.encode(WorkHeader(id="w", kind=WorkKind.EXECUTION))
    with pytest.raises(WireError, match=field):
        wire.decode_claimed(header, body)


def test_a_kind_of_the_future_is_refused_by_name() -> None:
    with pytest.raises(WireError, match="kind: 'essay' is not one of submission, execution"):
        wire.kind_of_text(b'{"kind":"essay"}')


def test_a_context_that_is_too_long_is_refused() -> None:
    header = WorkHeader(id="w", kind=WorkKind.EXECUTION, context=Context(text="é" * (CONTEXT_BYTES_MAX // 2)))
    assert wire.encode_work(Work(header=header, task=Execution(argv=("a",))))
    long = msgspec.structs.replace(header, context=Context(text=header.context.text + "x"))
    with pytest.raises(WireError, match=r"context\.text: 4097 bytes"):
        wire.encode_work(Work(header=long, task=Execution(argv=("a",))))


@pytest.mark.parametrize("kind", KINDS)
def test_no_route_of_work_is_one_of_submissions(kind: WorkKind) -> None:
    route = wire.work_route(WorkHeader(id="w", kind=kind, language="c", tags=("gpu",)))
    assert route in wire.routes_served(("c",), ("gpu",))
    assert "=" in route.rpartition("+")[2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_without_work_fits_the_published_schema(kind: WorkKind) -> None:
    report = report_without_work(WorkHeader(id="w", kind=kind), BlameOn.JUDGE, "it died")
    jsonschema.validate({"work_report": msgspec.json.decode(wire.encode(report))}, wire_schema())
    assert status_of(report) == "JE"


def test_a_verification_is_in_no_language() -> None:
    task = Verification(package="/p")
    header = WorkHeader(id="w", kind=WorkKind.VERIFICATION)
    assert wire.work_route(header) == "any+=verify"
    with pytest.raises(WireError, match="language: a verification has none here, not 'c'"):
        wire.encode_work(Work(header=msgspec.structs.replace(header, language="c"), task=task))


def test_the_order_of_an_environment_does_not_tell_work_apart() -> None:
    header = WorkHeader(id="w", kind=WorkKind.EXECUTION)
    one, other = ({"A": "1", "B": "2"}, {"B": "2", "A": "1"})
    digests = {
        wire.encode_work(Work(header=header, task=Execution(argv=("a",), environment=environment))).digest
        for environment in (one, other)
    }
    assert len(digests) == 1


def test_a_judging_by_a_program_is_in_no_language_and_its_state_has_a_name() -> None:
    task = ProgramJudging(program=ProgramSource(language="python3"))
    header = WorkHeader(id="w", kind=WorkKind.PROGRAM)
    assert wire.work_route(header) == "any+=program"
    with pytest.raises(WireError, match="language: a program has none here, not 'c'"):
        wire.encode_work(Work(header=msgspec.structs.replace(header, language="c"), task=task))
    for name in ("@package.best", "a/b", "a b"):
        with pytest.raises(WireError, match=r"state: .* is not a name"):
            wire.encode_work(Work(header=header, task=msgspec.structs.replace(task, state=name)))


def test_what_a_judging_by_a_program_leaves_as_usual_is_not_written() -> None:
    task = ProgramJudging(program=ProgramSource(language="python3"), submissions=(JudgedProgram(work="w"),))
    plain = {"type": "program", "program": {"language": "python3"}, "submissions": [{"work": "w"}]}
    assert msgspec.json.decode(msgspec.json.encode(task)) == plain


def test_a_task_that_is_too_large_is_refused_before_it_is_sent() -> None:
    stdin = Data(content=b"x" * (wire.WORK_BYTES_MOST * 3 // 4))
    header = WorkHeader(id="w", kind=WorkKind.EXECUTION)
    with pytest.raises(WireError, match=r"task: \d+ bytes; at most 67108864 come along, larger data go into blobs"):
        wire.encode_work(Work(header=header, task=Execution(argv=("a",), stdin=stdin)))


@pytest.mark.parametrize("mark", [b'"ab",', b"[],", b"{},"])
def test_a_task_that_would_be_far_larger_in_memory_is_not_read(mark: bytes) -> None:
    body = b'{"type":"execution","argv":[' + mark * (1 << 20) + b'"a"]}'
    header = msgspec.json.encode(WorkHeader(id="w", kind=WorkKind.EXECUTION))
    with pytest.raises(WireError, match="task: there are more than 1048576 objects and words"):
        wire.decode_claimed(header, body)


def test_tickets_of_new_kinds_are_not_taken_by_workers_that_cannot_claim_them() -> None:
    routes = (*wire.routes_served(("c",), ("gpu",)), *wire.own_routes("w"))
    assert len({wire.celery_queue(route) for route in routes}) == len(routes)


def test_a_worker_without_slots_for_sessions_serves_none() -> None:
    assert set(wire.routes_served(("c",), (), sessions=False)) == {"any", "c", "any+=work", "c+=work"} | {
        "any+=verify",
        "any+=program",
    }
