"""The wire form: what goes in comes out, what is no message says where, and the published schema is the types'."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge import wire
from judge.errors import WireError
from judge.model.event import Cancelled, CaseJudged, Claimed, Done, Event, Queued
from judge.model.report import CaseReport, Report
from judge.model.submission import HandIn, SourceFile, Submission
from judge.model.verdict import Verdict
from judge.wire_schema import wire_schema, wire_schema_text

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = jsonschema.Draft202012Validator(wire_schema())

sources = st.lists(st.builds(SourceFile, name=st.text(min_size=1), content=st.binary()), min_size=1, max_size=3).map(
    tuple
)
submissions = st.builds(
    Submission,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@+~=-]{0,127}", fullmatch=True),
    package=st.text(),
    sources=sources,
    language=st.text(),
    priority_class=st.sampled_from(wire.PRIORITY_CLASSES),
)


@given(submissions)
def test_a_submission_comes_out_as_it_went_in(submission: Submission) -> None:
    message = wire.encode_submission(submission)
    assert wire.decode_submission(message.submission, message.sources) == submission


@given(submissions)
def test_a_submission_fits_the_published_schema(submission: Submission) -> None:
    message = wire.encode_submission(submission)
    SCHEMA.validate(
        {"submission": msgspec.json.decode(message.submission), "sources": msgspec.json.decode(message.sources)}
    )


def test_a_submission_that_is_no_coursework_is_as_older_workers_know_it() -> None:
    plain = Submission(id="s", package="p", sources=(SourceFile(name="a", content=b"x"),))
    handed = HandIn(student="ada", handed_in_at_ms=5, attempt=2)
    assert set(msgspec.json.decode(wire.encode_submission(plain).submission)) == {
        "id", "package", "sources", "language", "main", "priority_class", "tenant", "tags",
    }  # fmt: skip
    assert plain.handed_in == HandIn()
    message = wire.encode_submission(msgspec.structs.replace(plain, hand_in=handed))
    assert wire.decode_submission(message.submission, message.sources).handed_in == handed
    assert message.digest != wire.encode_submission(plain).digest


@pytest.mark.parametrize(
    ("hand_in", "field"),
    [
        (b'{"attempt":0}', "attempt must be at least 1"),
        (b'{"handed_in_at_ms":-1}', "handed_in_at_ms must not be negative"),
        (b'{"due_at_ms":-1}', "due_at_ms must not be negative"),
        (b'{"student":"%s"}' % (b"x" * 201), "student has at most 200 letters"),
        (b'{"pupil":"x"}', "pupil"),
        (b'{"attempt":"x"}', r"\$\.hand_in\.attempt"),
    ],
)
def test_a_handing_in_that_cannot_be_names_its_field(hand_in: bytes, field: str) -> None:
    with pytest.raises(WireError, match=field):
        wire.decode_submission(b'{"id":"s","package":"p","sources":[],"hand_in":%s}' % hand_in, b"[]")


@given(submissions, submissions)
def test_the_digest_tells_submissions_apart(one: Submission, other: Submission) -> None:
    assert (wire.encode_submission(one).digest == wire.encode_submission(other).digest) == (one == other)


@pytest.mark.parametrize(
    "event",
    [
        Queued(submission="s"),
        Claimed(submission="s", worker="w/0", attempt=2, wait_ns=5),
        CaseJudged(submission="s", index=1, total=2, case=CaseReport(name="1", verdict=Verdict.WA)),
        Cancelled(submission="s"),
        Done(submission="s", report=Report(submission="s", problem="p", language="c", verdict=Verdict.AC)),
    ],
)
def test_events_come_out_as_they_went_in_and_fit_the_schema(event: Event) -> None:
    text = wire.encode(event)
    assert wire.decode_event(text) == event
    assert wire.event_type(event) == msgspec.json.decode(text)["type"]
    SCHEMA.validate({"event": msgspec.json.decode(text)})


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"{", "not JSON"),
        (b'{"id":7,"package":"p","sources":[]}', r"\$\.id"),
        (b'{"id":"s","package":"p","sources":[],"colour":"red"}', "colour"),
        (b'{"package":"p","sources":[]}', "`id`"),
        (b"[]", "object"),
    ],
)
def test_what_is_no_submission_names_the_field(text: str, field: str) -> None:
    with pytest.raises(WireError, match=field):
        wire.decode_submission(text, b"[]")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [b'{"kind":"\xff"}', b'{"kind":' + b"[" * 100_000, b"\xff"])
def test_no_text_of_a_foreign_client_is_more_than_a_wire_error(text: bytes) -> None:
    decoders = (
        wire.kind_of_text,
        wire.decode_header,
        wire.decode_work_header,
        wire.decode_event,
        wire.decode_report,
        wire.decode_work_report,
        lambda header: wire.decode_claimed(header, b"[]"),
        lambda body: wire.decode_claimed(b'{"id":"a","kind":"execution"}', body),
    )
    for decode in decoders:
        with pytest.raises(WireError):
            decode(text)


def test_sources_that_are_no_base64_name_the_field() -> None:
    submission = wire.encode_submission(Submission(id="s", package="p", sources=(SourceFile(name="a", content=b""),)))
    with pytest.raises(WireError, match=r"sources.*content"):
        wire.decode_submission(submission.submission, b'[{"name":"a","content":"%%%"}]')


def test_a_submission_without_sources_is_refused() -> None:
    with pytest.raises(WireError, match="sources"):
        wire.encode_submission(Submission(id="s", package="p", sources=()))


@pytest.mark.parametrize("field", ["package", "main", "sources"])
def test_texts_that_are_not_unicode_are_the_clients_fault(field: str) -> None:
    source = SourceFile(name="\udcff.py" if field == "sources" else "a.py", content=b"")
    package = "\udcff" if field == "package" else "/p"
    main = "\udcff" if field == "main" else ""
    submission = Submission(id="s", language="c", sources=(source,), package=package, main=main)
    with pytest.raises(WireError, match="not valid Unicode"):
        wire.encode_submission(submission)


def test_routes_are_the_language_and_what_is_asked_for() -> None:
    assert wire.route("cpp") == "cpp"
    assert wire.route("cpp", ("gpu", "aarch64", "gpu")) == "cpp+aarch64+gpu"
    assert wire.route("") == "any"


def test_a_worker_serves_each_subset_of_its_tags() -> None:
    served = wire.routes_served(("c",), ("x86_64", "gpu"))
    assert set(served) == {
        f"{language}{tags}{kind}"
        for language in ("any", "c")
        for tags in ("", "+gpu", "+x86_64", "+gpu+x86_64")
        for kind in ("", "+=work", "+=session")
    } | {f"any{tags}+={word}" for word in ("verify", "program") for tags in ("", "+gpu", "+x86_64", "+gpu+x86_64")}


def test_too_many_tags_are_refused() -> None:
    with pytest.raises(WireError, match="at most 4"):
        wire.routes_served((), ("a", "b", "c", "d", "e"))


def test_the_published_schema_is_the_types() -> None:
    assert (ROOT / "docs" / "reference" / "wire.schema.json").read_text() == wire_schema_text(), (
        "run: python -c 'from judge.wire_schema import wire_schema_text; print(wire_schema_text(), end=str())'"
        " > docs/reference/wire.schema.json"
    )
