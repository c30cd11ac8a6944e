"""Judging one submission from sources to report: the only file that knows the order of the stages.

::

    sources -> with_includes -> compile -+-> slots set up -> schedule(judge_tree) -> report
    package -> generated -> build_tools -+

A :class:`Judge` is frozen and holds what does not change from submission to submission. Each stage is a method
that takes and returns values, so that a caller may stop after any of them, or put its own in between. The
contestant's and the setter's faults come back in the report; only ours are raised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
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
from judge.grading.scoring.report import cases_of, deciding_case, first_error, report_of_judging, report_without_judging
from judge.grading.scoring.score import Grader
from judge.grading.scoring.traverse import Enough, Task, judge_tree, never, plan_of
from judge.grading.setup import Runnable, Setup, Tools, build_tools
from judge.model.event import CaseJudged, Compiling, Event
from judge.model.event import Compiled as CompiledEvent
from judge.model.language import LanguageSpec
from judge.model.problem import Problem
from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.submission import Submission
from judge.model.units import KIB
from judge.model.verdict import Verdict
from judge.sandbox.slot import Slot
from judge.toolchain.artifacts import SubmissionStore
from judge.toolchain.compile import Compiled, Toolchain, compile_program

#: Takes each event when it happens, in the thread that called the judge.
Emit = Callable[[Event], None]

#: Stands in for the language where a submission is its outputs.
_OUTPUT = LanguageSpec(id="output", name="submitted output", extensions=("out",), run=("/bin/true",))


def unheard(event: Event) -> None:
    """An :data:`Emit` for nobody."""


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

    def judge(
        self, submission: Submission, problem: Problem, emit: Emit = unheard, after: ExitStack | None = None
    ) -> Report:
        """All stages. The problem's time limit must be known (see :mod:`judge.grading.calibrate`).

        ``after``: takes what can wait until the report is on its way (containers to close); the caller closes it
        before the slot is used again.

        Raises LanguageError for a language that is unknown or not installed, CancelledError when a slot was
        cancelled, PackageMissing for a file that cannot be read on this machine, InfrastructureError.
        """
        language = self.language_of(submission, problem)
        try:
            return self._judge(submission, problem, language, emit, after)
        except PackageMissing:  # another worker may have it
            raise
        except PackageError as error:
            return report_without_judging(submission, problem, language.id, Verdict.JE, str(error))

    def _judge(
        self, submission: Submission, problem: Problem, language: LanguageSpec, emit: Emit, after: ExitStack | None
    ) -> Report:
        if problem.submit_answer:
            return self.judge_answers(submission, problem, self.build_tools(problem), emit, after)
        compiled = self.compile(submission, problem, language, emit)
        if not compiled.report.ok:
            reason = first_error(compiled.report.log)
            return report_without_judging(submission, problem, language.id, Verdict.CE, reason, compiled.report)
        return self.judge_compiled(submission, problem, compiled, self.build_tools(problem), emit, after)

    def language_of(self, submission: Submission, problem: Problem) -> LanguageSpec:
        """The language that a submission names, or that its files look like. Raises LanguageError."""
        if problem.submit_answer:
            return _OUTPUT
        if submission.language:
            return self.build_context.languages.get(submission.language)
        names = [file.name for file in submission.sources]
        return self.build_context.languages.detect(names, first_line(submission.sources), problem.languages)

    def compile(
        self, submission: Submission, problem: Problem, language: LanguageSpec, emit: Emit = unheard
    ) -> Compiled:
        """The compile stage: size and language rules, included files, the compiler."""
        emit(Compiling(submission=submission.id, language=language.id))
        complaint = _complaint(submission, problem, language)
        if complaint:
            compiled = Compiled(report=CompileReport(ok=False, log=complaint), language=language)
        else:
            compiled = compile_program(
                self.slots[0].container,
                self.build_context.toolchain(language),
                language,
                with_includes(problem, language, submission.sources),
                SubmissionStore(self.build_context.store, submission.tenant),
                main=submission.main,
                limits=compile_limits(problem.limits),
            )
        report, wall_time_ns = compiled.report, compiled.wall_time_ns
        emit(CompiledEvent(submission=submission.id, ok=report.ok, cached=report.cached, wall_time_ns=wall_time_ns))
        return compiled

    def generated(self, problem: Problem) -> AbstractContextManager[Problem]:
        """The problem with the tests that its generators make, while the context lasts; to be judged inside of it.

        Entering blocks for as long as generators run, and raises PackageError naming one that fails.
        """
        return generated_tests(self.slots[0].container, self.build_context, problem)

    def build_tools(self, problem: Problem) -> Tools:
        """Build the setter's programs. Raises PackageError naming the one that cannot be."""
        return build_tools(self.slots[0].container, self.build_context, problem)

    def judge_compiled(
        self,
        submission: Submission,
        problem: Problem,
        compiled: Compiled,
        tools: Tools,
        emit: Emit = unheard,
        after: ExitStack | None = None,
    ) -> Report:
        """Run, validate and score all tests of a compiled submission. ``after`` as in :meth:`judge`."""
        own = compiled.prepared.files if compiled.prepared else ()
        limits = with_room_for_files(submission_limits(problem, compiled.language), problem, own)
        program = Runnable(compiled, self.build_context.toolchain(compiled.language), limits)
        setup = Setup(problem, tools, self.data, self.options, program=program, sources=submission.sources)
        root, deciding = self.judge_tasks(submission.id, setup, emit, after)
        near_limit = any(case.reruns_ns for case in cases_of(root))
        return report_of_judging(
            submission,
            problem,
            compiled.language.id,
            compiled.report,
            root,
            time_limit_ns=limits.cpu_time_ns,
            memory_limit_bytes=limits.memory_bytes,
            deciding=deciding,
            noise_ratio=self.noise_ratio(program.toolchain, needed=near_limit),
        )

    def noise_ratio(self, toolchain: Toolchain, *, needed: bool) -> float | None:
        """How noisy the first slot is known to be; measured now when ``needed``."""
        if self.noise is None:
            return None
        return self.noise.ratio(self.slots[0].container, toolchain.rootfs, needed=needed)

    def judge_answers(
        self,
        submission: Submission,
        problem: Problem,
        tools: Tools,
        emit: Emit = unheard,
        after: ExitStack | None = None,
    ) -> Report:
        """Judge an output-only submission: its files are the outputs. ``after`` as in :meth:`judge`."""
        answers = AnswerSheet(submission.sources)
        setup = Setup(problem, tools, self.data, self.options, answers=answers)
        root, deciding = self.judge_tasks(submission.id, setup, emit, after)
        return report_of_judging(
            submission, problem, _OUTPUT.id, None, root, time_limit_ns=0, memory_limit_bytes=0, deciding=deciding
        )

    def judge_tasks(
        self, submission_id: str, setup: Setup, emit: Emit = unheard, after: ExitStack | None = None
    ) -> tuple[GroupReport, CaseReport | None]:
        """Judge the tree of tests on the slots; also the case that decided, None when all is well.

        ``after`` as in :meth:`judge`.
        """
        if self.options.dialect is not None:
            problem = msgspec.structs.replace(setup.problem, score_dialect=self.options.dialect)
            setup = replace(setup, problem=problem)
        plan = plan_of(setup.problem)
        judged: list[CaseReport] = []

        def on_case(task: Task, case: CaseReport) -> None:
            judged.append(case)
            shown = without_streams(case)
            emit(CaseJudged(submission=submission_id, index=task.index + 1, total=len(plan.tasks), case=shown))

        with ExitStack() as stack:
            run_all = self.options.run_all
            walk = judge_tree(plan, self._grader(stack, setup.tools), run_all=run_all, enough=self.enough)
            if len(self.slots) == 1 or len(plan.tasks) == 1 or setup.tools.grader is not None:
                exclusive = self.lock.exclusive if self.lock else always
                bench = stack.enter_context(setup.on(self.slots[0].container, exclusive))
                root = schedule(walk, bench, on_case, self.lock)
            else:
                lock = self.lock or ExclusiveLock()
                stations = [
                    Station(partial(setup.on, slot.container, lock.exclusive), slot.cancel) for slot in self.slots
                ]
                root = schedule_parallel(walk, plan, stations, lock, on_case, run_all=run_all)
            if after is not None:
                after.push(stack.pop_all())
        return within_room(root), deciding_case(root, judged)

    def _grader(self, stack: ExitStack, tools: Tools) -> Grader | None:
        if tools.grader is None:
            return None
        return partial(grade_with, stack.enter_context(open_program(self.slots[0].container, tools.grader)))


def _complaint(submission: Submission, problem: Problem, language: LanguageSpec) -> str:
    """Why the problem does not take this submission at all, or empty."""
    size_bytes = sum(len(file.content) for file in submission.sources)
    if size_bytes > problem.limits.code_bytes:
        allowed = problem.limits.code_bytes // KIB
        return f"the source code has {size_bytes} bytes; this problem allows {allowed} KiB"
    names = {language.id, language.kattis, language.family, *language.aliases}
    if problem.languages and names.isdisjoint(problem.languages):
        return f"this problem is not to be solved in {language.name}; it allows {', '.join(problem.languages)}"
    return ""
