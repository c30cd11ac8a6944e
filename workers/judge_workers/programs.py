"""Judge programs on a worker: whose programs they judge, what the operator lets them have, and the dispatch."""

from __future__ import annotations

import msgspec

from judge.config import Settings
from judge.config.reading import program_quotas_of
from judge.course.grade import grade_submission
from judge.errors import WireError, WorkError
from judge.model.event import Emit
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verification import Verification
from judge.model.work import CommandGroup, JudgedProgram, ProgramJudging, ProgramSource, Work
from judge.model.work_report import ProgramReport
from judge.program.tasks.carried import CarriedState
from judge.program.tasks.of_submission import judge_submission
from judge.program.tasks.of_work import judge_by_program
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.running.runner import Runner
from judge.running.sources import with_sources


class Programs:
    """Of one slot. ``queue`` is asked for work that is named by its id; it belongs to this object."""

    def __init__(self, settings: Settings, queue: Queue, runner: Runner) -> None:
        self._queue = queue
        self._runner = runner
        self._most = program_quotas_of(settings)

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._queue.close()

    def judge_work(self, work: Work, task: ProgramJudging, emit: Emit, carried: CarriedState) -> ProgramReport:
        """Work that brought its judge program along. Raises as :func:`judge.program.tasks.of_work.judge_by_program`,
        and QueueError."""
        named = [self._with_program(work.header.tenant, index, one) for index, one in enumerate(task.submissions)]
        task = msgspec.structs.replace(task, submissions=tuple(named))
        work = with_sources(self._runner, msgspec.structs.replace(work, task=task))
        assert isinstance(work.task, ProgramJudging)
        return judge_by_program(self._runner, work, work.task, emit, carried, self._most)

    def judge_submission(self, submission: Submission, problem: Problem, emit: Emit, carried: CarriedState) -> Report:
        """A submission to an assignment, or to a package that names a judge program. Raises as
        :func:`judge.course.grade.grade_submission` and :func:`judge.program.tasks.of_submission.judge_submission`."""
        if problem.assignment is not None:
            return grade_submission(self._runner, submission, problem, emit, self._most)
        return judge_submission(self._runner, submission, problem, emit, carried, self._most)

    def _with_program(self, tenant: str, index: int, one: JudgedProgram) -> JudgedProgram:
        """The same with the program of the work that it names, which is one of this tenant's alone."""
        if not one.work:
            return one
        field = f"submissions[{index}].work"
        if one.program is not None:
            raise WorkError("there is a program, too", field)
        try:
            found = self._queue.run(calls.handed_in(tenant, one.work))
        except WireError as error:
            raise WorkError(f"{error}", field) from error
        program = None if found is None else program_of(found[0], found[1])
        if program is None:
            raise WorkError(f"there is no work {one.work[:100]!r} with a program", field)
        return msgspec.structs.replace(one, program=program, work="")


def program_of(sent: Submission | Work, language: str = "") -> ProgramSource | None:
    """The program that was handed in; None = there is none. ``language``: what it turned out to be in."""
    if isinstance(sent, Submission):
        return ProgramSource(sources=sent.sources, language=sent.language or language, main=sent.main)
    task = sent.task
    if isinstance(task, CommandGroup | Verification):
        return None
    if isinstance(task, ProgramJudging):
        return next((one.program for one in task.submissions if one.program is not None), None)
    if task.program is None or task.program.language:
        return task.program
    return msgspec.structs.replace(task.program, language=sent.header.language or language)
