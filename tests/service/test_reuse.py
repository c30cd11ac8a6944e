"""Answers from the store: the same work is done once, for the same tenant, when its sender allows that."""

from __future__ import annotations

from typing import Any

import pytest

from judge.client import Client, new_id
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.model.work import Context, Data, Execution, ProgramSource, RequestedLimits, Work, WorkHeader, WorkKind
from judge.model.work_report import ExecutionReport
from judge.queue.redis_queue import Queue

#: Prints another number each time: an answer from the store has the old one.
DIFFERENT = b"import os\nprint(os.urandom(8).hex())\n"


def answered(client: Client, content: bytes = DIFFERENT, tenant: str = "amy", **fields: Any) -> ExecutionReport:
    """Run it, with leave to answer from the store."""
    program = ProgramSource(sources=(SourceFile(name="main.py", content=content),))
    header = WorkHeader(
        id=new_id(), kind=WorkKind.EXECUTION, language="python3", tenant=tenant, context=Context(text=new_id())
    )
    task = Execution(**{"program": program, "reuse": True, **fields})
    report = client.work_result(client.send(Work(header=header, task=task)), timeout=60)
    assert isinstance(report, ExecutionReport)
    assert (report.id, report.context) == (header.id, header.context)
    return report


def test_the_same_work_is_answered_from_the_store(runs_client: Client) -> None:
    first, again = (answered(runs_client, stdin=Data(content=b"same")) for _ in range(2))
    assert (first.cached, again.cached) == (False, True)
    assert again.runs == first.runs
    assert again.judged_by == first.judged_by
    assert runs_client.status(again.id).verdict == "EXITED"


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "bob"},
        {"content": DIFFERENT + b"# another\n"},
        {"stdin": Data(content=b"other")},
        {"arguments": ("x",)},
        {"limits": RequestedLimits(cpu_time_ns=2_000_000_000)},
        {"reuse": False},
        {"live": True},
    ],
    ids=str,
)
def test_other_work_is_done(runs_client: Client, other: dict[str, Any]) -> None:
    own: dict[str, Any] = {"content": DIFFERENT + str(other).encode().join((b"# ", b"\n"))}
    first = answered(runs_client, **own)
    second = answered(runs_client, **(own | other))
    assert not second.cached
    assert second.runs[0].stdout != first.runs[0].stdout


def test_what_ended_at_a_limit_is_run_again(runs_client: Client) -> None:
    limits = RequestedLimits(cpu_time_ns=100_000_000)
    for _ in range(2):
        report = answered(runs_client, b"while True: pass\n", limits=limits)
        assert (report.runs[0].result.outcome, report.cached) == (Outcome.CPU_LIMIT, False)


def test_a_program_that_fails_by_itself_fails_again(runs_client: Client) -> None:
    reports = [answered(runs_client, b"raise SystemExit(3)\n") for _ in range(2)]
    assert [report.cached for report in reports] == [False, True]
    assert reports[1].blame is reports[0].blame


def test_a_kept_file_that_has_gone_is_made_again(runs_client: Client) -> None:
    source = b"import os\nopen('out.txt', 'w').write(os.urandom(8).hex())\n"
    first, second = (answered(runs_client, source, keep=("out.txt",)) for _ in range(2))
    assert second.cached
    (file,) = first.runs[0].files
    runs_client.remove_blob(file.blob, tenant="amy")
    third = answered(runs_client, source, keep=("out.txt",))
    assert not third.cached
    assert third.runs[0].files != first.runs[0].files


def test_an_answer_is_gone_with_its_record_and_never_another_tenants(queue: Queue) -> None:
    keys = queue.link.keys
    queue.link.command("HSET", keys.record("x"), "seq", 7, "tenant", "amy", "state", "DONE")
    queue.note_answer("amy", "k", "x")
    assert queue.link.command("PTTL", keys.answer("amy", "k")) > 0
    text = b'{"kind":"execution","id":"x"}'
    header = b'{"id":"x","kind":"execution"}'
    queue.link.command("HSET", keys.record("x"), "report", text, "sub", header)
    report = queue.noted_answer("amy", "k")
    assert report is not None
    assert report.id == "x"
    assert queue.noted_answer("bob", "k") is None
    for field, value in (("seq", 8), ("tenant", "bob")):  # the id is used again, for other work
        before = queue.link.command("HGET", keys.record("x"), field)
        queue.link.command("HSET", keys.record("x"), field, value)
        assert queue.noted_answer("amy", "k") is None
        queue.link.command("HSET", keys.record("x"), field, before)
    queue.link.command("DEL", keys.record("x"))
    assert queue.noted_answer("amy", "k") is None
