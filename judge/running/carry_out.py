"""Which module does which kind of work."""

from __future__ import annotations

from judge.errors import WorkError
from judge.model.event import Emit
from judge.model.verification import Verification
from judge.model.work import CommandGroup, Evaluation, Execution, ProgramJudging, SessionRequest, Work
from judge.model.work_report import AnyWorkReport
from judge.running.evaluation import evaluate
from judge.running.execution import execute
from judge.running.group import run_group
from judge.running.runner import Runner
from judge.running.session import SessionChannel, hold_session
from judge.running.sources import with_sources


def carry_out(runner: Runner, work: Work, emit: Emit, channel: SessionChannel | None = None) -> AnyWorkReport:
    """Do the work; blocks. ``channel`` leads to the client of a session, without one there is none.

    Raises WorkError (the client's fault), LanguageError, BlobStoreError, CancelledError, InfrastructureError; the
    program's own faults are in the report.
    """
    work = with_sources(runner, work)
    match work.task:
        case Execution() as execution:
            return execute(runner, work, execution, emit)
        case Evaluation() as evaluation:
            return evaluate(runner, work, evaluation, emit)
        case CommandGroup() as group:
            return run_group(runner, work, group)
        case SessionRequest() as request:
            if channel is None:
                raise WorkError("a session needs a service", "kind")
            return hold_session(runner, work, request, channel, emit)
        case Verification():
            raise WorkError("a package is verified by a service, or by judge verify", "kind")
        case ProgramJudging():
            raise WorkError("a judge program judges by a service, or by judge program", "kind")
