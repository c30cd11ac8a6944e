"""Which module does which kind of work."""

from __future__ import annotations

from judge.errors import WorkError
from judge.model.event import Emit
from judge.model.work import CommandGroup, Evaluation, Execution, Work
from judge.model.work_report import AnyWorkReport
from judge.running.evaluation import evaluate
from judge.running.execution import execute
from judge.running.group import run_group
from judge.running.runner import Runner


def carry_out(runner: Runner, work: Work, emit: Emit) -> AnyWorkReport:
    """Do the work; blocks. Raises WorkError (the client's fault), LanguageError, BlobStoreError, CancelledError,
    InfrastructureError; the program's own faults are in the report."""
    match work.task:
        case Execution() as execution:
            return execute(runner, work, execution, emit)
        case Evaluation() as evaluation:
            return evaluate(runner, work, evaluation, emit)
        case CommandGroup() as group:
            return run_group(runner, work, group)
        case _:
            raise WorkError(f"this worker does no {work.header.kind}", "kind")
