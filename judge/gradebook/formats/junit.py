"""A report as JUnit XML: a suite a part, points as properties. Pure; :mod:`judge.course.formats.junit` reads it."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from judge.gradebook.formats.told import Told, coursework_of, printed_text, text_of, told
from judge.model.coursework import TestStatus
from judge.model.report import Report
from judge.model.units import S_NS

#: What XML 1.0 cannot hold, not even escaped.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {TestStatus.FAILED: "failure", TestStatus.NOT_RUN: "skipped", TestStatus.BLOCKED: "skipped"}


def write_xml(report: Report) -> bytes:
    """The document. Raises UsageError for a report on no assignment."""
    coursework = coursework_of(report)
    root = Element("testsuites", name=_text(coursework.title or report.problem))
    tests = told(coursework)
    for part in coursework.parts:
        own = [one for one in tests if one.part is part]
        if own:
            suite = SubElement(root, "testsuite", name=_text(part.name))
            _properties(suite, part.points, part.points_max, isolation=part.isolation.value)
            for one in own:
                _case(suite, one)
            _count(suite)
    _whole(root)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _properties(parent: Element, points: float, points_max: float, **more: str) -> None:
    properties = SubElement(parent, "properties")
    for name, value in {"points": f"{points:g}", "points_max": f"{points_max:g}", **more}.items():
        SubElement(properties, "property", name=name, value=_text(value))


def _case(suite: Element, one: Told) -> None:
    test = one.test
    time = f"{test.wall_time_ns / S_NS:.3f}"
    case = SubElement(suite, "testcase", classname=_text(one.part.name), name=_text(test.name), time=time)
    _properties(case, test.points, test.points_max)
    if test.status is not TestStatus.PASSED:
        element = SubElement(
            case, _ELEMENTS.get(test.status, "error"), message=_text(test.message or test.status.value)
        )
        if element.tag != "skipped":
            element.set("type", test.status.value)
        element.text = _text(text_of(one))
    for name, printed in (("system-out", test.output), ("system-err", test.stderr)):
        if printed is not None:
            SubElement(case, name).text = _text(printed_text(printed))


def _count(suite: Element) -> None:
    cases = list(suite.iter("testcase"))
    suite.set("tests", str(len(cases)))
    for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(plural, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")


def _whole(root: Element) -> None:
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")


def _text(text: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
