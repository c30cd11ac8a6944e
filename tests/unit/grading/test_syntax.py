"""Programs that are run before they are checked: when the check is asked, what it is shown, who hears of what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from grading_bench import Bench
from grading_fakes import CHECK, CHECKED_LANGUAGE, Behaviour, Call, FakeSlot, completed

from judge.errors import CancelledError
from judge.model.event import CaseJudged, Compiled, Compiling, Event
from judge.model.problem import PackageFormat, Problem, Program, ScorePolicy, StaticValidation, TestGroup
from judge.model.report import CompileReport, Report
from judge.model.run import Outcome
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.sandbox.capture import Completed

AC, CE, JE, RTE = Verdict.AC, Verdict.CE, Verdict.JE, Verdict.RTE


@pytest.fixture
def checked_bench(bench: Bench) -> Iterator[Bench]:
    bench.language = CHECKED_LANGUAGE
    yield bench


def well(call: Call) -> Completed:
    return completed(b"2\n")


def fails(call: Call) -> Completed:
    return completed(b"half\n", exit_code=1, stderr=b"Error: main.fake is odd")


def fails_on(stdin: bytes) -> Behaviour:
    return lambda call: (fails if call.stdin == stdin else well)(call)


def accepts(call: Call) -> Completed:
    return completed(stderr=b"fine\n")


def rejects(call: Call) -> Completed:
    return completed(exit_code=1, stderr=b"line 3: error: no\n")


def rejects_the_solution(call: Call) -> Completed:
    """And no program of the setter's."""
    return (rejects if b"solution" in call.files.values() else accepts)(call)


class Story:
    """What was heard of one judging."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def words(self) -> list[str]:
        """The kinds of the events, in order; of the end of a compile stage how it went."""
        return [self._word(event) for event in self.events]

    @staticmethod
    def _word(event: Event) -> str:
        if isinstance(event, Compiled):
            return "unchecked" if not event.checked else "ok" if event.ok else "rejected"
        return type(event).__name__


def judged(bench: Bench, problem: Problem, solution: Behaviour, check: Behaviour) -> tuple[Report, Story]:
    story = Story()
    programs = {"solution": solution, CHECK: check, "check": well}
    return bench.judge(problem, programs, emit=story.events.append), story


def runs_of(slot: FakeSlot, name: str) -> Sequence[Call]:
    return [call for called, call in slot.calls if called == name]


def test_a_program_whose_first_run_ends_well_is_never_checked(checked_bench: Bench) -> None:
    problem = checked_bench.problem(checked_bench.case("secret/1"), checked_bench.case("secret/2"))
    report, story = judged(checked_bench, problem, well, rejects)
    assert (report.verdict, report.compile) == (AC, CompileReport(ok=True, checked=False))
    assert story.words() == ["Compiling", "unchecked", "CaseJudged", "CaseJudged"]
    assert runs_of(checked_bench.slot, CHECK) == []


def test_a_run_that_ends_well_with_a_wrong_answer_calls_for_no_check(checked_bench: Bench) -> None:
    report, _ = judged(checked_bench, checked_bench.problem(), lambda call: completed(b"3\n"), rejects)
    assert report.verdict is Verdict.WA


def test_of_a_program_that_does_not_compile_no_run_counts(checked_bench: Bench) -> None:
    report, story = judged(checked_bench, checked_bench.problem(), fails, rejects)
    assert (report.verdict, report.reason, report.root) == (CE, "line 3: error: no", None)
    assert (report.cpu_time_max_ns, report.deciding_case) == (0, "")
    assert report.compile is not None
    assert (report.compile.ok, report.compile.checked, report.compile.log) == (False, True, "line 3: error: no")
    assert story.words() == ["Compiling", "unchecked", "Compiling", "rejected"]
    assert len(runs_of(checked_bench.slot, "solution")) == 1


@pytest.mark.parametrize("outcome", [Outcome.CPU_LIMIT, Outcome.MEMORY_LIMIT, Outcome.SIGNALLED, Outcome.IDLE_LIMIT])
def test_however_the_first_run_failed_the_check_is_asked(checked_bench: Bench, outcome: Outcome) -> None:
    report, _ = judged(checked_bench, checked_bench.problem(), lambda call: completed(outcome=outcome), rejects)
    assert report.verdict is CE


def test_a_program_that_fails_and_compiles_is_checked_once_and_before_anybody_hears(checked_bench: Bench) -> None:
    cases = [checked_bench.case("secret/1"), checked_bench.case("secret/2")]
    problem = checked_bench.problem(*cases, policy=ScorePolicy(on_reject_break=False))
    report, story = judged(checked_bench, problem, fails, accepts)
    assert report.verdict is RTE
    assert report.compile is not None
    assert (report.compile.ok, report.compile.checked, report.compile.log) == (True, True, "fine")
    assert story.words() == ["Compiling", "unchecked", "Compiling", "ok", "CaseJudged", "CaseJudged"]
    assert len(runs_of(checked_bench.slot, CHECK)) == 1


def test_a_later_run_that_fails_calls_for_no_check(checked_bench: Bench) -> None:
    cases = [checked_bench.case("secret/1"), checked_bench.case("secret/2", b"9\n")]
    report, _ = judged(checked_bench, checked_bench.problem(*cases), fails_on(b"9\n"), rejects)
    assert report.verdict is RTE


def test_the_check_sees_the_sources_and_nothing_of_a_test(checked_bench: Bench) -> None:
    case = checked_bench.case("secret/1", b"secret", b"secret", args=("secret",))
    judged(checked_bench, checked_bench.problem(case), fails, rejects)
    (call,) = runs_of(checked_bench.slot, CHECK)
    assert call.spec.argv == ("/check", "a.fake")
    assert (call.stdin, call.files, call.fds) == (b"", {"a.fake": b"solution"}, {})
    assert "secret" not in repr(call)


def test_what_the_check_said_is_known_the_next_time(checked_bench: Bench) -> None:
    for check, verdict in ((accepts, RTE), (rejects, RTE)):  # the second is never asked
        report, story = judged(checked_bench, checked_bench.problem(), fails, check)
        assert report.verdict is verdict
    assert report.compile is not None and report.compile.cached
    assert story.words() == ["Compiling", "ok", "CaseJudged"]


def test_a_compile_error_is_known_the_next_time_before_any_run(checked_bench: Bench) -> None:
    judged(checked_bench, checked_bench.problem(), fails, rejects)
    report, story = judged(checked_bench, checked_bench.problem(), fails, accepts)
    assert (report.verdict, runs_of(checked_bench.slot, "solution")) == (CE, [])
    assert story.words() == ["Compiling", "rejected"]


def test_where_no_run_comes_first_the_check_does(checked_bench: Bench) -> None:
    """A static validator, which judges sources, is not asked about some that do not compile."""
    secret = TestGroup(name="secret", cases=(checked_bench.case("secret/1"),), static_validation=StaticValidation())
    problem = checked_bench.problem(format=PackageFormat.F2025_09)
    problem = msgspec.structs.replace(
        problem,
        root=TestGroup(name="data", groups=(secret,)),
        static_validator=checked_bench.program("static", "check"),
    )
    report, story = judged(checked_bench, problem, well, rejects_the_solution)
    assert (report.verdict, story.words()) == (CE, ["Compiling", "unchecked", "Compiling", "rejected"])
    assert runs_of(checked_bench.slot, "check") == []
    assert runs_of(checked_bench.slot, "solution") == []


def test_a_problem_without_tests_still_tells_a_compile_error(checked_bench: Bench) -> None:
    problem = msgspec.structs.replace(checked_bench.problem(), root=TestGroup(name="data"))
    assert judged(checked_bench, problem, well, rejects)[0].verdict is CE


def test_a_broken_package_does_not_hide_a_compile_error(checked_bench: Bench) -> None:
    gone = Program(name="gone", files=(("gone.fake", str(checked_bench.directory / "gone.fake")),))
    problem = checked_bench.problem(output_validator=gone)
    assert judged(checked_bench, problem, well, accepts)[0].verdict is JE
    other = (SourceFile(name="a.fake", content=b"solution "),)
    assert checked_bench.judge(problem, {"solution": well, CHECK: rejects}, files=other).verdict is CE


def test_a_test_that_cannot_be_run_calls_for_the_check(checked_bench: Bench) -> None:
    case = checked_bench.case("secret/1", args=("a\0b",))
    assert judged(checked_bench, checked_bench.problem(case), well, rejects)[0].verdict is CE


def test_a_language_may_ask_for_the_check_first(checked_bench: Bench) -> None:
    checked_bench.language = msgspec.structs.replace(CHECKED_LANGUAGE, check_first=True)
    report, story = judged(checked_bench, checked_bench.problem(), well, rejects)
    assert (report.verdict, story.words()) == (CE, ["Compiling", "rejected"])
    assert runs_of(checked_bench.slot, "solution") == []


def test_a_program_of_the_setter_is_checked_before_it_is_run(checked_bench: Bench) -> None:
    def rejects_the_validator(call: Call) -> Completed:
        return (rejects if b"check" in call.files.values() else accepts)(call)

    report, _ = judged(checked_bench, checked_bench.problem(validator="check"), well, rejects_the_validator)
    assert report.verdict is JE
    assert "does not compile: line 3: error: no" in report.reason
    assert runs_of(checked_bench.slot, "check") == []


def test_a_check_that_was_cancelled_is_no_verdict(checked_bench: Bench) -> None:
    with pytest.raises(CancelledError):
        judged(checked_bench, checked_bench.problem(), fails, lambda call: completed(outcome=Outcome.CANCELLED))


def test_with_several_slots_the_first_test_alone_decides_whether_it_is_checked(checked_bench: Bench) -> None:
    """Here the second one ends well, and maybe before the first."""
    cases = [checked_bench.case(f"secret/{number}", b"%d\n" % number) for number in range(1, 6)]
    programs: dict[str, Behaviour] = {"solution": fails_on(b"1\n"), CHECK: rejects}
    story = Story()
    judge = checked_bench.judge_with(programs)
    slots: Any = [FakeSlot(programs), FakeSlot(programs)]
    judge = dataclasses.replace(judge, slots=slots)
    submission = Submission(id="s1", package="", sources=(SourceFile(name="a.fake", content=b"solution"),))
    report = judge.judge(submission, checked_bench.problem(*cases), story.events.append)
    assert report.verdict is CE
    assert not any(isinstance(event, CaseJudged) for event in story.events)
    assert [slot.open_containers for slot in slots] == [0, 0]
    assert sum(isinstance(event, Compiling) for event in story.events) == 2


def test_the_staged_sources_are_gone_when_a_submission_is_judged(checked_bench: Bench) -> None:
    judged(checked_bench, checked_bench.problem(), well, accepts)
    assert list((checked_bench.directory / "store" / ".staged").glob("*/*")) == []
