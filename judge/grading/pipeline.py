"""Judging one submission from sources to report: the only file that knows the order of the stages.

::

    sources -> with_includes -> compile -+-> slots set up -> schedule(judge_tree) -> report
    package -> generated -> build_tools -+

Sources that a language only checks are judged at once; the check is asked when the first run fails (syntax).

A :class:`Judge` is frozen and holds what does not change from submission to submission, a :class:`Judging` one
submission. Each stage is a method that takes and returns values, so that a caller may stop after any of them, or put
its own in between. The contestant's and the setter's faults come back in the report; only ours are raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec

from judge.errors import PackageError, PackageMissing
from judge.grading.case_data import CaseData
from judge.grading.execute import always, with_room_for_files
from judge.grading.generate import generated_tests
from judge.grading.includes import with_includes
from judge.grading.limits import compile_limits, submission_limits
from judge.grading.noise import NoiseMeter
from judge.grading.options import GradingOptions
from judge.grading.output_only import AnswerSheet
from judge.grading.printed import within_room, without_streams
from judge.grading.programs import BuildContext, first_line, open_program
from judge.grading.schedule import ExclusiveLock, Station, schedule, schedule_parallel
from judge.grading.scoring.custom_grader import grade_with
from judge.grading.scoring.report import (
    JudgedTests,
    cases_of,
    deciding_case,
    first_error,
    report_of_judging,
    report_without_judging,
)
from judge.grading.scoring.score import Grader
from judge.grading.scoring.traverse import Enough, Plan, Task, judge_tree, never, plan_of
from judge.grading.setup import Runnable, Setup, Tools, build_tools
from judge.grading.syntax import DoesNotCompileError, OpenTests, Syntax, announced, opened_checking
from judge.model.event import CaseJudged, Emit, unheard
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.problem import Problem
from judge.model.report import CaseReport, CompileReport, Report
from judge.model.submission import Submission
from judge.model.units import KIB
from judge.model.verdict import Verdict
from judge.sandbox.slot import Slot
from judge.toolchain.artifacts import SubmissionStore
from judge.toolchain.compile import Compiled, CompileOptions, Toolchain, compile_program

#: Stands in for the language where a submission is its outputs.
_OUTPUT = LanguageSpec(id="output", name="submitted output", extensions=("out",), run=("/bin/true",))


@dataclass(frozen=True)
class Judge:
    """Judges submissions on its slots, one submission at a time; used from one thread.

    ``slots``: at least one; more judge several tests of a submission at once. ``lock`` is shared by judges that
    work at the same time on this machine, so that what must be measured alone is. ``noise`` measures the slot
    when a time near the limit counts (or earlier, when somebody asked it to). ``enough`` ends the options'
    ``run_all`` for a submission.
    """

    slots: Sequence[Slot]
    build_context: BuildContext
    data: CaseData
    options: GradingOptions = field(default_factory=GradingOptions)
    lock: ExclusiveLock | None = None
    noise: NoiseMeter | None = None
    enough: Enough = never

    def judge(self, submission: Submission, problem: Problem, emit: Emit = unheard) -> Report:
        """All stages, containers closed. Raises as :meth:`Judging.report` does."""
        with self.judging(submission, problem, emit).report() as report:
            return report

    def judging(self, submission: Submission, problem: Problem, emit: Emit = unheard) -> Judging:
        """The stages of one submission, to be taken one by one or all together."""
        return Judging(self, submission, problem, emit)

    def language_of(self, submission: Submission, problem: Problem) -> LanguageSpec:
        """The language that a submission names, or that its files look like. Raises LanguageError."""
        if problem.submit_answer:
            return _OUTPUT
        if submission.language:
            return self.build_context.language(submission.language, self.slots[0].container)
        names = [file.name for file in submission.sources]
        return self.build_context.languages.detect(names, first_line(submission.sources), problem.languages)

    def generated(self, problem: Problem) -> AbstractContextManager[Problem]:
        """The problem with the tests that its generators make, while the context lasts; to be judged inside of it.

        Entering blocks for as long as generators run, and raises PackageError naming one that fails.
        """
        return generated_tests(self.slots[0].container, self.build_context, problem)

    def build_tools(self, problem: Problem) -> Tools:
        """Build the setter's programs. Raises PackageError naming the one that cannot be."""
        return build_tools(self.slots[0].container, self.build_context, problem)

    def noise_ratio(self, toolchain: Toolchain, *, needed: bool) -> float | None:
        """How noisy the first slot is known to be; measured now when ``needed``."""
        if self.noise is None:
            return None
        return self.noise.ratio(self.slots[0].container, toolchain.rootfs, needed=needed)


@dataclass(frozen=True)
class Judging:
    """One submission on its way through a judge: its stages, in order, and all of them in :meth:`report`.

    The problem's time limit must be known (see :mod:`judge.grading.calibrate`), its tests be made (see
    :meth:`Judge.generated`). ``emit`` hears of each stage when it happens. ``limits``: those of one run where they are
    not the problem's.
    """

    judge: Judge
    submission: Submission
    problem: Problem
    emit: Emit = unheard
    limits: Limits | None = None

    @contextmanager
    def report(self) -> Iterator[Report]:
        """All stages: inside the block the report is ready; leaving it closes the containers.

        So the report can be sent first; the slots must not be used until the block is left.

        Raises LanguageError for a language that is unknown or not installed, CancelledError when a slot was
        cancelled, PackageMissing for a file that cannot be read on this machine, InfrastructureError.
        """
        language = self.judge.language_of(self.submission, self.problem)
        with ExitStack() as stack:
            try:
                report = stack.enter_context(self._report(language))
            except PackageMissing:  # another worker may have it
                raise
            except PackageError as error:
                report = report_without_judging(self.submission, self.problem, language.id, Verdict.JE, str(error))
            yield report

    def _report(self, language: LanguageSpec) -> AbstractContextManager[Report]:
        if self.problem.judge_program is not None:
            raise PackageError("judges instead of the pipeline", where=self.problem.judge_program.program.name)
        if self.problem.assignment is not None:
            raise PackageError("is graded part by part, not by the pipeline", where="assignment.yaml")
        if self.problem.submit_answer:
            return self.answers_judged(self.judge.build_tools(self.problem))
        compiled = self.compile(language)
        if not compiled.report.ok:
            return nullcontext(self._compile_error(compiled))
        try:
            return self.program_judged(compiled, self.judge.build_tools(self.problem))
        except PackageMissing:
            raise
        except PackageError:  # what the sources deserve does not hang on the package
            try:
                Syntax(compiled, self.emit, self.submission.id).check(self.judge.slots[0].container)
            except DoesNotCompileError as error:
                return nullcontext(self._compile_error(error.compiled))
            raise

    def _compile_error(self, compiled: Compiled) -> Report:
        reason = first_error(compiled.report.log)
        language = compiled.language.id
        return report_without_judging(self.submission, self.problem, language, Verdict.CE, reason, compiled.report)

    def compile(self, language: LanguageSpec) -> Compiled:
        """The compile stage: size and language rules, included files, the compiler."""
        return announced(self.emit, self.submission.id, language.id, lambda: self._compiled(language))

    def _compiled(self, language: LanguageSpec) -> Compiled:
        submission, problem, judge = self.submission, self.problem, self.judge
        complaint = _complaint(submission, problem, language)
        if complaint:
            return Compiled(report=CompileReport(ok=False, log=complaint), language=language)
        return compile_program(
            judge.slots[0].container,
            judge.build_context.toolchain(language),
            language,
            with_includes(problem, language, submission.sources),
            SubmissionStore(judge.build_context.store, submission.tenant),
            CompileOptions(
                main=problem.entry or submission.main, limits=compile_limits(problem.limits), run_first=True
            ),
        )

    @contextmanager
    def program_judged(self, compiled: Compiled, tools: Tools) -> Iterator[Report]:
        """Run, validate and score all tests of the compiled submission; the block as in :meth:`report`.

        The verdict is CE where a check that is only now asked for rejects it.
        """
        syntax = Syntax(compiled, self.emit, self.submission.id)
        with ExitStack() as stack:
            try:
                report = stack.enter_context(self._program_judged(compiled, tools, syntax))
            except DoesNotCompileError as error:
                report = self._compile_error(error.compiled)
            yield report

    @contextmanager
    def _program_judged(self, compiled: Compiled, tools: Tools, syntax: Syntax) -> Iterator[Report]:
        judge, problem = self.judge, self.problem
        own = compiled.prepared.files if compiled.prepared else ()
        limits = self.limits or submission_limits(problem, compiled.language)
        limits = with_room_for_files(limits, problem, own)
        program = Runnable(compiled, judge.build_context.toolchain(compiled.language), limits)
        sources = self.submission.sources
        setup = Setup(problem, tools, judge.data, judge.options, program=program, sources=sources)
        with self.tests_judged(setup, syntax) as judged:
            near_limit = any(case.reruns_ns for case in cases_of(judged.root))
            noise_ratio = judge.noise_ratio(program.toolchain, needed=near_limit)
            judged = replace(judged, limits=limits, noise_ratio=noise_ratio)
            yield report_of_judging(self.submission, problem, compiled.language.id, judged, syntax.compiled.report)

    @contextmanager
    def answers_judged(self, tools: Tools) -> Iterator[Report]:
        """Judge an output-only submission: its files are the outputs. The block as in :meth:`report`."""
        answers = AnswerSheet(self.submission.sources)
        setup = Setup(self.problem, tools, self.judge.data, self.judge.options, answers=answers)
        with self.tests_judged(setup) as judged:
            yield report_of_judging(self.submission, self.problem, _OUTPUT.id, judged)

    @contextmanager
    def tests_judged(self, setup: Setup, syntax: Syntax | None = None) -> Iterator[JudgedTests]:
        """Judge the tree of tests on the slots, whose containers are open until the block is left.

        Raises DoesNotCompileError when the check of a program, ``syntax``, rejects it.
        """
        judge = self.judge
        if judge.options.dialect is not None:
            problem = msgspec.structs.replace(setup.problem, score_dialect=judge.options.dialect)
            setup = replace(setup, problem=problem)
        plan = plan_of(setup.problem)
        judged: list[CaseReport] = []

        def on_case(task: Task, case: CaseReport) -> None:
            judged.append(case)
            shown = without_streams(case)
            place, total = task.index + 1, len(plan.tasks)
            self.emit(CaseJudged(submission=self.submission.id, index=place, total=total, case=shown))

        run_all = judge.options.run_all
        open_on = setup.on if syntax is None or syntax.is_known else self._opening(setup, syntax, plan)
        with ExitStack() as stack:
            walk = judge_tree(plan, self._grader(stack, setup.tools), run_all=run_all, enough=judge.enough)
            if len(judge.slots) == 1 or len(plan.tasks) == 1 or setup.tools.custom_grader is not None:
                exclusive = judge.lock.exclusive if judge.lock else always
                case_judge = stack.enter_context(open_on(judge.slots[0].container, exclusive))
                root = schedule(walk, case_judge, on_case, judge.lock)
            else:
                lock = judge.lock or ExclusiveLock()
                stations = [
                    Station(partial(open_on, slot.container, lock.exclusive), slot.cancel) for slot in judge.slots
                ]
                root = schedule_parallel(walk, plan, stations, lock, on_case, run_all=run_all)
            yield JudgedTests(within_room(root), deciding_case(root, judged))

    def _opening(self, setup: Setup, syntax: Syntax, plan: Plan) -> OpenTests:
        """How to open a slot for the tests of a program that is not checked yet."""
        first = next(judge_tree(plan, run_all=self.judge.options.run_all), None)
        if first is None or first.case is None:  # no run is going to show what the check would
            syntax.check(self.judge.slots[0].container)
        return setup.on if first is None else partial(opened_checking, setup.on, syntax, first)

    def _grader(self, stack: ExitStack, tools: Tools) -> Grader | None:
        if tools.custom_grader is None:
            return None
        return partial(
            grade_with, stack.enter_context(open_program(self.judge.slots[0].container, tools.custom_grader))
        )


def _complaint(submission: Submission, problem: Problem, language: LanguageSpec) -> str:
    """Why the problem does not take this submission at all, or empty."""
    size_bytes = sum(len(file.content) for file in submission.sources)
    if size_bytes > problem.limits.code_bytes:
        allowed = problem.limits.code_bytes // KIB
        return f"the source code has {size_bytes} bytes; this problem allows {allowed} KiB"
    names = {language.id, language.base_id, language.kattis, language.family, *language.aliases}
    if problem.languages and names.isdisjoint(problem.languages):
        return f"this problem is not to be solved in {language.name}; it allows {', '.join(problem.languages)}"
    return ""
