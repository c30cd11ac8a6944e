"""Parts of a command: exit code 0 gives all points, any other none.

The student's code may run below the command, which is why it counts as shared unless the setter says that it only reads
files.
"""

from __future__ import annotations

import msgspec

from judge.course.commands import run_command
from judge.course.context import PartContext
from judge.course.scoring import part_without_tests
from judge.model.assignment import CoursePart
from judge.model.coursework import CoursePartReport, TestStatus
from judge.model.verdict import Verdict
from judge.verdicts import reason_of_run, verdict_of_run


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    done = run_command(context, part, context.sources(part.test_files))
    passed = done.result.ok
    late = verdict_of_run(done.result) is Verdict.TLE
    status = TestStatus.PASSED if passed else TestStatus.TIMEOUT if late else TestStatus.FAILED
    report = part_without_tests(part, status, "" if passed else reason_of_run(done.result), done.log)
    return msgspec.structs.replace(report, points=part.points if passed else 0.0)
