"""Tests that share a process with the student's code: what each framework tells, and what it takes to pass."""

from __future__ import annotations

from typing import Any

import pytest

from judge.errors import PackageError
from judge.model.assignment import Isolation, Visibility
from judge.model.coursework import CoursePartReport, TestStatus
from judge.model.event import CaseJudged

PASSED, FAILED, NOT_RUN = TestStatus.PASSED, TestStatus.FAILED, TestStatus.NOT_RUN

BANK_H = "int twice(int);\n"
TEST_C = """\
#include <assert.h>
#include "bank.h"
/* void test_commented(void) { } */
void test_two(void) { assert(twice(2) == 4); assert(twice(0) == 0); }
void test_five(void) { assert(twice(5) == 10); }
"""


def status_of(report: CoursePartReport) -> dict[str, TestStatus]:
    return {test.name: test.status for test in report.tests}


def in_c(classroom: Any, body: str, head: str = "", **more: Any) -> CoursePartReport:
    text = f'#include "bank.h"\n#include <stdlib.h>\n#include <unistd.h>\n{head}\nint twice(int x) {{ {body} }}\n'
    report = classroom.grade("asserts", "c", {"bank.h": BANK_H, "test_bank.c": TEST_C}, {"bank.c": text}, **more)
    assert isinstance(report, CoursePartReport)
    return report


def test_points_follow_the_tests_that_passed_and_the_failed_assertion_is_told(classroom: Any) -> None:
    report = in_c(classroom, "return x == 5 ? 1 : 2 * x;", head="int main(void) { return 7; }")
    assert status_of(report) == {"test_two": PASSED, "test_five": FAILED}
    assert (report.points, report.points_max, report.isolation) == (5.0, 10.0, Isolation.SHARED)
    assert report.tests[1].message == "test_bank.c:5: assertion failed: twice(5) == 10"
    assert [event.case.name for event in classroom.heard if isinstance(event, CaseJudged)] == [
        "unit/test_two",
        "unit/test_five",
    ]


@pytest.mark.parametrize(("language", "file"), [("c", "bank.c"), ("cpp", "bank.cpp")])
def test_what_was_handed_in_may_use_the_mathematical_library(classroom: Any, language: str, file: str) -> None:
    tests = '#include <assert.h>\n#include "bank.h"\nvoid test_two(void) { assert(twice(2) == 4); }\n'
    own = '#include "bank.h"\n#include <math.h>\nint twice(int x) { volatile double y = x; return (int)pow(y, y); }\n'
    report = classroom.grade("asserts", language, {"bank.h": BANK_H, f"test_{file}": tests}, {file: own})
    assert status_of(report) == {"test_two": PASSED}, report.log


def test_what_ends_the_process_crashes_or_hangs_has_no_points_and_costs_only_its_test(classroom: Any) -> None:
    body = "if (x == 0) exit(0); if (x == 5) for (;;) {} return 2 * x;"
    report = in_c(classroom, body, rules=({"pattern": "test_five", "weight": 3.0},))
    assert status_of(report) == {"test_two": NOT_RUN, "test_five": TestStatus.TIMEOUT}
    assert (report.points, report.tests[1].points_max) == (0.0, 7.5)
    assert status_of(in_c(classroom, "*(volatile int *)0 = 1; return 0;"))["test_two"] is TestStatus.ERROR


def test_work_that_does_not_compile_shows_its_log_and_one_that_misses_a_function_does_not(classroom: Any) -> None:
    hidden = ({"pattern": "*", "visibility": Visibility.HIDDEN},)
    report = in_c(classroom, "return nothing;", rules=hidden)
    assert report.status is TestStatus.ERROR and "nothing" in report.log
    assert report.log_visibility is Visibility.VISIBLE and "test_" not in report.log
    missing = classroom.grade(
        "asserts", "c", {"bank.h": BANK_H, "t.c": TEST_C}, {"bank.c": "int once;\n"}, rules=hidden
    )
    assert missing.status is TestStatus.ERROR and "twice" in missing.log
    assert missing.log_visibility is Visibility.HIDDEN and "test_" not in missing.message


def test_where_some_tests_are_hidden_the_texts_of_the_others_are_as_well(classroom: Any) -> None:
    report = in_c(classroom, "return 1;", rules=({"pattern": "test_five", "visibility": Visibility.HIDDEN},))
    shown = report.tests[0]
    assert (shown.visibility, shown.fields.points) == (Visibility.VISIBLE, Visibility.VISIBLE)
    assert (shown.fields.message, shown.fields.output) == (Visibility.HIDDEN, Visibility.HIDDEN)


def test_fewer_assertions_than_the_reference_makes_are_no_pass(classroom: Any) -> None:
    reference = {"bank.c": "int twice(int x) { return 2 * x; }\n"}
    assert in_c(classroom, "return 2 * x;", reference=reference).points == 10.0
    loop = """\
#include <assert.h>
#include "bank.h"
void test_all(void) { for (int i = 0; i < twice(2); i++) assert(i >= 0); }
"""
    files = {"bank.h": BANK_H, "test_bank.c": loop}
    report = classroom.grade("asserts", "c", files, {"bank.c": "int twice(int x) { return 1; }\n"}, reference=reference)
    assert report.tests[0].message == "1 assertions were made, and 4 are there to be made"
    with pytest.raises(PackageError, match=r"reference: test_two is failed with it: test_bank\.c:4"):
        in_c(classroom, "return 0;", reference={"bank.c": "int twice(int x) { return 3; }\n"})


def test_tests_of_the_setter_that_do_not_compile_are_the_setters_fault(classroom: Any) -> None:
    with pytest.raises(PackageError, match=r"the tests do not compile: t\.c"):
        classroom.grade("asserts", "c", {"t.c": "void test_a(void) { nothing }\n"}, {"bank.c": "int a;\n"})
    with pytest.raises(PackageError, match="have no test of asserts"):
        classroom.grade("asserts", "c", {"t.c": "int a;\n"}, {"bank.c": "int a;\n"})
    with pytest.raises(PackageError, match="isolation: shared has to be said"):
        in_c(classroom, "return 0;", isolation=Isolation.APART)
    report = classroom.grade("asserts", "go", {"t.c": TEST_C}, {"bank.go": "package bank\n"})
    assert report.message == "it is in Go, and the tests are of asserts"


def test_catch2_tells_the_expression_and_its_values(classroom: Any) -> None:
    tests = """\
#include <catch2/catch.hpp>
#include "bank.hpp"
TEST_CASE("two, [and] \\"more\\"", "[bank]") {
  SECTION("a") { REQUIRE(twice(2) == 4); }
  SECTION("b") { CHECK(twice(0) == 0); }
}
SCENARIO("five") { REQUIRE(twice(5) == 11); }
"""
    files = {"bank.hpp": f"#pragma once\n{BANK_H}", "test_bank.cpp": tests}
    own = {"bank.cpp": '#include "bank.hpp"\nint twice(int x) { return 2 * x; }\nint main() {}\n'}
    report = classroom.grade("catch2", "cpp", files, own)
    assert status_of(report) == {'two, [and] "more"': PASSED, "Scenario: five": FAILED}
    assert report.tests[1].message == "test_bank.cpp:7: REQUIRE( twice(5) == 11 )\n  with expansion: 10 == 11"


def test_go_runs_tests_of_the_package_and_beside_it(classroom: Any) -> None:
    tests = """\
package bank

import "testing"

func TestTwo(t *testing.T) { if Twice(2) != 4 { t.Fatal("two") } }
func TestFive(t *testing.T) { if got := Twice(5); got != 11 { t.Errorf("want 11, got %d", got) } }
func TestSkipped(t *testing.T) { t.Skip("later") }
"""
    own = {"bank.go": "package bank\n\nfunc Twice(x int) int { return 2 * x }\n"}
    report = classroom.grade("go", "go", {"bank_test.go": tests}, own)
    assert status_of(report) == {"TestTwo": PASSED, "TestFive": FAILED, "TestSkipped": FAILED}
    assert report.tests[1].message == "bank_test.go:6: want 11, got 10"


def test_the_words_of_the_command_choose_no_test(classroom: Any) -> None:
    tests = """\
package bank

import ("os"; "testing")

func init() { os.Args = []string{"prog", "TestTwo"} }
func TestTwo(t *testing.T) { if Twice(2) != 4 { t.Fatal("two") } }
func TestFive(t *testing.T) { if Twice(5) != 10 { t.Fatal("five") } }
"""
    report = classroom.grade(
        "go", "go", {"bank_test.go": tests}, {"bank.go": "package bank\n\nfunc Twice(x int) int { return 4 }\n"}
    )
    assert status_of(report) == {"TestTwo": PASSED, "TestFive": FAILED}


def test_a_crate_in_rust_has_the_usual_macros_and_traits_of_std(classroom: Any) -> None:
    own = """\
use std::{cell::Cell, collections::HashMap, error::Error, fmt, thread};
thread_local! { static COUNT: Cell<i32> = Cell::new(0); }
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wrong(i32);
impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result { write!(out, "wrong: {}", self.0) }
}
impl Error for Wrong {}
macro_rules! doubled { ($x:expr) => { std::collections::HashMap::from([(1, 2 * $x)]) } }
pub fn twice(x: i32) -> Result<i32, Box<dyn Error + Send + Sync>> {
    if dbg!(x) < 0 { return Err(Wrong(x).into()); }
    COUNT.with(|count| count.set(count.get() + 1));
    let found: HashMap<i32, i32> = doubled!(x);
    let all = vec![thread::spawn(move || found[&1]).join().unwrap()];
    std::println!("{:?} {}", all, format!("{}", x));
    assert!(matches!(all.len(), 1));
    Ok(all[0])
}
"""
    tests = """\
use bank::twice;
#[test]
fn two() { assert_eq!(twice(2).unwrap(), 4); }
#[test]
fn none() { assert_eq!(twice(-1).unwrap_err().to_string(), "wrong: -1"); }
"""
    report = classroom.grade("rust", "rust", {"tests.rs": tests}, {"bank.rs": own})
    assert status_of(report) == {"two": PASSED, "none": PASSED}, report.log


def test_a_macro_in_rust_makes_no_path_to_what_may_not_be_named(classroom: Any) -> None:
    own = """\
macro_rules! within { ($lib:ident :: $io:ident) => { $lib::fs::read("/proc/self/exe").is_ok() } }
pub fn reads() -> bool { within!(std::io) }
"""
    tests = "use bank::reads;\n#[test]\nfn it_reads() { assert!(reads()); }\n"
    report = classroom.grade("rust", "rust", {"tests.rs": tests}, {"bank.rs": own})
    assert report.status is TestStatus.ERROR and "could not find `fs` in `std`" in report.log


def test_rust_runs_the_attributes_tests(classroom: Any) -> None:
    tests = """\
use bank::twice;
#[test]
fn two() { assert_eq!(twice(2), 4); }
mod more {
    #[test]
    #[should_panic]
    fn five() { assert_eq!(super::twice(5), 11); }
}
#[test]
fn result() -> Result<(), String> { Err(format!("{}", twice(1))) }
"""
    own = {"bank.rs": "pub fn twice(x: i32) -> i32 { 2 * x }\n"}
    report = classroom.grade("rust", "rust", {"tests.rs": tests}, own)
    assert status_of(report) == {"two": PASSED, "five": PASSED, "result": FAILED}
