"""Reports as go-judge's results. Pure."""

from __future__ import annotations

import msgspec
import pytest

from judge.gateway.dialects.gojudge.plan import Collector, CommandPlan, CopyOut, Plan
from judge.gateway.dialects.gojudge.results import Result, Status, results_of, status_of, text_of, within_room
from judge.model.run import Outcome, RunResult, Usage
from judge.model.work import CommandGroup
from judge.model.work_report import CommandGroupReport, CommandReport, Missing, Output, PipeReport, TakenFile


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"a", "a"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"\xe2\x82z", "\ufffd\ufffdz"),
        ("é€😀".encode(), "é€😀"),
        (b"\xff" + "é".encode() * (1 << 18), "\ufffd" + "é" * (1 << 18)),
        (b"\0", "\0"),
    ],
)
def test_bytes_become_text_as_go_does_it(content: bytes, text: str) -> None:
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("outcome", "code", "signal", "status", "exit_status"),
    [
        (Outcome.EXITED, 0, None, Status.ACCEPTED, 0),
        (Outcome.EXITED, 3, None, Status.NONZERO, 3),
        (Outcome.SIGNALLED, None, 11, Status.SIGNALLED, 11),
        (Outcome.CPU_LIMIT, None, 9, Status.TIME, 9),
        (Outcome.WALL_LIMIT, None, 9, Status.TIME, 9),
        (Outcome.IDLE_LIMIT, None, 9, Status.TIME, 9),
        (Outcome.MEMORY_LIMIT, None, 9, Status.MEMORY, 9),
        (Outcome.MEMORY_LIMIT, 1, None, Status.MEMORY, 1),
        (Outcome.OUTPUT_LIMIT, None, 9, Status.OUTPUT, 9),
        (Outcome.PROCESS_LIMIT, 1, None, Status.NONZERO, 1),
        (Outcome.PROCESS_LIMIT, None, 6, Status.SIGNALLED, 6),
        (Outcome.DISK_LIMIT, 2, None, Status.NONZERO, 2),
        (Outcome.SYSCALL_DENIED, None, 9, Status.SIGNALLED, 31),
        (Outcome.CANCELLED, None, 9, Status.SIGNALLED, 9),
    ],
)
def test_every_outcome_has_a_word_that_clients_know(
    outcome: Outcome, code: int | None, signal: int | None, status: Status, exit_status: int
) -> None:
    assert status_of(RunResult(outcome=outcome, exit_code=code, signal=signal))[:2] == (status, exit_status)


def test_all_outcomes_have_one() -> None:
    for outcome in Outcome:
        assert status_of(RunResult(outcome=outcome, exit_code=0))[0] in Status
    assert "Dangerous Syscall" not in list(Status)


def results(command: CommandPlan, report: CommandReport, contents: dict[str, bytes] | None = None) -> Result:
    plan = Plan(CommandGroup(commands=()), (command,))
    (one,) = results_of(plan, CommandGroupReport(id="a", commands=(report,)), contents or {})
    return one


RAN = RunResult(
    outcome=Outcome.EXITED,
    exit_code=0,
    usage=Usage(cpu_time_ns=1, wall_time_ns=2, memory_peak_bytes=3, pids_peak=4),
)


def bare(collectors: tuple[Collector, ...] = (), copy_out: tuple[CopyOut, ...] = ()) -> CommandPlan:
    return CommandPlan(collectors=collectors, copy_out=copy_out)


def test_what_is_empty_is_left_out_and_the_numbers_are_always_there() -> None:
    text = msgspec.json.encode(results(bare(), CommandReport(result=RAN)))
    always = {"status": "Accepted", "exitStatus": 0, "time": 1, "memory": 3, "runTime": 2}
    assert msgspec.json.decode(text) == {**always, "procPeak": 4}


def test_contents_come_from_blobs_where_they_lie_there() -> None:
    command = bare((Collector("stdout", 2, descriptor=1), Collector("x", 9, descriptor=3, output=0)))
    report = CommandReport(result=RAN, stdout=Output(blob="b", size_bytes=3), outputs=(Output(content=b"x"),))
    assert results(command, report, {"b": b"abc"}).files == {"stdout": "ab", "x": "x"}


@pytest.mark.parametrize(
    ("missing", "optional", "kind", "status"),
    [
        (Missing.ABSENT, False, "CopyOutOpen", Status.FILE),
        (Missing.ABSENT, True, None, Status.ACCEPTED),
        (Missing.NO_FILE, True, "CopyOutNotRegularFile", Status.FILE),
        (Missing.TOO_LARGE, True, "CopyOutSizeExceeded", Status.FILE),
        (Missing.UNREADABLE, False, "CopyOutOpen", Status.FILE),
        (Missing.NOT_KEPT, False, "CopyOutCreateFile", Status.FILE),
    ],
)
def test_why_a_file_is_not_there(missing: Missing, optional: bool, kind: str | None, status: Status) -> None:
    command = bare(copy_out=(CopyOut("a", 0, optional),))
    one = results(command, CommandReport(result=RAN, taken=(TakenFile(name="a", missing=missing),)))
    assert one.status is status
    assert [error.type for error in one.file_error or ()] == ([kind] if kind else [])


def test_a_stream_that_could_not_be_kept_has_no_id() -> None:
    command = bare((Collector("stdout", 9, "ID", descriptor=1),))
    one = results(command, CommandReport(result=RAN, stdout=Output(truncated=True)))
    assert one.file_ids is msgspec.UNSET
    assert one.file_error is not msgspec.UNSET


def test_many_names_of_one_large_file_are_no_large_answer() -> None:
    command = bare(copy_out=(*(CopyOut(str(n), n) for n in range(3)), CopyOut("kept", 3, file_id="ID")))
    content = Output(blob="b", size_bytes=40)
    report = CommandReport(result=RAN, taken=tuple(TakenFile(name=str(n), content=content) for n in range(4)))
    plan = Plan(CommandGroup(commands=()), (command,))
    bounded = within_room(plan, CommandGroupReport(id="a", commands=(report,)), 100)
    (one,) = results_of(plan, bounded, {"b": b"x" * 40})
    assert one.files == {"0": "x" * 40, "1": "x" * 40}
    assert one.file_ids == {"kept": "ID"}
    assert one.file_error is not msgspec.UNSET
    assert [(error.name, error.type) for error in one.file_error] == [("2", "CopyOutSizeExceeded")]


def test_many_large_streams_are_no_large_answer() -> None:
    collectors = (
        *(Collector(f"o{n}", 99, descriptor=n + 3, output=n) for n in range(3)),
        Collector("stdout", 99, descriptor=1),
        Collector("kept", 99, file_id="ID", descriptor=2),
        Collector("record", 99, pipe=0),
    )
    output = Output(content=b"x" * 40, size_bytes=40)
    kept = Output(blob="b", size_bytes=40)
    one = CommandReport(result=RAN, stdout=output, stderr=kept, outputs=(output,) * 3)
    report = CommandGroupReport(id="a", commands=(one,), pipes=(PipeReport(size_bytes=40, record=output),))
    plan = Plan(CommandGroup(commands=()), (bare(collectors, (CopyOut("f", -1),)),))
    (told,) = results_of(plan, within_room(plan, report, 100), {})
    assert isinstance(told.files, dict)
    assert {name for name, content in told.files.items() if content} == {"o0", "o1"}
    assert told.file_ids == {"kept": "ID"}
    assert told.file_error is not msgspec.UNSET
    assert [error.name for error in told.file_error if error.type == "CollectSizeExceeded"] == ["o2", "stdout"]
