"""Tests that talk to a program in any language and share nothing with it: framework ``program``."""

from __future__ import annotations

from typing import Any

import pytest

from judge.errors import PackageError
from judge.model.assignment import Isolation
from judge.model.coursework import CoursePartReport

TESTS = """\
def test_values_come_back_in_turn(start):
    stack = start()
    stack.write("push 1\\npush 2\\n")
    for wanted in ("2", "1"):
        stack.write("pop\\n")
        assert stack.read_line().text == wanted, f"{wanted} was to come back"


def test_nothing_comes_back_from_nothing(run):
    print("asked")
    assert run("pop\\n").stdout.text() == "empty\\n"
"""

PROGRAMS = {
    "cpp": """\
#include <iostream>
#include <string>
#include <vector>

int main() {
  std::vector<int> values;
  for (std::string word; std::cin >> word;) {
    if (word == "push") {
      std::cin >> values.emplace_back();
    } else if (values.empty()) {
      std::cout << "empty" << std::endl;
    } else {
      std::cout << values.back() << std::endl;
      values.pop_back();
    }
  }
}
""",
    "go": """\
package main

import "fmt"

func main() {
	var values []int
	for word := ""; ; {
		if count, _ := fmt.Scan(&word); count == 0 {
			return
		}
		last := len(values) - 1
		switch {
		case word == "push":
			values = append(values, 0)
			fmt.Scan(&values[last+1])
		case last < 0:
			fmt.Println("empty")
		default:
			fmt.Println(values[last])
			values = values[:last]
		}
	}
}
""",
    "rust": """\
use std::io::BufRead;

fn main() {
    let mut values: Vec<i64> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        match line.strip_prefix("push ") {
            Some(value) => values.push(value.parse().unwrap()),
            None => match values.pop() {
                Some(value) => println!("{}", value),
                None => println!("empty"),
            },
        }
    }
}
""",
}

IN_TURN, NOTHING = (
    "tests/test_stack.py::test_values_come_back_in_turn",
    "tests/test_stack.py::test_nothing_comes_back_from_nothing",
)


def graded(classroom: Any, language: str, text: str, tests: str = TESTS) -> CoursePartReport:
    files = {"tests/test_stack.py": tests}
    report = classroom.grade("program", language, files, {f"main.{language}": text}, isolation=Isolation.APART)
    assert isinstance(report, CoursePartReport)
    return report


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_in_any_language_is_talked_to(classroom: Any, language: str) -> None:
    report = graded(classroom, language, PROGRAMS[language])
    assert (report.points, report.isolation) == (10.0, Isolation.APART), report
    assert report.tests[1].output is not None and report.tests[1].output.head == "asked\n"


def test_what_is_wrong_dies_hangs_or_does_not_compile_is_told(classroom: Any) -> None:
    wrong = graded(classroom, "python3", "import sys\nfor line in sys.stdin:\n    print('empty', flush=True)\n")
    assert {test.name: str(test.status) for test in wrong.tests} == {IN_TURN: "failed", NOTHING: "passed"}
    assert wrong.tests[0].message == "2 was to come back"
    dead = graded(classroom, "python3", "raise SystemExit(3)\n")
    assert {str(test.status) for test in dead.tests} == {"error"}
    slow = graded(classroom, "python3", "while True: pass\n")
    assert {str(test.status) for test in slow.tests} == {"timeout"}
    broken = graded(classroom, "cpp", "int main() { nothing }\n")
    assert {str(test.status) for test in broken.tests} == {"error"}
    assert "nothing" in broken.tests[0].message


def test_tests_that_cannot_be_used_are_the_setters_fault(classroom: Any) -> None:
    for tests, words in (("x = 1\n", "no function test_NAME"), ("def test_a(other): pass\n", "no other")):
        with pytest.raises(PackageError, match=words):
            graded(classroom, "python3", "print(1)\n", tests)
