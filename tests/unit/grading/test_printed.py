"""What a report keeps of a program's output: the ends, safe, capped, those of failed cases first."""

from __future__ import annotations

import pytest

from judge.grading.printed import END_BYTES, printed, reason_in, within_room, without_streams
from judge.model.printed import Printed
from judge.model.report import CaseReport, GroupReport
from judge.model.verdict import Verdict
from judge.sandbox.capture import Capture, memfd_of


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_long_stream_keeps_its_two_ends_and_says_what_is_missing(in_memory: bool) -> None:
    data = b"a" * END_BYTES + b"-" * 1000 + b"z" * END_BYTES
    stream = Capture(data) if in_memory else Capture(fd=memfd_of(data), size_bytes=len(data))
    assert printed(stream) == Printed(head="a" * END_BYTES, tail="z" * END_BYTES, omitted_bytes=1000)


def test_a_short_stream_is_whole_and_an_empty_one_is_nothing() -> None:
    assert printed(Capture(b"7\n")) == Printed(head="7\n")
    assert printed(Capture()) is None


def test_letters_are_not_cut_in_two() -> None:
    data = b"x" + "ü".encode() * 3000
    found = printed(Capture(data))
    assert found is not None
    assert set(found.head) == {"x", "ü"}
    assert set(found.tail) == {"ü"}
    assert len((found.head + found.tail).encode()) + found.omitted_bytes == len(data)


def test_what_a_terminal_would_obey_is_gone() -> None:
    found = printed(Capture(b"\x1b]0;pwn\x07\x1b[31mred\x00\xff\xe2\x80\xae"))
    assert found is not None
    assert found.head == "red\ufffd\ufffd\ufffd"


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nNameError: name 'x' is not defined\n",
            "NameError",
        ),
        (
            'Exception in thread "main" java.lang.ArithmeticException: / by zero\n\tat Main.main(Main.java:3)\n',
            "Exception",
        ),
        ("a.js:1\nx\n^\n\nReferenceError: x is not defined\n    at a.js:1:1\n\nNode.js v18.19.0\n", "ReferenceError"),
        ("panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:3\nexit status 2\n", "panic: boom"),
        ("debug 1\ndebug 2\n", "debug 2"),
    ],
)
def test_the_reason_of_a_crash_is_the_line_that_names_the_error(stderr: str, reason: str) -> None:
    assert reason_in(Printed(head=stderr)).startswith(reason)


def _case(name: str, verdict: Verdict, size: int) -> CaseReport:
    return CaseReport(name=name, verdict=verdict, stdout=Printed(head="x" * size))


def test_failed_cases_have_the_first_claim_to_a_reports_room() -> None:
    inner = GroupReport(name="secret", verdict=Verdict.WA, cases=(_case("secret/1", Verdict.WA, 60),))
    root = GroupReport(
        name="", verdict=Verdict.WA, groups=(inner,), cases=(_case("a", Verdict.AC, 50), _case("b", Verdict.AC, 40))
    )
    kept = within_room(root, 100)
    assert [case.stdout is not None for case in (*kept.groups[0].cases, *kept.cases)] == [True, False, True]


def test_events_carry_no_streams() -> None:
    case = _case("a", Verdict.WA, 5)
    assert without_streams(case).stdout is None
    assert without_streams(case).verdict is Verdict.WA
