"""What the engine of a part is given, and how an engine looks: the seam of this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from judge.errors import PackageMissing
from judge.model.assignment import Assignment, CoursePart
from judge.model.coursework import CoursePartReport
from judge.model.event import Emit
from judge.model.language import LanguageSpec
from judge.model.problem import Problem
from judge.model.program import ProgramQuotas
from judge.model.submission import SourceFile, Submission
from judge.model.work import ProgramSource
from judge.running.runner import Runner

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PartContext:
    """One student's work on its way through the parts of an assignment; the same value for all of them.

    ``language``: of what was handed in; None = it is none that the assignment takes, and ``complaint`` says so.
    ``quotas``: what the operator lets any judge program have. ``emit`` hears of what students may always see, and of
    nothing else.
    """

    runner: Runner
    submission: Submission
    problem: Problem
    assignment: Assignment
    emit: Emit
    quotas: ProgramQuotas
    language: LanguageSpec | None = None
    complaint: str = ""

    def sources(self, *pairs: Pairs) -> tuple[SourceFile, ...]:
        """What was handed in, with starter files that were not, resources, and ``pairs``, which win in this order.

        Raises PackageMissing for a file of the package that cannot be read on this machine.
        """
        files = {file.name: file.content for file in self.submission.sources}  # the first may be the main one
        for name, content in files_of(self.assignment.starter):
            files.setdefault(name, content)
        for added in (self.assignment.resources, *pairs):
            files |= dict(files_of(added))
        return tuple(SourceFile(name=name, content=content) for name, content in files.items())

    def program(self, *pairs: Pairs) -> ProgramSource:
        """The student's program, its files as in :meth:`sources`."""
        language = self.language.id if self.language else self.submission.language
        return ProgramSource(
            sources=self.sources(*pairs), language=language, main=self.submission.main or self.assignment.main
        )


#: What grades one part. It blocks. Raises PackageError or WorkError for what is the setter's fault (``where`` names the
#: line), PackageMissing, LanguageError, CancelledError, InfrastructureError as every judging does. What the student's
#: code does is in the report, whatever it is.
Engine = Callable[[PartContext, CoursePart], CoursePartReport]


def files_of(pairs: Pairs) -> tuple[tuple[str, bytes], ...]:
    """The content of files of a package, by name. Raises PackageMissing."""
    files = []
    for name, path in pairs:
        try:
            files.append((name, Path(path).read_bytes()))
        except OSError as error:
            raise PackageMissing(f"cannot be read: {error.strerror}", name) from error
    return tuple(files)
