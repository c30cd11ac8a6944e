"""Coursework as JUnit XML, for build servers. Pure; shows what is in the reports it is given, which are views."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from judge.model.assignment import PartKind
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.units import S_NS
from judge.render.course_text import points_of
from judge.render.junit import xml_text

#: What XML calls a failure, an error, and what was not run.
_ELEMENTS = {
    TestStatus.FAILED: "failure",
    TestStatus.ERROR: "error",
    TestStatus.TIMEOUT: "failure",
    TestStatus.NOT_RUN: "error",
    TestStatus.BLOCKED: "skipped",
    TestStatus.OPEN: "skipped",
    TestStatus.JUDGE_ERROR: "error",
}

_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def course_junit_xml(reports: Sequence[CourseworkReport]) -> str:
    """One suite for each student; a case for each test, and one for each part that has none."""
    root = Element("testsuites", name="coursework")
    for report in reports:
        suite = SubElement(root, "testsuite", name=xml_text(report.student or report.title))
        _property(suite, "points", points_of(report.points, report.points_max))
        _property(suite, "isolation", report.isolation.value)
        for part in report.parts:
            _part(suite, part)
        cases = suite.findall("testcase")
        suite.set("tests", str(len(cases)))
        for name, element in _COUNTED.items():
            suite.set(name, str(sum(case.find(element) is not None for case in cases)))
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _property(suite: Element, name: str, value: str) -> None:
    found = suite.find("properties")
    properties = SubElement(suite, "properties") if found is None else found
    SubElement(properties, "property", name=name, value=xml_text(value))


def _part(suite: Element, part: CoursePartReport) -> None:
    if not part.tests:
        # What a person gave is no failure, however much it is.
        is_marked = part.kind is PartKind.BY_HAND and part.status is TestStatus.FAILED
        status = TestStatus.PASSED if is_marked else part.status
        case = _case(suite, part.name, part.title or part.name, status, (part.message, part.log))
        if is_marked:
            said = (f"{points_of(part.points, part.points_max)} points", part.message)
            SubElement(case, "system-out").text = xml_text("\n".join(text for text in said if text))
    for test in part.tests:
        case = _case(suite, part.name, test.title or test.name, test.status, _texts(test))
        if test.wall_time_ns:
            case.set("time", f"{test.wall_time_ns / S_NS:.3f}")


def _texts(test: CourseTestReport) -> tuple[str, ...]:
    return (test.message, f"hint: {test.hint}" if test.hint else "")


def _case(suite: Element, part: str, name: str, status: TestStatus, texts: Sequence[str]) -> Element:
    case = SubElement(suite, "testcase", classname=xml_text(part), name=xml_text(name))
    kind = _ELEMENTS.get(status)
    if kind is not None:
        said = "\n".join(text for text in texts if text)
        element = SubElement(case, kind, message=xml_text((said or status.value).partition("\n")[0]))
        element.text = xml_text(said)
    return case
