"""What JUnit tests need that stubs do not give is named by its line; what only looks like it is not."""

from __future__ import annotations

from judge.model.assignment import CoursePart, PartKind, Process
from judge.package.assignment.java_needs import java_needs

_REFERENCE = ("public class Account {}\ninterface Shape {}\n",)


def lines(text: str, process: Process = Process.TEST) -> list[int]:
    """The lines that are named."""
    part = CoursePart(name="units", kind=PartKind.UNIT_TESTS, framework="junit5", process=process)
    return [line for line, _ in java_needs(text, part, _REFERENCE)]


def test_classes_that_extend_the_students_are_named() -> None:
    assert lines("class Mine extends Account {}") == [1]
    assert lines("\nAccount a = new Account(1) { int x; };") == [2]


def test_reflection_and_mocks_are_named() -> None:
    text = "import java.lang.reflect.Field;\n\nvar f = Account.class.getDeclaredField(n);\nimport org.mockito.Mock;"
    assert lines(text) == [1, 3, 4]


def test_a_static_object_is_named_where_each_test_has_its_process() -> None:
    text = "static Account shared = new Account();\nstatic Account open() { return null; }"
    assert lines(text) == [1]
    assert lines(text, Process.ALL) == []


def test_what_only_looks_like_it_is_not_named() -> None:
    text = """
    // class Mine extends Account
    String s = "class Mine extends Account"; /* new Account() {
    } */
    <T extends Account> void open(T account) {}
    class Other extends Base {}
    Shape own = new Shape() { };
    Account[] all = new Account[] { new Account() };
    class Round implements Shape {}
    """
    assert lines(text) == []


def test_much_space_costs_little() -> None:
    assert lines("class Mine" + " " * 200_000 + "x\n" + "class A\n" * 20_000) == []
