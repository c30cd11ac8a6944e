"""Unit tests that are kept apart, for real: what they may do, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

from course_harness import CourseStand, coursework, part_of, statuses, write

from judge.model.coursework import CoursePartReport, TestStatus
from judge.model.verdict import Verdict

APART = Path(__file__).parent / "apart"

ASSIGNMENT = """
assignment: 1
title: Small
languages: [python3]
limits: {time: 1s, memory: 128 MiB}
parts:
  - {name: unit, kind: unit_tests, framework: FRAMEWORK, files: [test_small.py], module: small, points: 4}
"""


def messages(part: CoursePartReport) -> dict[str, str]:
    """What is said of each test, by the last part of its name."""
    return {test.name.rpartition("::")[2].rpartition(".")[2]: test.message for test in part.tests}


def test_tests_in_python_may_do_what_the_page_promises(course: CourseStand) -> None:
    student = {"bank.py": (APART / "python" / "bank.py").read_text()}
    report = course.grade_files(APART / "python", student)
    for name in ("pytest", "unittest"):
        part = part_of(report, name)
        wrong = {
            test.name: (test.status, test.message)
            for test in part.tests
            if (test.status is TestStatus.PASSED) != ("_fails" not in test.name and "skipped" not in test.name)
        }
        assert wrong == {}
        assert len(part.tests) == {"pytest": 29, "unittest": 7}[name]
    by_pytest = messages(part_of(report, "pytest"))
    assert by_pytest["test_wrong_value_fails"].startswith("assert 10 == 11")
    assert by_pytest["test_death_fails"] == "the program ended in leave(): exit code 0"
    assert "time limit" in by_pytest["test_loop_fails"]
    assert "object" in by_pytest["test_object_of_the_tests_fails"]
    assert by_pytest["test_surprise_fails"].splitlines()[0] == "InsufficientFunds: need 99, have 10"
    assert "bank.py:" in by_pytest["test_surprise_fails"]
    assert by_pytest["test_skipped"] == "skipped: not this year"
    tests = {test.name.rpartition("::")[2]: test for test in part_of(report, "pytest").tests}
    assert tests["test_loop_fails"].status is TestStatus.TIMEOUT
    assert tests["test_wrong_value_fails"].status is TestStatus.FAILED
    assert tests["test_surprise_fails"].status is TestStatus.ERROR
    assert tests["test_wrong_value_fails"].hint == "Count again."
    assert tests["test_values"].cpu_time_ns > 0


def graded(course: CourseStand, tmp_path: Path, tests: str, small: str, framework: str = "pytest") -> CoursePartReport:
    """The part of a small assignment."""
    assignment = ASSIGNMENT.replace("FRAMEWORK", framework)
    folder = write(tmp_path, {"assignment.yaml": assignment, "test_small.py": tests})
    return part_of(course.grade_files(folder, {"small.py": small}), "unit")


def test_a_module_that_is_no_python_is_an_error_of_each_test(course: CourseStand, tmp_path: Path) -> None:
    tests = "import small\n\ndef test_a():\n    assert small.f() == 1\n\ndef test_b():\n    assert small.f() == 1\n"
    part = graded(course, tmp_path, tests, "def f(:\n")
    assert [test.status for test in part.tests] == [TestStatus.ERROR, TestStatus.ERROR]
    assert "SyntaxError" in part.tests[0].message
    assert part.points == 0


def test_a_death_of_the_tests_own_process_costs_only_its_own_test(course: CourseStand, tmp_path: Path) -> None:
    tests = (
        "import os, small\n\ndef test_a():\n    assert small.f() == 1\n\n"
        "def test_b():\n    small.f()\n    os._exit(0)\n\ndef test_c():\n    assert small.f() == 1\n"
    )
    part = graded(course, tmp_path, tests, "def f():\n    return 1\n")
    assert [test.status for test in part.tests] == [TestStatus.PASSED, TestStatus.ERROR, TestStatus.PASSED]


def test_tests_that_use_the_module_too_early_are_a_judge_error_with_their_line(
    course: CourseStand, tmp_path: Path
) -> None:
    for number, (framework, tests, words) in enumerate(
        [
            ("pytest", "import small\n\nONE = small.f()\n\ndef test_a():\n    pass\n", "test_small.py:3"),
            ("pytest", "from small import *\n\ndef test_a():\n    pass\n", "test_small.py:1"),
            ("unittest", "import small\n\nclass A(small.B):\n    pass\n", "test_small.py:3"),
            ("unittest", "import unittest\n\nnothing(\n", "test_small.py"),
        ]
    ):
        part = graded(course, tmp_path / str(number), tests, "def f():\n    return 1\n", framework)
        assert part.status is TestStatus.JUDGE_ERROR
        assert words in part.message, part.message


def test_parts_that_cannot_be_are_a_judge_error_with_their_line(course: CourseStand, tmp_path: Path) -> None:
    tests = "import small\n\ndef test_a():\n    small.f()\n"
    usual = ASSIGNMENT.replace("FRAMEWORK", "pytest")
    for number, (assignment, words) in enumerate(
        [
            (usual.replace("module: small, ", ""), "module: say what"),
            (usual.replace("module: small", "isolation: shared"), "module: say what"),
        ]
    ):
        folder = write(tmp_path / str(number), {"assignment.yaml": assignment, "test_small.py": tests})
        part = part_of(course.grade_files(folder, {"small.py": "def f():\n    return 1\n"}), "unit")
        assert part.status is TestStatus.JUDGE_ERROR
        assert words in part.message and part.message.startswith("assignment.yaml:7: unit: ")


def test_what_is_set_up_for_a_class_and_fails_fails_its_tests(course: CourseStand, tmp_path: Path) -> None:
    tests = (
        "import unittest, small\n\nclass A(unittest.TestCase):\n    @classmethod\n    def setUpClass(cls):\n"
        "        cls.one = small.f(0)\n    def test_a(self):\n        pass\n    def test_b(self):\n        pass\n\n"
        "class B(unittest.TestCase):\n    def test_c(self):\n        self.assertEqual(small.f(1), 1)\n"
    )
    part = graded(course, tmp_path, tests, "def f(x):\n    return 1 / x\n", "unittest")
    assert [test.status for test in part.tests] == [TestStatus.ERROR, TestStatus.ERROR, TestStatus.PASSED]
    assert "ZeroDivisionError" in part.tests[1].message


def test_missing_modules_and_tests_are_told(course: CourseStand, tmp_path: Path) -> None:
    tests = "import small\n\ndef test_a():\n    assert small.f() == 1\n"
    folder = write(tmp_path, {"assignment.yaml": ASSIGNMENT.replace("FRAMEWORK", "pytest"), "test_small.py": tests})
    report = course.grade_files(folder, {"other.py": "x = 1\n"})
    assert report.verdict is Verdict.RTE
    assert "No module named 'small'" in part_of(report, "unit").tests[0].message
    assert coursework(report).points == 0
    assert statuses(part_of(report, "unit")) == {"test_small.py::test_a": "error"}


def test_what_objects_cannot_do_across_is_refused_with_words(course: CourseStand, tmp_path: Path) -> None:
    small = "class V:\n    def __init__(self, x):\n        self.x = x\n\n    def __mul__(self, n):\n"
    small += "        return V(self.x * n)\n"
    tests = (
        "import copy\nimport small\n"
        "def test_copy():\n    copy.deepcopy(small.V(1))\n"
        "def test_times():\n    assert (small.V(2) * 3).x == 6\n"
    )
    told = messages(graded(course, tmp_path, tests, small))
    assert "not copied by the tests" in told["test_copy"]
    assert "operators: [V]" in told["test_times"]
