"""The judges of the self-test: a language that does not do what it should is told apart from one that does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from judge.model.language import LanguageSpec, SelfTest
from judge.model.run import Outcome, RunResult, Usage
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.spec import ContainerSpec, Rootfs, RunSpec
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Toolchain
from judge.toolchain.language_test import SelfTestReport, TestResult, echo_input, quick_tests, run_selftest

Answer = Callable[[], Completed]


def done(stdout: bytes = b"", exit_code: int = 0, outcome: Outcome = Outcome.EXITED, stderr: bytes = b"") -> Completed:
    result = RunResult(outcome=outcome, exit_code=exit_code, usage=Usage(wall_time_ns=5, memory_peak_bytes=7))
    return Completed(result=result, stdout=Capture(stdout), stderr=Capture(stderr))


class FakeSandbox:
    """Every run is answered by the same function."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.stdin: list[bytes] = []

    @contextmanager
    def open(self, spec: ContainerSpec) -> Iterator[Any]:
        yield self

    def run(self, spec: RunSpec, *, stdin: bytes = b"", **_: Any) -> Completed:
        self.stdin.append(stdin)
        return self.answer()


@pytest.fixture
def try_out(tmp_path: Path) -> Callable[..., SelfTestReport]:
    def run(test: SelfTest, answer: Answer, **fields: Any) -> SelfTestReport:
        language = LanguageSpec(
            id="x", name="X", extensions=("x",), run=("/x", "{source}"), selftest={test.value: "program"}, **fields
        )
        toolchain = Toolchain(rootfs=Rootfs(mounts=()), digest="d")
        store = ArtifactStore(tmp_path / "artifacts")
        return run_selftest(FakeSandbox(answer).open, toolchain, language, store, tests=(test,))

    return run


RANDOM = iter(range(1000))


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        (SelfTest.ADD, lambda: done(b" 42 \n")),
        (SelfTest.ECHO, lambda: done(echo_input())),
        (SelfTest.EXIT_CODE, lambda: done(exit_code=7)),
        (SelfTest.BURN, lambda: done(outcome=Outcome.CPU_LIMIT)),
        (SelfTest.ALLOCATE, lambda: done(outcome=Outcome.MEMORY_LIMIT)),
        (SelfTest.CLOCK_RANDOM, lambda: done(f"{int(time.time())} {next(RANDOM)}".encode())),
        (SelfTest.THREADS, lambda: done(b"10")),
        (SelfTest.UTF8, lambda: done("naïve ∑ 日本 🎈\nżółw ∀x Ελλάδα 🐢\n".encode())),
    ],
)
def test_what_does_as_it_should_passes(try_out: Callable[..., SelfTestReport], test: SelfTest, answer: Answer) -> None:
    (result,) = try_out(test, answer).results
    assert (result.passed, result.detail) == (True, "")


@pytest.mark.parametrize(
    ("test", "answer", "words"),
    [
        (SelfTest.ADD, lambda: done(b"41"), "printed '41' instead of '42'"),
        (SelfTest.ADD, lambda: done(exit_code=1, stderr=b"boom"), "exit code 1: boom"),
        (SelfTest.ECHO, lambda: done(echo_input()[:-1]), "1048575 bytes came back"),
        (SelfTest.EXIT_CODE, lambda: done(exit_code=1), "exit code 1 instead of 7"),
        (SelfTest.BURN, done, "ended well instead of TLE"),
        (SelfTest.ALLOCATE, lambda: done(outcome=Outcome.CPU_LIMIT), "TLE instead of MLE"),
        (SelfTest.CLOCK_RANDOM, lambda: done(b"1 2"), "its clock says 1"),
        (SelfTest.CLOCK_RANDOM, lambda: done(b"soon"), "instead of the time and a number"),
        (SelfTest.CLOCK_RANDOM, lambda: done(f"{int(time.time())} 5".encode()), "drew the same number"),
        (SelfTest.UTF8, lambda: done(b"na?ve"), "printed 'na?ve'"),
        (SelfTest.COMPILE_ERROR, done, "compiled although it should not"),
    ],
)
def test_what_does_not_is_told_why(
    try_out: Callable[..., SelfTestReport], test: SelfTest, answer: Answer, words: str
) -> None:
    (result,) = try_out(test, answer).results
    assert result.passed is False
    assert words in result.detail


@pytest.mark.parametrize(("exit_code", "passed"), [(0, False), (1, True)])
def test_a_program_that_does_not_compile_must_fail_when_it_is_run_before_the_check(
    try_out: Callable[..., SelfTestReport], exit_code: int, passed: bool
) -> None:
    answers = iter([done(exit_code=1, stderr=b"line 1: error"), done(exit_code=exit_code)])
    check = (("/x", "-c", "{source}"),)
    (result,) = try_out(SelfTest.COMPILE_ERROR, lambda: next(answers), check=check).results
    assert (result.passed, "needs check_first" in result.detail) == (passed, not passed)


def test_a_runtime_that_gives_up_by_itself_reached_the_memory_limit(try_out: Callable[..., SelfTestReport]) -> None:
    def answer() -> Completed:
        return done(exit_code=1, stderr=b"java.lang.OutOfMemoryError: Java heap space")

    assert try_out(SelfTest.ALLOCATE, answer, memory_markers=("OutOfMemoryError",)).results[0].passed
    assert not try_out(SelfTest.ALLOCATE, answer).results[0].passed


def test_start_up_time_and_memory_come_from_the_adding_program(try_out: Callable[..., SelfTestReport]) -> None:
    report = try_out(SelfTest.ADD, lambda: done(b"42"))
    assert report.passed
    assert (report.startup_ns, report.memory_bytes) == (5, 7)


def test_a_program_that_the_language_lacks_is_no_failure(tmp_path: Path) -> None:
    language = LanguageSpec(
        id="x", name="X", extensions=("x",), run=("/x",), selftest_without={"threads": "it has none"}
    )
    toolchain = Toolchain(rootfs=Rootfs(mounts=()), digest="d")
    store = ArtifactStore(tmp_path / "artifacts")
    report = run_selftest(FakeSandbox(done).open, toolchain, language, store, tests=(SelfTest.THREADS,))
    assert (report.results[0].passed, report.results[0].detail) == (None, "it has none")


@pytest.mark.parametrize(("burns", "passed"), [(True, True), (False, False), (None, False)])
def test_a_language_without_an_adding_program_is_proved_by_one_that_burns(burns: bool | None, passed: bool) -> None:
    results = (TestResult(test=SelfTest.ADD, passed=None), TestResult(test=SelfTest.BURN, passed=burns))
    assert SelfTestReport(language="x", results=results).passed is passed


def test_what_proves_a_language_quickly() -> None:
    language = LanguageSpec(id="x", name="X", extensions=("x",), run=("/x",))
    assert quick_tests(language) == (SelfTest.ADD, SelfTest.BURN)
    assert quick_tests(msgspec.structs.replace(language, selftest={SelfTest.ADD: "1"})) == (SelfTest.ADD,)
