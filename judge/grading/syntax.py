"""Whether a program compiles, as far as is known: of one that is run before it is checked its first run shows it.

A run that ends well needs no check. One that does not asks for it: in a container of its own, which holds the sources
and nothing of any test. Until then nobody hears of the run, and of a program that does not compile nobody ever does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from judge.grading.execute import Exclusive
from judge.grading.schedule import TaskJudge
from judge.grading.scoring.traverse import Task
from judge.model.event import Compiled as CompiledEvent
from judge.model.event import Compiling, Emit
from judge.model.report import CaseReport
from judge.toolchain.compile import Compiled, OpenContainer

#: Opens a slot for the tests of one submission.
OpenTests = Callable[[OpenContainer, Exclusive], AbstractContextManager[TaskJudge]]


class DoesNotCompileError(Exception):
    """The check has rejected a program that was run: its author's fault, for the one who makes the report."""

    def __init__(self, compiled: Compiled) -> None:
        super().__init__(compiled.report.log)
        self.compiled = compiled


def announced(emit: Emit, submission: str, language: str, compiling: Callable[[], Compiled]) -> Compiled:
    """What ``compiling`` gives, with the events of the compile stage around it."""
    emit(Compiling(submission=submission, language=language))
    compiled = compiling()
    report, wall_time_ns = compiled.report, compiled.wall_time_ns
    emit(
        CompiledEvent(
            submission=submission,
            ok=report.ok,
            cached=report.cached,
            wall_time_ns=wall_time_ns,
            checked=report.checked,
        )
    )
    return compiled


class Syntax:
    """One program's. ``compiled`` is what is known now: only the thread of the program's first run changes it."""

    def __init__(self, compiled: Compiled, emit: Emit, submission: str) -> None:
        self.compiled = compiled
        self._emit = emit
        self._submission = submission

    @property
    def is_known(self) -> bool:
        """There is nothing to ask."""
        return self.compiled.unchecked is None

    def check(self, open_container: OpenContainer) -> None:
        """Ask for the check unless that was done. Blocks.

        Raises DoesNotCompileError, CancelledError, InfrastructureError.
        """
        if self.is_known:
            return
        language = self.compiled.language.id
        self.compiled = announced(self._emit, self._submission, language, lambda: self.compiled.checked(open_container))
        if not self.compiled.report.ok:
            raise DoesNotCompileError(self.compiled)


@contextmanager
def opened_checking(
    open_tests: OpenTests, syntax: Syntax, first: Task, open_container: OpenContainer, exclusive: Exclusive
) -> Iterator[TaskJudge]:
    """A slot opened for tests, which asks for the check unless the run of the test that is judged first ended well.

    What other tests come to at the same time does not matter: so the verdict is the same with any number of slots.
    """
    with open_tests(open_container, exclusive) as tests:
        yield _CheckingJudge(tests, syntax, first, open_container)


@dataclass(frozen=True)
class _CheckingJudge:
    tests: TaskJudge
    syntax: Syntax
    first: Task
    open_container: OpenContainer

    def judge(self, task: Task) -> CaseReport:
        report = self.tests.judge(task)
        if task.index == self.first.index and not (report.run is not None and report.run.ok):
            self.syntax.check(self.open_container)
        return report
