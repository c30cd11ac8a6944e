"""The time limit from the jury's submissions, as the format computes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from grading_bench import Bench
from grading_fakes import Call, FakeSlot, completed, fake_build_context
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import PackageError
from judge.grading.calibrate import with_limit, with_time_limit
from judge.grading.jury_time_limit import Timing, time_limit_of, timing_of
from judge.grading.pipeline import Judge
from judge.model.problem import ExpectedResult, JurySubmission, Problem, ProblemLimits
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.units import MS_NS, S_NS
from judge.model.verdict import Verdict
from judge.sandbox.capture import Completed


def fit(*times_ns: int) -> tuple[Timing, ...]:
    return tuple(Timing(name=f"accepted/{i}", must_fit_ns=ns) for i, ns in enumerate(times_ns))


def test_it_is_the_smallest_multiple_that_leaves_the_margin() -> None:
    limits = ProblemLimits(ac_to_time_limit=2.0, time_resolution_ns=S_NS)
    assert time_limit_of(limits, fit(100 * MS_NS)).time_limit_ns == S_NS
    assert time_limit_of(limits, fit(500 * MS_NS)).time_limit_ns == S_NS
    assert time_limit_of(limits, fit(501 * MS_NS, 20 * MS_NS)).time_limit_ns == 2 * S_NS


def test_legacy_margins_and_a_fine_resolution() -> None:
    assert time_limit_of(ProblemLimits(ac_to_time_limit=5.0), fit(210 * MS_NS)).time_limit_ns == 2 * S_NS
    fine = ProblemLimits(ac_to_time_limit=1.5, time_resolution_ns=100 * MS_NS)
    assert time_limit_of(fine, fit(210 * MS_NS)).time_limit_ns == 400 * MS_NS


def test_a_given_limit_stays_and_what_it_breaks_is_told() -> None:
    limits = ProblemLimits(time_limit_ns=S_NS)
    timings = (*fit(600 * MS_NS), Timing(name="slow", must_exceed_ns=1200 * MS_NS))
    found = time_limit_of(limits, timings)
    assert found.time_limit_ns == S_NS
    assert len(found.problems) == 2
    assert found.problems[0].startswith("accepted/0 takes 600.0 ms")
    assert found.problems[1].startswith("slow takes 1.200 s")


@given(st.integers(1, 20 * S_NS), st.floats(1, 10), st.integers(1, 3 * S_NS))
def test_the_computed_limit_holds_and_no_smaller_one_does(accepted_ns: int, factor: float, step_ns: int) -> None:
    limits = ProblemLimits(ac_to_time_limit=factor, time_resolution_ns=step_ns)
    limit_ns = time_limit_of(limits, fit(accepted_ns)).time_limit_ns
    assert limit_ns % step_ns == 0
    assert limit_ns >= accepted_ns * factor - 1
    assert limit_ns == step_ns or limit_ns - step_ns < accepted_ns * factor


def report(**times_ns: int) -> Report:
    cases = tuple(
        CaseReport(
            name=f"secret/{name}",
            verdict=Verdict.AC,
            run=RunResult(outcome=Outcome.EXITED, exit_code=0, usage=Usage(cpu_time_ns=ns)),
        )
        for name, ns in times_ns.items()
    )
    root = GroupReport(name="data", verdict=Verdict.AC, groups=(GroupReport(name="secret", verdict=None, cases=cases),))
    return Report(submission="s", problem="p", language="c", verdict=Verdict.AC, root=root)


def test_rules_about_some_cases_use_those_only() -> None:
    rules = (("secret/a*", ExpectedResult(use_for_time_limit="lower")),)
    timing = timing_of("x", ExpectedResult(rules=rules), report(a1=10, a2=30, b=99), 1.0)
    assert timing == Timing(name="x", must_fit_ns=30)


def test_a_slow_languages_factor_is_taken_out() -> None:
    timing = timing_of("x", ExpectedResult(use_for_time_limit="lower"), report(a=300), 3.0)
    assert timing.must_fit_ns == 100


def test_a_submission_that_must_be_too_slow_bounds_from_above() -> None:
    timing = timing_of("x", ExpectedResult(use_for_time_limit="upper"), report(a=10, b=5000), 1.0)
    assert timing.must_exceed_ns == 5000


class TestCalibrate:
    def problem(self, bench: Bench, *behaviours: str) -> Problem:
        entries = tuple(
            JurySubmission(
                path=f"submissions/accepted/{name}",
                program=bench.program(name, name),
                expected=ExpectedResult(verdicts=(Verdict.AC,), use_for_time_limit="lower"),
            )
            for name in behaviours
        )
        return with_limit(bench.problem(submissions=entries), 0)

    def judge(self, bench: Bench, directory: Path) -> tuple[Judge, FakeSlot]:
        def takes(cpu_ns: int) -> object:
            return lambda call: completed(b"2\n", cpu_time_ns=cpu_ns)

        def broken(call: Call) -> Completed:
            return completed(outcome=Outcome.CPU_LIMIT)

        slot = FakeSlot({"quick": takes(100 * MS_NS), "slow": takes(700 * MS_NS), "endless": broken})  # type: ignore[dict-item]
        return Judge([slot], fake_build_context(directory), bench.data), slot  # type: ignore[list-item]

    def test_the_slowest_accepted_submission_decides(self, bench: Bench, tmp_path: Path) -> None:
        judge, _ = self.judge(bench, tmp_path)
        problem = with_time_limit(judge, self.problem(bench, "quick", "slow"), package_of(tmp_path), tmp_path / "kept")
        assert problem.limits.time_limit_ns == 2 * S_NS

    def test_it_is_measured_once(self, bench: Bench, tmp_path: Path) -> None:
        judge, slot = self.judge(bench, tmp_path)
        for _ in range(2):
            with_time_limit(judge, self.problem(bench, "quick"), package_of(tmp_path), tmp_path / "kept")
        assert len(slot.calls) == 1

    def test_a_declared_limit_is_left_alone(self, bench: Bench, tmp_path: Path) -> None:
        judge, slot = self.judge(bench, tmp_path)
        problem = bench.problem()
        assert with_time_limit(judge, problem, package_of(tmp_path), tmp_path) is problem
        assert slot.calls == []

    def test_without_any_usable_submission_it_is_the_packages_fault(self, bench: Bench, tmp_path: Path) -> None:
        judge, _ = self.judge(bench, tmp_path)
        with pytest.raises(PackageError, match="declares no time limit"):
            with_time_limit(judge, self.problem(bench, "endless"), package_of(tmp_path), tmp_path / "kept")

    def test_a_damaged_answer_is_measured_again(self, bench: Bench, tmp_path: Path) -> None:
        judge, slot = self.judge(bench, tmp_path)
        kept = tmp_path / "kept"
        with_time_limit(judge, self.problem(bench, "quick"), package_of(tmp_path), kept)
        next(kept.iterdir()).write_bytes(b"{")
        with_time_limit(judge, self.problem(bench, "quick"), package_of(tmp_path), kept)
        assert len(slot.calls) == 2


def package_of(directory: Path) -> Path:
    """A directory whose content names the kept limit."""
    package = directory / "package"
    package.mkdir(exist_ok=True)
    return package
