"""JUnit XML, as Ant, Maven's Surefire, pytest and most others write it.

There is no specification; https://github.com/testmoapp/junitxml lists what tools agree on. Points of a test stand in
its properties: ``points`` of ``points_max`` (or ``weight``); without them each test is worth the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from judge.course.formats.foreign_json import NAME_CHARS_MAX, NUMBER_MAX
from judge.course.formats.results import TESTS_MAX, ForeignResults, ForeignTest, text_bytes
from judge.errors import PackageError, ResultsFault
from judge.model.assignment import Autograder
from judge.model.coursework import TestStatus
from judge.model.units import S_NS
from judge.package.files.xml_tree import Element, parse_xml
from judge.text import printable, safe_text

_FILE = "results"
#: Elements that say how a test went, the worst first.
_OUTCOMES = (("error", TestStatus.ERROR), ("failure", TestStatus.FAILED), ("skipped", TestStatus.NOT_RUN))
_MOST = ("points_max", "max_points", "weight")


def read_results(data: bytes, autograder: Autograder) -> ForeignResults:
    """The results of one run. Raises ResultsFault naming the line."""
    try:
        root = parse_xml(data, _FILE)
    except PackageError as error:
        raise ResultsFault(f"no JUnit XML: {error}") from error
    if root.tag not in ("testsuites", "testsuite"):
        raise ResultsFault(f"no JUnit XML: it begins with <{printable(root.tag, 40)}>")
    cases = list(_cases(root))
    if not cases:
        raise ResultsFault("no tests")
    if len(cases) > TESTS_MAX:
        raise ResultsFault(f"{len(cases)} tests; at most {TESTS_MAX} are taken")
    tests = tuple(_test(case, len(cases)) for case in cases)
    total = math.fsum(test.points_max or 0.0 for test in tests)
    share = math.fsum(min(test.points or 0.0, test.points_max or 0.0) for test in tests) / total if total else 0.0
    return ForeignResults(tests=tests, by_share=True, share=share)


def _cases(suite: Element) -> Iterator[Element]:
    for child in suite.children:
        if child.tag == "testcase":
            yield child
        elif child.tag == "testsuite":
            yield from _cases(child)


def _test(case: Element, count: int) -> ForeignTest:
    outcome, status = next(
        ((case.first(tag), status) for tag, status in _OUTCOMES if case.first(tag)), (None, TestStatus.PASSED)
    )
    if status is TestStatus.ERROR and outcome is not None and "timeout" in outcome.get("type").lower():
        status = TestStatus.TIMEOUT
    most = _points_max(case)
    points = _property(case, ("points",))
    if points is None or (status is not TestStatus.PASSED and points >= most):
        points = most if status is TestStatus.PASSED else 0.0
    names = [printable(name, NAME_CHARS_MAX) for name in (case.get("classname"), case.get("name")) if name]
    return ForeignTest(
        name=printable(".".join(names), NAME_CHARS_MAX),
        points=max(0.0, points),
        points_max=most,
        status=status,
        message=_message(case, outcome, text_bytes(2 * count)),
        wall_time_ns=_time_ns(case),
    )


def _message(case: Element, outcome: Element | None, bytes_max: int) -> str:
    told = [] if outcome is None else [outcome.get("message"), outcome.text.strip()]
    told.append(case.text_of("system-out"))
    # Most tools begin the text with the message.
    kept = [
        text for index, text in enumerate(told) if text and not any(one.startswith(text) for one in told[index + 1 :])
    ]
    return "\n".join(safe_text(text.encode("utf-8", "replace"), bytes_max) for text in kept)


def _begins_with(text: str) -> Callable[[str], bool]:
    return lambda other: other.startswith(text)


def _points_max(case: Element) -> float:
    most = _property(case, _MOST)
    return 1.0 if most is None else max(0.0, most)


def _property(case: Element, names: tuple[str, ...]) -> float | None:
    for one in case.all("properties/property"):
        if one.get("name") in names:
            return _number(one.get("value"), one.line, one.get("name"))
    return None


def _time_ns(case: Element) -> int:
    """Some tools put commas between thousands."""
    text = case.get("time").replace(",", "")
    return round(max(0.0, _number(text, case.line, "time")) * S_NS) if text else 0


def _number(text: str, line: int, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= NUMBER_MAX:
        raise ResultsFault(f"{_FILE}:{line}: {name}: {printable(text, 40)!r} is no number of sensible size")
    return number
