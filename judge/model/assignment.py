"""An assignment of a course as a value: what :mod:`judge.package.assignment` reads and :mod:`judge.course` grades by.

Points are plain numbers, shares lie between 0 and 1, files are named by absolute host paths; nothing here opens them.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.compare_flags import CompareFlags
from judge.model.units import S_NS

DAY_NS = 86_400 * S_NS


class Visibility(StrEnum):
    """Who of the students may see something, and when. From the least to the most strict."""

    VISIBLE = "visible"  #: always
    AFTER_DUE = "after_due"  #: when nothing can be handed in any more
    HIDDEN = "hidden"  #: never; before and after it is as if it were not there


_STRICTNESS = tuple(Visibility)


def strictest(*found: Visibility) -> Visibility:
    """The one that shows the least."""
    return max(found, key=_STRICTNESS.index)


class Isolation(StrEnum):
    """How far the student's code is kept from what decides."""

    APART = "apart"  #: no process, uid, writable directory, stream or environment in common
    SHARED = "shared"  #: in one process, or under one program that is not the judge's; each test needs a nonce at best
    NONE = "none"  #: nothing of the student's runs


class PartKind(StrEnum):
    """How a part gets its points."""

    TESTS = "tests"  #: the program is given standard input, its output is compared
    CALLS = "calls"  #: a function is called with JSON arguments, its value is compared
    UNIT_TESTS = "unit_tests"  #: tests in a framework of the language
    COMMAND = "command"  #: a command of the setter's says by its exit code whether the files are right
    STYLE = "style"  #: each line that a linter prints costs points, up to a bound
    BY_HAND = "by_hand"  #: a person gives the points
    AUTOGRADER = "autograder"  #: another system's grading program (Gradescope, PrairieLearn)


class Process(StrEnum):
    """How long a process with the student's code lives in unit tests."""

    TEST = "test"  #: each test has a new one
    ALL = "all"  #: one for all, and a new one when it has died or was too late


class FieldVisibility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of the fields of a test. What counts may be stricter than what is said, see :meth:`closed`."""

    input: Visibility = Visibility.VISIBLE
    expected: Visibility = Visibility.VISIBLE
    output: Visibility = Visibility.VISIBLE
    message: Visibility = Visibility.VISIBLE
    hint: Visibility = Visibility.VISIBLE
    points: Visibility = Visibility.VISIBLE

    def closed(self, least: Visibility) -> FieldVisibility:
        """The same, each field at least as strict as that, and as what it may tell: a program's output its input, a
        message the input, the output, and what was expected."""
        output = strictest(self.output, self.input, least)
        return FieldVisibility(
            input=strictest(self.input, least),
            expected=strictest(self.expected, least),
            output=output,
            message=strictest(self.message, self.expected, output),
            hint=strictest(self.hint, least),
            points=strictest(self.points, least),
        )


ALL_VISIBLE = FieldVisibility()


class Call(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call of a function (``name``, or ``Class.method``) of the student's.

    ``arguments`` is a JSON array, ``expected`` a JSON value.
    """

    function: str
    arguments: str = "[]"
    expected: str = "null"


class CourseTest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One test of a part. ``name`` is unique in its part, ``title`` for people (empty = the name).

    ``points``: of the part's, what this test gives. ``input_path`` and ``expected_path``: empty = nothing.
    ``arguments`` of the program, ``files``: (name, host path) pairs beside it. ``call``: of calls. ``selector``: what
    the framework calls a unit test. Times of 0 are the assignment's. ``line``: of assignment.yaml, 0 = not known.
    """

    name: str
    title: str = ""
    points: float = 0.0
    visibility: Visibility = Visibility.VISIBLE
    fields: FieldVisibility = ALL_VISIBLE
    hint: str = ""
    input_path: str = ""
    expected_path: str = ""
    arguments: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    call: Call | None = None
    selector: str = ""
    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    line: int = 0

    @property
    def shown(self) -> FieldVisibility:
        """Visibility of each field, see :meth:`FieldVisibility.closed`."""
        return self.fields.closed(self.visibility)


class TestRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of the tests of a part whose names match ``pattern`` (a glob, see :mod:`judge.globs`).

    None or empty = nothing. The last rule that says something about a test counts. ``line``: of assignment.yaml.
    """

    __test__ = False

    pattern: str
    weight: float | None = None
    visibility: Visibility | None = None
    hint: str = ""
    line: int = 0


class Autograder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a grading program of another system needs. Its files are its part's ``test_files``, what is started the
    part's ``command``, whose it is the part's ``framework``.

    ``debian`` and ``pypi``: packages that must be there. ``environment``: (name, value) pairs. ``results``: where it
    leaves its results, below its working directory; empty = where that system looks. ``published``: who sees what is
    to be shown when the points are published.
    """

    debian: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    results: str = ""
    published: Visibility = Visibility.HIDDEN


class CoursePart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of an assignment.

    ``points``: what it gives at most. ``requires``: parts that must have all their points, else this one has none.
    ``all_or_nothing``: one failed test costs all points. ``visibility`` and ``fields`` are the defaults of its tests;
    ``rules`` say more about those that match. ``tests``: those that are known before anything runs; those of unit tests
    are collected, see :func:`judge.course.scoring.tests_of`.

    ``language``: of its tests, empty = the student's. ``framework``: "pytest", "unittest", "junit5", "node", "jest",
    "program", "go", "catch2", "asserts", "rust"; of an autograder whose results it leaves: "gradescope",
    "prairielearn", "exercism", "classroom", "junit". ``isolation``, ``process``: of unit tests. ``module``: what of the
    student's the tests import. ``reference``: a solution of the setter's, for stubs. ``test_files``: what decides,
    never seen by the student's code where that is apart. ``beside``: files that lie beside the student's. Both are
    (name, host path) pairs.

    ``in_place``: functions of the student's whose changes to their arguments the tests see. ``operators``: classes of
    the student's that are shown what the tests compare them with, "*" = all.

    ``command``: of commands and style. ``penalty_points`` for each finding, all together at most
    ``penalty_points_max``. ``instructions`` are for those who mark. ``compare``: of outputs and values. Times of 0 are
    the assignment's. ``line``: of assignment.yaml, 0 = not known.
    """

    name: str
    kind: PartKind
    title: str = ""
    points: float = 0.0
    visibility: Visibility = Visibility.VISIBLE
    fields: FieldVisibility = ALL_VISIBLE
    requires: tuple[str, ...] = ()
    all_or_nothing: bool = False
    tests: tuple[CourseTest, ...] = ()
    rules: tuple[TestRule, ...] = ()
    language: str = ""
    framework: str = ""
    isolation: Isolation = Isolation.APART
    process: Process = Process.TEST
    module: str = ""
    in_place: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    reference: tuple[tuple[str, str], ...] = ()
    test_files: tuple[tuple[str, str], ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()
    penalty_points: float = 0.0
    penalty_points_max: float = 0.0
    autograder: Autograder | None = None
    instructions: str = ""
    compare: CompareFlags = CompareFlags()
    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    line: int = 0


class Late(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What handing in late costs: nothing within ``grace_ns``; then ``penalty_share`` of the points for each
    ``period_ns`` begun, at most ``cap_share``. ``closes_after_ns`` the due time nothing counts any more; 0 = never."""

    grace_ns: int = 0
    penalty_share: float = 0.0
    period_ns: int = DAY_NS
    cap_share: float = 1.0
    closes_after_ns: int = 0


class Assignment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An assignment. Its limits are the problem's, its title and languages, too.

    ``due_at_ms``: Unix time, 0 = it is never late. ``attempts_max``: later ones have no points, 0 = as many as wanted.
    ``attempt_penalty_share``: of the points, for each attempt after the first. ``main``: the file that is run, empty =
    found. ``required``: globs that must each match a file that is handed in. ``starter``: files that students begin
    with; ``resources``: files that lie beside their programs when those run. Both are (name, host path) pairs.
    """

    due_at_ms: int = 0
    late: Late = Late()
    attempts_max: int = 0
    attempt_penalty_share: float = 0.0
    main: str = ""
    required: tuple[str, ...] = ()
    starter: tuple[tuple[str, str], ...] = ()
    resources: tuple[tuple[str, str], ...] = ()
    parts: tuple[CoursePart, ...] = ()

    @property
    def closed_at_ms(self) -> int:
        """Unix time from which on nothing that is handed in counts; 0 = never."""
        if not (self.due_at_ms and self.late.closes_after_ns):
            return 0
        return self.due_at_ms + self.late.closes_after_ns // 1_000_000
