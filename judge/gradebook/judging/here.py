"""Judging a class in this process: a slot and a thread for each core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from judge.assembly import open_judges, with_provenance
from judge.config import Settings
from judge.config.reading import reading_of
from judge.course.here import judged_here
from judge.errors import CancelledError, LanguageError
from judge.gradebook.judging.pool import JudgeOne
from judge.grading.pipeline import Judge
from judge.model.event import Event
from judge.model.language import LanguageSpec
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import Submission


class JudgeHere:
    """See :class:`judge.gradebook.judging.pool.JudgeOne`."""

    def __init__(self, judge: Judge, problem: Problem, settings: Settings) -> None:
        self._judge = judge
        self._problem = problem
        self._settings = settings
        self._is_over = False
        self._using = threading.Lock()  # held while the slot runs anything

    def judge(self, submission: Submission) -> Report:
        """In this thread."""
        ceilings = reading_of(self._settings).ceilings
        with self._using:
            report = judged_here(self._judge, submission, self._problem, ceilings, self._heard)
            return with_provenance(report, self._judge, self._settings.state, self._problem.path)

    def version_of(self, language: LanguageSpec) -> str:
        """Of the toolchain as it is now; may be called from another thread, and waits for what runs."""
        versions = self._judge.build_context.versions
        with self._using:
            return "" if versions is None else versions.of(language, self._judge.slots[0].container)

    def give_up(self) -> None:
        """End the run that is on."""
        self._is_over = True
        for slot in self._judge.slots:
            slot.cancel()

    def _heard(self, event: Event) -> None:
        if self._is_over:
            raise CancelledError("given up")


@contextmanager
def judges_here(
    settings: Settings, problem: Problem, count: int
) -> Iterator[tuple[list[JudgeOne], Callable[[Report], bool]]]:
    """Judges with a slot each, and whether a report is by the toolchain that they would use now.

    Raises HostError, SandboxError: this machine cannot judge.
    """
    with open_judges(settings, count) as judges:
        ours = [JudgeHere(judge, problem, settings) for judge in judges]
        languages = judges[0].build_context.languages

        def is_current(report: Report) -> bool:
            if not (report.language and report.toolchain_version):
                return True
            try:
                language = languages.get(report.language)
            except LanguageError:
                return False
            return ours[0].version_of(language) == report.toolchain_version

        yield [*ours], is_current
