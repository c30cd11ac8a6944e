"""JUnit tests whose classes under test live in another container: what crosses, and what a student lacks."""

from __future__ import annotations

from pathlib import Path

import needs
from course_harness import CourseStand, part_of, write

from judge.model.coursework import CoursePartReport

BANK = Path(__file__).parent / "bank"
SOLUTION = (BANK / "solution" / "Shapes.java").read_text()

_ASSIGNMENT = """
assignment: 1
title: Shapes
languages: [java]
limits: {time: 2s, memory: 192 MiB}
parts:
  - name: units
    kind: unit_tests
    framework: junit5
    files: [ShapesTest.java]
    reference: [Shapes.java]
    points: 17
"""

#: What no solution can help: JUnit ran nothing of them.
_NOT_RUN = {"skipped": "not_run", "assumed": "not_run"}


def graded(course: CourseStand, folder: Path, text: str, more: str = "") -> CoursePartReport:
    """The part's report of a student's Shapes.java."""
    needs.tool("javac")
    write(
        folder,
        {
            "assignment.yaml": _ASSIGNMENT + more,
            "Shapes.java": SOLUTION,
            "ShapesTest.java": (BANK / "tests" / "ShapesTest.java").read_text(),
        },
    )
    part = part_of(course.grade_files(folder, {"Shapes.java": text}), "units")
    assert part.tests, part.message
    return part


def failed(part: CoursePartReport) -> dict[str, str]:
    """How the tests went that did not pass."""
    return {test.name.rpartition("::")[2]: test.status.value for test in part.tests if test.status.value != "passed"}


def message(part: CoursePartReport, name: str) -> str:
    """What is said of a test."""
    return next(test.message for test in part.tests if test.name.endswith(f"::{name}"))


def test_all_that_tests_do_with_classes_works_with_stubs_of_them(course: CourseStand, tmp_path: Path) -> None:
    part = graded(course, tmp_path, SOLUTION)
    assert failed(part) == _NOT_RUN, [(test.name, test.message) for test in part.tests]
    assert part.points == 15
    assert "skipped: " in message(part, "skipped")


def test_what_a_student_lacks_fails_the_tests_that_use_it_and_no_others(course: CourseStand, tmp_path: Path) -> None:
    text = SOLUTION.replace("public static Figure named()", "private static Figure named()")
    text = text.replace("public static long ask()", "public static int ask()").replace("nextLong", "nextInt")
    text = text.replace("public static Optional<Character> first", "public static Optional<Character> second")
    text = text.replace("((Square) other).side == side", "true").replace("other instanceof Square && ", "")
    text = text.replace('throw new IOException("no disk")', 'throw new IllegalStateException("no disk")')
    text = text.replace("LIMIT = 7", "LIMIT = 8")
    part = graded(course, tmp_path, text)
    assert failed(part) == _NOT_RUN | {
        "ends": "error",
        "abstract_classes": "failed",
        "collections": "failed",
        "input_and_output": "failed",
        "fields_are_new_in_each_test_1": "failed",
        "fields_are_new_in_each_test_2": "failed",
        "equality": "failed",
        "checked_exceptions": "failed",
        "caught": "failed",
    }, [(test.name, test.message) for test in part.tests]
    assert message(part, "ends") == "the tests themselves ended in this test"
    assert "there is no method shapes.Shapes.first(String)" in message(part, "collections")
    assert "is private" in message(part, "caught")
    assert "has given Integer and not long" in message(part, "input_and_output")
    assert "equals() of shapes.Shapes$Square is true of anything" in message(part, "equality")


def test_one_process_serves_all_tests_where_the_part_says_so(course: CourseStand, tmp_path: Path) -> None:
    text = SOLUTION.replace('throw new IOException("no disk")', "System.exit(0)")
    part = graded(course, tmp_path, text, "    process: all\n")
    found = failed(part)
    assert found.pop("checked_exceptions") == "error"
    assert "ended (exit code 0) in shapes.Shapes.fail()" in message(part, "checked_exceptions")
    assert found.keys() <= {*_NOT_RUN, "fields_are_new_in_each_test_1", "fields_are_new_in_each_test_2"}
