"""JUnit XML, read."""

from __future__ import annotations

import pytest

from judge.course.formats.junit import read_results
from judge.course.formats.results import part_of
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, CoursePart, PartKind
from judge.model.coursework import CoursePartReport, TestStatus

PART = CoursePart(name="autograder", kind=PartKind.AUTOGRADER, framework="junit", points=10.0)
POINTS = '<properties><property name="points" value="{}"/></properties>'


def read(xml: str) -> CoursePartReport:
    return part_of(PART, read_results(xml.encode(), Autograder()))


def test_what_tools_write_is_read() -> None:
    part = read(
        """<?xml version="1.0"?>
        <testsuites><testsuite name="outer" tests="5"><testsuite name="inner">
          <testcase classname="bank.Account" name="opens" time="1,000.5"/>
          <testcase classname="bank.Account" name="pays">
            <failure message="1 != 2" type="AssertionError">1 != 2\nat line 3</failure>
            <system-out>paying</system-out></testcase>
          <testcase name="crashes"><error type="ValueError" message="no value"/></testcase>
          <testcase name="sleeps"><error type="java.util.concurrent.TimeoutException">late</error></testcase>
          <testcase name="later"><skipped/></testcase>
        </testsuite></testsuite></testsuites>"""
    )
    assert [(test.name, test.status) for test in part.tests] == [
        ("bank.Account.opens", TestStatus.PASSED),
        ("bank.Account.pays", TestStatus.FAILED),
        ("crashes", TestStatus.ERROR),
        ("sleeps", TestStatus.TIMEOUT),
        ("later", TestStatus.NOT_RUN),
    ]
    assert part.points == 2.0
    assert part.tests[0].wall_time_ns == 1_000_500_000_000
    assert part.tests[1].message == "1 != 2\nat line 3\npaying"


def test_points_are_properties_of_tests() -> None:
    part = read(
        """<testsuite>
          <testcase name="a"><properties><property name="points" value="3"/>
            <property name="points_max" value="4"/></properties><failure/></testcase>
          <testcase name="b"><properties><property name="weight" value="1"/></properties></testcase>
        </testsuite>"""
    )
    assert part.points == pytest.approx(8.0)
    assert [(test.points, test.points_max) for test in part.tests] == [(6.0, 8.0), (2.0, 2.0)]


def test_a_failed_test_has_not_all_points_and_none_has_more() -> None:
    points = POINTS.format(99)
    part = read(f'<testsuite><testcase name="a">{points}<failure/></testcase></testsuite>')
    assert part.points == 0.0
    part = read(
        f'<testsuite><testcase name="a">{points}</testcase><testcase name="b"><failure/></testcase></testsuite>'
    )
    assert part.points == 5.0


@pytest.mark.parametrize(
    ("xml", "complaint"),
    [
        ("", "no JUnit XML: results"),
        ("{}", "no JUnit XML: results:1"),
        ("<html/>", "no JUnit XML: it begins with <html>"),
        ("<testsuite/>", "no tests"),
        ("<testsuite>" + "<testcase/>" * 1001 + "</testsuite>", "1001 tests; at most 1000 are taken"),
        ('<testsuite><testcase time="nan"/></testsuite>', "results:1: time: 'nan' is no number"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "no JUnit XML: results:1"),
        ("<testsuite>" * 100, "no JUnit XML: results:1"),
        (
            f"<testsuite><testcase>{POINTS.format('1e99')}</testcase></testsuite>",
            "results:1: points: '1e99' is no number of sensible size",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(xml: str, complaint: str) -> None:
    with pytest.raises(ResultsFault) as caught:
        read(xml)
    assert str(caught.value).startswith(complaint)
