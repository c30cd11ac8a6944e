"""Which reports may answer again, and which blobs count."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from judge.model.language import LanguageSpec
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult, Usage
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.model.work import (
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    Execution,
    InputFile,
    ProgramSource,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.model.work_report import (
    AnyWorkReport,
    BlameOn,
    EvaluationReport,
    ExecutionReport,
    KeptFile,
    Output,
    RunReport,
)
from judge.package.ceilings import Ceilings
from judge.running.limits import run_limits
from judge.running.reuse import NEAR_LIMIT_SHARE, blobs_named_by, may_answer_again, reuse_key
from judge.running.runner import NO_BLOBS, Runner
from judge.sandbox.spec import Rootfs
from judge.toolchain.compile import Toolchain
from judge.toolchain.definitions import Languages

LIMITS = run_limits(Execution().limits, Ceilings())


def may(report: AnyWorkReport) -> bool:
    """Whether a report of a command, or of an evaluation, may answer again."""
    nothing = cast(Any, None)
    runner = Runner(slot=nothing, judge=nothing, ceilings=Ceilings(), blobs=NO_BLOBS, scratch=Path("/nonexistent"))
    return may_answer_again(runner, Work(header=WorkHeader(id="w", kind=WorkKind.EXECUTION), task=Execution()), report)


def execution(
    outcome: Outcome = Outcome.EXITED, blame: BlameOn = BlameOn.NONE, usage: dict[str, int] | None = None
) -> ExecutionReport:
    run = RunReport(result=RunResult(outcome=outcome, exit_code=0, usage=msgspec.convert(usage or {}, Usage)))
    return ExecutionReport(id="e", runs=(run,), blame=blame)


@pytest.mark.parametrize("outcome", [Outcome.EXITED, Outcome.SIGNALLED, Outcome.SYSCALL_DENIED])
def test_what_ended_by_itself_may(outcome: Outcome) -> None:
    assert may(execution(outcome))


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.value.endswith("LIMIT")])
def test_what_a_limit_ended_may_not(outcome: Outcome) -> None:
    assert not may(execution(outcome))


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("cpu_time_ns", LIMITS.cpu_time_ns),
        ("wall_time_ns", LIMITS.wall_time_ns),
        ("memory_peak_bytes", LIMITS.memory_bytes),
    ],
)
def test_what_came_near_a_limit_may_not(field: str, limit: int) -> None:
    assert may(execution(usage={field: int(NEAR_LIMIT_SHARE * limit) - 1}))
    assert not may(execution(usage={field: int(NEAR_LIMIT_SHARE * limit) + 1}))


@pytest.mark.parametrize("field", ["oom_kills", "fork_failures"])
def test_what_was_refused_something_may_not(field: str) -> None:
    assert not may(execution(usage={field: 1}))


@pytest.mark.parametrize("blame", [BlameOn.JUDGE, BlameOn.CLIENT])
def test_a_fault_that_is_not_the_programs_is_no_answer(blame: BlameOn) -> None:
    assert not may(execution(blame=blame))


def test_neither_is_a_compile_that_a_limit_ended() -> None:
    slow = CompileReport(ok=False, run=RunResult(outcome=Outcome.WALL_LIMIT))
    assert not may(ExecutionReport(id="e", compile=slow, blame=BlameOn.PROGRAM))
    wrong = CompileReport(ok=False, run=RunResult(outcome=Outcome.EXITED, exit_code=1))
    assert may(ExecutionReport(id="e", compile=wrong, blame=BlameOn.PROGRAM))


def test_blobs_are_found_wherever_they_are_named() -> None:
    task = Evaluation(program=ProgramSource(sources=()), test_set="set")
    assert set(blobs_named_by(task)) == {"set"}
    files = (InputFile(name="a", data=Data(blob="file")), InputFile(name="b", data=Data(content=b"here")))
    assert set(blobs_named_by(Execution(stdin=Data(blob="stdin"), files=files))) == {"stdin", "file"}
    kept = (KeptFile(name="a", blob="kept", size_bytes=1),)
    run = RunReport(result=RunResult(outcome=Outcome.EXITED), stdout=Output(blob="out"), files=kept)
    assert set(blobs_named_by(ExecutionReport(id="e", runs=(run,)))) == {"out", "kept"}


def key_of(validator: ProgramSource, language: str, digests: dict[str, str] | None = None) -> str:
    """The key of an evaluation whose program is in this language; ``digests``: of toolchains, by language."""
    libraries = SimpleNamespace(get=find, detect=Languages.open().detect)
    known = digests or {}
    toolchain = lambda spec: SimpleNamespace(digest=known.get(spec.id, ""))  # noqa: E731
    context = SimpleNamespace(languages=libraries, toolchain=toolchain, language=lambda name, _: find(name))
    judge: Any = SimpleNamespace(build_context=context)
    slot: Any = SimpleNamespace(container=None)
    runner = Runner(slot=slot, judge=judge, ceilings=Ceilings(), blobs=NO_BLOBS, scratch=Path("/nonexistent"))
    sources = (SourceFile(name="main.py", content=b""),)
    comparison = Comparison(kind=ComparisonKind.VALIDATOR, validator=validator)
    task = Evaluation(program=ProgramSource(sources=sources), comparison=comparison, reuse=True)
    header = WorkHeader(id="e", kind=WorkKind.EVALUATION, language=language)
    return reuse_key(runner, Work(header=header, task=task))


def find(name: str) -> LanguageSpec:
    """A language, or one like it for each of its variants."""
    base, _, _ = name.partition("@")
    return msgspec.structs.replace(Languages.open().get(base), id=name)


def test_a_variant_and_the_validators_own_toolchain_are_in_the_key() -> None:
    validator = ProgramSource(sources=(SourceFile(name="check.c", content=b""),))
    plain = key_of(validator, "python3")
    assert plain == key_of(validator, "python3")
    assert plain != key_of(validator, "python3@numpy")
    assert plain != key_of(validator, "python3", {"python3": "newer"})
    assert plain != key_of(validator, "python3", {"c": "newer"})
    assert plain == key_of(validator, "python3", {"pypy3": "newer"})


@pytest.mark.parametrize(
    "report",
    [EvaluationReport(id="e", verdict=Verdict.AC, measured_again=True), EvaluationReport(id="e", verdict=Verdict.JE)],
    ids=["measured again", "judge error"],
)
def test_an_evaluation_in_doubt_is_no_answer(report: EvaluationReport) -> None:
    assert not may(report)


@pytest.mark.parametrize(
    "lacking",
    [{"stdout": Output(truncated=True)}, {"stderr": Output(truncated=True)}, {"files_passed_over": 1}],
    ids=str,
)
def test_what_lacks_output_or_files_is_no_answer(lacking: dict[str, Any]) -> None:
    whole = execution()
    assert may(whole)
    (run,) = whole.runs
    assert not may(msgspec.structs.replace(whole, runs=(run, msgspec.structs.replace(run, **lacking))))


def key_with(digest: str) -> str:
    """The key of one work where its language's toolchain has this digest."""
    toolchain = Toolchain(rootfs=Rootfs(mounts=()), digest=digest)
    judge: Any = SimpleNamespace(
        build_context=SimpleNamespace(languages=Languages.open(), toolchain=lambda language: toolchain)
    )
    program = ProgramSource(sources=(SourceFile(name="main.c", content=b""),), language="c")
    task = Execution(program=program, reuse=True)
    return reuse_key(
        Runner(slot=cast(Any, None), judge=judge, ceilings=Ceilings(), blobs=NO_BLOBS, scratch=Path("/nonexistent")),
        Work(header=WorkHeader(id="w", kind=WorkKind.EXECUTION), task=task),
    )


def test_another_toolchain_is_other_work() -> None:
    assert key_with("one") == key_with("one") != ""
    assert key_with("one") != key_with("two")
