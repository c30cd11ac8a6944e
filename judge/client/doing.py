"""What every client does in the same way: hand in work of one kind and wait for its report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, Unpack

from judge.client.sending import (
    SENDING,
    EvaluationFields,
    ExecutionFields,
    JudgingFields,
    Sending,
    VerificationFields,
    evaluation_of,
    execution_of,
    judging_of,
    verification_of,
)
from judge.model.work import CommandGroup, EvaluationTest, ProgramSource, Task
from judge.model.work_report import (
    AnyWorkReport,
    CommandGroupReport,
    EvaluationReport,
    ExecutionReport,
    ProgramReport,
    VerificationReport,
)

R = TypeVar("R", bound=AnyWorkReport)


class Doing:
    """Of a blocking client."""

    def _done(self, task: Task, sending: Sending, timeout: float | None, kind: type[R]) -> R:
        raise NotImplementedError

    def run(
        self,
        program: ProgramSource | Sequence[str],
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[ExecutionFields],
    ) -> ExecutionReport:
        """Run a program, or a command (its words), and wait for what it wrote; at most ``timeout`` seconds.

        What the program does wrong is in the report. Raises as :meth:`send` and :meth:`work_result`.
        """
        return self._done(execution_of(program, **fields), sending, timeout, ExecutionReport)

    def evaluate(
        self,
        program: ProgramSource,
        tests: Sequence[EvaluationTest] | str,
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[EvaluationFields],
    ) -> EvaluationReport:
        """Run a program against tests, or a test set by its name, and wait; otherwise as :meth:`run`."""
        return self._done(evaluation_of(program, tests, **fields), sending, timeout, EvaluationReport)

    def run_group(
        self, group: CommandGroup, sending: Sending = SENDING, *, timeout: float | None = None
    ) -> CommandGroupReport:
        """Run a command group and wait; otherwise as :meth:`run`."""
        return self._done(group, sending, timeout, CommandGroupReport)

    def verify(
        self,
        package: str,
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[VerificationFields],
    ) -> VerificationReport:
        """Have a package's own submissions judged and compared with their labels, and wait; otherwise as :meth:`run`.

        ``package`` as in a submission; over HTTP its digest, NAME or NAME@VERSION. What is not as it should be is in
        the report's ``result``; events say each part that is done (:class:`judge.model.event.Verifying`).
        """
        return self._done(verification_of(package, **fields), sending, timeout, VerificationReport)

    def judge_by(
        self,
        program: ProgramSource,
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[JudgingFields],
    ) -> ProgramReport:
        """Have a judge program judge ``submissions``, and wait; otherwise as :meth:`run`."""
        return self._done(judging_of(program, **fields), sending, timeout, ProgramReport)


class AsyncDoing:
    """Of an asyncio client."""

    async def _done(self, task: Task, sending: Sending, timeout: float | None, kind: type[R]) -> R:
        raise NotImplementedError

    async def run(
        self,
        program: ProgramSource | Sequence[str],
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[ExecutionFields],
    ) -> ExecutionReport:
        """See :meth:`Doing.run`."""
        return await self._done(execution_of(program, **fields), sending, timeout, ExecutionReport)

    async def evaluate(
        self,
        program: ProgramSource,
        tests: Sequence[EvaluationTest] | str,
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[EvaluationFields],
    ) -> EvaluationReport:
        """See :meth:`Doing.evaluate`."""
        return await self._done(evaluation_of(program, tests, **fields), sending, timeout, EvaluationReport)

    async def run_group(
        self, group: CommandGroup, sending: Sending = SENDING, *, timeout: float | None = None
    ) -> CommandGroupReport:
        """See :meth:`Doing.run_group`."""
        return await self._done(group, sending, timeout, CommandGroupReport)

    async def verify(
        self,
        package: str,
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[VerificationFields],
    ) -> VerificationReport:
        """See :meth:`Doing.verify`."""
        return await self._done(verification_of(package, **fields), sending, timeout, VerificationReport)

    async def judge_by(
        self,
        program: ProgramSource,
        sending: Sending = SENDING,
        *,
        timeout: float | None = None,
        **fields: Unpack[JudgingFields],
    ) -> ProgramReport:
        """See :meth:`Doing.judge_by`."""
        return await self._done(judging_of(program, **fields), sending, timeout, ProgramReport)
