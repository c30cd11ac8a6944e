"""Work as a request and back is the same work."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from judge.client.sending import Sending, work_of
from judge.http_form.asking import request_of, submission_request_of
from judge.http_form.program_requests import ProgramRequest, judging_asked
from judge.http_form.requests import (
    EvaluationRequest,
    GroupRequest,
    RunRequest,
    SessionForm,
    SubmissionRequest,
    evaluation_asked,
    execution_asked,
    group_asked,
    session_asked,
    sources_of,
)
from judge.model.group import Endpoint, Pipe
from judge.model.program import ProgramQuotas
from judge.model.submission import SourceFile, Submission
from judge.model.work import (
    Command,
    CommandGroup,
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    Execution,
    InputFile,
    JudgedProgram,
    ProgramJudging,
    ProgramSource,
    ProgramTest,
    RequestedLimits,
    SessionRequest,
    SourceBlob,
    Task,
)

BLOB = "sha256:" + "a" * 64
PROGRAM = ProgramSource(
    sources=(SourceFile(name="a.c", content=b"int main;"), SourceFile(name="b.h", content=b"\xff\0")),
    language="c",
    main="a.c",
    compiler_arguments=("-O1",),
    archive=Data(content=b"PK\xff"),
)
FILES = (InputFile(name="x", data=Data(blob=BLOB), executable=True), InputFile(name="y", data=Data(content=b"\xfe")))
LIMITS = RequestedLimits(cpu_time_ns=5, memory_bytes=7)

EXECUTION = Execution(
    program=PROGRAM, arguments=("1",), environment={"A": "b"}, stdin=Data(content="ü\0".encode()), files=FILES,
    limits=LIMITS, compile_limits=LIMITS, repeats=3, merge_stderr=True, pieces=True, keep=("*.o",), live=True,
    reuse=True, unchecked=True,
)  # fmt: skip
TEST = EvaluationTest(
    name="t", stdin=Data(content=b"\xff"), expected=Data(blob=BLOB), arguments=("z",), files=FILES, weight=2.5,
    call_arguments=Data(content=b"[1]"),
)  # fmt: skip
COMPARISON = Comparison(
    kind=ComparisonKind.VALIDATOR, case_sensitive=True, float_absolute_tolerance=0.5, validator=PROGRAM,
    validator_arguments=("q",),
)  # fmt: skip
GROUP = CommandGroup(
    commands=(
        Command(argv=("/bin/a",), language="c", environment={"A": "b"}, files=FILES, stdin=Data(content=b"s"),
                limits=LIMITS, compiling=True, merge_stderr=True, keep=("k",)),
        Command(argv=("b",)),
    ),
    pipes=(Pipe(source=Endpoint(command=0, descriptor=1), target=Endpoint(command=1, descriptor=0), swallow=True),),
)  # fmt: skip
JUDGING = ProgramJudging(
    program=PROGRAM,
    submissions=(JudgedProgram(name="a", program=PROGRAM), JudgedProgram(work="w")),
    tests=(ProgramTest(input=Data(content=b"\xff"), answer=Data(), group="g", sample=True, arguments=("x",),
                       files=FILES), ProgramTest(name="t")),
    data=FILES, parameters={"k": "v"}, state="best", state_version=3, limits=LIMITS, own_limits=LIMITS,
    compile_limits=LIMITS, quotas=ProgramQuotas(runs=3),
)  # fmt: skip


@pytest.mark.parametrize(
    ("task", "path", "form", "back"),
    [
        (JUDGING, "programs", ProgramRequest, judging_asked),
        (ProgramJudging(program=PROGRAM), "programs", ProgramRequest, judging_asked),
        (EXECUTION, "runs", RunRequest, execution_asked),
        (Execution(argv=("/bin/true",)), "runs", RunRequest, execution_asked),
        (Evaluation(program=PROGRAM, tests=(TEST, EvaluationTest()), comparison=COMPARISON, stop_after=4,
                    repeat_near_limit=False), "evaluations", EvaluationRequest, evaluation_asked),
        (Evaluation(program=PROGRAM, test_set=BLOB), "evaluations", EvaluationRequest, evaluation_asked),
        (GROUP, "groups", GroupRequest, group_asked),
        (SessionRequest(program=PROGRAM, files=FILES, terminal=False, rows=3, columns=4, grace_ns=0, keep=("*",)),
         "sessions", SessionForm, session_asked),
    ],
)  # fmt: skip
def test_work_as_a_request_and_back_is_the_same(task: Task, path: str, form: type, back: object) -> None:
    found_path, request = request_of(work_of(task, Sending(id="me", tags=("gpu",), priority_class="contest")))
    sent: Any = msgspec.json.decode(msgspec.json.encode(request), type=form)
    assert found_path == path
    assert (sent.id, sent.tags, sent.priority_class) == ("me", ("gpu",), "contest")
    assert back(sent) == task  # type: ignore[operator]


def test_the_language_of_the_header_is_that_of_a_command() -> None:
    _, request = request_of(work_of(Execution(argv=("/bin/true",)), Sending(language="python3")))
    assert isinstance(request, RunRequest) and request.language == "python3"


def test_the_usual_class_is_left_to_the_key() -> None:
    assert request_of(work_of(EXECUTION))[1].priority_class == ""


def test_sources_that_are_blobs_follow_those_that_come_along() -> None:
    blob = SourceBlob(name="a.c", blob=BLOB)
    task = Execution(program=ProgramSource(sources=PROGRAM.sources, source_blobs=(blob,), language="c"))
    request = msgspec.json.decode(msgspec.json.encode(request_of(work_of(task))[1]), type=RunRequest)
    assert execution_asked(request) == task


def test_a_submission_keeps_its_files() -> None:
    submission = Submission(id="s", package=BLOB, sources=PROGRAM.sources, language="c", main="a.c", tags=("x",))
    request = msgspec.json.decode(msgspec.json.encode(submission_request_of(submission)), type=SubmissionRequest)
    assert sources_of(request) == PROGRAM.sources
    assert (request.package, request.language, request.main, request.tags) == (BLOB, "c", "a.c", ("x",))
