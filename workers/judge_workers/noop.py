"""A judge that accepts everything at once: what remains is the queue. For measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from judge.config import Settings
from judge.model.event import Emit
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.model.work import Work
from judge.model.work_report import AnyWorkReport, BlameOn, report_without_work
from judge.observe.metrics.pipe_records import Record
from judge.program.tasks.carried import CarriedState
from judge.running.session import SessionChannel
from judge_workers.judging import BASIC, Readiness


class NoopJudge:
    """See :class:`judge_workers.judging.SlotJudge`."""

    def judge(self, submission: Submission, attempt: int, emit: Emit, carried: CarriedState) -> Report:
        """Accept."""
        return Report(
            submission=submission.id,
            problem="noop",
            language=submission.language,
            verdict=Verdict.AC,
            attempt=attempt,
        )

    def carry_out(
        self, work: Work, attempt: int, emit: Emit, channel: SessionChannel, carried: CarriedState
    ) -> AnyWorkReport:
        """Done."""
        return report_without_work(work.header, BlameOn.NONE, "", attempt=attempt)

    def forget_cancel(self) -> None:
        """Nothing runs."""

    def clear_up(self) -> None:
        """Nothing is left over."""

    def cancel(self) -> None:
        """Nothing runs."""

    def freeze(self) -> None:
        """Nothing runs."""

    def thaw(self) -> None:
        """Nothing runs."""

    def take_counts(self) -> tuple[Record, ...]:
        """Nothing happens."""
        return ()


class NoopFactory:
    """See :class:`judge_workers.judging.JudgeFactory`."""

    def readiness(self, settings: Settings) -> Readiness:
        """Ready."""
        return Readiness(languages=settings.worker.languages or BASIC)

    def languages_again(self, settings: Settings, report: Callable[[Readiness], object]) -> Readiness:
        """As ever."""
        return self.readiness(settings)

    @contextmanager
    def open_slot(self, settings: Settings, index: int) -> Iterator[NoopJudge]:
        """No slot is needed."""
        yield NoopJudge()

    def prove(self, settings: Settings, language: str) -> str:
        """Nothing can go wrong."""
        return ""

    def clean_leftovers(self, settings: Settings) -> int:
        """There are none."""
        return 0


NOOP = NoopFactory()
