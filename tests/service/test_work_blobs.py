"""Blobs in work: sources, data and test sets by their digests, and kept files that a tenant has no room for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from blob_harness import LARGE, digest_of

from judge.client import AsyncClient, Client, Sending, one_test
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.model.work import (
    TESTS_MAX,
    Command,
    CommandGroup,
    Comparison,
    ComparisonKind,
    Data,
    EvaluationTest,
    InputFile,
    ProgramSource,
    SessionRequest,
    SourceBlob,
)
from judge.model.work_report import BlameOn, EvaluationReport, SessionEnd
from judge.queue.admin import set_tenant_limit

MAIN = b"import rest\nprint(rest.double(int(input())))\n"
REST = b"def double(number):\n    return 2 * number\n"
VALIDATOR = b"import sys\nsys.exit(42 if sys.stdin.read() == open(sys.argv[2]).read() else 43)\n"
TENANT = "blobs-in-work"
SENDING = Sending(tenant=TENANT, language="python3")


def put(client: Client, content: bytes) -> str:
    return client.put_blob(content, tenant=TENANT)


def doubling(client: Client) -> ProgramSource:
    """A program of two files, of which the second is a blob."""
    return ProgramSource(
        sources=(SourceFile(name="main.py", content=MAIN),),
        source_blobs=(SourceBlob(name="rest.py", blob=put(client, REST)),),
        main="main.py",
        language="python3",
    )


def test_a_program_may_name_its_sources_by_digest(runs_client: Client) -> None:
    report = runs_client.run(doubling(runs_client), SENDING, stdin="4\n", timeout=60)
    assert (report.runs[0].stdout.content, report.blame) == (b"8\n", BlameOn.NONE)


def test_the_same_sources_inline_or_by_digest_are_the_same_work(runs_client: Client) -> None:
    inline = ProgramSource(
        sources=(SourceFile(name="main.py", content=MAIN), SourceFile(name="rest.py", content=REST)),
        main="main.py",
        language="python3",
    )
    programs = (doubling(runs_client), inline)
    reports = [runs_client.run(program, SENDING, stdin="21\n", reuse=True, timeout=60) for program in programs]
    assert [report.cached for report in reports] == [False, True]


def test_an_evaluations_program_validator_and_data_may_all_be_blobs(runs_client: Client) -> None:
    validator = ProgramSource(source_blobs=(SourceBlob(name="check.py", blob=put(runs_client, VALIDATOR)),))
    test = EvaluationTest(
        stdin=Data(blob=put(runs_client, b"5\n")),
        expected=Data(blob=put(runs_client, b"10\n")),
        files=(InputFile(name="large", data=Data(blob=put(runs_client, LARGE))),),
    )
    comparison = Comparison(kind=ComparisonKind.VALIDATOR, validator=validator)
    report = runs_client.evaluate(doubling(runs_client), [test], SENDING, comparison=comparison, timeout=60)
    assert (report.verdict, report.reason) == (Verdict.AC, "")


def test_a_sessions_program_may_name_its_sources_by_digest(runs_client: Client) -> None:
    request = SessionRequest(program=doubling(runs_client), terminal=False)
    with runs_client.open_session(request, SENDING) as session:
        session.send(b"6\n")
        assert b"".join(frame.data for frame in session.output()) == b"12\n"
        assert session.result().end is SessionEnd.EXITED


def test_sources_that_are_another_tenants_are_the_clients_fault(runs_client: Client) -> None:
    other = runs_client.put_blob(b"print(1)\n# of somebody else\n", tenant="somebody-else")
    program = ProgramSource(source_blobs=(SourceBlob(name="main.py", blob=other),), language="python3")
    report = runs_client.run(program, SENDING, timeout=60)
    assert report.blame is BlameOn.CLIENT
    assert report.reason.startswith("program.source_blobs[0].blob: there is no blob")


SUM = ProgramSource(
    sources=(SourceFile(name="main.py", content=b"print(sum(map(int, input().split())))\n"),), language="python3"
)


def test_a_test_set_is_handed_in_once_and_used_by_its_digest_or_name(runs_client: Client) -> None:
    data = Data(blob=put(runs_client, b"1 2\n"))
    tests = [EvaluationTest(stdin=data, expected=Data(content=b"3\n")), one_test("2 2", "5", name="wrong", weight=3)]
    made = runs_client.put_tests(tests, tenant=TENANT, name="sums")
    for test_set in (made, "sums"):
        report = runs_client.evaluate(SUM, test_set, SENDING, stop_after=0, timeout=60)
        assert [(test.name, test.verdict) for test in report.tests] == [("1", Verdict.AC), ("wrong", Verdict.WA)]
        assert report.score == 0.25


def test_an_asyncio_client_makes_a_test_set_of_a_file(runs_client: Client, tmp_path: Path) -> None:
    path = tmp_path / "tests.jsonl"
    path.write_text('{"stdin": "1 2", "expected": "3"}\n')

    async def evaluated() -> EvaluationReport:
        async with AsyncClient(runs_client.queue.broker, blob_place=runs_client.blob_place) as client:
            made = await client.put_tests(path, tenant=TENANT)
            return await client.evaluate(SUM, made, SENDING, timeout=60)

    assert asyncio.run(evaluated()).verdict is Verdict.AC


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "test_set: is no JSON array of tests"),
        (b"[]", "tests: at least one test is needed"),
        (b"[" + b",".join([b"{}"] * (TESTS_MAX + 1)) + b"]", f"tests: {TESTS_MAX + 1} tests are more than"),
        (None, "test_set: there is no blob"),
    ],
    ids=["no set", "empty", "too many", "missing"],
)
def test_a_test_set_that_cannot_be_used_is_the_senders_fault(
    runs_client: Client, content: bytes | None, complaint: str
) -> None:
    blob = digest_of(b"nobody has put this") if content is None else put(runs_client, content)
    report = runs_client.evaluate(SUM, blob, SENDING, timeout=60)
    assert report.blame is BlameOn.CLIENT
    assert report.reason.startswith(complaint)


@pytest.fixture
def poor(runs_client: Client) -> Iterator[str]:
    """A tenant that may have one blob."""
    set_tenant_limit(runs_client.queue, "poor", "tenant_blobs", 1)
    runs_client.put_blob(b"all that there is room for", tenant="poor")
    yield "poor"
    set_tenant_limit(runs_client.queue, "poor", "tenant_blobs", None)
    for view in list(runs_client.blobs(tenant="poor")):
        runs_client.remove_blob(view.blob, tenant="poor")


LEAVING = """
echo this is said
head -c 100000 /dev/zero >&2
echo this is left > left
exit 3
"""


def test_a_run_whose_files_and_output_find_no_room_is_reported_whole_and_not_answered_again(
    runs_client: Client, poor: str
) -> None:
    words = ["/bin/sh", "-c", LEAVING]
    for _ in range(2):
        report = runs_client.run(words, Sending(tenant=poor), keep=("left",), reuse=True, timeout=60)
        (run,) = report.runs
        assert (run.result.exit_code, run.stdout.content, report.blame) == (3, b"this is said\n", BlameOn.PROGRAM)
        assert (run.files, run.files_passed_over) == ((), 1)
        assert (run.stderr.size_bytes, run.stderr.truncated) == (65_536, True)
        assert not report.cached
    for view in list(runs_client.blobs(tenant=poor)):
        runs_client.remove_blob(view.blob, tenant=poor)
    report = runs_client.run(words, Sending(tenant=poor), keep=("left",), reuse=True, timeout=60)
    assert ([file.name for file in report.runs[0].files], report.cached) == (["left"], False)


def test_a_group_whose_kept_files_find_no_room_is_reported_whole(runs_client: Client, poor: str) -> None:
    command = Command(argv=("/bin/sh", "-c", LEAVING), keep=("left",))
    report = runs_client.run_group(CommandGroup(commands=(command,)), Sending(tenant=poor), timeout=60)
    (done,) = report.commands
    assert (done.result.exit_code, done.stdout.content) == (3, b"this is said\n")
    assert (done.files, done.files_passed_over) == ((), 1)
