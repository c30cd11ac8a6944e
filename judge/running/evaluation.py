"""Evaluations: one program, compiled once, against tests that came along; the pipeline of submissions judges it.

::

    tests, or a test set -> checked, put into a private directory (tests_along) -> Problem -+
    program -> with its driver where functions are called (calls) -> compile ---------------+-> Judging -> report

The client is what a package's setter is elsewhere: whatever its validator does wrong is its fault, never the program's.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass

import msgspec

from judge.errors import InfrastructureError, PackageError, PackageMissing, WorkError, our_path
from judge.grading.case_data import CaseData
from judge.grading.limits import validation_limits
from judge.grading.pipeline import Judge, Judging
from judge.grading.programs import SetterProgram, data_files
from judge.grading.scoring.traverse import Enough, never
from judge.grading.setup import Tools
from judge.grading.syntax import announced
from judge.model.event import CaseJudged, Emit, Event, TestJudged
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.problem import Problem
from judge.model.report import CaseReport, Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.model.work import ComparisonKind, Evaluation, EvaluationTest, ProgramSource, RequestedLimits, Work
from judge.model.work_report import EvaluationReport
from judge.running.calls import with_driver
from judge.running.evaluation_report import judged_report, report_of_compile_error, shortened_log, test_report
from judge.running.limits import compile_limits, judged_limits
from judge.running.runner import Runner
from judge.running.tests_along import VALIDATOR, TestFiles, checked_tests, on_field, problem_of
from judge.toolchain.compile import Compiled, CompileOptions

#: What is kept of a validator's message about one test.
_FEEDBACK_BYTES = 4096


def evaluate(runner: Runner, work: Work, evaluation: Evaluation, emit: Emit) -> EvaluationReport:
    """Compile and judge. Raises WorkError for what cannot be, LanguageError, CancelledError, InfrastructureError."""
    tests = checked_tests(runner, work.header.tenant, evaluation)
    language = runner.language_of(evaluation.program, work.header.language)
    limits = judged_limits(evaluation.limits, runner.ceilings, language)
    options = CompileOptions(limits=compile_limits(evaluation.compile_limits, runner.ceilings), run_first=True)
    program, called = evaluation.program, None
    if evaluation.comparison.kind is ComparisonKind.CALL:
        called = with_driver(program, language, evaluation.comparison.function)
        program = called.program
    with ExitStack() as stack:
        with our_path(f"{runner.scratch}"):
            files = TestFiles(runner, work.header.tenant, stack.enter_context(_directory(runner)))
            problem = problem_of(work.header.id, evaluation.comparison, files, tests, called)
        evaluating = _Evaluating(runner, work, evaluation, tests, emit)
        compiled = evaluating.compile(program, language, options)
        blank = evaluating.blank(compiled)
        if not compiled.report.ok:
            return report_of_compile_error(blank, tests)
        report = evaluating.judged(compiled, problem, limits)
        blank = msgspec.structs.replace(blank, compile=report.compile)
        if report.verdict is Verdict.CE:  # which only the first run has brought to light
            return report_of_compile_error(blank, tests)
        return judged_report(blank, tests, report)


def _directory(runner: Runner) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=os.path.realpath(runner.scratch), ignore_cleanup_errors=True)


@dataclass(frozen=True)
class _Evaluating:
    """One evaluation whose tests are known."""

    runner: Runner
    work: Work
    evaluation: Evaluation
    tests: tuple[EvaluationTest, ...]
    emit: Emit

    def compile(self, program: ProgramSource, language: LanguageSpec, options: CompileOptions) -> Compiled:
        """The compile stage, once for all tests."""
        id, tenant = self.work.header.id, self.work.header.tenant
        return announced(self.emit, id, language.id, lambda: self.runner.compile(tenant, program, language, options))

    def blank(self, compiled: Compiled) -> EvaluationReport:
        """The report as far as it is known when compiling has ended."""
        header = self.work.header
        return EvaluationReport(
            id=header.id,
            language=compiled.language.id,
            tenant=header.tenant,
            context=header.context,
            compile=compiled.report,
        )

    def judged(self, compiled: Compiled, problem: Problem, limits: Limits) -> Report:
        """All tests, as far as they are to be run. Raises as :func:`evaluate`."""
        evaluation, header = self.evaluation, self.work.header
        submission = Submission(
            id=header.id, package="", sources=evaluation.program.sources, language=header.language, tenant=header.tenant
        )
        tools = Tools(validator=self._validator(problem))
        with closing(CaseData()) as data:
            judge = _judge_for(self.runner.judge, data, evaluation)
            judging = Judging(judge, submission, problem, self._hear, limits)
            try:
                with judging.program_judged(compiled, tools) as report:
                    return report
            except PackageMissing as error:  # our own directory
                raise InfrastructureError(f"{error}") from error
            except PackageError as error:
                raise WorkError(f"{error}") from error

    def _hear(self, event: Event) -> None:
        """Cases of the pipeline are tests of ours."""
        if isinstance(event, CaseJudged):
            test = test_report(self.tests[event.index - 1], event.case)
            event = TestJudged(submission=event.submission, index=event.index, total=event.total, test=test)
        self.emit(event)

    def _validator(self, problem: Problem) -> SetterProgram | None:
        """The client's validator, compiled as its own program is. Raises WorkError when it cannot be."""
        program = self.evaluation.comparison.validator
        if self.evaluation.comparison.kind is not ComparisonKind.VALIDATOR or program is None:
            return None
        language = self.runner.language_of(program, field="comparison.validator")
        options = CompileOptions(limits=compile_limits(RequestedLimits(), self.runner.ceilings))
        with on_field("comparison.validator"):
            compiled = self.runner.compile(self.work.header.tenant, program, language, options)
        if not compiled.report.ok:
            raise WorkError(f"does not compile: {shortened_log(compiled.report.log)}", "comparison.validator")
        return SetterProgram(
            name=VALIDATOR,
            compiled=compiled,
            toolchain=self.runner.judge.build_context.toolchain(language),
            limits=validation_limits(problem.limits, language),
            data_files=data_files(compiled),
        )


def _judge_for(judge: Judge, data: CaseData, evaluation: Evaluation) -> Judge:
    """The slot's judge with the choices of one evaluation; what it reads of the tests is forgotten with ``data``."""
    options = msgspec.structs.replace(judge.options, run_all=evaluation.stop_after != 1, feedback_bytes=_FEEDBACK_BYTES)
    if not evaluation.repeat_near_limit:
        options = msgspec.structs.replace(options, near_limit_runs=1)
    return dataclasses.replace(judge, data=data, options=options, enough=_enough(evaluation.stop_after))


def _enough(stop_after: int) -> Enough:
    """Whether this many tests have failed; 0 = never."""
    failed = 0

    def enough(case: CaseReport) -> bool:
        nonlocal failed
        failed += case.verdict is not Verdict.AC
        return failed == stop_after

    return enough if stop_after else never
