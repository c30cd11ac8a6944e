"""Tests in Python that share a process with the student's code, because their part says so."""

from __future__ import annotations

from typing import Any

import pytest

from judge.errors import PackageError
from judge.model.assignment import Isolation, Visibility
from judge.model.coursework import CoursePartReport, TestStatus

BANK = "import random\n\ndef roll():\n    return random.randint(1, 6)\n\nclass Account:\n    pass\n"

TESTS = """
import os
import pytest
from unittest.mock import patch
import bank
from helper import EXPECTED

@pytest.fixture
def loaded(monkeypatch):
    monkeypatch.setattr(bank.random, "randint", lambda low, high: EXPECTED)

@pytest.mark.parametrize("times", [1, 2])
def test_patched(loaded, times, tmp_path, capsys):
    (tmp_path / "made").write_text("by the test")
    assert bank.roll() == EXPECTED and isinstance(bank.Account(), bank.Account)

class TestPatch:
    @patch("bank.random.randint", return_value=5)
    def test_mock(self, randint):
        print("said by the test")
        assert bank.roll() == 5
        randint.assert_called_once_with(1, 6)

def test_fails():
    assert bank.roll() == 7, "a die has six sides"

def test_raises():
    bank.missing()

def test_skipped():
    pytest.skip("not this year")

def test_hangs():
    while True:
        pass
"""


def in_python(classroom: Any, tests: str, bank: str = BANK, **more: Any) -> CoursePartReport:
    files = {"tests/test_bank.py": tests, "tests/helper.py": "EXPECTED = 4\n"}
    framework = more.pop("framework", "pytest")
    report = classroom.grade(framework, "python3", files, {"bank.py": bank}, **({"module": "bank"} | more))
    assert isinstance(report, CoursePartReport)
    return report


def test_tests_may_patch_the_module_and_look_at_its_classes(classroom: Any) -> None:
    report = in_python(classroom, TESTS, cpu_time_ns=700_000_000, rules=[{"pattern": "test_patched*", "weight": 3}])
    assert report.isolation is Isolation.SHARED
    found = {test.name.removeprefix("tests/test_bank.py::"): test for test in report.tests}
    assert {name: test.status.value for name, test in found.items()} == {
        "test_patched[1]": "passed",
        "test_patched[2]": "passed",
        "TestPatch::test_mock": "passed",
        "test_fails": "failed",
        "test_raises": "error",
        "test_skipped": "not_run",
        "test_hangs": "timeout",
    }
    assert report.points == pytest.approx(10 * 7 / 11)
    assert found["test_fails"].message.startswith("AssertionError: a die has six sides")
    assert found["test_raises"].message.startswith("AttributeError: module 'bank' has no attribute 'missing'")
    printed = found["TestPatch::test_mock"].output
    assert printed is not None and printed.head == "said by the test\n"
    assert found["test_patched[1]"].output is None
    assert len(classroom.heard) == 7


def test_a_module_that_cannot_be_imported_fails_each_test(classroom: Any) -> None:
    tests = "from bank import a\n\ndef test_one():\n    assert a\n\ndef test_two():\n    assert a\n"
    report = in_python(classroom, tests, "b = 1\n")
    assert [test.status for test in report.tests] == [TestStatus.ERROR] * 2
    assert "cannot import name 'a' from 'bank'" in report.tests[0].message
    report = in_python(classroom, tests, "a = = 1\n")
    assert "SyntaxError" in report.tests[1].message and report.points_max == 10


def test_tests_that_need_the_module_to_be_listed_need_a_reference(classroom: Any) -> None:
    tests = "import unittest\nimport bank\n\nclass Own(bank.Account):\n    pass\n\n"
    tests += "class BankTest(unittest.TestCase):\n    def test_own(self):\n"
    tests += "        self.assertIsInstance(Own(), bank.Account)\n"
    with pytest.raises(PackageError, match=r"extends Account, which is the student's.*give a 'reference'") as caught:
        in_python(classroom, tests, framework="unittest")
    assert caught.value.where == "tests/test_bank.py:4"
    report = in_python(classroom, tests, framework="unittest", reference={"bank.py": BANK})
    assert [(test.name, test.points) for test in report.tests] == [("tests.test_bank.BankTest.test_own", 10)]
    with pytest.raises(PackageError, match="have no test of pytest"):
        in_python(classroom, "import bank\n")


def test_work_in_another_language_has_not_run(classroom: Any) -> None:
    report = classroom.grade("pytest", "c", {"test_a.py": "def test_a():\n    pass\n"}, {"a.c": "int a;"}, module="a")
    assert report.message.endswith(", and the tests are of pytest")
    assert [test.status for test in report.tests] == [TestStatus.NOT_RUN]


def test_what_a_visible_test_says_is_as_hidden_as_the_most_hidden_one(classroom: Any) -> None:
    tests = "import bank\n\ndef test_shown():\n    assert bank.a == 2\n\ndef test_kept():\n    assert bank.a\n"
    report = in_python(classroom, tests, "a = 1\n", rules=[{"pattern": "test_kept", "visibility": Visibility.HIDDEN}])
    shown = report.tests[0]
    assert (shown.visibility, shown.fields.message) == (Visibility.VISIBLE, Visibility.HIDDEN)
    assert shown.fields.output is Visibility.HIDDEN
