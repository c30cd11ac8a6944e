"""The report of one student's work on an assignment. It lies in :class:`judge.model.report.Report` as ``coursework``.

It holds everything, also what students may not see: what one may see of it is a view (:mod:`judge.render`). Points are
plain numbers, times Unix milliseconds or nanoseconds, as their names say; texts are safe text, cut.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.assignment import ALL_VISIBLE, FieldVisibility, Isolation, PartKind, Visibility
from judge.model.printed import Printed


class TestStatus(StrEnum):
    """How a test, or a part as a whole, went."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  #: the program crashed, or raised what the test does not expect; of a part: it does not compile
    TIMEOUT = "timeout"
    NOT_RUN = "not_run"  #: nobody said how it went: the program ended all before
    BLOCKED = "blocked"  #: a part that it requires has not all its points
    OPEN = "open"  #: a person has to give the points
    JUDGE_ERROR = "judge_error"  #: the setter's fault: nothing is known of the student's work


class CourseTestReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One test. ``points`` of ``points_max``. ``fields`` are those of :attr:`judge.model.assignment.CourseTest.shown`.

    ``message``: what went wrong, in one text. ``input``, ``expected`` and ``output`` are what the test gave, wanted and
    got; None = there is none, or it is not told. ``hint`` is that of the setter for a test that did not pass.
    """

    name: str
    status: TestStatus
    title: str = ""
    points: float = 0.0
    points_max: float = 0.0
    visibility: Visibility = Visibility.VISIBLE
    fields: FieldVisibility = ALL_VISIBLE
    message: str = ""
    input: Printed | None = None
    expected: Printed | None = None
    output: Printed | None = None
    stderr: Printed | None = None
    hint: str = ""
    cpu_time_ns: int = 0
    wall_time_ns: int = 0


class LeaderboardEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line that an autograder wants on a leaderboard. ``value`` as it is to be shown; ``ascending``: the least is
    the best."""

    name: str
    value: str
    ascending: bool = False


class Picture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture that an autograder made: ``data`` is said to be of this ``media_type``, and nobody has looked at it."""

    media_type: str
    data: bytes
    label: str = ""


class AutograderReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What else the grading program of another system has said. For those who mark and for judges.

    ``extra_data``: a JSON document, kept as it is. ``execution_time_ns``: by its own clock.
    """

    execution_time_ns: int = 0
    leaderboard: tuple[LeaderboardEntry, ...] = ()
    pictures: tuple[Picture, ...] = ()
    extra_data: str = ""


class CoursePartReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part. ``message``: why it is as it is, for everybody who may see the part; ``log``: a compiler's or a
    linter's, as visible as ``log_visibility`` says. ``visibility``: of the part itself, as its tests' default.

    ``points_max`` of a part by hand are the points that a person may give, while ``points`` are 0.
    ``all_or_nothing``: one test that lacks points costs all of them.
    """

    name: str
    kind: PartKind
    status: TestStatus
    title: str = ""
    isolation: Isolation = Isolation.NONE
    visibility: Visibility = Visibility.VISIBLE
    points: float = 0.0
    points_max: float = 0.0
    all_or_nothing: bool = False
    message: str = ""
    log: str = ""
    log_visibility: Visibility = Visibility.VISIBLE
    tests: tuple[CourseTestReport, ...] = ()
    instructions: str = ""
    autograder: AutograderReport | None = None


class CourseworkReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One student's work. ``points``: of all parts less both penalties, of ``points_max``; ``open_points`` of those
    are for a person to give and not in ``points`` yet.

    ``late_ns``: how long after the due time it was handed in, 0 = in time. The penalties are shares of the points that
    the parts have; a person's points, given later, lose the same. ``closed``: too late, or an attempt too many: nothing
    was run, and nothing counts. ``closed_at_ms``: when nothing that is handed in counts any more, 0 = never.

    ``isolation`` is the weakest of its parts. ``message``: what is wrong with the work as a whole (a required file is
    missing).
    """

    student: str = ""
    title: str = ""
    parts: tuple[CoursePartReport, ...] = ()
    points: float = 0.0
    points_max: float = 0.0
    open_points: float = 0.0
    attempt: int = 1
    attempts_max: int = 0
    attempt_penalty_share: float = 0.0
    attempt_penalty_points: float = 0.0
    handed_in_at_ms: int = 0
    due_at_ms: int = 0
    closed_at_ms: int = 0
    late_ns: int = 0
    late_penalty_share: float = 0.0
    late_penalty_points: float = 0.0
    closed: bool = False
    isolation: Isolation = Isolation.NONE
    message: str = ""
