"""Tests that a setter's program makes: once, from all that goes into it, and a clear error when it fails."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import grading_fakes
import msgspec
import pytest
from grading_bench import Bench
from grading_fakes import Behaviour, Call, FakeSlot, completed, fake_build_context

from judge.errors import CancelledError, PackageError
from judge.grading.generate import GENERATED_BYTES_MAX, generated_tests
from judge.model.language import LanguageSpec
from judge.model.problem import Generator, Problem, TestCase
from judge.model.run import Outcome
from judge.sandbox.capture import Completed
from judge.sandbox.spec import Rootfs
from judge.toolchain.compile import Toolchain


def squares(call: Call) -> Completed:
    return completed(call.args[0].encode(), stderr=b"%d" % int(call.args[0]) ** 2 if call.args else b"")


def echoes(call: Call) -> Completed:
    return completed(b"", stderr=call.stdin * 2)


def squares_of(bench: Bench, name: str, *args: str, **fields: object) -> TestCase:
    case = bench.case(name)
    generator = Generator(program=bench.program("generator", "make"), args=args)
    return msgspec.structs.replace(case, **{"input_path": "", "answer_path": "", "generator": generator, **fields})


def contents(bench: Bench, problem: Problem, programs: Mapping[str, Behaviour]) -> list[tuple[bytes, bytes]]:
    """Input and answer of every case, after all was generated."""
    bench.slot = FakeSlot(programs)
    with generated_tests(bench.slot.container, fake_build_context(bench.directory), problem) as complete:
        cases = complete.root.groups[0].cases
        assert not any(case.generator for case in cases)
        return [(Path(case.input_path).read_bytes(), Path(case.answer_path).read_bytes()) for case in cases]


def test_input_and_answer_are_what_the_program_writes(bench: Bench) -> None:
    problem = bench.problem(squares_of(bench, "secret/1", "3"), bench.case("secret/2"), squares_of(bench, "a", "4"))
    assert contents(bench, problem, {"make": squares}) == [(b"3", b"9"), (b"1\n", b"2\n"), (b"4", b"16")]


def test_each_test_is_made_once_for_all_submissions(bench: Bench) -> None:
    problem = bench.problem(squares_of(bench, "secret/1", "3"), squares_of(bench, "secret/2", "3"))
    first = contents(bench, problem, {"make": squares})
    assert len(bench.slot.calls) == 1
    assert contents(bench, problem, {}) == first


def test_another_program_other_arguments_or_another_input_make_another_test(bench: Bench) -> None:
    contents(bench, bench.problem(squares_of(bench, "secret/1", "3")), {"make": squares})
    assert contents(bench, bench.problem(squares_of(bench, "secret/1", "4")), {"make": squares}) == [(b"4", b"16")]
    given = squares_of(bench, "secret/1", "4", input_path=bench.write("given", b"x"))
    assert contents(bench, bench.problem(given), {"make": echoes}) == [(b"x", b"xx")]
    given = squares_of(bench, "secret/1", "4", input_path=bench.write("given", b"yy"))
    assert contents(bench, bench.problem(given), {"make": echoes}) == [(b"yy", b"yyyy")]
    bench.write("generator.fake", b"other")
    case = squares_of(bench, "secret/1", "4")
    assert case.generator is not None
    other = Generator(program=bench.program("generator", "other"), args=("4",))
    case = msgspec.structs.replace(case, generator=other)
    assert contents(bench, bench.problem(case), {"other": echoes}) == [(b"", b"")]


def test_what_a_program_may_look_at_makes_another_test_even_where_its_compiler_does_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    language = msgspec.structs.replace(grading_fakes.FAKE_LANGUAGE, uses="jdk")
    monkeypatch.setattr(grading_fakes, "FAKE_LANGUAGE", language)
    problem, made = bench.problem(squares_of(bench, "secret/1", "3")), []
    for root in ("before", "before", "after apt install"):
        toolchain = Toolchain(Rootfs(mounts=()), root, used_digest="the same")

        def found(_language: LanguageSpec, toolchain: Toolchain = toolchain) -> Toolchain:
            return toolchain

        context = dataclasses.replace(fake_build_context(bench.directory), toolchain=found)
        bench.slot = FakeSlot({"make": squares})
        with generated_tests(bench.slot.container, context, problem):
            made.append(len(bench.slot.calls))
    assert made == [1, 0, 1]


def test_files_that_a_test_has_win(bench: Bench) -> None:
    case = squares_of(bench, "secret/1", "3", answer_path=bench.write("answer", b"mine"))
    assert contents(bench, bench.problem(case), {"make": squares}) == [(b"3", b"mine")]


def test_limits_are_those_of_validators_unless_given(bench: Bench) -> None:
    case = squares_of(bench, "secret/1", "3")
    contents(bench, bench.problem(case), {"make": squares})
    usual = bench.slot.calls[0][1].spec.limits
    assert usual.stdout_bytes == usual.stderr_bytes == GENERATED_BYTES_MAX
    assert case.generator is not None
    strict = msgspec.structs.replace(case.generator, args=("5",), time_limit_ns=7, memory_bytes=8 << 20)
    contents(bench, bench.problem(msgspec.structs.replace(case, generator=strict)), {"make": squares})
    limits = bench.slot.calls[0][1].spec.limits
    assert (limits.cpu_time_ns, limits.memory_bytes) == (7, 8 << 20)
    assert usual.cpu_time_ns > 7
    assert usual.memory_bytes > 8 << 20


@pytest.mark.parametrize(
    ("done", "message"),
    [
        (completed(exit_code=3, stderr=b"first\nno such size\n"), "exit code 3 (arguments: 3 small): no such size"),
        (completed(outcome=Outcome.CPU_LIMIT, cause="too slow"), "generator: too slow"),
        (completed(b"x", outcome=Outcome.OUTPUT_LIMIT, cause="too much"), "generator: too much"),
    ],
)
def test_a_generator_that_fails_is_the_setters_fault_and_not_kept(bench: Bench, done: Completed, message: str) -> None:
    problem = bench.problem(squares_of(bench, "secret/1", "3", "small"))
    with pytest.raises(PackageError) as caught:
        contents(bench, problem, {"make": lambda call: done})
    assert message in str(caught.value)
    assert contents(bench, problem, {"make": squares}) == [(b"3", b"9")]


def test_a_generator_that_was_cancelled_is_nobodys_fault(bench: Bench) -> None:
    problem = bench.problem(squares_of(bench, "secret/1", "3"))
    with pytest.raises(CancelledError, match="generator"):
        contents(bench, problem, {"make": lambda call: completed(outcome=Outcome.CANCELLED)})


def test_a_problem_without_generators_stays_the_same_object(bench: Bench) -> None:
    problem = bench.problem()
    with generated_tests(bench.slot.container, fake_build_context(bench.directory), problem) as complete:
        assert complete is problem


def test_a_test_that_was_not_made_is_no_verdict_against_the_contestant(bench: Bench) -> None:
    report = bench.judge(bench.problem(squares_of(bench, "secret/1", "3")), {"solution": squares})
    assert report.verdict == "JE"


def test_a_solver_answers_what_the_generator_made_or_the_package_has(bench: Bench) -> None:
    doubles = Generator(program=bench.program("solution", "solve"))
    made = squares_of(bench, "secret/1", "3", solver=doubles)
    assert made.generator is not None
    made = msgspec.structs.replace(made, generator=msgspec.structs.replace(made.generator, answers=False))
    found = msgspec.structs.replace(bench.case("secret/2"), answer_path="", solver=doubles)
    answered = msgspec.structs.replace(bench.case("secret/3"), solver=doubles)
    programs: dict[str, Behaviour] = {"make": squares, "solve": lambda call: completed(call.stdin * 2, stderr=b"log")}
    assert contents(bench, bench.problem(made, found, answered), programs) == [
        (b"3", b"33"),
        (b"1\n", b"1\n1\n"),
        (b"1\n", b"2\n"),
    ]
