"""What of a report is counted."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from observe_reports import case, report, run_result

from judge.model.event import CaseJudged, Compiled, Compiling, TestJudged
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult, Usage
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.model.work_report import (
    STATUSES,
    BlameOn,
    EvaluationReport,
    ExecutionReport,
    RunReport,
    SessionEnd,
    SessionReport,
    TestReport,
    status_of,
)
from judge.observe.metrics.judged_record import judged_record, record_of
from judge.observe.metrics.pipe_records import Phase, UsageSums
from judge.observe.timeline import SPANS_MAX, Timeline


def test_sums_run_over_all_judged_cases_of_the_tree() -> None:
    runs = [run_result(cpu_user_ns=i, io_read_bytes=None if i % 2 else i, pids_peak=i) for i in range(5)]
    record = judged_record(report(*[case(f"t{i}", run=run) for i, run in enumerate(runs)]))
    assert record.usage.cpu_user_ns == 10
    assert record.usage.io_read_bytes == 6
    assert record.usage.wall_time_ns == 10_000_000
    assert record.outcomes == {Outcome.EXITED: 5}
    assert record.case_verdicts == {Verdict.AC: 5}
    assert sum(record.spread.cpu_time) == sum(record.spread.memory) == sum(record.spread.processes) == 5


def test_cases_that_were_not_run_do_not_count() -> None:
    record = judged_record(report(case("a", Verdict.WA), case("b", None), verdict=Verdict.WA))
    assert record.case_verdicts == {Verdict.WA: 1}
    assert sum(record.spread.wall_time) == 1


def test_a_compile_error_has_no_runs() -> None:
    compiled = CompileReport(ok=False, run=run_result(wall_time_ns=77))
    record = judged_record(report(verdict=Verdict.CE, compiled=compiled))
    assert record.usage == UsageSums()
    assert record.outcomes == {}
    assert record.phases_ns == {Phase.COMPILE: 77}
    assert record.compiled
    assert not record.compile_cached


def test_a_compile_from_the_cache_took_no_time() -> None:
    compiled = CompileReport(ok=True, cached=True, run=run_result(wall_time_ns=77))
    record = judged_record(report(case("a"), compiled=compiled))
    assert Phase.COMPILE not in record.phases_ns
    assert record.compile_cached


def test_measured_phases_win_over_those_of_the_report() -> None:
    record = judged_record(report(case("a")), phases_ns={Phase.RUN: 5, Phase.CLAIM: 6})
    assert record.phases_ns == {Phase.RUN: 5, Phase.CLAIM: 6}


def test_a_kernel_without_a_process_count_leaves_its_spread_empty() -> None:
    record = judged_record(report(case("a", run=run_result(pids_peak=None))))
    assert sum(record.spread.processes) == 0


def test_every_sum_is_taken_from_a_field_of_usage_or_counted_apart() -> None:
    assert set(UsageSums.__struct_fields__) - set(Usage.__struct_fields__) == {"output_bytes"}


class Clock:
    """Time that passes only when told."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def test_the_timeline_puts_phases_and_tests_in_their_place() -> None:
    clock = Clock()
    timeline = Timeline(clock)
    with timeline.phase(Phase.CLAIM):
        clock.now_ns = 10
    timeline(Compiling(submission="s", language="cpp"))
    clock.now_ns = 30
    timeline(Compiled(submission="s", ok=True, cached=False, wall_time_ns=15))
    clock.now_ns = 100
    judged = case("secret/1", run=run_result(wall_time_ns=40))
    timeline(CaseJudged(submission="s", index=1, total=1, case=judged))
    assert timeline.phases_ns == {Phase.CLAIM: 10, Phase.FETCH: 0, Phase.COMPILE: 20, Phase.SETUP: 30, Phase.RUN: 40}
    assert timeline.spans[-1] == (Phase.RUN, "secret/1", 60, 100)
    assert timeline.elapsed_ns() == 100


def test_a_compile_stage_that_comes_again_ends_the_run_that_called_for_it() -> None:
    clock = Clock()
    clock.now_ns = 5
    timeline = Timeline(clock)
    for now_ns, event in (
        (10, Compiling(submission="s", language="python3")),
        (12, Compiled(submission="s", ok=True, cached=False, wall_time_ns=1, checked=False)),
        (50, Compiling(submission="s", language="python3")),
        (80, Compiled(submission="s", ok=False, cached=False, wall_time_ns=29)),
    ):
        clock.now_ns = now_ns
        timeline(event)
    assert timeline.phases_ns == {Phase.FETCH: 5, Phase.COMPILE: 2 + 30, Phase.RUN: 38}


def test_a_program_that_was_not_checked_counts_as_no_compile() -> None:
    unchecked = CompileReport(ok=True, checked=False)
    assert not judged_record(report(compiled=unchecked)).compiled
    assert not record_of(ExecutionReport(id="e", compile=unchecked)).compiled


@pytest.mark.parametrize(
    ("validation_ns", "rest"), [(None, {Phase.VALIDATE: 10}), (15, {Phase.SETUP: 10, Phase.VALIDATE: 15})]
)
def test_no_time_is_left_out_between_two_tests(validation_ns: int | None, rest: dict[Phase, int]) -> None:
    clock = Clock()
    timeline = Timeline(clock)
    first = CaseJudged(submission="s", index=1, total=2, case=case("a", run=run_result(wall_time_ns=0)))
    timeline(first)
    validation = None if validation_ns is None else run_result(wall_time_ns=validation_ns)
    judged = msgspec.structs.replace(case("b", run=run_result(wall_time_ns=20)), validation=validation)
    clock.now_ns = 30 + (validation_ns or 0)
    timeline(CaseJudged(submission="s", index=2, total=2, case=judged))
    assert timeline.phases_ns == {Phase.SETUP: 0, Phase.RUN: 20} | rest
    assert sum(timeline.phases_ns.values()) == clock.now_ns


def test_tests_judged_side_by_side_never_make_a_negative_time() -> None:
    timeline = Timeline(Clock())
    for index in (1, 2):
        timeline(CaseJudged(submission="s", index=index, total=2, case=case("a", run=run_result(wall_time_ns=50))))
    assert min(span.end_ns - span.start_ns for span in timeline.spans) >= 0


def test_a_phase_counts_even_when_it_fails_and_adds_up() -> None:
    clock = Clock()
    timeline = Timeline(clock)
    for _ in range(2):
        try:
            with timeline.phase(Phase.FETCH):
                clock.now_ns += 5
                raise OSError
        except OSError:
            pass
    assert timeline.phases_ns == {Phase.FETCH: 10}


def test_a_cached_compile_is_no_phase() -> None:
    timeline = Timeline(Clock())
    timeline(Compiled(submission="s", ok=True, cached=True, wall_time_ns=0))
    assert timeline.phases_ns == {}


def test_the_number_of_spans_is_bounded_the_sums_are_not() -> None:
    clock = Clock()
    timeline = Timeline(clock)
    for _ in range(SPANS_MAX + 10):
        with timeline.phase(Phase.FETCH):
            clock.now_ns += 1
    assert len(timeline.spans) == SPANS_MAX
    assert timeline.phases_ns[Phase.FETCH] == SPANS_MAX + 10


def _execution(*results: RunResult, **fields: Any) -> ExecutionReport:
    runs = tuple(RunReport(result=result) for result in results)
    return ExecutionReport(id="e", language="cpp", runs=runs, compile=CompileReport(ok=True, cached=True), **fields)


def test_the_runs_of_an_execution_are_accounted() -> None:
    record = record_of(_execution(run_result(cpu_user_ns=3), run_result(Outcome.CPU_LIMIT, cpu_user_ns=4)))
    assert (record.kind, record.verdict) == (WorkKind.EXECUTION, "CPU_LIMIT")
    assert record.usage.cpu_user_ns == 7
    assert record.outcomes == {Outcome.EXITED: 1, Outcome.CPU_LIMIT: 1}
    assert (record.compiled, record.compile_cached) == (True, True)
    assert sum(record.spread.wall_time) == 2


def test_tests_of_an_evaluation_are_counted_as_cases() -> None:
    tests = (TestReport(name="1", verdict=Verdict.AC, run=run_result()), TestReport(name="2"))
    record = record_of(EvaluationReport(id="e", verdict=Verdict.AC, tests=tests))
    assert record.case_verdicts == {Verdict.AC: 1}
    assert record.outcomes == {Outcome.EXITED: 1}


def test_a_report_from_the_store_ran_nothing() -> None:
    record = record_of(_execution(run_result(), cached=True))
    assert (record.verdict, record.outcomes, record.usage) == ("EXITED", {}, UsageSums())
    assert not record.compiled


def test_every_word_for_how_work_ended_is_a_known_one() -> None:
    results = [run_result(outcome) for outcome in Outcome]
    reports = [_execution(result) for result in results]
    reports += [_execution(), _execution(blame=BlameOn.JUDGE), _execution(blame=BlameOn.CLIENT)]
    assert {status_of(report) for report in reports} <= set(STATUSES[WorkKind.EXECUTION])
    ends = [SessionReport(id="s", end=end) for end in SessionEnd]
    assert {status_of(report) for report in ends} <= set(STATUSES[WorkKind.SESSION])
    verdicts = [EvaluationReport(id="e", verdict=verdict) for verdict in Verdict]
    assert {status_of(report) for report in verdicts} <= set(STATUSES[WorkKind.EVALUATION])


def test_what_follows_the_last_event_can_be_given_to_a_phase() -> None:
    times = iter((0, 10, 30))
    timeline = Timeline(lambda: next(times))
    timeline(Compiling(submission="s", language="cpp"))
    timeline.rest(Phase.RUN)
    assert timeline.phases_ns == {Phase.FETCH: 10, Phase.RUN: 20}


def test_a_test_of_an_evaluation_is_a_stretch_of_its_own() -> None:
    times = iter((0, 10, 30))
    timeline = Timeline(lambda: next(times))
    timeline(Compiling(submission="s", language="cpp"))
    run = run_result(wall_time_ns=15)
    timeline(TestJudged(submission="s", index=1, total=1, test=TestReport(name="1", run=run)))
    assert [(span.phase, span.name) for span in timeline.spans][-1] == (Phase.RUN, "1")
    assert timeline.phases_ns[Phase.RUN] == 15
