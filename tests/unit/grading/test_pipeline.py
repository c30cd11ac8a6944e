"""From sources to report over a fake slot: every stage, every fault, by its owner."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from grading_bench import Bench
from grading_fakes import Call, completed

from judge.errors import CancelledError, InfrastructureError, LanguageError, PackageError
from judge.grading.options import GradingOptions
from judge.model.event import CaseJudged, Compiled, Compiling
from judge.model.problem import PackageFormat, ScoreAggregation, ScorePolicy, StaticValidation, TestGroup, ValidatorKind
from judge.model.report import CaseReport
from judge.model.run import Outcome
from judge.model.submission import SourceFile, Submission
from judge.model.units import MS_NS, S_NS
from judge.model.verdict import Verdict
from judge.render.report_text import reruns_note
from judge.sandbox.capture import Completed

AC, WA, TLE, RTE, MLE, OLE, CE, JE = Verdict


def double(call: Call) -> Completed:
    return completed(b"%d\n" % (2 * int(call.stdin)))


def prints(text: bytes) -> Callable[[Call], Completed]:
    return lambda call: completed(text)


def ends(code: int, **files: bytes) -> Callable[[Call], Completed]:
    """A validator that ends with this code and leaves these feedback files (``_`` for a dot)."""
    named = {f"feedback/{'.'.join(name.rsplit('_', 1))}": data for name, data in files.items()}
    return lambda call: completed(exit_code=code, files=named, stderr=b"said so")


class TestDefaultValidator:
    def test_a_right_answer_is_accepted(self, bench: Bench) -> None:
        report = bench.judge(bench.problem(), {"solution": double})
        assert report.verdict is AC
        assert report.deciding_case == ""
        assert report.cpu_time_max_ns == 1_000_000

    def test_a_wrong_answer_names_the_first_case_and_the_place(self, bench: Bench) -> None:
        cases = [bench.case("secret/1"), bench.case("secret/2", b"2\n", b"4\n"), bench.case("secret/3")]
        report = bench.judge(bench.problem(*cases), {"solution": prints(b"2\n")})
        assert report.verdict is WA
        assert report.deciding_case == "secret/2"
        assert report.reason == "line 1, token 1: " + ('expected "4", found "2"')
        assert report.root is not None
        assert [case.verdict for case in report.root.groups[0].cases] == [AC, WA, None]

    @pytest.mark.parametrize(
        ("outcome", "verdict"),
        [
            (Outcome.CPU_LIMIT, TLE),
            (Outcome.WALL_LIMIT, TLE),
            (Outcome.MEMORY_LIMIT, MLE),
            (Outcome.OUTPUT_LIMIT, OLE),
            (Outcome.SIGNALLED, RTE),
        ],
    )
    def test_a_bad_run_decides_without_looking_at_the_output(
        self, bench: Bench, outcome: Outcome, verdict: Verdict
    ) -> None:
        report = bench.judge(bench.problem(), {"solution": lambda call: completed(b"2\n", outcome=outcome)})
        assert report.verdict is verdict
        assert report.reason

    def test_the_answer_never_reaches_the_submission(self, bench: Bench) -> None:
        case = bench.case("secret/1", b"input", b"the answer is secret")
        bench.judge(bench.problem(case, validator="check"), {"solution": prints(b""), "check": ends(42)})
        (_, call), (_, check) = bench.slot.calls
        assert b"secret" not in call.stdin + b"".join(call.files.values()) + b"".join(call.fds.values())
        assert b"the answer is secret" in check.fds.values()

    @pytest.mark.parametrize("shown", [False, True])
    def test_the_validator_sees_the_sources_only_where_the_problem_says_so(self, bench: Bench, shown: bool) -> None:
        problem = bench.problem(validator="check", validator_reads_source=shown)
        bench.judge(problem, {"solution": prints(b""), "check": ends(42)})
        (_, call), (_, check) = bench.slot.calls
        assert check.files == ({"submission/a.fake": b"solution"} if shown else {})
        assert call.files == {}

    def test_arguments_and_files_of_a_case_reach_its_run(self, bench: Bench) -> None:
        data = bench.write("extra", b"extra data")
        case = bench.case("secret/1", args=("--fast", "3"), files=(("map.txt", data),))
        bench.judge(bench.problem(case), {"solution": double})
        call = bench.slot.calls[0][1]
        assert call.args == ("--fast", "3")
        assert call.files == {"map.txt": b"extra data"}

    def test_files_of_a_case_do_not_use_up_the_disk(self, bench: Bench) -> None:
        big = bench.write("big", b"x" * (3 << 20))
        plain = bench.judge(bench.problem(bench.case("secret/1")), {"solution": double})
        without = bench.slot.calls[0][1].spec.limits.disk_bytes
        bench.judge(bench.problem(bench.case("secret/1", files=(("big", big),))), {"solution": double})
        assert bench.slot.calls[0][1].spec.limits.disk_bytes == without + (3 << 20)
        assert plain.verdict is AC


class TestStages:
    def test_events_come_in_order(self, bench: Bench) -> None:
        events: list[Any] = []
        bench.judge(bench.problem(bench.case("secret/1")), {"solution": double}, emit=events.append)
        assert [type(event) for event in events] == [Compiling, Compiled, CaseJudged]
        assert (events[2].index, events[2].total) == (1, 1)

    def test_the_report_is_ready_before_the_containers_are_closed(self, bench: Bench) -> None:
        judge = bench.judge_with({"solution": double})
        sources = (SourceFile(name="a.fake", content=b"solution"),)
        judging = judge.judging(Submission(id="s1", package="", sources=sources), bench.problem())
        with judging.report() as report:
            assert report.verdict is AC
            assert bench.slot.open_containers == 1
        assert bench.slot.open_containers == 0

    def test_containers_are_closed_when_the_reader_of_the_report_fails(self, bench: Bench) -> None:
        judge = bench.judge_with({"solution": double})
        sources = (SourceFile(name="a.fake", content=b"solution"),)
        judging = judge.judging(Submission(id="s1", package="", sources=sources), bench.problem())
        with pytest.raises(PackageError, match="mine"), judging.report():
            raise PackageError("mine")
        assert bench.slot.open_containers == 0

    def test_code_over_the_limit_is_a_compile_error(self, bench: Bench) -> None:
        big = SourceFile(name="a.fake", content=b"x" * (200 << 10))
        report = bench.judge(bench.problem(), {}, files=[big])
        assert report.verdict is CE
        assert "128 KiB" in report.reason

    def test_a_language_that_the_problem_does_not_allow_is_a_compile_error(self, bench: Bench) -> None:
        report = bench.judge(bench.problem(languages=("cpp", "java")), {"solution": double})
        assert report.verdict is CE
        assert "cpp, java" in report.reason

    def test_an_unknown_language_is_the_callers_fault(self, bench: Bench) -> None:
        with pytest.raises(LanguageError):
            bench.judge(bench.problem(), {}, files=[SourceFile(name="a.txt", content=b"")])

    def test_included_files_win_over_the_submissions(self, bench: Bench) -> None:
        include = bench.write("include/stub.fake", b"{{greeting}}")
        problem = bench.problem(include=(("default", (("a.fake", include),)),), constants=(("greeting", "solution"),))
        report = bench.judge(problem, {"solution": double}, source="overwritten")
        assert report.verdict is AC

    def test_data_files_of_the_submission_lie_in_its_work_directory(self, bench: Bench) -> None:
        files = [SourceFile(name="a.fake", content=b"solution"), SourceFile(name="table.txt", content=b"7")]
        bench.judge(bench.problem(), {"solution": double}, files=files)
        assert bench.slot.calls[0][1].files == {"table.txt": b"7"}

    def test_sources_that_are_run_themselves_lie_there_too_but_for_the_main_one(self, bench: Bench) -> None:
        files = [SourceFile(name="a.fake", content=b"solution"), SourceFile(name="b.fake", content=b"solution")]
        bench.judge(bench.problem(), {"solution": double}, files=files)
        assert bench.slot.calls[0][1].files == {"b.fake": b"solution"}

    def test_a_missing_test_file_is_a_judge_error_that_names_it(self, bench: Bench) -> None:
        case = bench.case("secret/1")
        (bench.directory / "data/secret/1.ans").unlink()
        report = bench.judge(bench.problem(case), {"solution": double})
        assert report.verdict is JE
        assert "1.ans" in report.reason

    def test_a_cancelled_run_is_no_verdict(self, bench: Bench) -> None:
        with pytest.raises(CancelledError):
            bench.judge(bench.problem(), {"solution": lambda call: completed(outcome=Outcome.CANCELLED)})

    def test_our_faults_are_raised(self, bench: Bench) -> None:
        def broken(call: Call) -> Completed:
            raise InfrastructureError("no more slots")

        with pytest.raises(InfrastructureError):
            bench.judge(bench.problem(), {"solution": broken})


class TestValidators:
    @pytest.mark.parametrize(("code", "verdict"), [(42, AC), (43, WA)])
    def test_42_and_43(self, bench: Bench, code: int, verdict: Verdict) -> None:
        problem = bench.problem(validator="check")
        assert bench.judge(problem, {"solution": double, "check": ends(code)}).verdict is verdict

    @pytest.mark.parametrize(
        "check",
        [
            ends(0),
            ends(1),
            ends(44),
            lambda call: completed(outcome=Outcome.SIGNALLED),
            lambda call: completed(outcome=Outcome.CPU_LIMIT),
            lambda call: completed(outcome=Outcome.WALL_LIMIT),
            lambda call: completed(outcome=Outcome.OUTPUT_LIMIT),
            lambda call: completed(outcome=Outcome.MEMORY_LIMIT, exit_code=43),
        ],
    )
    def test_anything_else_is_a_judge_error_that_names_the_validator(self, bench: Bench, check: Any) -> None:
        report = bench.judge(bench.problem(validator="check"), {"solution": double, "check": check})
        assert report.verdict is JE
        assert "check" in report.reason

    def test_a_validator_gets_input_answer_feedback_directory_and_its_arguments(self, bench: Bench) -> None:
        case = bench.case("secret/1", b"in", b"ans", output_validator_args=("loose", "2"))
        bench.judge(bench.problem(case, validator="check"), {"solution": prints(b"out"), "check": ends(42)})
        call = bench.slot.calls[1][1]
        assert call.args == ("/dev/fd/3", "/dev/fd/4", "/work/feedback/", "loose", "2")
        assert (call.fds[3], call.fds[4], call.stdin) == (b"in", b"ans", b"out")
        assert call.spec.directories == ("feedback",)

    def test_messages_reach_the_report(self, bench: Bench) -> None:
        check = ends(43, judgemessage_txt=b"token 3 is bad\nmore", teammessage_txt=b"try again")
        report = bench.judge(bench.problem(validator="check"), {"solution": double, "check": check})
        assert report.root is not None
        case = report.root.groups[0].cases[0]
        assert (case.reason, case.team_feedback) == ("token 3 is bad", "try again")
        assert case.feedback == "token 3 is bad\nmore\nsaid so"

    def test_long_messages_are_kept_for_rejected_cases_only(self, bench: Bench) -> None:
        for code, kept in ((42, 4096), (43, 20_000)):
            check = ends(code, judgemessage_txt=b"x" * 20_000)
            report = bench.judge(bench.problem(validator="check"), {"solution": double, "check": check})
            assert report.root is not None
            assert report.root.groups[0].cases[0].feedback.count("x") == kept

    def test_a_validator_that_is_not_there_is_a_judge_error(self, bench: Bench) -> None:
        problem = bench.problem(validator="check")
        (bench.directory / "check.fake").unlink()
        report = bench.judge(problem, {"solution": double})
        assert report.verdict is JE
        assert "check" in report.reason

    @pytest.mark.parametrize(
        ("code", "stderr", "verdict", "score"),
        [
            (0, b"ok", AC, 1.0),
            (1, b"wrong answer", WA, 0.0),
            (2, b"wrong output format", WA, 0.0),
            (3, b"FAIL", JE, None),
            (4, b"", WA, 0.0),
            (7, b"points 0.25 nice", AC, 0.25),
            (7, b"points lots", JE, None),
            (7, b"nearly\npartial 1/4\n", AC, 0.25),
            (7, b"partial 5/4", JE, None),
            (7, b"partial 0/0", JE, None),
            (7, b"partial -1/4", JE, None),
            (8, b"", WA, 0.0),
            (9, b"", JE, None),
            (150, b"partially", AC, 0.5),
        ],
    )
    def test_testlib_exit_codes(
        self, bench: Bench, code: int, stderr: bytes, verdict: Verdict, score: float | None
    ) -> None:
        problem = bench.problem(
            validator="check", validator_kind=ValidatorKind.TESTLIB, scoring=True, custom_score=True
        )
        check = lambda call: completed(exit_code=code, stderr=stderr)  # noqa: E731
        report = bench.judge(problem, {"solution": double, "check": check})
        assert (report.verdict, report.score) == (verdict, score)


class TestScores:
    def test_score_txt_counts_in_a_custom_score_problem(self, bench: Bench) -> None:
        problem = bench.problem(validator="check", scoring=True, custom_score=True)
        report = bench.judge(problem, {"solution": double, "check": ends(42, score_txt=b" 37.5\n")})
        assert (report.verdict, report.score) == (AC, 37.5)

    @pytest.mark.parametrize("text", [b"", b"many", b"nan", b"inf", b"1 2", b"\xff", b"1e999"])
    def test_a_score_that_is_no_number_is_a_judge_error(self, bench: Bench, text: bytes) -> None:
        problem = bench.problem(validator="check", scoring=True, custom_score=True)
        report = bench.judge(problem, {"solution": double, "check": ends(42, score_txt=text)})
        assert report.verdict is JE
        assert "score.txt" in report.reason

    def test_a_multiplier_scales_the_maximum(self, bench: Bench) -> None:
        policy = ScorePolicy(aggregation=ScoreAggregation.SUM, max_score=100, on_reject_break=False)
        problem = bench.problem(
            bench.case("secret/1", max_score=100.0),
            policy=policy,
            validator="check",
            scoring=True,
            format=PackageFormat.F2025_09,
        )
        report = bench.judge(problem, {"solution": double, "check": ends(42, score_multiplier_txt=b"0.5")})
        assert (report.verdict, report.score) == (AC, 50.0)

    def test_a_custom_grader_decides(self, bench: Bench) -> None:
        grader = bench.program("grader", "grade")
        problem = bench.problem(
            bench.case("secret/1"),
            bench.case("secret/2", b"2", b"5"),
            policy=ScorePolicy(custom_grader=True, on_reject_break=False, grader_flags=("half",)),
            scoring=True,
            graders=grader,
        )
        report = bench.judge(problem, {"solution": double, "grade": prints(b"AC 12.5\n")})
        assert (report.verdict, report.score) == (AC, 12.5)
        asked = [call for name, call in bench.slot.calls if name == "grade"]
        assert asked[0].stdin == b"AC 1\nWA 0\n"
        assert asked[0].args == ("half",)

    @pytest.mark.parametrize("answer", [b"", b"AC", b"GOOD 1", b"AC one", b"AC 1\nAC 2"])
    def test_a_grader_that_babbles_is_a_judge_error(self, bench: Bench, answer: bytes) -> None:
        problem = bench.problem(
            policy=ScorePolicy(custom_grader=True), scoring=True, graders=bench.program("grader", "grade")
        )
        report = bench.judge(problem, {"solution": double, "grade": prints(answer)})
        assert report.verdict is JE
        assert "grader" in report.reason


class TestMultiPass:
    def check(self, *answers: Callable[[Call], Completed]) -> Callable[[Call], Completed]:
        rounds = iter(answers)
        return lambda call: next(rounds)(call)  # noqa: PLW0108 - a new one each time

    def test_each_pass_gets_the_input_that_the_last_validation_wrote(self, bench: Bench) -> None:
        problem = bench.problem(bench.case("secret/1", b"1"), validator="check", multi_pass=True)
        check = self.check(ends(42, nextpass_in=b"21", state=b"kept"), ends(42))
        report = bench.judge(problem, {"solution": double, "check": check})
        assert report.verdict is AC
        runs = [call for name, call in bench.slot.calls if name == "solution"]
        assert [run.stdin for run in runs] == [b"1", b"21"]
        second = [call for name, call in bench.slot.calls if name == "check"][1]
        assert second.fds[3] == b"21"
        assert second.files == {"feedback/state": b"kept"}
        assert report.root is not None
        assert report.root.groups[0].cases[0].passes == 2

    def test_a_rejection_ends_it(self, bench: Bench) -> None:
        problem = bench.problem(bench.case("secret/1", b"1"), validator="check", multi_pass=True, validation_passes=5)
        check = self.check(ends(42, nextpass_in=b"2"), ends(43))
        assert bench.judge(problem, {"solution": double, "check": check}).verdict is WA

    def test_a_failing_second_run_is_its_verdict(self, bench: Bench) -> None:
        problem = bench.problem(bench.case("secret/1", b"1"), validator="check", multi_pass=True)
        solution = self.check(double, lambda call: completed(exit_code=1))
        check = ends(42, nextpass_in=b"2")
        assert bench.judge(problem, {"solution": solution, "check": check}).verdict is RTE

    @pytest.mark.parametrize("code", [43, 1])
    def test_a_next_pass_without_acceptance_is_a_judge_error(self, bench: Bench, code: int) -> None:
        problem = bench.problem(bench.case("secret/1", b"1"), validator="check", multi_pass=True)
        report = bench.judge(problem, {"solution": double, "check": ends(code, nextpass_in=b"2")})
        assert report.verdict is JE

    def test_too_many_passes_are_a_judge_error(self, bench: Bench) -> None:
        problem = bench.problem(bench.case("secret/1", b"1"), validator="check", multi_pass=True, validation_passes=3)
        report = bench.judge(problem, {"solution": double, "check": ends(42, nextpass_in=b"2")})
        assert report.verdict is JE
        assert "3 passes" in report.reason

    @pytest.mark.parametrize(("code", "multi_pass", "verdict"), [(42, True, JE), (43, True, WA), (42, False, AC)])
    def test_files_that_cannot_be_kept_between_passes_are_a_judge_error(
        self, bench: Bench, code: int, multi_pass: bool, verdict: Verdict
    ) -> None:
        problem = bench.problem(bench.case("secret/1", b"1"), validator="check", multi_pass=multi_pass)
        many = completed(exit_code=code)._replace(passed_over=7)
        report = bench.judge(problem, {"solution": double, "check": lambda call: many})
        assert report.verdict is verdict
        assert ("7 more files" in report.reason) == (verdict is JE)

    def test_nextpass_means_nothing_in_other_problems(self, bench: Bench) -> None:
        problem = bench.problem(validator="check")
        assert bench.judge(problem, {"solution": double, "check": ends(43, nextpass_in=b"2")}).verdict is WA


class TestOutputOnly:
    def judge(self, bench: Bench, *files: SourceFile) -> Any:
        cases = [bench.case("secret/1", b"1", b"2"), bench.case("secret/2", b"2", b"4")]
        return bench.judge(bench.problem(*cases, submit_answer=True), {}, files=files)

    def test_each_case_is_answered_by_its_file(self, bench: Bench) -> None:
        files = [SourceFile(name="1.out", content=b"2\n"), SourceFile(name="secret/2.ans", content=b"4")]
        assert self.judge(bench, *files).verdict is AC

    def test_a_missing_output_is_wrong(self, bench: Bench) -> None:
        report = self.judge(bench, SourceFile(name="1", content=b"2"))
        assert report.verdict is WA
        assert "secret/2" in report.reason


class TestSwappedForLinks:
    """Whoever owns a package's directory changes it while it is judged."""

    def swap(self, bench: Bench, path: str) -> None:
        secret = bench.write("secret of somebody else", b"2\n")
        os.unlink(path)
        os.symlink(secret, path)

    @pytest.mark.parametrize("what", ["input_path", "answer_path", "files"])
    def test_a_file_of_a_case_is_no_longer_followed(self, bench: Bench, what: str) -> None:
        case = bench.case("secret/1", files=(("data.txt", bench.write("data.txt", b"x")),))
        self.swap(bench, case.files[0][1] if what == "files" else getattr(case, what))
        report = bench.judge(bench.problem(case), {"solution": double})
        assert report.root is not None
        assert report.verdict is JE
        assert "link" in report.root.groups[0].cases[0].reason

    def test_a_setters_source_is_no_longer_followed(self, bench: Bench) -> None:
        problem = bench.problem(validator="check")
        assert problem.output_validator is not None
        self.swap(bench, problem.output_validator.files[0][1])
        report = bench.judge(problem, {"solution": double, "check": ends(42)})
        assert (report.verdict, "link" in report.reason) == (JE, True), report


class TestNearTheLimit:
    def run_times(self, *cpu_times_ns: int) -> Callable[[Call], Completed]:
        times = iter(cpu_times_ns)

        def solution(call: Call) -> Completed:
            cpu_ns = next(times)
            outcome = Outcome.CPU_LIMIT if cpu_ns > S_NS else Outcome.EXITED
            return completed(b"2\n", cpu_time_ns=cpu_ns, outcome=outcome)

        return solution

    def case(self, bench: Bench, *runs: Completed) -> CaseReport:
        ends_ = iter(runs)
        report = bench.judge(bench.problem(), {"solution": lambda call: next(ends_)})
        assert report.root is not None
        return report.root.groups[0].cases[0]

    def test_a_repetition_that_needs_half_the_time_is_no_luck(self, bench: Bench) -> None:
        late = completed(outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_051 * MS_NS)
        later = completed(outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_041 * MS_NS)
        case = self.case(bench, late, later, completed(b"2\n", cpu_time_ns=512 * MS_NS))
        assert (case.verdict, case.run and case.run.usage.cpu_time_ns) == (TLE, 1_051 * MS_NS)
        assert case.reruns_ns == (1_051 * MS_NS, 1_041 * MS_NS, 512 * MS_NS)
        assert case.reruns_note == "a repetition took 512 ms, which noise does not explain"
        assert "the first counts: a repetition took 512 ms" in reruns_note(case)

    @pytest.mark.parametrize(
        ("first", "then", "verdict"),
        [
            (completed(b"2\n", outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_050 * MS_NS), b"3\n", TLE),
            (completed(b"2\n", outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_050 * MS_NS), b"2\n", AC),
            (completed(b"", outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_050 * MS_NS), b"2\n", AC),  # cut short
            (completed(b"later\n", outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_050 * MS_NS), b"2\n", TLE),
            (completed(b"2\n2\n", outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_050 * MS_NS), b"2\n", TLE),
            (completed(b"3\n", cpu_time_ns=950 * MS_NS), b"2\n", WA),  # no second draw of the lots
        ],
    )
    def test_a_repetition_that_writes_something_else_is_none(
        self, bench: Bench, first: Completed, then: bytes, verdict: Verdict
    ) -> None:
        case = self.case(bench, first, completed(then, cpu_time_ns=940 * MS_NS))
        assert case.verdict is verdict
        assert bool(case.reruns_note) is (verdict is not AC)

    def test_a_late_end_of_its_own_is_whole_and_must_repeat(self, bench: Bench) -> None:
        first = completed(b"", outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_050 * MS_NS)
        first = first._replace(result=msgspec.structs.replace(first.result, exit_code=0))
        assert self.case(bench, first, completed(b"2\n", cpu_time_ns=940 * MS_NS)).verdict is TLE

    def test_each_repetition_starts_over(self, bench: Bench) -> None:
        self.judge(bench, 1_050_000_000, 1_090_000_000, 1_010_000_000)
        assert bench.slot.started_over == ["solution", "solution"]

    def judge(self, bench: Bench, *cpu_times_ns: int, runs: int = 3) -> tuple[Verdict, tuple[int, ...]]:
        solution = self.run_times(*cpu_times_ns)
        report = bench.judge(bench.problem(), {"solution": solution}, options=GradingOptions(near_limit_runs=runs))
        assert report.root is not None
        return report.verdict, report.root.groups[0].cases[0].reruns_ns

    def test_far_from_the_limit_once_is_enough(self, bench: Bench) -> None:
        assert self.judge(bench, 500_000_000) == (AC, ())
        assert self.judge(bench, 1_200_000_000) == (TLE, ())

    def test_a_little_over_is_run_again_and_the_minimum_counts(self, bench: Bench) -> None:
        assert self.judge(bench, 1_050_000_000, 980_000_000) == (AC, (1_050_000_000, 980_000_000))

    def test_over_each_time_is_over(self, bench: Bench) -> None:
        assert self.judge(bench, 1_050_000_000, 1_090_000_000, 1_010_000_000)[0] is TLE

    def test_a_little_under_is_measured_once_more(self, bench: Bench) -> None:
        assert self.judge(bench, 950_000_000, 1_020_000_000) == (AC, (950_000_000, 1_020_000_000))

    def test_a_starved_run_is_run_again_but_a_sleeping_one_is_not(self, bench: Bench) -> None:
        ends_ = iter(
            [completed(outcome=Outcome.WALL_LIMIT, cpu_time_ns=300_000_000), completed(b"2\n", cpu_time_ns=290_000_000)]
        )
        assert bench.judge(bench.problem(), {"solution": lambda call: next(ends_)}).verdict is AC
        sleeping = completed(outcome=Outcome.WALL_LIMIT, cpu_time_ns=5_000_000)
        assert bench.judge(bench.problem(), {"solution": lambda call: sleeping}).verdict is TLE
        assert len(bench.slot.calls) == 1

    def test_a_repetition_that_crashes_says_nothing(self, bench: Bench) -> None:
        slow = completed(outcome=Outcome.CPU_LIMIT, cpu_time_ns=1_050_000_000)
        ends_ = iter([slow, completed(exit_code=1), completed(outcome=Outcome.SIGNALLED)])
        assert bench.judge(bench.problem(), {"solution": lambda call: next(ends_)}).verdict is TLE

    def test_it_can_be_switched_off(self, bench: Bench) -> None:
        assert self.judge(bench, 1_050_000_000, runs=1) == (TLE, ())


def test_static_validation_sees_the_sources(bench: Bench) -> None:
    secret = TestGroup(
        name="secret", cases=(bench.case("secret/1"),), static_validation=StaticValidation(args=("strict",))
    )
    problem = bench.problem(format=PackageFormat.F2025_09, static_validator=bench.program("static", "look"))
    problem = msgspec.structs.replace(problem, root=TestGroup(name="data", groups=(secret,)))
    report = bench.judge(problem, {"solution": double, "look": ends(43, judgemessage_txt=b"uses goto")})
    assert report.verdict is WA
    assert report.deciding_case == "secret/static_validation"
    name, call = bench.slot.calls[0]
    assert name == "look"
    assert call.files == {"submission/a.fake": b"solution"}
    assert call.spec.cwd == "/work/submission"
    assert call.args[-2:] == ("/work/feedback/", "strict")
