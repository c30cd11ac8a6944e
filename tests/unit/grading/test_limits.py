"""Limits from the problem's and the language's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.grading.limits import submission_limits, validation_limits
from judge.model.language import LanguageSpec
from judge.model.problem import PackageFormat, Problem, ProblemLimits, TestGroup
from judge.model.units import MIB, MS_NS, S_NS

PLAIN = LanguageSpec(id="c", name="C", extensions=("c",), run=("{artifact}/main",))
SLOW = LanguageSpec(
    id="slow",
    name="Slow",
    extensions=("s",),
    run=("/bin/s",),
    time_factor=3.0,
    memory_overhead_mib=100,
    processes_min=500,
    open_files_min=700,
)


def problem(time_limit_ns: int, *, interactive: bool = False) -> Problem:
    limits = ProblemLimits(time_limit_ns=time_limit_ns, memory_bytes=64 * MIB, output_bytes=MIB)
    return Problem(
        name="p",
        path="/p",
        format=PackageFormat.LEGACY,
        root=TestGroup(name="data"),
        limits=limits,
        interactive=interactive,
    )


def test_the_hard_limit_is_a_quarter_more_and_at_least_half_a_second() -> None:
    assert submission_limits(problem(S_NS), PLAIN).cpu_time_hard_ns == 1500 * MS_NS
    assert submission_limits(problem(10 * S_NS), PLAIN).cpu_time_hard_ns == 12_500 * MS_NS


def test_a_languages_factors_apply() -> None:
    limits = submission_limits(problem(S_NS), SLOW)
    assert limits.cpu_time_ns == 3 * S_NS
    assert limits.memory_bytes == 164 * MIB
    assert (limits.processes, limits.open_files) == (500, 700)


def test_output_is_the_problems() -> None:
    assert submission_limits(problem(S_NS), PLAIN).stdout_bytes == MIB


@given(st.integers(1, 600 * S_NS), st.booleans(), st.sampled_from([PLAIN, SLOW]))
def test_no_guard_comes_before_the_time_limit(time_limit_ns: int, interactive: bool, language: LanguageSpec) -> None:
    limits = submission_limits(problem(time_limit_ns, interactive=interactive), language)
    assert limits.cpu_time_ns <= limits.cpu_time_hard_ns < limits.wall_time_ns
    assert limits.cpu_time_ns < limits.idle_time_ns <= limits.wall_time_ns


def test_without_a_time_limit_there_is_nothing_to_judge_by() -> None:
    with pytest.raises(ValueError, match="time limit"):
        submission_limits(problem(0), PLAIN)


def test_setters_programs_have_limits_of_their_own() -> None:
    limits = validation_limits(ProblemLimits(validation_time_ns=5 * S_NS, validation_output_bytes=99), PLAIN)
    assert (limits.cpu_time_ns, limits.wall_time_ns, limits.stdout_bytes) == (5 * S_NS, 10 * S_NS, 99)
