"""Results of verifying as JUnit XML, for build servers. Pure."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from judge.model.units import S_NS
from judge.model.verification import PackageResult, SubmissionResult, VerifyResult
from judge.package.findings import location

#: What XML 1.0 cannot hold, not even escaped.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(result: VerifyResult) -> str:
    """One suite per package; a case per submission, and one each for reading, lint findings and failed checks."""
    root = Element("testsuites", name="judge verify")
    for package in result.packages:
        _suite(root, package)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: Element, package: PackageResult) -> None:
    suite = SubElement(root, "testsuite", name=xml_text(package.package))
    _case(suite, package, "package", failures=(package.error,) if package.error else ())
    for diagnostic in package.diagnostics:
        if diagnostic.level == "error":
            _case(suite, package, f"lint: {location(diagnostic)}", failures=(diagnostic.message,))
    for check in package.checks:
        name = f"{check.kind}: {check.program}: {check.case}"
        _case(suite, package, name, failures=(check.reason or "went wrong",))
    for check in package.checks_skipped:
        case = _case(suite, package, f"{check.kind}: {check.program}", failures=())
        SubElement(case, "skipped", message=xml_text(check.reason))
    for submission in package.submissions:
        _submission(suite, package, submission)
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))


def _submission(suite: Element, package: PackageResult, submission: SubmissionResult) -> None:
    case = _case(suite, package, submission.path, failures=submission.differences)
    case.set("time", f"{submission.cpu_time_max_ns / S_NS:.3f}")
    if submission.skipped:
        SubElement(case, "skipped", message=xml_text(submission.skipped))


def _case(suite: Element, package: PackageResult, name: str, failures: tuple[str, ...]) -> Element:
    case = SubElement(suite, "testcase", classname=xml_text(package.name or package.package), name=xml_text(name))
    if failures:
        failure = SubElement(case, "failure", message=xml_text(failures[0]))
        failure.text = xml_text("\n".join(failures))
    return case


def xml_text(text: str) -> str:
    """A text as XML 1.0 can hold it."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
