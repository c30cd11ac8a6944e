"""Parts of style: each finding of a linter costs points, up to a bound.

The linter is given source files alone: no configuration and no module of a student's may say what it finds. A finding
is a line that names a file and a line, ``FILE:LINE`` or ``FILE(LINE``, and is no note about another one.
"""

from __future__ import annotations

import re

import msgspec

from judge.course.commands import CommandRun, breaks_without_students, place_of, run_command
from judge.course.context import PartContext, files_of
from judge.course.scoring import part_without_tests
from judge.errors import PackageError
from judge.model.assignment import CoursePart
from judge.model.coursework import CoursePartReport, TestStatus
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.package.files.file_names import HEADER_ENDINGS, ending
from judge.package.kattis.program_files import is_source
from judge.verdicts import reason_of_run

_FINDING = re.compile(r"^(?:\[\w{1,20}\] )?[^\s:()]{1,400}(?::\d{1,9}|\(\d{1,9}[,)])")
_NOTE = re.compile(r":\d{1,9}: note: ")
#: Files that tell linters what to do, in a language of programs.
_CONFIGURATION = re.compile(r"(?:^|/)(?:\.[^/]*|[^/]*(?:\.config|rc)\.[^/]*|conftest\.py|setup\.py)(?:$|/)")


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    files = _looked_at(context, part)
    done = run_command(context, part, files)
    count = len(findings(done.text))
    if _is_unfinished(done):
        if breaks_without_students(context, part, files, _is_unfinished):
            raise _unfinished(part, done)
        return _broken_off(part, done)
    cost = min(part.penalty_points * count, part.penalty_points_max)
    message = ""
    if count:
        noun = "finding" if count == 1 else "findings"
        message = f"{count} {noun}, {part.penalty_points:g} points each, at most {part.penalty_points_max:g} in all"
    report = part_without_tests(part, TestStatus.FAILED if count else TestStatus.PASSED, message, done.log)
    return msgspec.structs.replace(report, points=max(0.0, part.points - cost))


def findings(text: str) -> tuple[str, ...]:
    """The lines of a linter's output that are findings."""
    return tuple(line for line in text.splitlines() if _FINDING.match(line) and not _NOTE.search(line))


def _looked_at(context: PartContext, part: CoursePart) -> tuple[SourceFile, ...]:
    """The student's sources, and the setter's files."""
    files = {file.name: file.content for file in context.submission.sources if _is_looked_at(file.name)}
    files |= dict(files_of(part.test_files))
    return tuple(SourceFile(name=name, content=content) for name, content in files.items())


def _is_looked_at(name: str) -> bool:
    return (is_source(name) or ending(name) in HEADER_ENDINGS) and not _CONFIGURATION.search(name)


def _is_unfinished(done: CommandRun) -> bool:
    """Whether a linter broke off before it had found anything."""
    count = len(findings(done.text))
    if done.result.outcome is Outcome.OUTPUT_LIMIT and count:
        return False
    return (not done.result.ok and not count) or done.result.outcome is not Outcome.EXITED


def _unfinished(part: CoursePart, done: CommandRun) -> PackageError:
    """A linter that breaks off whatever it is given has found nothing that costs anybody points."""
    said = " ".join(done.text.split())[:300]
    return PackageError(
        f"the linter did not finish ({reason_of_run(done.result)}) and names no file and line: {said}",
        place_of(part, "command"),
    )


def _broken_off(part: CoursePart, done: CommandRun) -> CoursePartReport:
    """What was handed in broke the linter off: it costs what findings can cost."""
    message = f"the linter could not read what was handed in: {reason_of_run(done.result)}"
    report = part_without_tests(part, TestStatus.FAILED, message, done.log)
    return msgspec.structs.replace(report, points=max(0.0, part.points - part.penalty_points_max))
