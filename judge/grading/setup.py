"""Sets a slot up for one submission: which containers are opened for it, and what is built before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from judge.grading.case_data import CaseData
from judge.grading.case_judge import CaseJudge
from judge.grading.execute import Exclusive, OpenSubmission, RunsToCome, open_submission
from judge.grading.options import GradingOptions
from judge.grading.output_only import AnswerSheet
from judge.grading.programs import BuildContext, OpenProgram, SetterProgram, build_program, open_program
from judge.grading.scoring.traverse import plan_of
from judge.model.limits import Limits
from judge.model.problem import Problem, Program
from judge.model.submission import SourceFile
from judge.sandbox.capture import Capture
from judge.toolchain.compile import Compiled, OpenContainer, Toolchain
from judge.toolchain.sources import name_complaint


@dataclass(frozen=True)
class Tools:
    """The setter's programs that judging a problem takes, built."""

    validator: SetterProgram | None = None
    further_validators: tuple[SetterProgram, ...] = ()
    static_validator: SetterProgram | None = None
    custom_grader: SetterProgram | None = None


def build_tools(open_container: OpenContainer, build_context: BuildContext, problem: Problem) -> Tools:
    """Build the setter's programs, or find them built. Raises PackageError naming the one that cannot be."""

    def build(program: Program) -> SetterProgram:
        return build_program(open_container, build_context, problem, program)

    return Tools(
        validator=build(problem.output_validator) if problem.output_validator else None,
        further_validators=tuple(build(program) for program in problem.further_output_validators),
        static_validator=build(problem.static_validator) if problem.static_validator else None,
        custom_grader=build(problem.graders) if problem.graders else None,
    )


@dataclass(frozen=True)
class Runnable:
    """A compiled submission and what its runs need."""

    compiled: Compiled
    toolchain: Toolchain
    limits: Limits


@dataclass(frozen=True)
class Setup:
    """What a slot needs to judge the tests of one submission: either ``program`` or ``answers`` is given.

    ``sources``: what the validator may read of the submission, if the problem says so.
    """

    problem: Problem
    tools: Tools
    data: CaseData
    options: GradingOptions
    program: Runnable | None = None
    answers: AnswerSheet | None = None
    sources: Sequence[SourceFile] = ()

    @contextmanager
    def on(self, open_container: OpenContainer, exclusive: Exclusive) -> Iterator[CaseJudge]:
        """Open the containers on one slot, for as long as the submission is judged there."""
        program = self.program
        with ExitStack() as stack:

            def opened(tool: SetterProgram, shown: Sequence[SourceFile] = ()) -> OpenProgram:
                sizes = {file.name: len(file.content) for file in shown}
                return stack.enter_context(open_program(open_container, tool, sizes))

            shown = self._shown_sources()
            prepared = program.compiled.prepared if program else None

            copies = tuple(stack.enter_context(one) for one in self._submissions(open_container))
            yield CaseJudge(
                problem=self.problem,
                submission=copies[0] if copies else None,
                copies=copies if self.problem.copies else (),
                data=self.data,
                options=self.options,
                exclusive=exclusive,
                validator=opened(self.tools.validator, shown) if self.tools.validator else None,
                further_validators=tuple(opened(tool) for tool in self.tools.further_validators),
                static_validator=(
                    opened(self.tools.static_validator, prepared.files)
                    if self.tools.static_validator and prepared
                    else None
                ),
                answers=self.answers,
                sources={file.name: Capture(file.content) for file in shown},
            )

    def _submissions(self, open_container: OpenContainer) -> Iterator[AbstractContextManager[OpenSubmission]]:
        """The submission, as often as it runs at a time; of an output-only problem nothing is run."""
        program = self.program
        wanted = self.problem.copies.count if self.problem.copies else 1
        for _ in range(wanted):
            if program is None:
                return
            yield open_submission(
                open_container,
                program.toolchain,
                program.compiled,
                program.limits,
                self.problem.named_files,
                self._runs_to_come,
            )

    @property
    def _runs_to_come(self) -> RunsToCome:
        problem = self.problem
        count = 0 if problem.interactive or problem.copies else len(plan_of(problem).tasks)
        return RunsToCome(count, fresh_each=self.options.fresh_containers)

    def _shown_sources(self) -> Sequence[SourceFile]:
        """What the output validator may read: of an output-only submission nobody has checked the names."""
        if not self.problem.validator_reads_source:
            return ()
        return [file for file in self.sources if not name_complaint(file.name)]
