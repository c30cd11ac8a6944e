"""What a worker needs of whatever judges: two protocols, and the values around them. No Celery, no sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

from judge.config import Settings
from judge.errors import UsageError
from judge.model.event import Emit
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import Work
from judge.model.work_report import AnyWorkReport
from judge.observe.metrics.pipe_records import Record
from judge.program.tasks.carried import CarriedState
from judge.running.session import SessionChannel

#: The languages that are tested before a worker starts when the settings name no others.
BASIC = ("c", "cpp", "python3")


class SlotJudge(Protocol):
    """Judges one submission after the other in one slot."""

    def judge(self, submission: Submission, attempt: int, emit: Emit, carried: CarriedState) -> Report:
        """Judge; blocks. ``carried`` is for judge programs.

        Raises PackageError (the setter's fault; PackageMissing: another worker may have it),
        HostFault, BlobStoreError (the package store is away); the cause of anything else is unknown until the
        worker proved itself.

        An exception out of ``emit`` passes through. Each call is followed by :meth:`clear_up`, whatever it raised.
        """
        ...

    def carry_out(
        self, work: Work, attempt: int, emit: Emit, channel: SessionChannel, carried: CarriedState
    ) -> AnyWorkReport:
        """Do work that is no submission; blocks. ``channel`` leads to a session's client, ``carried`` is as above.

        Raises WorkError (the client's fault), else as :meth:`judge` does.
        """
        ...

    def forget_cancel(self) -> None:
        """What was cancelled is over: what comes next is not cancelled with it."""
        ...

    def clear_up(self) -> None:
        """What can wait until the report is on its way; idempotent. Raises InfrastructureError."""
        ...

    def cancel(self) -> None:
        """End what runs now as soon as possible, and what would be run before :meth:`forget_cancel`; callable from a
        signal handler at any moment."""
        ...

    def interrupt(self) -> None:
        """SIGINT for the programs of an execution or a command group; nothing for any other work. As :meth:`cancel`."""
        ...

    def freeze(self) -> None:
        """Stop what runs, and its clocks; callable from a signal handler at any moment."""
        ...

    def thaw(self) -> None:
        """Let it go on; idempotent; callable from a signal handler at any moment."""
        ...

    def take_counts(self) -> Iterable[Record]:
        """What there is to tell the metrics since the last call, besides verdicts."""
        ...


@dataclass(frozen=True)
class Readiness:
    """What a worker can do: the languages whose self-test passed, and what it found amiss (for people).

    ``languages_missing`` should work and do not; ``attacks_held`` are those that the sandbox withstood;
    ``noise_ratio`` as in :mod:`judge.grading.noise`, None when it was not measured. ``versions``: language -> version
    of its toolchain, and ``LANGUAGE@VERSION`` for each that can be asked for exactly; ``untested``: there are languages
    that were not tried or prepared yet; ``watched``: files that change when the languages may. ``toolchains``,
    ``preparing`` and ``unprepared`` as in :class:`judge_workers.node.languages.Found`.
    """

    languages: tuple[str, ...]
    problems: tuple[str, ...] = ()
    languages_missing: tuple[str, ...] = ()
    attacks_held: tuple[str, ...] = ()
    noise_ratio: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    untested: bool = False
    watched: tuple[str, ...] = ()
    toolchains: str = ""
    preparing: tuple[str, ...] = ()
    unprepared: Mapping[str, str] = field(default_factory=dict)


class JudgeFactory(Protocol):
    """Builds what judges. ``judge_factory`` in the settings names one."""

    def readiness(self, settings: Settings) -> Readiness:
        """Test this host. Raises HostError when it cannot judge at all."""
        ...

    def languages_again(self, settings: Settings, report: Callable[[Readiness], object]) -> Readiness:
        """Look at the languages alone, while others judge; ``report`` hears of each that is found. Blocks for long."""
        ...

    def open_slot(self, settings: Settings, index: int) -> AbstractContextManager[SlotJudge]:
        """Reserve slot ``index``, warmed up. Raises InfrastructureError."""
        ...

    def prove(self, settings: Settings, language: str) -> str:
        """Judge a known good program in a fresh slot; blocks for seconds. What went wrong, empty = all is well.

        May raise anything: that, too, is what went wrong.
        """
        ...

    def clean_leftovers(self, settings: Settings) -> int:
        """Remove what dead slots of this state directory left (cgroups, processes, files); returns how many."""
        ...


def load_factory(name: str) -> JudgeFactory:
    """The factory that the setting ``judge_factory`` names as "module:attribute". Raises UsageError."""
    module_name, _, attribute = name.partition(":")
    try:
        return cast(JudgeFactory, getattr(import_module(module_name), attribute))
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"judge_factory {name!r}: {error}") from error
